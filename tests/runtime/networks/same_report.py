"""same_report.py CYCLE.json RTL.json: are the reports of the two devices equal but for the device's name and fidelity, how they
were made, and what `cycle` alone counts: who is waited for at semaphores?"""

import json
import sys


def differences(a, b, path=""):
    if isinstance(a, dict) and isinstance(b, dict):
        for key in {**a, **b}:
            yield from differences(a.get(key), b.get(key), f"{path}.{key}")
    elif isinstance(a, list) and isinstance(b, list) and len(a) == len(b):
        for i, (x, y) in enumerate(zip(a, b)):
            yield from differences(x, y, f"{path}[{i}]")
    elif a != b:
        yield path, a, b


def main():
    first, second = (json.load(open(path, encoding="utf-8")) for path in sys.argv[1:])
    for report in (first, second):
        del report["provenance"]["date"]
    for part in (first, first["prologue"], *first["layers"]):
        part["activity"] = {key: value for key, value in part["activity"].items() if "_waits_for_" not in key}
    found = list(differences(first, second))
    expected = {".run.device", ".run.fidelity", ".provenance.command"}
    for path, a, b in found:
        if path not in expected:
            print(f"{path}: {a} and {b}")
    if {path for path, _, _ in found} != expected:
        sys.exit("the reports of 'cycle' and 'rtl' differ in more than the device")
    if not (first["layers"] and first["dram"]["tensors"] and first["memory_map"] and first["totals"]["cycles"] > 0):
        sys.exit("the reports hold nothing to compare")


if __name__ == "__main__":
    main()
