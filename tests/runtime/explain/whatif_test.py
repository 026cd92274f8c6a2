#!/usr/bin/env python3
"""Is what `weft explain` predicts what the changed machine then takes?

usage: whatif_test.py WEFT NETWORK

NETWORK is one that workloads/build.py makes, at 224 x 224. On each machine the recommended lift of the network is
checked by simulation: the predicted saving (cycles of the run - cycles predicted) must be within 15 % of the simulated
one. Then each of CHANGES: the same, or within 0.5 % of the run's cycles where the saving is small against the run.
Exit code 77 if what the builder needs is not there.
"""

import importlib.util
import json
import subprocess
import sys
import tempfile
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[3]
LIMIT = 0.15
SMALL = 0.005  # of the run
CHANGES = {
    "edge-16": [
        ["dram.bandwidth_mb_s=32000", "dma.bus_bytes=32"],
        ["dram.bandwidth_mb_s=8000"],
        ["dram.latency_ns=200"],
        ["dram.latency_ns=50"],
        ["dma.store_outstanding=32"],
        ["array.rows=32"],
        ["array.cols=32", "accumulator.bytes=131072"],
        ["scratchpad.bytes=524288"],
        ["scratchpad.bytes=131072"],
    ],
    "cloud-128": [["dram.bandwidth_mb_s=300000"], ["array.cols=256", "accumulator.bytes=8388608"]],
}


def call(*command):
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"failed ({done.returncode}): {' '.join(map(str, command))}\n{done.stdout}{done.stderr}")
    return done.stdout


def judge(check, before, strict):
    """Prints a line; whether the prediction is good enough."""
    predicted = before - check["predicted"]["cycles"]
    simulated = before - check["cycles"]
    changes = ", ".join(f"{c['path']} {c['from']} -> {c['to']}" for c in check["predicted"]["changes"])
    error = check["error_of_gain"]
    good = error is not None and abs(error) <= LIMIT
    if not strict:
        good = good or abs(predicted - simulated) <= SMALL * before
    print(f"  {changes}: saving predicted {100 * predicted / before:.2f} %, simulated {100 * simulated / before:.2f} %"
          f" of the run, off by {100 * error if error is not None else 0:+.1f} %; speed-up predicted"
          f" {check['predicted']['speedup']:.3f}, simulated {check['speedup']:.3f}{'' if good else ': TOO FAR'}")
    return good


def main():
    weft, network = sys.argv[1:]
    if any(importlib.util.find_spec(name) is None for name in ("numpy", "onnx")):
        print("skipped: numpy and onnx are needed to build networks")
        sys.exit(77)
    bad = 0
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        model, program, report = folder / "net.onnx", folder / "net.weft", folder / "r.json"
        call(sys.executable, PROJECT / "workloads" / "build.py", network, "-o", model)
        for machine, changes in CHANGES.items():
            call(weft, "compile", model, "--arch", machine, "-o", program, "--quiet")
            call(weft, "run", program, "--random-input", "1", "--report", report, "--quiet")
            explained = json.loads(call(weft, "explain", report, "--check", "--json"))
            print(explained["text"])
            bad += not judge(explained["check"], explained["cycles"], strict=True)
            for assignments in changes:
                options = [option for a in assignments for option in ("--change", a)]
                # The ONNX file this time.
                answer = json.loads(call(weft, "explain", report, "--check", "--json", "--network", model, *options))
                bad += not judge(answer["check"], answer["cycles"], strict=False)
    if bad:
        sys.exit(f"{bad} predictions are too far off")


if __name__ == "__main__":
    main()
