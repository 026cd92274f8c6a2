"""Do golden.py and compare.py make, check and refuse what they say?"""

import tempfile
import unittest
from pathlib import Path

from support import WORKLOADS, needs, script


@needs("numpy")
class Compare(unittest.TestCase):
    def setUp(self):
        self._folder = tempfile.TemporaryDirectory()
        self.addCleanup(self._folder.cleanup)
        self.folder = Path(self._folder.name)

    def _file(self, name, **arrays):
        import numpy as np

        path = self.folder / name
        np.savez(path, **{k: np.asarray(v) for k, v in arrays.items()})
        return path

    def test_equal_files(self):
        a = self._file("a.npz", y=[1.0, 2.0, float("nan")])
        done = script("compare.py", a, a)
        self.assertEqual((done.returncode, done.stdout), (0, "y: 3/3 equal, max difference 0, mean 0, top-1 1/1\n"))

    def test_differences_are_counted(self):
        a, b = self._file("a.npz", y=[[1, 5], [3, 2]]), self._file("b.npz", y=[[1, 5], [3, 4]])
        done = script("compare.py", a, b)
        self.assertEqual(done.returncode, 1)
        self.assertIn("3/4 equal, max difference 2, mean 0.5, top-1 1/2", done.stdout)
        self.assertEqual(script("compare.py", a, b, "--max-difference", "2").returncode, 0)

    def test_nan_against_number_is_a_difference(self):
        a, b = self._file("a.npz", y=[float("nan")]), self._file("b.npz", y=[1.0])
        self.assertEqual(script("compare.py", a, b, "--max-difference", "9").returncode, 1)

    def test_missing_tensors_and_other_shapes_fail(self):
        a, b = self._file("a.npz", y=[1], z=[1]), self._file("b.npz", y=[1, 2], x=[1])
        done = script("compare.py", a, b)
        self.assertEqual(done.returncode, 1)
        self.assertIn("shapes differ: (1,) and (2,)", done.stdout)
        self.assertIn("x: only in", done.stdout)

    def test_bad_file_is_named(self):
        bad = self.folder / "bad.npz"
        bad.write_bytes(b"garbage")
        done = script("compare.py", bad, bad)
        self.assertEqual(done.returncode, 1)
        self.assertTrue(done.stderr.startswith("error: "), done.stderr)


@needs("onnx", "onnxruntime")
class Golden(unittest.TestCase):
    def test_same_inputs_give_the_same_outputs(self):
        import numpy as np

        model = WORKLOADS / "digits" / "digits_int8_qdq.onnx"
        with tempfile.TemporaryDirectory() as folder:
            folder = Path(folder)
            first = script("golden.py", model, "-d", folder / "a", "--seed", "3")
            self.assertEqual(first.returncode, 0, first.stderr)
            again = script("golden.py", model, "-d", folder / "b", "--input", folder / "a" / "inputs.npz")
            self.assertEqual(again.returncode, 0, again.stderr)
            same = script("compare.py", folder / "a" / "outputs.npz", folder / "b" / "outputs.npz")
            self.assertEqual(same.returncode, 0, same.stdout)
            with np.load(folder / "a" / "inputs.npz") as z:
                self.assertEqual(z["input"].shape, (1, 1, 8, 8))

    @needs("PIL")
    def test_pictures_need_a_network_for_pictures(self):
        done = script("golden.py", WORKLOADS / "digits" / "digits_fp32.onnx", "--image", "x.png")
        self.assertEqual(done.returncode, 1)
        self.assertIn("one input [1, 3, H, W]", done.stderr)


if __name__ == "__main__":
    unittest.main()
