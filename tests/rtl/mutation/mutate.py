#!/usr/bin/env python3
"""Plants small faults into the RTL, one at a time, and counts how many the comparison with the simulator catches.

Each fault of faults.py, and each latency of the timing chapter one cycle longer and one shorter in the RTL alone, is
planted into a copy of the RTL. Random programs then run on simulator and RTL until they differ; faults in a floating point
unit, of which a result of 8 bits shows little, meet the unit's own test first. A fault that does not elaborate is caught
as well. Results are appended to RESULTS as they come; what is there is not run again.

    mutate.py --campaign build/bin/weft_cosim_random --results mutation.jsonl [--only TEXT]

Exit code 0 if at least 95 % are caught, 3 if not.
"""
import argparse
import concurrent.futures
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

from faults import FAULTS, LATENCIES

ROOT = pathlib.Path(__file__).resolve().parents[3]
RTL = ROOT / "rtl"
MACHINES = ROOT / "tests/rtl/machines"
# Few programs on a small machine catch most; the survivors meet more, on machines of other shapes.
ROUNDS = [(["s4x4"], 60), (["s8x16"], 150), (["s16x8"], 300)]
LEAST_SHARE = 0.95


class Fault:
    def __init__(self, name, edits):
        self.name = name
        self.edits = edits  # path below rtl/ -> function of the text

    def plant(self, folder):
        for path, edit in self.edits.items():
            file = folder / path
            file.write_text(edit(file.read_text()))


def replacement(path, old, new):
    def edit(text):
        if text.count(old) != 1:
            sys.exit(f"mutate.py: error: rtl/{path} has {text.count(old)} times, not once: {old}")
        return text.replace(old, new)
    return edit


def all_faults():
    for path, old, new in FAULTS:
        replacement(path, old, new)((RTL / path).read_text())  # fails now rather than in an hour
        yield Fault(f"{path}: {new.strip()}", {path: replacement(path, old, new)})
    for latency in LATENCIES:
        name = f"weft_isa_pkg::{latency}"
        users = [f.relative_to(RTL) for f in RTL.rglob("*.sv") if name in f.read_text()]
        if not users:
            sys.exit(f"mutate.py: error: no file of rtl/ uses {name}")
        for sign in "+-":
            changed = f"({name} {sign} 32'd1)"
            yield Fault(f"{latency} {sign} 1", {str(path): longer_or_shorter(name, changed) for path in users})


def longer_or_shorter(name, changed):
    return lambda text: text.replace(name, changed)


def environment(**more):
    return dict(os.environ, **({"OBJCACHE": "ccache"} if shutil.which("ccache") else {}), **more)


def run_round(campaign, machines, programs, rtl, cache, output):
    command = [str(campaign), "--programs", str(programs), "--folder", str(output), "--no-shrink"]
    for machine in machines:
        command += ["--machine", str(MACHINES / f"{machine}.yaml")]
    return subprocess.run(command, env=environment(WEFT_RTL=str(rtl), WEFT_CACHE=str(cache), WEFT_RTL_OPT="-O1"),
                          capture_output=True, text=True, timeout=1800, check=False)


def run_unit_test(module, rtl, folder):
    """The test of a floating point unit, which needs nothing but the unit."""
    command = [
        "verilator", "--cc", "--exe", "--build", "-O3", "-Wno-fatal", "--Mdir", str(folder), "--prefix", f"V{module}",
        "--top-module", module, str(rtl / f"vector/{module}.sv"),
        str(ROOT / f"tests/rtl/vector/{module.removeprefix('weft_')}_test.cpp"), "-o", "unit_test",
        "-CFLAGS", f"-std=c++20 -I{ROOT} -DNDEBUG -O1 -ffp-contract=off", "-LDFLAGS", "-lgtest_main -lgtest -lpthread"]
    subprocess.run(command, env=environment(), capture_output=True, check=True)
    return subprocess.run([folder / "unit_test"], capture_output=True, timeout=1800, check=False).returncode


def judge(fault, campaign):
    """How the fault was caught, or "" if it survived."""
    with tempfile.TemporaryDirectory(prefix="weft-mutation-") as temporary:
        folder = pathlib.Path(temporary)
        rtl = folder / "rtl"
        shutil.copytree(RTL, rtl)
        fault.plant(rtl)
        for path in fault.edits:
            if path.startswith("vector/weft_fp_") and run_unit_test(pathlib.Path(path).stem, rtl, folder / "unit") != 0:
                return "its unit test fails"
        for number, (machines, programs) in enumerate(ROUNDS):
            try:
                done = run_round(campaign, machines, programs, rtl, folder / "cache", folder / f"out{number}")
            except subprocess.TimeoutExpired:
                return "never ends"
            if done.returncode == 3:
                return f"differs ({', '.join(machines)}, {programs} programs)"
            if "could not be compiled" in done.stderr:
                return "does not elaborate"
            if done.returncode != 0:
                return f"stops with exit code {done.returncode}: {done.stderr.strip().splitlines()[-1:]}"
    return ""


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--campaign", type=pathlib.Path, required=True, help="the program weft_cosim_random")
    parser.add_argument("--results", type=pathlib.Path, required=True, help="results, one JSON object a line")
    parser.add_argument("--only", default="", help="faults whose name contains this")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    arguments = parser.parse_args()

    known = {}
    if arguments.results.exists():
        for line in arguments.results.read_text().splitlines():
            known.update([(lambda r: (r["fault"], r["caught"]))(json.loads(line))])
    faults = [fault for fault in all_faults() if arguments.only in fault.name]
    open_faults = [fault for fault in faults if fault.name not in known]
    with concurrent.futures.ThreadPoolExecutor(arguments.jobs) as pool, arguments.results.open("a") as results:
        verdicts = {pool.submit(judge, fault, arguments.campaign.resolve()): fault for fault in open_faults}
        for count, verdict in enumerate(concurrent.futures.as_completed(verdicts), 1):
            fault = verdicts[verdict]
            known[fault.name] = verdict.result()
            results.write(json.dumps({"fault": fault.name, "caught": known[fault.name]}) + "\n")
            results.flush()
            print(f"{count} of {len(open_faults)}: {fault.name}: {known[fault.name] or 'SURVIVED'}", file=sys.stderr)

    survivors = [fault.name for fault in faults if not known[fault.name]]
    caught = len(faults) - len(survivors)
    for name in survivors:
        print(f"survived: {name}")
    print(f"{caught} of {len(faults)} faults caught ({100 * caught / max(1, len(faults)):.1f} %)")
    return 0 if faults and caught >= LEAST_SHARE * len(faults) else 3


if __name__ == "__main__":
    sys.exit(main())
