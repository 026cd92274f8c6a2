"""Runs one test module for CTest: exit code 0 passed, 1 failed, 77 when every case was skipped."""

import sys
import unittest

result = unittest.TextTestRunner(verbosity=2).run(unittest.defaultTestLoader.loadTestsFromName(sys.argv[1]))
if not result.wasSuccessful() or not result.testsRun:
    sys.exit(1)
sys.exit(77 if len(result.skipped) == result.testsRun else 0)
