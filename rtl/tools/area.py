#!/usr/bin/env python3
"""Cells, area and longest path of the design's blocks, synthesised by Yosys for a library of standard cells.

    area.py --parameters weft_params_pkg.sv --isa weft_isa_pkg.sv [--liberty FILE_OR_FOLDER...] [--block MODULE...] [--json]

Each module is mapped once. The blocks of the core and modules that are instantiated often are kept apart, what is in them is
flattened: a longest path does not leave its block. SRAMs (weft_sram) are macros: they are listed with their size and have
no area here. The library is a Liberty file, several (they are merged), or a folder of them; by default ASAP7 in
$WEFT_DATA/liberty, else ../shared/data/liberty beside the project.
"""

import argparse
import gzip
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time

RTL = pathlib.Path(__file__).resolve().parent.parent
TOP = "weft_core"
MACRO = "weft_sram"
OFTEN = 4  # instances from which on a module is kept apart


# What ABC does to a module: as Yosys' default, then buffers and sizes for the clock, and says the longest path.
MAPPING = ("strash;&get -n;&fraig -x;&put;scorr;dc2;strash;&get -n;&dch -f;&nf {D};&put;buffer -c;topo;upsize {D};dnsize {D};"
           "stime -p")


class AreaError(Exception):
    pass


# --- Library ------------------------------------------------------------------------------------------------------------

def default_library():
    data = pathlib.Path(os.environ.get("WEFT_DATA") or RTL.parent.parent / "shared" / "data")
    folder = data / "liberty" / "asap7"
    if not folder.is_dir():
        raise AreaError(f"there is no cell library in '{folder}': name a Liberty file with --liberty")
    return [folder]


def library_files(names):
    for name in names:
        files = [name]
        if name.is_dir():
            files = sorted([*name.glob("*.lib"), *name.glob("*.lib.gz")])
        if not files or not files[0].is_file():
            raise AreaError(f"there is no Liberty file '{name}'")
        yield from files


def read_library(path):
    with (gzip.open if path.suffix == ".gz" else open)(path, "rt", encoding="utf-8", errors="replace") as file:
        text = file.read()
    if not re.search(r"^\s*library\s*\(", text, re.MULTILINE) or not re.search(r"^\s*cell\s*\(", text, re.MULTILINE):
        raise AreaError(f"'{path}' is no Liberty file with cells")
    return text


def merge_libraries(paths):
    """One library: the first one's head and the cells of all. (ABC of Yosys 0.23 takes one file.)"""
    texts = [read_library(path) for path in paths]
    bodies = []
    for text in texts:
        first = re.search(r"^\s*cell\s*\(", text, re.MULTILINE).start()
        bodies.append(text[first:text.rindex("}")])
    return texts[0][:re.search(r"^\s*cell\s*\(", texts[0], re.MULTILINE).start()] + "\n".join(bodies) + "\n}\n"


def sequential_cells(library):
    """Names of the cells that have a state."""
    cells = re.split(r"^\s*cell\s*\(\s*\"?(\w+)\"?\s*\)", library, flags=re.MULTILINE)
    return {name for name, body in zip(cells[1::2], cells[2::2]) if re.search(r"^\s*(ff|latch)\s*\(", body, re.MULTILINE)}


# --- Yosys --------------------------------------------------------------------------------------------------------------

def yosys(program, script, folder):
    path = folder / "script.ys"
    path.write_text(script, encoding="utf-8")
    done = subprocess.run([program, "-Q", "-s", str(path)], capture_output=True, text=True, errors="replace", cwd=folder)
    if done.returncode != 0:
        raise AreaError(f"Yosys failed: {(done.stderr.strip() or done.stdout.strip()).splitlines()[-1]}")
    return done.stdout


def plain(name):
    """The name in the source of a module that Yosys derived for some parameters."""
    return re.search(r"(weft_\w+)", name).group(1) if "weft_" in name else name.lstrip("\\")


def instances(stat, top):
    """How often each module is in the top, and the submodules of each."""
    counts = {}

    def visit(name, times):
        counts[name] = counts.get(name, 0) + times
        for kind, number in stat[name].items():
            if kind in stat:
                visit(kind, times * number)

    visit(top, 1)
    return counts


def read_stat(text):
    """{module: {cell type: number}} and {module: area} of the output of `stat`."""
    cells, areas, module = {}, {}, None
    for line in text.splitlines():
        if line.startswith("=== design hierarchy"):
            break
        if match := re.match(r"=== (\S+) ===", line):
            module = match.group(1)
            cells[module] = {}
        elif match := re.match(r" {5}(\S+) +(\d+)$", line):
            if module and not line.startswith("   Number"):
                cells[module][match.group(1)] = int(match.group(2))
        elif match := re.match(r" *Chip area for module '(\S+)': ([\d.]+)", line):
            areas[match.group(1).lstrip("\\")] = float(match.group(2))
    return cells, areas


def longest_paths(log):
    """{module: picoseconds} of what ABC says after the mapping of each."""
    paths, module = {}, None
    for line in log.splitlines():
        if match := re.search(r"Extracting gate netlist of module `\\?(\S+)' to", line):
            module = match.group(1)
        elif match := re.search(r"ABC: .*Delay = +([\d.]+) ps", line):
            paths[module] = max(float(match.group(1)), paths.get(module, 0.0))
    return paths


def read_sources(arguments):
    sram = RTL / "common" / f"{MACRO}.sv"
    files = [path for path in sorted(RTL.rglob("*.sv"))
             if "sim" not in path.relative_to(RTL).parts and path != sram and path.name != "weft_pkg.sv"]
    names = " ".join(f'"{path}"' for path in [arguments.isa, arguments.parameters, RTL / "weft_pkg.sv", *files])
    return f'read_verilog -sv -lib "{sram}"\nread_verilog -sv {names}\n'


def synthesise(arguments, top, folder):
    """The report of one top: blocks and macros."""
    begun = time.monotonic()
    sources = read_sources(arguments)
    hierarchy = f"{sources}hierarchy -check -top {top}\n"

    # What is kept apart: the top, what it consists of, and what there is many of.
    stat, _ = read_stat(yosys(arguments.yosys, hierarchy + "stat\n", folder))
    root = next((name for name in stat if plain(name) == top), None)
    if root is None:
        raise AreaError(f"Yosys does not know the top '{top}'")
    counts = instances(stat, root)
    apart = [name for name in counts if name == root or name in stat[root] and root == TOP or counts[name] >= OFTEN]
    period = re.search(r"CLOCK_MHZ = 32'd(\d+)", arguments.parameters.read_text(encoding="utf-8"))
    kept = "\n".join(f"setattr -mod -set keep_hierarchy 1 {name if name[0] == '$' else chr(92) + name}" for name in apart)
    library = folder / "cells.lib"
    output = yosys(arguments.yosys, f"""{hierarchy}{kept}
proc
flatten
synth -run coarse: -noabc -noshare
dfflibmap -liberty {library}
abc -D {1000000 // int(period.group(1))} -liberty {library} -script +{MAPPING.replace(" ", ",")}
opt_clean
tee -o stat.txt stat -liberty {library}
dump -m -o macros.txt t:{MACRO}
""", folder)
    cells, areas = read_stat((folder / "stat.txt").read_text(encoding="utf-8"))
    return collect(arguments, top, cells, areas, longest_paths(output), folder, time.monotonic() - begun)


def macros(text):
    """[(module, bits of a word, words)] of each SRAM in the output of `dump`."""
    found, module = [], None
    for line in text.splitlines():
        if match := re.match(r"\s*module \\?(\S+)", line):
            module = match.group(1)
        elif re.match(rf"\s*cell \\{MACRO} ", line):
            found.append([module, 64, 64])
        elif match := re.match(r"\s*parameter (?:signed )?\\(WIDTH|DEPTH) (?:\d+'([01]+)|(\d+))", line):
            value = int(match.group(2), 2) if match.group(2) else int(match.group(3))
            found[-1][1 if match.group(1) == "WIDTH" else 2] = value
    return found


def collect(arguments, top, cells, areas, paths, folder, seconds):
    root = next(name for name in cells if plain(name) == top)
    counts = instances(cells, root)
    blocks = {}
    for name, number in counts.items():
        own = {kind: count for kind, count in cells[name].items() if kind not in cells and kind != MACRO}
        block = blocks.setdefault(plain(name), {
            "block": plain(name), "instances": 0, "variants": 0, "cells": 0, "sequential": 0, "area_um2": 0.0,
            "longest_path_ps": 0.0})
        block["instances"] += number
        block["variants"] += 1
        block["cells"] += number * sum(own.values())
        block["sequential"] += number * sum(count for kind, count in own.items() if kind in arguments.sequential)
        block["area_um2"] += number * areas.get(name, 0.0)
        block["longest_path_ps"] = max(block["longest_path_ps"], paths.get(name, 0.0))
    memories = {}
    for module, width, depth in macros((folder / "macros.txt").read_text(encoding="utf-8")):
        key = (plain(module), width, depth)
        memories[key] = memories.get(key, 0) + counts[module]
    return {
        "top": top,
        "seconds": round(seconds, 1),
        "blocks": sorted(blocks.values(), key=lambda block: -block["area_um2"]),
        "srams": [{"block": block, "macros": number, "words": depth, "word_bits": width, "ports": "1R1W",
                   "bits": number * depth * width} for (block, width, depth), number in sorted(memories.items())],
        "cells": sum(block["cells"] for block in blocks.values()),
        "sequential": sum(block["sequential"] for block in blocks.values()),
        "area_um2": round(sum(block["area_um2"] for block in blocks.values()), 1),
    }


# --- Output -------------------------------------------------------------------------------------------------------------

def table(report):
    def row(name, number, cells, sequential, area, share, path):
        return f"{name:<26}{number:>10}{cells:>11}{sequential:>12}{area:>15}{share:>8}{path:>14}"

    lines = [row(report["top"], "instances", "cells", "sequential", "area um2", "share", "longest ps")]
    for block in report["blocks"]:
        share = block["area_um2"] / report["area_um2"] if report["area_um2"] else 0.0
        lines.append(row(block["block"], block["instances"], f"{block['cells']:,}", f"{block['sequential']:,}",
                         f"{block['area_um2']:,.1f}", f"{share:.1%}", f"{block['longest_path_ps']:,.0f}"))
    lines.append(row("total, without SRAMs", "", f"{report['cells']:,}", f"{report['sequential']:,}",
                     f"{report['area_um2']:,.1f}", "", ""))
    for sram in report["srams"]:
        lines.append(f"SRAM in {sram['block']}: {sram['macros']} x {sram['words']} words of {sram['word_bits']} bits, "
                     f"{sram['ports']}: {sram['bits'] / 8192:,.1f} KiB")
    lines.append(f"({report['seconds']} s)")
    return "\n".join(lines)


def run(arguments):
    arguments.yosys = shutil.which(arguments.yosys)
    if not arguments.yosys:
        raise AreaError("Yosys is not installed (Debian package yosys)")
    known = {path.stem for path in RTL.rglob("*.sv") if "sim" not in path.relative_to(RTL).parts and path.stem[-4:] != "_pkg"}
    for block in arguments.block or []:
        if block not in known - {MACRO}:
            raise AreaError(f"there is no block '{block}'; the blocks are {', '.join(sorted(known - {MACRO}))}")
    library = merge_libraries(list(library_files(arguments.liberty or default_library())))
    arguments.sequential = sequential_cells(library)
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        (folder / "cells.lib").write_text(library, encoding="utf-8")
        reports = [synthesise(arguments, top, folder) for top in arguments.block or [TOP]]
    print(json.dumps(reports, indent=1) if arguments.json else "\n\n".join(map(table, reports)))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--parameters", type=lambda name: pathlib.Path(name).resolve(), required=True)
    parser.add_argument("--isa", type=lambda name: pathlib.Path(name).resolve(), required=True)
    parser.add_argument("--liberty", type=lambda name: pathlib.Path(name).resolve(), action="append")
    parser.add_argument("--block", action="append")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--yosys", default="yosys")
    try:
        run(parser.parse_args())
    except AreaError as error:
        sys.exit(f"weft: error: {error}")


if __name__ == "__main__":
    main()
