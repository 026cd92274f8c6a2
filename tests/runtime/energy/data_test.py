"""Does the energy of data follow the data, and nothing else change?

    data_test.py BUILD/bin/weft

The digits CNN on edge-16: the same picture again and again costs less than noise, nothing less than a picture.
"""

import importlib.util
import json
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

if importlib.util.find_spec("numpy") is None:
    print("not installed: numpy (pip install -r workloads/requirements.txt)")
    sys.exit(77)

import numpy  # noqa: E402

WEFT = sys.argv[1]
DIGITS = Path(__file__).resolve().parents[3] / "workloads" / "digits"
MACHINES = ("edge-16", "tpu-256")


class Data(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.folder = Path(folder.name)
        cls.picture = numpy.load(DIGITS / "digits_test.npz")["input"][:1]
        for machine in MACHINES:
            subprocess.run([WEFT, "compile", DIGITS / "digits_int8_qdq.onnx", "--arch", machine, "-q", "-o",
                            cls.folder / f"{machine}.weft"], check=True)

    def run_with(self, values, *options, machine="edge-16"):
        """The report of a run. Reading it checks that all components, layers and counts add up."""
        numpy.savez(self.folder / "x.npz", input=values.astype(self.picture.dtype))
        subprocess.run([WEFT, "run", self.folder / f"{machine}.weft", "-i", self.folder / "x.npz", "-q", "--report",
                        self.folder / "r.json", *options], check=True)
        done = subprocess.run([WEFT, "report", self.folder / "r.json", "--json"], check=True, capture_output=True, text=True)
        return json.loads(done.stdout)

    def test_only_the_array_and_the_wires_change(self):
        for machine in MACHINES:
            assumed = self.run_with(self.picture, machine=machine)
            data = self.run_with(self.picture, "--data-energy", machine=machine)
            self.assertEqual((assumed["energy"]["switching"], data["energy"]["switching"]), ("assumed", "data"))
            self.assertEqual(assumed["counters"], data["counters"])
            self.assertEqual(assumed["totals"], data["totals"])
            counts = {name: count for name, count in data["activity"].items() if name in assumed["activity"]}
            self.assertEqual(assumed["activity"], counts)
            for group, pj in assumed["energy"]["groups"].items():
                if group in ("array", "dma"):
                    self.assertNotEqual(data["energy"]["groups"][group], pj)
                else:
                    self.assertEqual(data["energy"]["groups"][group], pj, group)

    def test_less_data_take_less_energy(self):
        random = numpy.random.default_rng(1)
        noise = random.uniform(self.picture.min(), self.picture.max(), self.picture.shape)
        inputs = {"nothing": 0 * self.picture, "picture": self.picture, "noise": noise}
        reports = {name: self.run_with(values, "--data-energy") for name, values in inputs.items()}
        energies = {name: report["energy"]["total_pj"] for name, report in reports.items()}
        self.assertLess(energies["nothing"], energies["picture"])
        self.assertLess(energies["picture"], energies["noise"])
        # Without --data-energy they are all the same.
        self.assertEqual(len({self.run_with(values)["energy"]["total_pj"] for values in inputs.values()}), 1)
        # The first layer's activations are zero if there is nothing to see.
        first = reports["nothing"]["layers"][0]
        self.assertEqual(first["activity"]["matrix_zero_activation_macs"], first["counters"]["matrix_macs"])
        self.assertNotIn("matrix_product_toggles", first["activity"])


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
