#!/usr/bin/env python3
"""Cells, area and longest path of the design's blocks, synthesised by Yosys for a library of standard cells.

    area.py --parameters weft_params_pkg.sv --isa weft_isa_pkg.sv [--liberty FILE_OR_FOLDER...] [--block MODULE...] [--json]

Each module is mapped once. The blocks of the core, modules that are instantiated often and those with much state are kept
apart, what is in them is flattened. A block's longest path ends at its ports; that of the whole goes through all of them. SRAMs
(weft_sram) are macros: they are listed with their size and have no area here; paths begin and end at them.
The library is a Liberty file, several (they are merged), or a folder of them; by default ASAP7 in $WEFT_DATA/liberty, else
../shared/data/liberty from the current folder.

Mapped blocks are kept in --cache (default $WEFT_CACHE/area, else ~/.cache/weft/area) under a hash of everything that goes into
them: an interrupted run goes on where it was. --progress says to standard error what is being done.
"""

import argparse
import json
import os
import pathlib
import re
import shutil
import signal
import sys
import tempfile
import time

import liberty
import netlist
from netlist import MACRO, RTL, TOP, plain


class AreaError(Exception):
    pass


def cache_folder():
    """Where `weft` keeps compiled models, too (rtl/sim/model_library.cpp)."""
    for variable, inner in (("WEFT_CACHE", "area"), ("XDG_CACHE_HOME", "weft/area"), ("HOME", ".cache/weft/area")):
        if os.environ.get(variable):
            return pathlib.Path(os.environ[variable]) / inner
    raise AreaError("there is no folder for mapped blocks: name one with --cache")


def synthesise(arguments, top, folder, say):
    """The report of one top: blocks and macros."""
    begun = time.monotonic()
    say(f"{top}: reading the RTL")
    modules, root = netlist.elaborate(arguments.yosys, [arguments.isa, arguments.parameters], top, folder)
    counts = netlist.instances(modules, root)
    clock = re.search(r"CLOCK_MHZ = 32'd(\d+)", arguments.parameters.read_text(encoding="utf-8"))
    mapper = netlist.Mapper(arguments.yosys, arguments.library, folder, 1000000 // int(clock.group(1)), arguments.cache)
    blocks, netlists = {}, []
    for number, name in enumerate(sorted(counts), 1):
        begin = time.monotonic()
        say(f"{top}: {number} of {len(counts)}: {plain(name)}")
        kept = mapper.kept(modules[name], modules)
        blocks[name], text = kept or mapper.map(modules[name], modules)
        say(f"{top}: {number} of {len(counts)}: {plain(name)}: " + ("kept" if kept else f"{time.monotonic() - begin:.0f} s"))
        netlists.append(text)
    path = None
    if len(blocks) > 1:
        say(f"{top}: longest path through {len(blocks)} blocks")
        path = netlist.whole_path(arguments.yosys, arguments.abc, mapper, modules, root, netlists, folder)
    return collect(top, root, counts, blocks, path, time.monotonic() - begun)


def collect(top, root, counts, mapped, path, seconds):
    blocks, memories = {}, {}
    for name, number in counts.items():
        own = {kind: count for kind, count in mapped[name]["cells"].items() if kind not in counts and kind != MACRO}
        block = blocks.setdefault(plain(name), {
            "block": plain(name), "instances": 0, "variants": 0, "cells": 0, "state_bits": 0, "sequential": 0, "area_um2": 0.0,
            "longest_path_ps": 0.0})
        block["instances"] += number
        block["variants"] += 1
        block["cells"] += number * sum(own.values())
        block["state_bits"] += number * mapped[name]["state"]
        block["sequential"] += number * mapped[name]["sequential"]
        block["area_um2"] += number * mapped[name]["area"]
        block["longest_path_ps"] = max(block["longest_path_ps"], mapped[name]["path"])
        for words, width in mapped[name]["macros"]:
            key = (plain(name), width, words)
            memories[key] = memories.get(key, 0) + number
    return {
        "top": top,
        "seconds": round(seconds, 1),
        "blocks": sorted(blocks.values(), key=lambda block: -block["area_um2"]),
        "srams": [{"block": block, "macros": number, "words": words, "word_bits": width, "ports": "1R1W",
                   "bits": number * words * width} for (block, width, words), number in sorted(memories.items())],
        "cells": sum(block["cells"] for block in blocks.values()),
        "state_bits": sum(block["state_bits"] for block in blocks.values()),
        "sequential": sum(block["sequential"] for block in blocks.values()),
        "area_um2": round(sum(block["area_um2"] for block in blocks.values()), 1),
        "longest_path": dict(zip(("ps", "from", "to", "buffered"), path or (mapped[root]["path"], None, None, True))),
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
                     f"{report['area_um2']:,.1f}", "", f"{report['longest_path']['ps']:,.0f}"))
    for sram in report["srams"]:
        lines.append(f"SRAM in {sram['block']}: {sram['macros']} x {sram['words']} words of {sram['word_bits']} bits, "
                     f"{sram['ports']}: {sram['bits'] / 8192:,.1f} KiB")
    path = report["longest_path"]
    if path["from"]:
        lines.append(f"longest path: {path['ps']:,.0f} ps from {path['from']} to {path['to']}"
                     + ("" if path["buffered"] else " (nets between blocks without buffers, which ABC cannot make of this library)"))
    lines.append(f"({report['seconds']} s)")
    return "\n".join(lines)


def run(arguments):
    for program in ("yosys", "abc"):
        path = shutil.which(getattr(arguments, program))
        if not path:
            raise AreaError("Yosys is not installed (Debian package yosys)")
        setattr(arguments, program, path)
    known = {path.stem for path in RTL.rglob("*.sv") if "sim" not in path.relative_to(RTL).parts and path.stem[-4:] != "_pkg"}
    for block in arguments.block or []:
        if block not in known - {MACRO}:
            raise AreaError(f"there is no block '{block}'; the blocks are {', '.join(sorted(known - {MACRO}))}")
    arguments.library = liberty.merge_libraries(list(liberty.library_files(arguments.liberty or liberty.default_library())))
    arguments.cache = arguments.cache or cache_folder()
    try:
        arguments.cache.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise AreaError(f"cannot keep mapped blocks in '{arguments.cache}': {error.strerror}") from error
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        def say(text):
            if arguments.progress:
                print(f"weft: {text}", file=sys.stderr, flush=True)

        reports = [synthesise(arguments, top, folder, say) for top in arguments.block or [TOP]]
    print(json.dumps(reports, indent=1) if arguments.json else "\n\n".join(map(table, reports)))


STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def interrupt(*_):
    for number in STOPPING:
        signal.signal(number, signal.SIG_IGN) # the first one is enough
    raise KeyboardInterrupt


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--parameters", type=lambda name: pathlib.Path(name).resolve(), required=True)
    parser.add_argument("--isa", type=lambda name: pathlib.Path(name).resolve(), required=True)
    parser.add_argument("--liberty", type=lambda name: pathlib.Path(name).resolve(), action="append")
    parser.add_argument("--block", action="append")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--cache", type=lambda name: pathlib.Path(name).resolve())
    parser.add_argument("--yosys", default="yosys")
    parser.add_argument("--abc", default="yosys-abc")
    parser.add_argument("--progress", action="store_true")
    for number in STOPPING:
        signal.signal(number, interrupt)
    try:
        run(parser.parse_args())
    except (AreaError, liberty.LibraryError, netlist.NetlistError) as error:
        sys.exit(f"weft: error: {error}")
    except (AttributeError, IndexError, KeyError, TypeError, ValueError) as error: # in what is made of the library's text
        sys.exit(f"weft: error: the cell library cannot be used: {type(error).__name__}: {error}")
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
