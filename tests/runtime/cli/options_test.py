"""options_test.py WEFT PROJECT: is every option of every command used or refused, and every key of every input file?

The options are those that `weft help --json` lists: one without a case fails. A case is

    COMMAND OPTION | what follows `weft` | exit code | expression in output and messages [| file that must match instead]

Exit code 0 shows the use: the expression matches nothing that comes without the option. 1 and 2 show the refusal, which
names the option, or what it asked for, and what is legal.
"""

import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path

CASES = r"""
compile network | compile {digits} -o {o}.weft | 0 | 'digits' for edge-16
compile network | compile {digits}x -o {o}.weft | 1 | cannot read
compile --arch | compile {digits} --arch tpu-256 -o {o}.weft | 0 | for tpu-256
compile --arch | compile {digits} --arch edge-61 -o {o}.weft | 1 | did you mean 'edge-16'\?
compile --arch | compile {digits} --arch edge-16 --emit graph | 2 | --arch.* has no use with --emit graph
compile --output | compile {digits} -o {o}.weft | 0 | . | {o}.weft
compile --output | compile {digits} --output= | 2 | --output.*missing
compile --mapping | compile {digits} --mapping {buffers} --emit mapping | 0 | node: conv1\n(.*\n){{2}} +tile_rows: 1\n
compile --mapping | compile {digits} --mapping {empty} -o {o}.weft | 1 | empty.yaml:2: 'groups' must be a list
compile --mapping | compile {digits} --mapping {buffers} --arch tpu-256 -o {o}.weft | 1 | the machine 'edge-16'; this one is
compile --mapping | compile {digits} --mapping {buffers} --emit graph | 2 | --mapping.* has no use with --emit graph
compile --emit | compile {digits} --emit graph | 0 | weft_graph
compile --emit | compile {digits} --emit soup | 2 | --emit: soup not in
compile --batch | compile {digits} --batch 0 -o {o}.weft | 2 | --batch
compile --batch | compile {digits} --batch 4 -o {o}.weft | {batch_code} | {batch_text}
compile --dim | compile {digits} --dim nobody=3 -o {o}.weft | 1 | no input has an open dimension 'nobody'
compile --dim | compile {digits} --dim nobody=0 -o {o}.weft | 1 | --dim nobody=0: .* 1 or more
compile --dim | compile {digits} --dim a=1 --dim a=2 -o {o}.weft | 1 | --dim a=2: 'a' is given twice
compile --host | compile {digits} --host never -o {o}.weft | 0 | on the host
compile --host | compile {digits} --host never --emit graph | 2 | --host.* has no use with --emit graph
compile --host | compile {digits} --host sometimes -o {o}.weft | 2 | --host: sometimes not in
compile --quiet | compile {digits} -o {o}.weft --quiet | 0 | ^$
compile --progress | compile {digits} -o {o}.weft --progress | 0 | 'digits'
compile --progress | compile {digits} -o {o}.weft --progress -q | 2 | --quiet excludes --progress
run program | run {net} --random-input 1 | 0 | cycles
run program | run {digits} --random-input 1 | 1 | not a Weft program
run --device | run {net} --random-input 1 --device func | 0 | ^output '.*\n$
run --device | run {net} --random-input 1 --device funk | 1 | no device 'funk'; did you mean 'func'\?
run --input | run {net} --input {x} -o {o}.npz | 0 | . | {o}.npz
run --input | run {net} --input {x} --input {x} | 1 | is given twice
run --input | run {hand} --arch edge-16 --input {x} | 1 | there is no input
run --random-input | run {net} --random-input 1 | 0 | cycles
run --random-input | run {net} --random-input -1 | 2 | --random-input: '-1' is not a whole number
run --random-input | run {net} --random-input 99999999999999999999 | 2 | --random-input: .* not a whole number
run --random-input | run {net} --random-input 1 --input {x} | 2 | --input excludes --random-input
run --random-input | run {hand} --arch edge-16 --random-input 1 | 1 | --random-input has no use
run --max-cycles | run {net} --random-input 1 --max-cycles 10 | 3 | did not end within 10 cycles
run --max-cycles | run {net} --random-input 1 --device ref --max-cycles 10 | 1 | neither cycles nor instructions
run --output | run {net} --random-input 1 --output {o}.npz | 0 | . | {o}.npz
run --report | run {net} --random-input 1 --report {o}.json | 0 | "seed": "1" | {o}.json
run --report | run {net} --random-input 1 --report {o}.json --device ref | 0 | "machine": "edge-16" | {o}.json
run --trace | run {net} --random-input 1 --trace {o}.json | 0 | "tensor":"conv1 \(weights\)" | {o}.json
run --trace | run {net} --random-input 1 --trace {o}.json --device func | 1 | device 'func' has no time .*'cycle' or 'rtl'
run --trace | run {net} --random-input 1 --trace {o}.json --device ref | 1 | device 'ref' has no time .*'cycle' or 'rtl'
run --wave | run {net} --random-input 1 --wave {o}.fst | 1 | device 'cycle' has no waveforms; use the device 'rtl'
run --wave | run {net} --random-input 1 --wave {o}.fst --device func | 1 | device 'func' has no waveforms
run --wave | run {net} --random-input 1 --wave {o}.fst --device ref | 1 | device 'ref' has no waveforms
run --wave-from | run {net} --random-input 1 --wave-from 3 | 2 | --wave-from requires --wave
run --wave-from | run {net} --random-input 1 --wave {o}.fst --wave-from 9 --wave-to 8 | 1 | --wave-from 9 --wave-to 8
run --wave-to | run {net} --random-input 1 --wave-to 3 | 2 | --wave-to requires --wave
run --detect-races | run {net} --random-input 1 --detect-races | 0 | cycles
run --detect-races | run {net} --random-input 1 --detect-races --device rtl | 1 | 'rtl' does not look for races
run --detect-races | run {net} --random-input 1 --detect-races --device ref | 1 | 'ref' does not look for races
run --data-energy | run {net} --random-input 1 --data-energy | 0 | toggles of the run's data
run --data-energy | run {net} --random-input 1 --data-energy --device func | 1 | 'func' does not count zero operands
run --data-energy | run {net} --random-input 1 --data-energy --device ref | 1 | 'ref' does not count zero operands
run --data-energy | run {net} --random-input 1 --data-energy --device rtl | 1 | 'rtl' does not count zero operands
run --energy | run {net} --random-input 1 --energy {table} | 0 | energy table 'mine'
run --energy | run {net} --random-input 1 --energy {table} --device func | 1 | 'func' has no time and so no energy
run --energy | run {net} --random-input 1 --energy {table} --device ref | 1 | 'ref' has no time and so no energy
run --arch | run {hand} --arch edge-16 | 0 | cycles
run --arch | run {net} --random-input 1 --arch tpu-256 | 1 | program for another machine
run --arch | run {net} --random-input 1 --arch edge-16 --device ref | 1 | 'ref' has no machine, so --arch has no use
run --quiet | run {net} --random-input 1 --quiet | 0 | ^$
run --progress | run {net} --random-input 1 --progress | 0 | cycles
cosim program | cosim {digits} --random-input 1 | 1 | not a Weft program
cosim --input | cosim {net} --input {x} --random-input 1 | 2 | --input excludes --random-input
cosim --random-input | cosim {net} --random-input -1 | 2 | --random-input: '-1'
cosim --arch | cosim {net} --arch tpu-256 --random-input 1 | 1 | program for another machine
cosim --max-cycles | cosim {net} --max-cycles -3 | 2 | --max-cycles: '-3'
cosim --context | cosim {net} --context 0 | 2 | --context
cosim --wave | cosim {net} --random-input 1 --wave {folder}/none/w.fst | 1 | there is no folder
cosim --time-only | cosim {net} --time-only --input {x} --input {x} | 1 | is given twice
cosim --assertions | cosim {net} --assertions | 1 | no input is given
cosim --quiet | cosim {net} --quiet | 1 | no input is given
cosim --progress | cosim {net} --progress --quiet | 2 | --quiet excludes --progress
energy --arch | energy --arch tpu-256 | 0 | ^tpu-256:
energy --energy | energy --energy {table} | 0 | energy table 'mine'
energy --energy | energy --energy {buffers} | 1 | buffers.yaml:1: field 'schema' is missing
energy --synthesised | energy --synthesised {art} | 0 | scratchpad +[0-9.]+ .* [0-9.]+\n
energy --ert | energy --ert {o}.yaml | 0 | ERT: | {o}.yaml
energy --art | energy --art {o}.yaml | 0 | ART: | {o}.yaml
energy --data-energy | energy --data-energy | 0 | array.activation
energy --sources | energy --sources | 0 | nangate45
energy --json | energy --json | 0 | "actions": \[
energy --table | energy --table | 0 | schema: weft-energy
energy --table | energy --table --energy {table} | 0 | name: mine
energy --table | energy --table --arch tpu-256 | 2 | --arch excludes --table
energy --quiet | energy --quiet | 0 | ^$
report report | report {report} | 0 | Engines
report report | report {net} | 1 | net.weft: not JSON
report --json | report {report} --json | 0 | "schema": "weft-report/3"
report --json | report {report} {report} --json --html {o}.html | 1 | --json takes one report
report --html | report {report} --html {o}.html | 0 | "program_hash":"0x | {o}.html
report --csv | report {report} --csv {o}.csv | 0 | ,\(prologue\), | {o}.csv
report --csv | report {report} --csv {o}.csv --html {o}.csv | 1 | --html and --csv both name
report --quiet | report {report} --quiet | 0 | Engines
report --progress | report {report} --progress | 0 | Engines
explain report | explain {report} | 0 | Lifts of the network
explain --layer | explain {report} --layer conv1 | 0 | Lifts of layer 0
explain --layer | explain {report} --layer cnov1 | 1 | no ONNX node or function|nearest names are 'conv1'
explain --change | explain {report} --change array.rows=32 | 0 | With array.rows 16 -> 32
explain --change | explain {report} --change array.rows=32 --change array.rows=8 | 1 | array.rows is changed twice
explain --change | explain {report} --change icache.bytes=256 | 0 | not predicted
explain --change | explain {report} --change scratchpad.banks=1 | 0 | not predicted
explain --check | explain {report} --check --change scratchpad.banks=1 | 0 | not predicted, simulated
explain --network | explain {report} --check --network {digits} | 0 | Check of run
explain --network | explain {report} --network {digits} | 2 | --network requires --check
explain --json | explain {report} --json | 0 | "schema": "weft-explain/1"
explain --quiet | explain {report} --quiet | 0 | Lifts of the network
explain --progress | explain {report} --progress --quiet | 2 | --quiet excludes --progress
disasm program | disasm {net} | 0 | ONNX nodes: conv1
disasm --function | disasm {net} --function conv1 | 0 | <g000_conv1>
disasm --function | disasm {net} --function conv11 | 1 | no function or ONNX node 'conv11'; did you mean 'conv1'\?
asm source | asm {source}x -o {o}.o | 1 | cannot read
asm --output | asm {source} -o {o}.o | 0 | . | {o}.o
link inputs | link {object}x -o {o}.weft | 1 | the extension must be .c \(C\), .s \(assembly\) or .o
cc inputs | cc {object} -o {o}.weft | 0 | . | {o}.weft
cc inputs | cc nobody.c -o {o}.weft | 1 | clang refused it
cc --output | cc {object} -o {object} | 1 | it is an input of the same command
cc --arch | cc {object} -o {o}.weft --arch nobody | 1 | machine 'nobody' is neither
cc -O | cc {object} -o {o}.weft -O4 | 2 | -O
cc -I | cc {object} -o {o}.weft -I | 2 | -I
cc -D | cc {object} -o {o}.weft -D | 2 | -D
link --output | link {object} -o {o}.weft | 0 | . | {o}.weft
link --arch | link {object} -o {o}.weft --arch nobody | 1 | machine 'nobody' is neither
verify program | verify {net} | 0 | 0 errors
verify --arch | verify {hand} --arch edge-16 | 0 | 0 errors
verify --max-instructions | verify {hand} --arch edge-16 --max-instructions 1 | 5 | not verified to its end
verify --arch | verify {net} --arch nobody | 1 | machine 'nobody' is neither
verify --quiet | verify {net} --quiet | 0 | ^$
arch list --json | arch list --json | 0 | "scratchpad_bytes": 262144
arch show machine | arch show edge-16 | 0 | # 256 KiB
arch show machine | arch show edge-17 | 1 | did you mean 'edge-16'\?
arch check machine | arch check edge-16 | 0 | good
arch check --quiet | arch check edge-16 --quiet | 0 | ^$
area --arch | area --arch nobody | 1 | machine 'nobody' is neither
area --liberty | area --arch edge-16 --liberty {folder}/none.lib | 1 | none.lib
area --block | area --arch edge-16 --block no_such --liberty {folder}/none.lib | 1 | no_such|none.lib
area --json | area --arch nobody --json | 1 | machine 'nobody'
area --quiet | area --arch nobody --quiet | 1 | machine 'nobody'
area --progress | area --arch nobody --progress -q | 2 | --quiet excludes --progress
help command | help run | 0 | Run a program on a device
help command | help arch show | 0 | Print a machine's description
help command | help rnu | 2 | no command 'rnu'; did you mean 'run'\?
help --json | help --json | 0 | "command": "arch show"
completion shell | completion bash | 0 | complete .*-F _weft weft
completion shell | completion zsh | 0 | ^#compdef weft
completion shell | completion fish | 0 | -l random-input
completion shell | completion csh | 2 | csh not in
"""

# What is wrong with words that are no options.
WORDS = r"""
rnu | 2 | no command 'rnu'; did you mean 'run'\?
arch lsit | 2 | no command 'lsit'; did you mean 'list'\?
run {net} --divice=func | 2 | '--divice=func' was not expected; did you mean '--device'\?
version | 0 | ^weft [0-9.]+ \(commit
--version | 0 | ^weft [0-9.]+ \(commit
"""


class Test:
    def __init__(self, weft, folder, names):
        self.weft, self.folder, self.names, self.bad, self.number = weft, folder, names, 0, 0

    def run(self, words):
        result = subprocess.run([self.weft, *words], capture_output=True, text=True, errors="replace", check=False)
        return result.returncode, result.stdout + result.stderr

    def check(self, command, code, expression, file=None):
        self.number += 1
        names = {**self.names, "o": self.folder / f"out{self.number}"}
        words = command.format(**names).split()
        got, text = self.run(words)
        if file:
            path = Path(file.format(**names))
            text = path.read_bytes().decode(errors="replace") if path.exists() else text + "(no file)"
        if got != int(code.format(**names)) or not re.search(expression.format(**names), text):
            self.fail(f"weft {' '.join(words)}: exit code {got}, not {code} with '{expression}':\n{text[:400]}")

    def fail(self, text):
        self.bad += 1
        print(text)


# Every key, misspelt where it is first: named with its file, since it is missing or unknown.
def check_keys(test, file, command):
    text = re.sub(r"#.*", "", Path(test.names[file]).read_text())
    keys = dict.fromkeys(re.findall(r"(?m)(?:^\s*(?:- )?|[{,]\s*)([A-Za-z_]\w*):", text))
    wrong = test.folder / f"wrong_{Path(test.names[file]).name}"
    for key in keys:
        wrong.write_text(re.sub(rf"\b{key}:", f"{key}x:", text, count=1))
        code, said = test.run(command.format(**test.names, file=wrong).split())
        if code != 1 or str(wrong) not in said or not (key in said or "is missing" in said):
            test.fail(f"{file}: the key '{key}x' is not refused by name: exit code {code}: {said[:300]}")
    if len(keys) < 3:
        test.fail(f"{file}: only {len(keys)} keys were found")


def main():
    weft, project = sys.argv[1], Path(sys.argv[2])
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        paths = {"net": "net.weft", "hand": "hand.weft", "x": "x.npz", "report": "r.json", "table": "table.yaml",
                 "art": "art.yaml", "buffers": "buffers.yaml", "empty": "empty.yaml", "source": "a.s", "object": "a.o",
                 "machine": "machine.yaml", "mapping": "mapping.yaml"}
        names = {name: folder / path for name, path in paths.items()}
        names.update(digits=project / "workloads" / "digits" / "digits_int8_qdq.onnx", folder=folder)
        test = Test(weft, folder, names)

        def make(command):
            code, text = test.run(command.format(**names).split())
            if code != 0:
                sys.exit(f"weft {command}: {text}")
            return text

        make("compile {digits} -o {net} -q")
        names["source"].write_text(".globl _start\n_start:\n addi a0, zero, 0\n halt a0\n")
        make("asm {source} -o {object}")
        make("link {object} -o {hand}")
        make("run {net} --random-input 1 --report {report} -q")
        names["table"].write_text(make("energy --table").replace("name: default", "name: mine", 1))
        make("energy --art {art} -q")
        names["machine"].write_text(make("arch show edge-16"))
        names["mapping"].write_text(make("compile {digits} --emit mapping"))
        names["buffers"].write_text("machine: edge-16\ngroups:\n  - node: conv1\n    tile_rows: 1\n")
        names["empty"].write_text("machine: edge-16\ngroups: []\n")
        # The network's own input: what it takes, it gives back under that name.
        wanted = re.search(r"\n  (\S+): float32 \[([\d, ]+)\]", test.run(["run", str(names["net"])])[1])
        write_npz(names["x"], wanted[1], [int(extent) for extent in wanted[2].split(",")])
        fixed = "no input leaves its first dimension open" in test.run(
            ["compile", str(names["digits"]), "--batch", "4", "-o", str(folder / "b.weft")])[1]
        names.update(batch_code=1 if fixed else 0, batch_text="batch is given as 4" if fixed else "'digits'")

        covered = set()
        for line in CASES.strip().splitlines():
            option, command, code, *expected = (part.strip() for part in line.split(" | "))
            covered.add(option)
            test.check(command, code, *expected)
        for line in WORDS.strip().splitlines():
            test.check(*(part.strip() for part in line.split(" | ")))

        for command in json.loads(make("help --json")):
            for option in command["options"]:
                name = f"{command['command']} {option['names'][-1]}"
                if name not in covered:
                    test.fail(f"no case for '{name}'")
                covered.discard(name)
        for name in covered:
            test.fail(f"there is no option '{name}'")

        check_keys(test, "machine", "arch check {file}")
        check_keys(test, "mapping", "compile {digits} --mapping {file} --emit mapping")
        check_keys(test, "table", "energy --energy {file}")
        check_provenance(test, names)
        if test.bad:
            sys.exit(f"{test.bad} failures")


# Two runs of the same are told apart by the date alone, and everything that a run writes says where it comes from.
def check_provenance(test, names):
    reports = []
    for _ in range(2):
        path = test.folder / "again.json"
        test.run(["run", str(names["net"]), "--random-input", "7", "--report", str(path), "--trace", f"{path}.trace", "-q"])
        report = json.loads(path.read_text())
        trace = json.loads(Path(f"{path}.trace").read_text())["otherData"]
        if {**trace, "clock_mhz": 0} != {**report["provenance"], "clock_mhz": 0}:
            test.fail(f"trace and report differ in their provenance: {trace}")
        if not re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", report["provenance"].pop("date")):
            test.fail("the date is no date")
        reports.append(report)
    if reports[0] != reports[1]:
        test.fail("two runs differ in more than their date")
    if "--random-input 7" not in reports[0]["provenance"]["command"] or reports[0]["provenance"]["seed"] != "7":
        test.fail(f"the provenance does not say how the run was made: {reports[0]['provenance']}")


# A .npz with one float32 tensor of zeros, without numpy.
def write_npz(path, name, shape):
    import struct
    import zipfile

    count = 1
    for extent in shape:
        count *= extent
    header = f"{{'descr': '<f4', 'fortran_order': False, 'shape': ({', '.join(map(str, shape))},)}}"
    header += " " * ((-len(header) - 11) % 64) + "\n"
    data = b"\x93NUMPY\x01\x00" + struct.pack("<H", len(header)) + header.encode() + bytes(4 * count)
    with zipfile.ZipFile(path, "w") as file:
        file.writestr(f"{name}.npy", data)


if __name__ == "__main__":
    main()
