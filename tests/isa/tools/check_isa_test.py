"""Does the build stop, with a message that names the record, when an encoding is ambiguous or incomplete?

    check_isa_test.py llvm-tblgen isa-folder llvm-include-folder

TableGen runs once on broken.td; each test adds one of its records to the instruction set.
"""

import copy
import json
import pathlib
import subprocess
import sys
import unittest

TBLGEN, ISA, LLVM = sys.argv[1:4]
sys.path.insert(0, str(pathlib.Path(ISA) / "tools"))
import check_isa  # noqa: E402 (its folder is an argument)

EXPECTED = {
    "BROKEN_OPCODE_TWICE": "ADD and BROKEN_OPCODE_TWICE have the same opcode 0x01: their encodings overlap",
    "BROKEN_MNEMONIC_TWICE": "ADD and BROKEN_MNEMONIC_TWICE have the same mnemonic 'add'",
    "BROKEN_UNSET_BIT": "BROKEN_UNSET_BIT: bit 40 of the encoding is unset",
    "BROKEN_FIXED_ONE": "BROKEN_FIXED_ONE: bit 40 of the encoding is 1; bits that no operand uses are 0",
    "BROKEN_OPCODE_BITS": "BROKEN_OPCODE_BITS: bits 7-0 of the encoding are not the opcode 0xfe",
    "BROKEN_MISSING_BIT": "BROKEN_MISSING_BIT: bit 4 of operand $rs1 is missing from the encoding",
    "BROKEN_DOUBLED_BIT": "BROKEN_DOUBLED_BIT: bit 4 of operand $rs1 is encoded twice",
    "BROKEN_REVERSED": "BROKEN_REVERSED: the bits of operand $pA are not side by side in order",
    "BROKEN_NOT_ENCODED": "BROKEN_NOT_ENCODED: bit 0 of operand $rs1 is missing from the encoding",
    "BROKEN_NO_OPERAND": "BROKEN_NO_OPERAND: bit 13 of the encoding belongs to $rs1, which is no operand",
    "BROKEN_OPERAND_NAME": "BROKEN_OPERAND_NAME: operand $other is not one of rd, rs1,",
    "BROKEN_OPERAND_WIDTH": "BROKEN_OPERAND_WIDTH: operand $pA has 5 bits, at most 4 are decoded",
    "BROKEN_SYNTAX": "BROKEN_SYNTAX: the syntax 'broken' does not name every operand once",
    "BROKEN_ENGINE": "BROKEN_ENGINE: Engine is 'tensor', not one of sequencer,",
    "BROKEN_DOC": "BROKEN_DOC: no Doc",
    "BROKEN_COUNTER": "Counter: number 0 is used twice",
    "BROKEN_FIELD": "PatternField: number 3 is used twice",
    "BROKEN_CONFIG": "ConfigField: number 3 is used twice",
    "BROKEN_ELEMENT": "ElementType: the numbers are not 0, 1, ...",
    "BROKEN_FLAG": "the field `types` has 16 bits: three element types of 4 bits, then flags",
    "BROKEN_FAULT": "FaultCause: name deadlock is used twice",
    "BROKEN_NO_ROLES": "BROKEN_NO_ROLES: its last role is not its result",
    "BROKEN_ROLE_REGISTER": "BROKEN_ROLE_REGISTER: the role 'parameters' uses $rD, which is no operand",
    "BROKEN_ROLE_WALK": "BROKEN_ROLE_WALK: the role 'a' uses $pC, which is no operand",
    "BROKEN_ROLE_SLOTS": "BROKEN_ROLE_SLOTS: two roles have their element type in the same place",
    "BROKEN_ROLE_UNIT": "BROKEN_ROLE_UNIT: the role 'a': accumulators, and nothing else, are accessed by rows of sums",
    "BROKEN_ROLE_TYPES": "BROKEN_ROLE_TYPES: the role 'a' has element types, or a place that names them, without the other",
    "BROKEN_VECTOR_ROLE": "BROKEN_VECTOR_ROLE: the vector engine has no operand like the role 'weights'",
    "BROKEN_VECTOR_TYPES": "BROKEN_VECTOR_TYPES: rows of elements of different widths",
}


def is_broken(name):
    return name.startswith("BROKEN_")


class CheckIsa(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        here = pathlib.Path(__file__).parent
        output = subprocess.run([TBLGEN, "-I", ISA, "-I", LLVM, "--dump-json", str(here / "broken.td")], check=True,
                                capture_output=True, text=True)
        cls.records = json.loads(output.stdout)
        cls.instances = cls.records["!instanceof"]

    def reduce(self, added):
        """The instruction set with one of the broken records, or none."""
        kept = {name: [record for record in records if not is_broken(record) or record == added]
                for name, records in self.instances.items()}
        return check_isa.reduce({**self.records, "!instanceof": kept})

    def test_the_instruction_set_itself_passes(self):
        self.assertGreater(len(self.reduce(None)["instructions"]), 50)

    def test_every_defect_is_named(self):
        for name, message in EXPECTED.items():
            with self.subTest(name), self.assertRaises(check_isa.IsaError) as caught:
                self.reduce(name)
            self.assertIn(message, str(caught.exception))

    def test_every_broken_record_is_tested(self):
        self.assertEqual({name for name in self.records if is_broken(name)}, set(EXPECTED))

    def test_two_encodings_that_one_word_matches_overlap(self):
        # Cannot happen while the opcode is fixed in every encoding; the check does not rely on it.
        fixed = [None] * 64
        left = {"name": "A", "opcode": 1, "mnemonic": "a", "fixed": [1] + fixed[1:]}
        right = {"name": "B", "opcode": 2, "mnemonic": "b", "fixed": fixed[:1] + [0] + fixed[2:]}
        with self.assertRaisesRegex(check_isa.IsaError, "A and B: a word can match both encodings"):
            check_isa.check_encodings([left, right])
        disjoint = copy.deepcopy(right)
        disjoint["fixed"][0] = 0
        check_isa.check_encodings([left, disjoint])


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
