"""Writes a C++ file with the runtime library's objects as arrays."""

import pathlib
import sys


def main():
    output, *objects = sys.argv[1:]
    lines = ['#include "compiler/rtlib/rtlib.h"', "", "namespace weft {", "namespace {", ""]
    names = []
    for path in map(pathlib.Path, objects):
        name = path.stem
        names.append(name)
        data = path.read_bytes()
        lines.append(f"constexpr uint8_t k_{name}[] = {{")
        for start in range(0, len(data), 24):
            lines.append("    " + ",".join(str(byte) for byte in data[start : start + 24]) + ",")
        lines += ["};", ""]
    lines += ["} // namespace", "", "std::vector<LinkObject> runtimeLibrary() {", "  return {"]
    for name in names:
        lines.append(f'      {{"runtime library ({name})", {{std::begin(k_{name}), std::end(k_{name})}}}},')
    lines += ["  };", "}", "", "} // namespace weft", ""]
    pathlib.Path(output).write_text("\n".join(lines))


main()
