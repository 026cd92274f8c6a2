"""Does the RTL decide for every built instruction what to do, instead of leaving it to a default?

    instructions_test.py rtl-folder isa.json

In these files each instruction of a group is the label of a case.
"""

import json
import pathlib
import re
import sys
import unittest

RTL = pathlib.Path(sys.argv[1])
with open(sys.argv[2], encoding="utf-8") as file:
    BUILT = [instruction for instruction in json.load(file)["instructions"] if instruction["built"]]


def types(instruction):
    """The names of the element types that an instruction takes."""
    return {name for role in instruction["roles"] for name in role["types"]}


def has_result(instruction):
    return instruction["roles"][-1]["register"] == "rC"


def labels(path):
    text = re.sub(r"//[^\n]*", "", (RTL / path).read_text(encoding="utf-8"))
    return set(re.findall(r"weft_isa_pkg::OP_(\w+)\s*(?=[,:])", text))


class Instructions(unittest.TestCase):
    def check(self, path, instructions):
        self.assertGreater(len(instructions), 5)
        self.assertEqual(sorted({i["name"] for i in instructions} - labels(path)), [], path)

    def test_the_sequencer_knows_every_scalar_instruction(self):
        self.check("sequencer/weft_sequencer_decode.sv", [i for i in BUILT if i["engine"] == "sequencer"])

    def test_the_lanes_know_every_instruction_of_8_bits(self):
        self.check("vector/weft_vx_config.sv",
                   [i for i in BUILT if i["engine"] == "vector" and has_result(i) and "fp32" not in types(i)])

    def test_the_wide_lanes_know_every_instruction_of_32_bits(self):
        self.check("vector/weft_vx_wide_config.sv",
                   [i for i in BUILT if i["engine"] == "vector" and "fp32" in types(i)])


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
