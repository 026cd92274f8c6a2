"""Does the synthesis report count what is there, and say clearly what is missing?

    area_test.py rtl/tools weft_isa_pkg.sv weft_params_pkg.sv [CORE_weft_params_pkg.sv]

The parameters are those of the machine s4x4. With those of another machine its whole core is synthesised, which takes some
minutes, and nothing else. What needs a cell library is skipped without ../shared/data (or $WEFT_DATA).
"""

import gzip
import json
import os
import pathlib
import re
import signal
import subprocess
import sys
import tempfile
import unittest

TOOLS, ISA, PARAMETERS, CORE = [*sys.argv[1:], None][:4]
sys.path.insert(0, TOOLS)
import area  # noqa: E402 (its folder is an argument)
import liberty  # noqa: E402
import netlist  # noqa: E402

LEFT = """library (left) {
  time_unit : "1ps";
  cell (INV) {
    area : 1;
    leakage_power () {
      when : "A";
      value : "{ 1 }";
    }
    internal_power () { fall_power (t) { values ("1, 2"); } }
    pin (Y) { internal_power () {
      } function : "!A"; }
  }
}
"""
RIGHT = """library (right) {
  cell ("DFF") {
    ff (IQ, IQN) { clocked_on : "CLK"; }
    pin ("CLK") { clock : true; direction : "input"; }
    pin (D) { direction : input; }
    pin (QN) {
      direction : "output";
    }
  }
  cell (NAND) { area : 2; }
}
"""


CACHE = tempfile.TemporaryDirectory()
os.environ["WEFT_CACHE"] = CACHE.name
COMMAND = [sys.executable, "-B", str(pathlib.Path(TOOLS) / "area.py"), "--isa", ISA, "--parameters"]


# The smaller library: ABC reads it in no time.
def small_library():
    return str(liberty.default_library()[0].parent / "ihp-sg13g2")


def run(*arguments, parameters=PARAMETERS, **environment):
    return subprocess.run([*COMMAND, parameters, *arguments], capture_output=True, text=True, env={**os.environ, **environment})


def has_library():
    try:
        return pathlib.Path(small_library()).is_dir()
    except liberty.LibraryError:
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
        merged = liberty.merge_libraries(list(liberty.library_files([self.folder])))
        self.assertEqual(merged.count("library ("), 1)
        self.assertTrue(merged.startswith("library (left)"))
        self.assertEqual([merged.count(name) for name in ("(INV)", '("DFF")', "(NAND)")], [1, 1, 1])
        self.assertEqual(merged.count("{"), merged.count("}"))

    def test_power_is_left_out_and_nothing_else(self):
        short = liberty.without(LEFT, "internal_power", "leakage_power")
        self.assertNotIn("power", short)
        self.assertNotIn("values", short)
        for kept in ("time_unit", "cell (INV)", "area : 1;", "pin (Y)", 'function : "!A"'):
            self.assertIn(kept, short)
        self.assertEqual(short.count("{"), short.count("}"))

    def test_cells_with_a_state_are_known(self):
        self.assertEqual(liberty.sequential_cells(RIGHT), {"DFF": {"CLK": "input", "D": "input", "QN": "output"}})

    def test_a_damaged_file_is_an_error_of_one_sentence(self):
        text = gzip.compress(RIGHT.encode())
        damaged = {"cut.lib": LEFT[:len(LEFT) // 2].encode(), "open.lib": LEFT.replace('"{ 1 }"', '"{ 1 }').encode(),
                   "more.lib": LEFT.encode() + b"}\n", "cut.lib.gz": text[:-20], "plain.lib.gz": b"hello\n",
                   "flipped.lib.gz": text[:40] + bytes([text[40] ^ 255]) + text[41:]}
        for name, content in damaged.items():
            (self.folder / name).write_bytes(content)
            with self.subTest(name), self.assertRaisesRegex(liberty.LibraryError, f"'.*{name}'"):
                liberty.read_library(self.folder / name)


RTLIL = r"""attribute \top 1
module \weft_top
  wire width 8 input 1 \d_i
  wire output 2 \q_o
  wire width 4 \inner
  cell $adff $procdff$1
    parameter \WIDTH 8
  end
  memory width 3 size 4 \queue
  memory width 5 size 4 $constants
  cell $memwr_v2 $memwr$1
    parameter \ABITS 2
    parameter \MEMID "\\queue"
    parameter \WIDTH 3
  end
  cell $memrd_v2 $memrd$1
    parameter \MEMID "$constants"
  end
  cell \weft_sram \bank
    parameter \DEPTH 32'00000000000000000000000000001010
    parameter \WIDTH 16
  end
  cell $paramod\weft_leaf\N=s32'00000000000000000000000000000010 \leaf
    connect \a \inner
  end
end
attribute \src "x"
module $paramod\weft_leaf\N=s32'00000000000000000000000000000010
  cell $dff $procdff$2
    parameter \WIDTH 1
  end
end
"""

BLIF = """.model \\weft_top
.inputs d_i[0] clk_i
.outputs q_o[0] w_o
.names $false
.names $true
1
.names q_q[0] q_o[0]
1 1
.gate INV A=n1 Y=n2
.cname $abc$1
.gate DFF CLK=clk_i D=n2 QN=n1
.cname u_x.q_q_reg_1
.gate weft_sram read_address_i[0]=n3 read_data_o[0]=n4
.cname u_y.bank
.gate NAND A=n4 \\
 B=d_i[0] Y=w_o
.cname $abc$2
.end
"""


class Kept(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.cache = netlist.Cache(pathlib.Path(folder.name))
        self.cache.put("a.json", "first\r\nsecond")
        self.file = self.cache.folder / "a.json"

    def test_a_text_comes_back_as_it_was(self):
        self.assertEqual(self.cache.get("a.json"), "first\r\nsecond")
        self.assertEqual([path.name for path in self.cache.folder.iterdir()], ["a.json"])

    def test_what_is_damaged_is_not_there(self):
        good = self.file.read_bytes()
        for bad in (b"", good[:-1], good + b"x", good.replace(b"first", b"worst"), b"\xff" + good):
            self.file.write_bytes(bad)
            self.assertIsNone(self.cache.get("a.json"))
        self.file.write_bytes(good)
        self.file.rename(self.cache.folder / "b.json") # the text of another key
        self.assertIsNone(self.cache.get("b.json"))
        self.assertIsNone(self.cache.get("c.json"))

    def test_what_somebody_else_can_have_written_is_not_there(self):
        self.file.chmod(0o666)
        self.assertIsNone(self.cache.get("a.json"))
        self.file.chmod(0o600)
        self.assertIsNotNone(self.cache.get("a.json"))
        if os.geteuid() == 0:
            os.chown(self.file, 12345, -1)
            self.assertIsNone(self.cache.get("a.json"))
        target = self.file.rename(self.cache.folder / "elsewhere")
        self.file.symlink_to(target)
        self.assertIsNone(self.cache.get("a.json"))


class Netlists(unittest.TestCase):
    def test_state_and_macros_of_a_module(self):
        modules = netlist.read_modules(RTLIL)
        top, leaf = modules.values()
        self.assertEqual((top.state, leaf.state), (8 + 3 * 4, 1))
        self.assertEqual((list(top.macros()), list(leaf.macros())), ([(10, 16)], []))
        self.assertEqual(netlist.instances(modules, top.name), {top.name: 1, leaf.name: 1})
        self.assertEqual(top.interface().splitlines()[1:-1], ["module \\weft_top", "  wire width 8 input 1 \\d_i", "  wire output 2 \\q_o"])

    def test_a_lost_register_or_memory_is_an_error(self):
        modules = netlist.read_modules(RTLIL)
        counts = netlist.instances(modules, "weft_top")
        netlist.check_nothing_is_lost(modules, counts, modules, "weft_top")
        for text in (RTLIL.replace("cell $dff", "cell $not"), RTLIL.replace("cell \\weft_sram", "cell \\weft_soup")):
            with self.assertRaisesRegex(netlist.NetlistError, "lost registers or memories"):
                netlist.check_nothing_is_lost(modules, counts, netlist.read_modules(text), "weft_top")

    def test_registers_and_macros_are_cut(self):
        text, begins, ends = netlist.cut(BLIF, {"DFF": {"CLK": "input", "D": "input", "QN": "output"}})
        nets = dict(line.split(" ", 1) for line in text.splitlines() if line[0] == "." and line[1] in "io")
        self.assertEqual(dict(zip(nets[".inputs"].split(), begins)), {
            "$false": "0", "$true": "1", "$undef": "x", "d_i[0]": "d_i[0]", "clk_i": "clk_i", "n1": "u_x.q_q", "n4": "u_y.bank"})
        self.assertEqual(dict(zip(nets[".outputs"].split(), ends)), {
            "q_q[0]": "q_o[0]", "w_o": "w_o", "n2": "u_x.q_q", "n3": "u_y.bank"})
        self.assertEqual([line for line in text.splitlines() if line.startswith(".gate")],
                         [".gate INV A=n1 Y=n2", ".gate NAND A=n4   B=d_i[0] Y=w_o"])


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
        done = run("--block", "weft_pe_int8", "--json", "--liberty", small_library())
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
        (report,) = json.loads(run("--block", "weft_accumulators", "--json", "--liberty", small_library()).stdout)
        self.assertEqual(report["srams"], [{
            "block": "weft_accumulators", "macros": 2, "words": 128, "word_bits": 128, "ports": "1R1W", "bits": 32768}])
        self.assertEqual(report["sequential"], 2) # the banks that were read

    def test_blocks_are_mapped_once_and_the_whole_path_goes_through_them(self):
        (report,) = json.loads(run("--block", "weft_array", "--json", "--liberty", small_library()).stdout)
        element, array = report["blocks"]
        self.assertEqual((element["block"], element["instances"], element["sequential"]), ("weft_pe_int8", 16, 16 * 63))
        self.assertEqual((array["block"], array["instances"]), ("weft_array", 1))
        self.assertEqual(report["cells"], element["cells"] + array["cells"])
        for block in report["blocks"]:
            self.assertEqual(block["sequential"], block["state_bits"])
        path = report["longest_path"]
        self.assertGreater(path["ps"], array["longest_path_ps"])
        self.assertRegex(path["to"], r"^g_row\[\d\]\.g_col\[\d\]\.u_pe\.psum_o\[\d+\]$")

    def test_the_table_has_the_totals(self):
        output = run("--block", "weft_pe_int8", "--liberty", small_library()).stdout
        self.assertRegex(output, r"weft_pe_int8 +1 +[\d,]+ +63 +[\d.,]+ +100.0% +[\d,]+\n")
        self.assertRegex(output, r"total, without SRAMs +[\d,]+ +63 +[\d.,]+ +[\d,]+\n")

    def test_an_interrupted_run_leaves_nothing_behind_and_goes_on(self):
        with tempfile.TemporaryDirectory() as cache:
            command = [*COMMAND, PARAMETERS, "--liberty", small_library(), "--cache", cache, "--progress", "--block", "weft_array"]
            with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
                for line in process.stderr:
                    if "2 of 2" in line:
                        process.send_signal(signal.SIGINT)
                        break
                output, _ = process.communicate()
            self.assertEqual((process.returncode, output), (130, ""))
            kept = {path.name: path.stat().st_mtime_ns for path in pathlib.Path(cache).iterdir()}
            self.assertEqual([pathlib.Path(name).suffix for name in kept], [".json"])
            done = subprocess.run(command, capture_output=True, text=True)
            self.assertEqual(done.returncode, 0)
            self.assertRegex(done.stderr, r"1 of 2: weft_array: kept\n")
            for name, time in kept.items():
                self.assertEqual((pathlib.Path(cache) / name).stat().st_mtime_ns, time)


@unittest.skipUnless(has_library(), "there is no cell library in ../shared/data/liberty or $WEFT_DATA")
class Core(unittest.TestCase):
    def test_everything_is_there(self):
        text = pathlib.Path(CORE).read_text(encoding="utf-8")
        machine = {name: int(value) for name, value in re.findall(r"(\w+) = 32'd(\d+);", text)}
        done = run("--json", "--liberty", small_library(), parameters=CORE)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        (report,) = json.loads(done.stdout)
        blocks = {block["block"]: block for block in report["blocks"]}

        self.assertEqual(blocks["weft_pe_int8"]["instances"], machine["ARRAY_ROWS"] * machine["ARRAY_COLS"])
        self.assertEqual(blocks["weft_lane"]["instances"], machine["ARRAY_COLS"])
        for block in blocks.values():
            self.assertGreater(block["cells"], 0, block)
            self.assertGreater(block["area_um2"], 0, block)
            self.assertGreaterEqual(block["sequential"], 0.9 * block["state_bits"], block)
        # What is constant or twice there: dimension 0 of a walk of runs, the halves of a word that the sequencer stores.
        different = {name for name, block in blocks.items() if block["sequential"] != block["state_bits"]}
        self.assertLessEqual(different, {"weft_sequencer", "weft_load", "weft_store", "weft_vector", "weft_matrix",
                                         "weft_special"})

        srams = {}
        for sram in report["srams"]:
            srams.setdefault(sram["block"], []).append((sram["macros"], sram["words"] * sram["word_bits"] // 8))
        self.assertEqual(srams.pop("weft_scratchpad"), [(machine["SCRATCHPAD_BANKS"], machine["SCRATCHPAD_BANK_BYTES"])])
        self.assertEqual(srams.pop("weft_accumulators"),
                         [(machine["ACCUMULATOR_BANKS"], machine["ACCUMULATOR_BYTES"] // machine["ACCUMULATOR_BANKS"])])
        sequencer = srams.pop("weft_sequencer") # and the tags of the cache
        self.assertIn((1, machine["ICACHE_BYTES"]), sequencer)
        self.assertIn((1, machine["SCALAR_MEMORY_BYTES"]), sequencer)
        self.assertEqual((len(sequencer), srams), (3, {}))

        # A path through blocks is no shorter than what any of them hides.
        self.assertGreater(report["longest_path"]["ps"], 0.8 * max(block["longest_path_ps"] for block in blocks.values()))
        self.assertNotIn("$", report["longest_path"]["from"] + report["longest_path"]["to"])


if __name__ == "__main__":
    tests = ["Core"] if CORE else ["Library", "Kept", "Netlists", "Mistakes", "Reports"]
    unittest.main(argv=[sys.argv[0], *tests])
