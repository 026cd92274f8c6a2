"""Are the energy table's figures of toggles those of the gates?

    calibrate_test.py PROJECT

A reduced run of runtime/energy/calibrate.py for ASAP7. Skipped without Yosys, NumPy or ../shared/data (or $WEFT_DATA).
"""

import csv
import importlib.util
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

PROJECT = pathlib.Path(sys.argv[1])
missing = [name for name in ("numpy",) if importlib.util.find_spec(name) is None]
if missing or not shutil.which("yosys"):
    print("not installed: " + ", ".join(missing or ["yosys"]))
    sys.exit(77)

import numpy  # noqa: E402

sys.path.insert(0, str(PROJECT / "runtime" / "energy"))
import calibrate  # noqa: E402 (its folder is an argument)
from calibrate import NetlistError, liberty  # noqa: E402

try:
    LIBERTY = liberty.default_library()
except liberty.LibraryError as error:
    print(f"skipped: {error}")
    sys.exit(77)

CYCLES = 120
# The gate-level figures that the rest of the table comes from.
PUBLISHED = LIBERTY[0].parent.parent / "energy" / "pe_calibration.csv"
# A multiplier alone, as those have it.
MULTIPLIER = """module mul8 (input logic signed [7:0] a_i, b_i, output logic signed [15:0] p_o);
  assign p_o = a_i * b_i;
endmodule
"""


def table_figures(library):
    text = (PROJECT / "runtime" / "energy" / "default.yaml").read_text(encoding="utf-8")
    entry = re.search(rf"name: {library}.*?}}", text, re.DOTALL).group(0)
    return numpy.array([float(re.search(rf"{name}_toggle_pj: ([\d.]+)", entry).group(1)) for name in calibrate.FIGURES])


def published(block):
    with open(PUBLISHED, encoding="utf-8") as file:
        return next(row for row in csv.DictReader(file) if row["lib"] == "asap7_rvt_0.7V" and row["block"] == block)


class Calibration(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.netlist = calibrate.processing_element("yosys", LIBERTY)
        random = numpy.random.default_rng(2)
        cls.held_out = calibrate.measure(
            cls.netlist, [calibrate.of_statistic(case, CYCLES, random) for case in calibrate.HELD_OUT])
        cls.training = calibrate.measure(
            cls.netlist, [calibrate.of_statistic(case, CYCLES, random) for case in calibrate.TRAINING[::2]])

    def test_the_table_is_within_25_percent_of_the_gates(self):
        clock = self.netlist.clock_pj
        for energy, toggles in (self.held_out, self.training):
            errors = calibrate.errors(table_figures("asap7_rvt_0.7V"), energy, toggles, clock)
            self.assertLess(abs(errors).max(), 0.1)
        # Without the clock, where anything switches at all.
        energy, toggles = self.held_out
        self.assertLess(abs(toggles @ table_figures("asap7_rvt_0.7V") / energy - 1).max(), 0.25)

    def test_the_fit_gives_the_table(self):
        figures = calibrate.fit(*self.training, self.netlist.clock_pj)
        self.assertLess(abs(figures / table_figures("asap7_rvt_0.7V") - 1).max(), 0.25)
        self.assertLess(abs(calibrate.errors(figures, *self.held_out, self.netlist.clock_pj)).max(), 0.1)

    @unittest.skipIf(any(importlib.util.find_spec(name) is None for name in ("onnx", "onnxruntime")),
                     "onnx and onnxruntime are not installed")
    def test_the_table_is_within_25_percent_for_a_networks_layers(self):
        import network_operands
        digits = PROJECT / "workloads" / "digits"
        with numpy.load(digits / "digits_test.npz") as inputs:
            layers = network_operands.stimuli(digits / "digits_int8_qdq.onnx", {"input": inputs["input"][:1]}, CYCLES)
        self.assertEqual(len(layers), 2) # the first convolution has one channel
        energy, toggles = calibrate.measure(self.netlist, list(layers.values()))
        errors = calibrate.errors(table_figures("asap7_rvt_0.7V"), energy, toggles, self.netlist.clock_pj)
        self.assertLess(abs(errors).max(), 0.1)

    def test_zeros_take_the_clock_only(self):
        activations = numpy.zeros((20, calibrate.ROWS), int)
        tile = numpy.full((calibrate.ROWS, calibrate.COLS), 77)
        (energy,), _ = calibrate.measure(self.netlist, [calibrate.stimulus(activations, [tile, tile], 1 << 20)])
        self.assertEqual(energy, 0)

    def test_a_wrong_netlist_is_noticed(self):
        operands, counts, sums = calibrate.of_statistic(calibrate.HELD_OUT[0], 20, numpy.random.default_rng(3))
        with self.assertRaisesRegex(NetlistError, "does not compute"):
            calibrate.measure(self.netlist, [(operands, counts, sums + 1)])

    @unittest.skipUnless(PUBLISHED.is_file(), "there is no pe_calibration.csv")
    def test_the_method_gives_the_published_figures(self):
        # The clock of a register: the published element has 56 of them (8 + 8 + 8 + 32), ours 63.
        clock = float(published("pe_ws_int8_acc32")["of_which_clk_pJ"]) / 56
        self.assertEqual(len(self.netlist.registers), 63)
        self.assertAlmostEqual(self.netlist.clock_pj / 63, clock, delta=0.1 * clock)
        # A multiplier with two new operands in every cycle.
        with tempfile.TemporaryDirectory() as folder:
            source = pathlib.Path(folder) / "mul8.sv"
            source.write_text(MULTIPLIER, encoding="utf-8")
            multiplier = calibrate.load_netlist("yosys", LIBERTY, [source], "mul8")
        random = numpy.random.default_rng(4)
        a, b = (random.integers(-128, 128, (CYCLES, 256)) for _ in range(2))
        energy, outputs = multiplier.simulate({"a_i": a, "b_i": b})
        self.assertTrue(((outputs["p_o"] - a[-1] * b[-1]) & 0xffff == 0).all())
        expected = float(published("mul8")["toggle_energy_pJ_uniform_int8"])
        self.assertAlmostEqual(energy.mean(), expected, delta=0.1 * expected)
        # The element itself, with uniform operands and new weights in every cycle.
        ones = numpy.ones((CYCLES, 256), int)
        energy, _ = self.netlist.simulate({
            "act_i": a, "weight_i": b, "psum_i": random.integers(0, 1 << 32, (CYCLES, 256)),
            "load_i": ones, "swap_i": ones, "en_i": ones}, 4)
        expected = float(published("pe_ws_int8_acc32")["toggle_energy_pJ_uniform_int8"])
        self.assertAlmostEqual(energy.mean() + self.netlist.clock_pj, expected, delta=0.25 * expected)

    def test_mistakes_have_a_message(self):
        def message(*arguments):
            done = subprocess.run([sys.executable, "-B", str(PROJECT / "runtime" / "energy" / "calibrate.py"), *arguments],
                                  capture_output=True, text=True)
            self.assertEqual(done.returncode, 1)
            self.assertEqual(done.stdout, "")
            return done.stderr

        self.assertEqual(message("--yosys", "no-such-yosys"), "calibrate.py: error: Yosys is not installed (Debian package yosys)\n")
        self.assertRegex(message("--liberty", "/nowhere"), "^calibrate.py: error: there is no Liberty file '/nowhere'\n$")


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
