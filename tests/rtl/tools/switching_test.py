"""Is the energy of a netlist that of its toggles, by hand?

    switching_test.py rtl/tools

Two cells, figures that one can add up. Skipped without NumPy.
"""

import importlib.util
import sys
import unittest

if importlib.util.find_spec("numpy") is None:
    print("not installed: numpy")
    sys.exit(77)

import numpy  # noqa: E402

sys.path.insert(0, sys.argv[1])
import switching  # noqa: E402 (its folder is an argument)

# 2 V: a toggle of C fF takes 2 C fJ. Tables over 3 slews: the third row counts, of the first supply.
LIBRARY = """library (tiny) {
  nom_voltage : 2;
  capacitive_load_unit (1, ff);
  power_lut_template (loads) { variable_1 : input_transition_time; index_1 ("1, 2, 3"); index_2 ("0, 10"); }
  cell (NAND) {
    area : 3
    pin (A) { direction : input; capacitance : 1; }
    pin (B) { direction : input; capacitance : 2; }
    pin (Y) {
      direction : output;
      function : "!(A * B)";
      internal_power () {
        related_pg_pin : VDD;
        rise_power (loads) { values ("9, 9", "9, 9", "1, 3"); }
        fall_power (loads) { values ("9, 9", "9, 9", "3, 5"); }
      }
      internal_power () { related_pg_pin : VSS; rise_power (loads) { values ("99, 99", "99, 99", "99, 99"); } }
    }
  }
  cell (DFF) { /* its output is inverted */
    area : 5;
    ff (IQ, IQN) { clocked_on : "CK"; next_state : "D"; }
    pin (CK) {
      direction : input; capacitance : 4;
      internal_power () { rise_power (scalar) { values ("7"); } fall_power (scalar) { values ("5"); } }
    }
    pin (D) {
      direction : input; capacitance : 3;
      internal_power () { rise_power (scalar) { values ("0.5"); } fall_power (scalar) { values ("1.5"); } }
    }
    pin (QN) { direction : output; function : "IQN"; }
  }
}
"""


def port(direction, bit):
    return {"direction": direction, "bits": [bit]}


# q <= a & b, as NAND and a register that inverts.
MODULE = {
    "ports": {"ck": port("input", 1), "a": port("input", 2), "b": port("input", 3), "q": port("output", 5)},
    "cells": {
        "u_nand": {"type": "NAND", "connections": {"A": [2], "B": [3], "Y": [4]}},
        "u_dff": {"type": "DFF", "connections": {"CK": [1], "D": [4], "QN": [5]}},
    },
}


def copies(*bits):
    """The same in all copies of a word: [cycles, 64]."""
    return numpy.repeat(numpy.array(bits)[:, None], 64, 1)


class Energy(unittest.TestCase):
    def setUp(self):
        self.netlist = switching.Netlist(MODULE, switching.Library(LIBRARY))

    def test_the_library_is_read(self):
        nand, dff = (self.netlist.library.cell(name) for name in ("NAND", "DFF"))
        self.assertEqual((nand.area, dff.area, self.netlist.area), (3, 5, 8))
        self.assertEqual(nand.capacitance, {"A": 1, "B": 2})
        # The mean of rise and fall, between the loads; pJ.
        self.assertAlmostEqual(nand.internal_pj("Y", 0), 2e-3)
        self.assertAlmostEqual(nand.internal_pj("Y", 5), 3e-3)
        self.assertEqual(dff.clock, "CK")
        with self.assertRaisesRegex(switching.netlist.NetlistError, "no cell 'XOR'"):
            self.netlist.library.cell("XOR")

    def test_toggles_add_up(self):
        # The clock: 2 edges of 4 fF at 2 fJ, and 7 + 5 fJ.
        self.assertAlmostEqual(self.netlist.clock_pj, 28e-3)
        # Inputs: 1 fF, 2 fF; the gate's output: 3 fF, its internal energy at that load, the register's data pin.
        ab, y = (2e-3, 4e-3), 6e-3 + 2.6e-3 + 1e-3
        energy, outputs = self.netlist.simulate({"a": copies(0, 0, 1, 0), "b": copies(1, 1, 1, 1)}, 1)
        self.assertAlmostEqual(energy[0], 2 * (ab[0] + y) / 3)
        self.assertTrue((outputs["q"] == 1).all())
        energy, outputs = self.netlist.simulate({"a": copies(0, 0, 0, 0), "b": copies(1, 0, 1, 1)}, 1)
        self.assertAlmostEqual(energy[0], 2 * ab[1] / 3)
        self.assertTrue((outputs["q"] == 0).all())

    def test_copies_have_their_own_operands(self):
        half = numpy.zeros((3, 128), int)
        half[2, :32] = 1  # half of the copies of the first word
        energy, outputs = self.netlist.simulate({"a": half, "b": numpy.ones((3, 128), int)}, 1)
        self.assertAlmostEqual(energy[0], (2e-3 + 9.6e-3) / 2 / 2)
        self.assertEqual(energy[1], 0)
        self.assertTrue((outputs["q"] == 0).all())

    def test_a_loop_of_gates_is_refused(self):
        cells = {"u_nand": {"type": "NAND", "connections": {"A": [4], "B": [3], "Y": [4]}}}
        with self.assertRaisesRegex(switching.netlist.NetlistError, "loop"):
            switching.Netlist({"ports": MODULE["ports"], "cells": cells}, switching.Library(LIBRARY))

    def test_functions_are_understood(self):
        self.assertEqual(switching.expression("(A1 * !B) + C'"), "(A1 & ~B) | (~C)")
        self.assertEqual(switching.expression("A&B|!C^D"), "A&B|~C^D")


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
