"""What the tests of workloads/ share."""

import importlib.util
import subprocess
import sys
import unittest
from pathlib import Path

WORKLOADS = Path(__file__).resolve().parents[2] / "workloads"
if str(WORKLOADS) not in sys.path:
    sys.path.insert(0, str(WORKLOADS))


def needs(*modules: str):
    """Skips the decorated case, by name, when a Python package is not installed."""
    missing = [m for m in modules if importlib.util.find_spec(m) is None]
    return unittest.skipIf(missing, f"not installed: {', '.join(missing)} (pip install -r workloads/requirements.txt)")


def script(name: str, *args) -> subprocess.CompletedProcess:
    """Runs workloads/<name> and returns its result with text output."""
    return subprocess.run([sys.executable, str(WORKLOADS / name), *map(str, args)], capture_output=True, text=True,
                          check=False)
