"""Does the synthesis report count what is there, and say clearly what is missing?

    area_test.py rtl/tools weft_isa_pkg.sv weft_params_pkg.sv

The parameters are those of the machine s4x4. What needs a cell library is skipped without ../shared/data (or $WEFT_DATA).
"""

import gzip
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

TOOLS, ISA, PARAMETERS = sys.argv[1:4]
sys.path.insert(0, TOOLS)
import area  # noqa: E402 (its folder is an argument)

LEFT = """library (left) {
  time_unit : "1ps";
  cell (INV) { area : 1; }
}
"""
RIGHT = """library (right) {
  cell ("DFF") {
    ff (IQ, IQN) { clocked_on : "CLK"; }
  }
  cell (NAND) { area : 2; }
}
"""


def run(*arguments, **environment):
    command = [sys.executable, "-B", str(pathlib.Path(TOOLS) / "area.py"), "--isa", ISA, "--parameters", PARAMETERS]
    return subprocess.run([*command, *arguments], capture_output=True, text=True, env={**os.environ, **environment})


def has_library():
    try:
        return area.default_library() != []
    except area.AreaError:
        return False


class Library(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        (self.folder / "left.lib").write_text(LEFT, encoding="utf-8")
        with gzip.open(self.folder / "right.lib.gz", "wt", encoding="utf-8") as file:
            file.write(RIGHT)

    def test_the_files_of_a_folder_become_one_library(self):
        merged = area.merge_libraries(list(area.library_files([self.folder])))
        self.assertEqual(merged.count("library ("), 1)
        self.assertTrue(merged.startswith("library (left)"))
        self.assertEqual([merged.count(name) for name in ("(INV)", '("DFF")', "(NAND)")], [1, 1, 1])
        self.assertEqual(merged.count("{"), merged.count("}"))

    def test_cells_with_a_state_are_known(self):
        self.assertEqual(area.sequential_cells(RIGHT), {"DFF"})


class Mistakes(unittest.TestCase):
    def expect(self, message, *arguments, **environment):
        done = run(*arguments, **environment)
        self.assertEqual(done.returncode, 1)
        self.assertEqual(done.stdout, "")
        self.assertRegex(done.stderr, "^weft: error: " + message)
        self.assertEqual(done.stderr.count("\n"), 1)

    def test_each_has_its_message(self):
        self.expect("Yosys is not installed", "--yosys", "no-such-yosys")
        self.expect("there is no cell library in '.*': name a Liberty file with --liberty", WEFT_DATA="/nowhere")
        self.expect("there is no Liberty file '/nowhere'", "--liberty", "/nowhere")
        self.expect("'.*' is no Liberty file with cells", "--liberty", ISA)
        self.expect("there is no block 'weft_soup'; the blocks are .*weft_pe_int8", "--block", "weft_soup")


@unittest.skipUnless(has_library(), "there is no cell library in ../shared/data/liberty or $WEFT_DATA")
class Reports(unittest.TestCase):
    def test_a_processing_element(self):
        done = run("--block", "weft_pe_int8", "--json")
        self.assertEqual(done.stderr, "")
        (report,) = json.loads(done.stdout)
        # Its registers: activation, swap, partial sum, active and shadow weight.
        self.assertEqual(report["sequential"], 10 + 1 + 32 + 10 + 10)
        self.assertGreater(report["cells"], 300)
        self.assertGreater(report["area_um2"], 50)
        (block,) = report["blocks"]
        self.assertEqual((block["block"], block["instances"], block["cells"]), ("weft_pe_int8", 1, report["cells"]))
        self.assertGreater(block["longest_path_ps"], 100)

    def test_memories_are_macros(self):
        (report,) = json.loads(run("--block", "weft_accumulators", "--json").stdout)
        self.assertEqual(report["srams"], [{
            "block": "weft_accumulators", "macros": 2, "words": 128, "word_bits": 128, "ports": "1R1W", "bits": 32768}])
        self.assertEqual(report["sequential"], 2) # the banks that were read

    def test_the_table_has_the_totals(self):
        output = run("--block", "weft_pe_int8").stdout
        self.assertRegex(output, r"weft_pe_int8 +1 +[\d,]+ +63 +[\d.,]+ +100.0% +[\d,]+\n")
        self.assertRegex(output, r"total, without SRAMs +[\d,]+ +63 +[\d.,]+")


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
