"""From the RTL to netlists with Yosys: what is kept apart, the mapping of one block, and the core put together again."""

import hashlib
import json
import os
import pathlib
import re
import signal
import subprocess
import tempfile

import liberty

RTL = pathlib.Path(__file__).resolve().parent.parent
TOP = "weft_core"
MACRO = "weft_sram"
OFTEN = 4     # instances from which on a module is kept apart,
LARGE = 512   # and bits of state of its own
LOST = 0.1    # part of a block's state that may turn out constant, or equal to another one

# How a block is mapped. ABC: without SAT sweeping, which takes minutes for a multiplier and finds nothing, and without dc2, which
# makes chains of parallel prefix adders; then buffers and sizes for the clock, and the longest path. The pattern of names is not that
# of the elaboration: Yosys gives a wire the name of a cell that was numbered before.
MAPPING = "strash;&get -n;&dch -f;&nf {D};&put;buffer -c;topo;upsize {D};dnsize {D};stime -p"
RECIPE = f"""read_rtlil block.il
hierarchy -check -top %(top)s
synth -run coarse: -noabc -noshare
rename -wire -suffix _reg t:$_*FF*
dfflibmap -liberty outline.lib
abc -D %(period)d -liberty /proc/self/cwd/cells.lib -script +{MAPPING.replace(" ", ",")}
opt_clean -purge
rename -enumerate -pattern _mapped%%_
tee -o stat.txt stat -liberty outline.lib
select %(top)s
write_rtlil -selected netlist.il
"""

REGISTERS = {"dff", "dffe", "adff", "adffe", "sdff", "sdffe", "sdffce", "dffsr", "dffsre", "aldff", "aldffe", "dlatch", "adlatch",
             "dlatchsr"}


class NetlistError(Exception):
    pass


def plain(name):
    """The name in the source of a module that Yosys derived for some parameters."""
    return re.search(r"(weft_\w+)", name).group(1) if "weft_" in name else name.lstrip("\\")


def run(command, folder, log):
    """Runs a program to its end; it does not outlive this process's interruption. Yosys and ABC put names into scripts and
    shell commands as they are: all files are in the folder and have plain names."""
    with open(log, "w", encoding="utf-8") as file:
        process = subprocess.Popen(command, stdout=file, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, cwd=folder,
                                   env={**os.environ, "TMPDIR": "."}, start_new_session=True)
        try:
            code = process.wait()
        except BaseException:
            os.killpg(process.pid, signal.SIGKILL) # ABC is a process below Yosys
            process.wait()
            raise
    text = pathlib.Path(log).read_text(encoding="utf-8", errors="replace")
    if code != 0:
        raise NetlistError(f"{pathlib.Path(command[0]).name} failed: {(text.strip() or 'no output').splitlines()[-1]}")
    return text


def yosys(program, script, folder):
    (folder / "script.ys").write_text(script, encoding="utf-8")
    return run([program, "-Q", "-s", "script.ys"], folder, folder / "yosys.log")


# --- RTL ----------------------------------------------------------------------------------------------------------------

class Module:
    """A module of the elaborated design, in Yosys' RTLIL."""

    def __init__(self, name, text):
        self.name = name
        self.text = text
        self.kinds = re.findall(r"^  cell \\?(\S+) \S+$", text, re.MULTILINE)
        self.state = self.count_state()

    def count_state(self):
        """Bits of registers and of memories that are no macros."""
        bits = 0
        for kind, body in re.findall(r"^  cell \$(\w+) \S+\n(.*?)^  end$", self.text, re.MULTILINE | re.DOTALL):
            if kind in REGISTERS:
                bits += int(re.search(r"parameter \\WIDTH (\d+)$", body, re.MULTILINE).group(1))
        written = set(re.findall(r"^  cell \$memwr\w* \S+\n(?:    .*\n)*?    parameter \\MEMID \"\\(\S+)\"$", self.text, re.MULTILINE))
        for width, size, name in re.findall(r"^  memory width (\d+) size (\d+) (?:offset \d+ )?(\S+)$", self.text, re.MULTILINE):
            if name in written: # else a table of constants
                bits += int(width) * int(size)
        return bits

    def macros(self):
        """(words, bits of a word) of each SRAM in it."""
        for body in re.findall(rf"^  cell \\{MACRO} \S+\n(.*?)^  end$", self.text, re.MULTILINE | re.DOTALL):
            values = {"WIDTH": 64, "DEPTH": 64}
            for name, binary, number in re.findall(r"parameter (?:signed )?\\(\w+) (?:\d+'([01]+)|(\d+))$", body, re.MULTILINE):
                values[name] = int(binary, 2) if binary else int(number)
            yield values["DEPTH"], values["WIDTH"]

    def interface(self):
        """The module as a black box."""
        ports = re.findall(r"^  (?:parameter .*|wire .*\b(?:input|output|inout) \d+ .*)$", self.text, re.MULTILINE)
        return "\n".join(["attribute \\blackbox 1", f"module {escaped(self.name)}", *ports, "end", ""])


def escaped(name):
    return name if name[0] == "$" else "\\" + name


def read_modules(text):
    modules = {}
    for name, body in re.findall(r"^module \\?(\S+)\n(.*?)^end$", text, re.MULTILINE | re.DOTALL):
        modules[name] = Module(name, f"module {escaped(name)}\n{body}end\n")
    return modules


def instances(modules, top):
    """How often each module is in the top."""
    counts = {}

    def visit(name, times):
        counts[name] = counts.get(name, 0) + times
        for kind in modules[name].kinds:
            if kind in modules and kind != MACRO:
                visit(kind, times)

    visit(top, 1)
    return counts


def elaborate(program, sources, top, folder):
    """The modules of the design that are kept apart, everything else being flattened into them; and the top's name."""
    sram = RTL / "common" / f"{MACRO}.sv"
    files = [path for path in sorted(RTL.rglob("*.sv"))
             if "sim" not in path.relative_to(RTL).parts and path != sram and path.stem[-4:] != "_pkg"]
    names = " ".join(f'"{path}"' for path in [*sources, RTL / "weft_pkg.sv", *files])
    yosys(program, f"""read_verilog -sv -lib "{sram}"
read_verilog -sv {names}
hierarchy -check -top {top}
proc
opt_clean
write_rtlil design.il
""", folder)
    modules = read_modules((folder / "design.il").read_text(encoding="utf-8"))
    root = next((name for name in modules if plain(name) == top), None)
    if root is None:
        raise NetlistError(f"Yosys does not know the top '{top}'")
    counts = instances(modules, root)

    def is_kept(name):
        block = root == TOP and name in modules[root].kinds
        return name == root or block or modules[name].state >= LARGE or (counts[name] >= OFTEN and modules[name].state)

    kept = [name for name in counts if is_kept(name)]
    keep = "\n".join(f"setattr -mod -set keep_hierarchy 1 {escaped(name)}" for name in kept)
    yosys(program, f"""read_rtlil design.il
{keep}
flatten
setattr -unset src *
setattr -mod -unset src *
rename -enumerate
write_rtlil design.il
""", folder)
    flat = read_modules((folder / "design.il").read_text(encoding="utf-8"))
    check_nothing_is_lost({name: modules[name] for name in counts}, counts, flat, root)
    return flat, root


def check_nothing_is_lost(before, counts, after, root):
    """State and macros of the whole are the same before and after flattening."""
    def total(modules, numbers):
        macros = sorted(macro for name, number in numbers.items() for macro in [*modules[name].macros()] * number)
        return sum(modules[name].state * number for name, number in numbers.items()), macros

    if total(before, counts) != total(after, instances(after, root)):
        raise NetlistError("Yosys lost registers or memories while flattening")


# --- One block ----------------------------------------------------------------------------------------------------------

class Cache:
    """Texts under a key, each in a file of its own with a hash. What is damaged, or can be the work of another user than
    this one or root, is not there; a folder that cannot be written is good for what it has."""

    def __init__(self, folder):
        self.folder = folder

    def seal(self, key, text):
        return hashlib.sha256((key + text).encode()).hexdigest()

    def get(self, key):
        try:
            with open(self.folder / key, encoding="utf-8", newline="",
                      opener=lambda name, flags: os.open(name, flags | os.O_NOFOLLOW | os.O_NONBLOCK)) as file:
                status = os.fstat(file.fileno())
                if status.st_uid not in (0, os.geteuid()) or status.st_mode & 0o022:
                    return None
                seal, _, text = file.read().partition("\n")
        except (OSError, UnicodeDecodeError):
            return None
        return text if seal == self.seal(key, text) else None

    def check(self):
        """Before long work whose result is to be kept."""
        if not os.access(self.folder, os.W_OK | os.X_OK):
            raise NetlistError(f"cannot keep mapped blocks in '{self.folder}', which cannot be written: set WEFT_CACHE")

    def put(self, key, text):
        try:
            with tempfile.TemporaryDirectory(prefix=".weft-", dir=self.folder) as name:
                path = pathlib.Path(name) / key
                path.write_text(f"{self.seal(key, text)}\n{text}", encoding="utf-8", newline="")
                path.chmod(path.stat().st_mode & ~0o022)
                os.replace(path, self.folder / key)
        except OSError as error:
            raise NetlistError(f"cannot keep mapped blocks in '{self.folder}': {error.strerror}") from error


class Mapper:
    """Maps blocks in a folder; what was mapped once is kept in the cache under a hash of everything that goes into it."""

    def __init__(self, program, library, folder, period_ps, cache):
        self.program = program
        self.folder = folder
        (folder / "cells.lib").write_text(library, encoding="utf-8")
        (folder / "outline.lib").write_text(liberty.outline(library), encoding="utf-8")
        self.sequential = liberty.sequential_cells(library)
        self.period = period_ps
        self.cache = Cache(cache)
        version = subprocess.run([program, "-V"], capture_output=True, text=True).stdout
        self.recipe = "\n".join([version, hashlib.sha256(library.encode()).hexdigest(), str(period_ps), RECIPE])

    def place(self, module, modules):
        text = "".join(modules[kind].interface() for kind in sorted(set(module.kinds)) if kind in modules) + module.text
        return text, hashlib.sha256((self.recipe + text).encode()).hexdigest()[:32] + ".json"

    def kept(self, module, modules):
        """Report and netlist of a block that was mapped before, or None."""
        text = self.cache.get(self.place(module, modules)[1])
        return text and tuple(json.loads(text))

    def map(self, module, modules):
        """The report of a block, and its netlist."""
        self.cache.check()
        text, key = self.place(module, modules)
        (self.folder / "block.il").write_text(text, encoding="utf-8")
        log = yosys(self.program, RECIPE % {"top": escaped(module.name), "period": self.period}, self.folder)
        result = (self.folder / "netlist.il").read_text(encoding="utf-8")
        stat = (self.folder / "stat.txt").read_text(encoding="utf-8")
        report = self.describe(module, read_modules(result)[module.name], stat, log)
        self.cache.put(key, json.dumps([report, result]))
        return report, result

    def describe(self, module, mapped, stat, log):
        if sorted(mapped.macros()) != sorted(module.macros()):
            raise NetlistError(f"Yosys lost SRAMs of {plain(module.name)}")
        wild = sorted({kind for kind in mapped.kinds if kind.startswith("$") and not "weft_" in kind})
        if wild:
            raise NetlistError(f"{plain(module.name)} has cells that are not mapped: {', '.join(wild)}")
        cells = {}
        for kind in mapped.kinds:
            cells[kind] = cells.get(kind, 0) + 1
        state = sum(count for kind, count in cells.items() if kind in self.sequential)
        if not (1 - LOST) * module.state <= state <= module.state:
            raise NetlistError(f"{plain(module.name)} has {module.state} bits of state, and {state} sequential cells became of them")
        areas = re.findall(r"Chip area for (?:top )?module .*: ([\d.]+)", stat)
        paths = re.findall(r"ABC: .*Delay = +([\d.]+) ps", log)
        return {"cells": cells, "area": float(areas[-1]) if areas else 0.0, "path": max(map(float, paths), default=0.0),
                "macros": sorted(module.macros()), "state": module.state, "sequential": state}


# --- The whole ----------------------------------------------------------------------------------------------------------

def cut(blif, sequential):
    """The combinational logic of a netlist in BLIF: what registers and macros give is an input, what they take an output.
    Also a name in the source for each input and output, in their order."""
    inputs = {"$false": "0", "$true": "1", "$undef": "x"}
    outputs, gates, aliases, last = {}, [], {}, None
    for line in blif.replace("\\\n", " ").splitlines():
        words = line.split()
        kind = words[0] if words else ""
        if kind == ".inputs":
            inputs.update((net, net) for net in words[1:])
        elif kind == ".outputs":
            outputs.update((net, net) for net in words[1:])
        elif kind == ".names" and len(words) == 3:
            aliases[words[2]] = words[1]
        elif kind in (".gate", ".subckt"):
            if words[1] in sequential or words[1] == MACRO:
                last = words
            else:
                last = None
                gates.append(line)
        elif kind == ".cname" and last:
            name = re.sub(r"_reg(_\d+)?$", "", words[1])
            for pin, net in (word.split("=", 1) for word in last[2:]):
                gives = sequential[last[1]][pin] == "output" if last[1] in sequential else pin.startswith("read_data_o")
                (inputs if gives else outputs).setdefault(net, name)
    ends = {}
    for net, name in outputs.items():
        if aliases.get(net, net) not in inputs:
            ends.setdefault(aliases.get(net, net), name)
    text = "\n".join([".model whole", ".inputs " + " ".join(inputs), ".outputs " + " ".join(ends), *gates, ".end", ""])
    return text, list(inputs.values()), list(ends.values())


def whole_path(program, abc, mapper, modules, root, netlists, folder):
    """Picoseconds of the longest path between registers, macros and ports of the blocks put together again, its ends, and whether
    the nets that leave a block got their buffers."""
    (folder / "macro.il").write_text(modules[MACRO].interface() if MACRO in modules else "", encoding="utf-8")
    for number, text in enumerate(netlists):
        (folder / f"netlist{number}.il").write_text(text, encoding="utf-8")
    reads = "\n".join(f"read_rtlil netlist{number}.il" for number in range(len(netlists)))
    yosys(program, f"""read_rtlil macro.il
{reads}
hierarchy -top {escaped(root)}
setattr -mod -unset keep_hierarchy *
flatten
opt_clean -purge
write_blif -gates -cname whole.blif
""", folder)
    text, inputs, outputs = cut((folder / "whole.blif").read_text(encoding="utf-8"), mapper.sequential)
    (folder / "cut.blif").write_text(text, encoding="utf-8")
    def timed(buffer):
        return run([abc, "-c", f"read_lib -w cells.lib; read_blif cut.blif; topo; {buffer}upsize -D {mapper.period}; stime -p"],
                   folder, folder / "abc.log")

    try:
        log, buffered = timed("buffer -c; topo; "), True
    except NetlistError: # ABC's buffering ends with a failed assertion on some libraries
        log, buffered = timed(""), False
    found = re.search(r"Delay = +([\d.]+) ps", log)
    ends = re.search(r"Start-point = pi(\d+)\. +End-point = po(\d+)\.", log)
    if not found or not ends:
        raise NetlistError(f"ABC does not read the netlist of {plain(root)}")
    return float(found.group(1)), inputs[int(ends.group(1))], outputs[int(ends.group(2))], buffered
