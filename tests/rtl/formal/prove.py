#!/usr/bin/env python3
"""Proves properties of the design: each in a wrapper module that joins a block with a model of it.

    prove.py --list
    prove.py NAME [--fault NUMBER | --faults] --yosys YOSYS --abc ABC --rtl FOLDER --generated FOLDER --machines FOLDER

What is asserted holds in every cycle, whatever the inputs and whatever registers without a reset hold at the beginning.
Proved by induction over the cycles (`sat -tempinduct` of Yosys) or, where many cases meet, by `pdr` of the ABC that comes
with Yosys. --faults plants one defect after the other into the block (in a copy) and passes if every one makes the proof
fail.

A wrapper sees inside its block by a comment: `logic [3:0] head; // probe dut.head_q` connects the two. `[NAME]` in a probe
stands for all elements, the lowest first, where NAME is a parameter of the proof or the machine.
"""

import argparse
import pathlib
import re
import subprocess
import sys
import tempfile

from proofs import PROOFS

HERE = pathlib.Path(__file__).resolve().parent


class Failed(Exception):
    pass


def sources(top, folders):
    """The file of the module and those of all modules that it uses, found by their names."""
    files = {path.stem: path for folder in reversed(folders) for path in sorted(folder.rglob("*.sv"))}
    found, queue = [], [top]
    while queue:
        name = queue.pop()
        if name in files and files[name] not in found:
            found.append(files[name])
            queue += re.findall(r"\bweft_\w+\b", files[name].read_text(encoding="utf-8"))
    return sorted(found, key=lambda path: (not path.stem.endswith("_pkg"), path))


def probes(wrapper, values):
    """Pairs of a wire of the wrapper and the comma-separated wires that drive it, the highest first."""
    for wire, inner in re.findall(r"(\w+); *// probe (\S+)", wrapper):
        names = [inner]
        for size in re.findall(r"\[([A-Z_]+)\]", inner):
            names = [name.replace(f"[{size}]", f"[{i}]", 1) for name in names for i in reversed(range(values[size]))]
        yield wire, ",".join("\\" + name for name in names)


def script(proof, files, machine_package):
    text = machine_package.read_text(encoding="utf-8")
    values = {name: int(value) for name, value in re.findall(r"localparam logic \[31:0\] (\w+) = 32'd(\d+);", text)}
    values.update(proof.parameters)
    wrapper = next(path for path in files if path.stem == proof.top).read_text(encoding="utf-8")
    yield "read_verilog -sv -formal " + " ".join(map(str, files))
    for name, value in proof.parameters.items():
        yield f"chparam -set {name} {value} {proof.top}"
    yield f"hierarchy -check -top {proof.top}"
    yield "proc"
    yield "flatten"
    yield "memory_map"
    yield from (f"connect -set {wire} {inner}" for wire, inner in probes(wrapper, values))
    yield "setundef -undriven -anyseq" # before `opt`, which would make use of it
    yield "async2sync"


def run(command):
    return subprocess.run(command, capture_output=True, text=True, errors="replace")


def yosys(arguments, folder, commands):
    path = folder / "proof.ys"
    path.write_text("\n".join(commands) + "\n", encoding="utf-8")
    return run([arguments.yosys, "-Q", "-s", str(path)])


def refute_by_induction(arguments, folder, commands):
    """None if the assertions hold, else what Yosys says about a counterexample."""
    done = yosys(arguments, folder, commands + [
        "opt -full", "sat -verify -prove-asserts -set-assumes -tempinduct -seq 1 -maxsteps 2 -show-public"])
    if done.returncode == 0 and "Induction step proven: SUCCESS!" in done.stdout:
        return None
    if "proof did fail" not in done.stdout + done.stderr:
        sys.exit(f"prove: error: the proof could not be tried\n{done.stdout[-3000:]}{done.stderr}")
    return done.stdout[done.stdout.rfind("Executing SAT pass"):]


def refute_by_pdr(arguments, folder, commands):
    """The same with ABC, which names only the cycle."""
    circuit = folder / "proof.aig"
    done = yosys(arguments, folder, commands + [
        "opt -full", "setattr -unset keep", "delete -output", "opt -full", "techmap", "opt -fast", "dffunmap",
        "abc -g AND -fast", "opt_clean", f"write_aiger -I -B -zinit {circuit}"])
    if done.returncode == 0:
        done = run([arguments.abc, "-c", f"read_aiger {circuit}; fold; strash; pdr"])
        if "Property proved." in done.stdout:
            return None
        failed = re.search(r"was asserted in frame (\d+)", done.stdout)
        if failed:
            return f"an assertion fails in cycle {failed.group(1)}"
    sys.exit(f"prove: error: the proof could not be tried\n{done.stdout[-3000:]}{done.stderr}")


def prove(name, arguments, fault=None):
    """Runs the proof; the fault is planted first. Raises Failed if the property does not hold."""
    proof = PROOFS[name]
    package = arguments.machines / proof.machine / "weft_params_pkg.sv"
    files = sources(proof.top, [HERE, arguments.rtl]) + [arguments.generated / "weft_isa_pkg.sv", package]
    files = [path for path in files if path.stem != "weft_params_pkg"] + [package]
    files.sort(key=lambda path: not path.stem.endswith("_pkg"))
    with tempfile.TemporaryDirectory() as folder:
        if fault is not None:
            stem, old, new = proof.faults[fault]
            index = next(i for i, path in enumerate(files) if path.stem == stem)
            text = files[index].read_text(encoding="utf-8")
            if text.count(old) != 1:
                sys.exit(f"prove: error: fault {fault} of {name}: '{old}' is not once in {files[index].name}")
            files[index] = pathlib.Path(folder) / files[index].name
            files[index].write_text(text.replace(old, new), encoding="utf-8")
        folder = pathlib.Path(folder)
        refute = refute_by_pdr if proof.pdr else refute_by_induction
        refuted = refute(arguments, folder, list(script(proof, files, package)))
    if refuted is not None:
        raise Failed(f"{name}: {refuted}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("name", nargs="?", choices=PROOFS)
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--fault", type=int)
    parser.add_argument("--faults", action="store_true")
    parser.add_argument("--yosys", default="yosys")
    parser.add_argument("--abc", default="yosys-abc")
    for folder in ("rtl", "generated", "machines"):
        parser.add_argument(f"--{folder}", type=pathlib.Path)
    arguments = parser.parse_args()
    if arguments.list:
        print(";".join(PROOFS), end="")
        return 0
    if arguments.faults:
        missed = []
        for number, fault in enumerate(PROOFS[arguments.name].faults):
            try:
                prove(arguments.name, arguments, number)
                missed.append(fault)
            except Failed:
                print(f"found: {fault}")
        for fault in missed:
            print(f"NOT found: {fault}")
        return 1 if missed or not PROOFS[arguments.name].faults else 0
    try:
        prove(arguments.name, arguments, arguments.fault)
    except Failed as failed:
        print(failed)
        return 1
    print(f"{arguments.name}: proven")
    return 0


if __name__ == "__main__":
    sys.exit(main())
