#!/usr/bin/env python3
"""Plants small faults into the RTL, one at a time, and counts how many the tests catch, and which.

    mutate.py --build build --folder build/mutation [--only TEXT] [--jobs N]
    mutate.py --folder build/mutation --summary

Each fault of faults.py, and each latency of the timing chapter one cycle longer and one shorter in the RTL alone, is
planted into a copy of the RTL, which then meets nets until one catches it: random programs on simulator and RTL of a small
machine, the proofs and then the unit tests of its block, random programs on machines of other shapes. Results are appended
to results.jsonl in the folder as they come; what is there is not run again. Interrupted with Ctrl-C, the same command goes
on.

Exit code 0 if at least 95 % are caught, every latency by an event of the random programs or since the RTL with it does not
elaborate, and every survivor is explained in faults.py; 3 if not.
"""
import argparse
import collections
import concurrent.futures
import json
import pathlib
import shutil
import signal
import sys
import time

from faults import EXPLAINED, FAULTS, LATENCIES
from nets import NETS, RANDOM, ROOT, Commands, Nets, Stopped

RTL = ROOT / "rtl"
LEAST_SHARE = 0.95


class Fault:
    def __init__(self, name, edits, latency=False):
        self.name = name
        self.edits = edits  # path below rtl/ -> function of the text
        self.latency = latency

    def plant(self, folder):
        shutil.rmtree(folder, ignore_errors=True)
        shutil.copytree(RTL, folder)
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
    for latency in LATENCIES:
        name = f"weft_isa_pkg::{latency}"
        users = [f.relative_to(RTL) for f in sorted(RTL.rglob("*.sv")) if name in f.read_text()]
        if not users:
            sys.exit(f"mutate.py: error: no file of rtl/ uses {name}")
        for sign in "+-":
            edit = longer_or_shorter(name, f"({name} {sign} 32'd1)")
            yield Fault(f"{latency} {sign} 1", {str(path): edit for path in users}, latency=True)
    for path, old, new in FAULTS:
        edit = replacement(path, old, new)
        edit((RTL / path).read_text())  # fails now rather than in an hour
        yield Fault(f"{path}: {new.strip()}", {path: edit})


def longer_or_shorter(name, changed):
    return lambda text: text.replace(name, changed)


def read_results(path):
    """By fault. An incomplete last line, of a run that was killed, is no result."""
    results = {}
    for line in path.read_text().splitlines() if path.exists() else []:
        try:
            result = json.loads(line)
        except json.JSONDecodeError:
            continue
        results[result["fault"]] = result
    return results


def run(faults, known, arguments, file):
    """Judges the faults that are not known yet, and adds them."""
    waiting = [fault for fault in faults if fault.name not in known]
    commands = Commands()
    places = [Nets(commands, arguments.build.resolve(), arguments.folder.resolve() / f"work-{i}")
              for i in range(arguments.jobs)]

    def judge(fault):
        begin = time.monotonic()
        place = places.pop()
        fault.plant(place.rtl)
        net, how = place.catch(list(fault.edits))
        places.append(place)
        return {"fault": fault.name, "net": net, "how": how, "seconds": round(time.monotonic() - begin)}

    with concurrent.futures.ThreadPoolExecutor(arguments.jobs) as pool, file.open("a") as results:
        verdicts = [pool.submit(judge, fault) for fault in waiting]
        try:
            for count, verdict in enumerate(concurrent.futures.as_completed(verdicts), 1):
                result = verdict.result()
                known[result["fault"]] = result
                results.write(json.dumps(result) + "\n")
                results.flush()
                print(f"{count} of {len(waiting)}, {result['seconds']} s: {result['fault']}: "
                      f"{result['net'] or 'SURVIVED'} {result['how']}", file=sys.stderr, flush=True)
        except (KeyboardInterrupt, Stopped):
            pool.shutdown(wait=False, cancel_futures=True)
            commands.stop()
            print("mutate.py: stopped; the same command goes on", file=sys.stderr)
            sys.exit(130)
        except SystemExit:
            pool.shutdown(wait=False, cancel_futures=True)
            commands.stop()
            raise


def summary(faults, known):
    """Prints what caught how many; the exit code."""
    nets = collections.Counter(known[fault.name]["net"] for fault in faults)
    for net in NETS:
        print(f"{net:<16} {nets[net]:>4}")
    caught = len(faults) - nets[""]
    good = caught >= LEAST_SHARE * len(faults) > 0
    for fault in faults:
        result = known[fault.name]
        if not result["net"]:
            print(f"survived: {fault.name}: {EXPLAINED.get(fault.name, 'NOT EXPLAINED')}")
            good = good and fault.name in EXPLAINED
        # The RTL itself refuses a latency that is shorter than its pipeline.
        if fault.latency and not (result["net"] == RANDOM and result["how"].startswith(("events", "does not elaborate"))):
            print(f"not caught by an event: {fault.name}: {result['net']} {result['how']}")
            good = False
    print(f"{caught} of {len(faults)} faults caught ({100 * caught / max(1, len(faults)):.1f} %)")
    return 0 if good else 3


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", type=pathlib.Path, help="a build folder of the project")
    parser.add_argument("--folder", type=pathlib.Path, required=True, help="results and intermediate files")
    parser.add_argument("--only", default="", help="faults whose name contains this")
    parser.add_argument("--jobs", type=int, default=1, help="faults at a time (default: 1)")
    parser.add_argument("--summary", action="store_true", help="of the results that are there; nothing is run")
    arguments = parser.parse_args()

    faults = [fault for fault in all_faults() if arguments.only in fault.name]
    if not faults:
        parser.error(f"no fault's name contains '{arguments.only}'")
    file = arguments.folder / "results.jsonl"
    known = read_results(file)
    if arguments.summary:
        faults = [fault for fault in faults if fault.name in known]
    else:
        for number in (signal.SIGINT, signal.SIGTERM): # also where a shell has switched Ctrl-C off
            signal.signal(number, signal.default_int_handler)
        if not arguments.build or not (arguments.build / "bin/weft_cosim_random").exists():
            parser.error("--build must name a build folder in which weft_cosim_random is built")
        arguments.folder.mkdir(parents=True, exist_ok=True)
        run(faults, known, arguments, file)
    return summary(faults, known)


if __name__ == "__main__":
    sys.exit(main())
