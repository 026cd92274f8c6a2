"""Is README.md true? Its quantisation script and commands are run as they stand, its table of cycles is made again."""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

from support import WORKLOADS, needs, script

README = (WORKLOADS.parent / "README.md").read_text(encoding="utf-8")
WEFT = os.environ["WEFT"]
MACHINES = ("edge-16", "cloud-128", "tpu-256")
BUILT = {"ResNet-50": "resnet50", "ResNet-18": "resnet18", "MobileNetV2": "mobilenetv2", "VGG-16": "vgg16",
         "MobileNetV3": "mobilenetv3", "EfficientNet-Lite0": "efficientnet_lite0", "U-Net": "unet"}


def block(language):
    """The README's one block of code in a language."""
    return re.search(rf"^```{language}\n(.*?)^```", README, re.MULTILINE | re.DOTALL).group(1)


def rows():
    """Name of a network -> cycles on each of MACHINES."""
    table = README.split("| network (224 x 224) |")[1].split("\n\n")[0].splitlines()[2:]
    return {cells[0]: [int(cell.split()[0].replace(",", "")) for cell in cells[1:]]
            for cells in ([cell.strip() for cell in line.strip("|").split("|")] for line in table)}


def weft(*arguments):
    done = subprocess.run([WEFT, *map(str, arguments)], capture_output=True, text=True, check=False)
    if done.returncode:
        raise AssertionError(f"weft {' '.join(map(str, arguments))}: {done.stderr}")
    return done.stdout


class Tutorial(unittest.TestCase):
    @needs("onnx", "onnxruntime", "numpy")
    def test_five_minutes(self):
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            shutil.copy(WORKLOADS / "digits" / "digits_fp32.onnx", folder / "net.onnx")
            shutil.copy(WORKLOADS / "digits" / "digits_test.npz", folder / "samples.npz")
            (folder / "quantise.py").write_text(block("python"), encoding="utf-8")
            subprocess.run([sys.executable, "quantise.py"], cwd=folder, check=True, capture_output=True)
            path = f"{Path(WEFT).parent}:{os.environ['PATH']}"
            done = subprocess.run(["bash", "-e", "-c", block("sh")], cwd=folder, env={**os.environ, "PATH": path},
                                  capture_output=True, text=True, check=False)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertTrue((folder / "r.html").exists())
            # What the README shows of the output; names of the run differ.
            for line in re.findall(r"^    (.*(?:cycles|mJ).*)$", README, re.MULTILINE):
                self.assertIn(line, done.stdout)


def check(case, network):
    """The table's row of a network."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        built = script("build.py", BUILT[network], "-o", folder / "net.onnx")
        case.assertEqual(built.returncode, 0, built.stderr)
        for machine, cycles in zip(MACHINES, rows()[network], strict=True):
            weft("compile", folder / "net.onnx", "--arch", machine, "-o", folder / "net.weft", "--quiet")
            case.assertIn(f"{cycles:,} cycles", weft("run", folder / "net.weft", "--random-input", 1), machine)


@needs("onnx", "numpy")
class Table(unittest.TestCase):
    def test_one_network(self):
        check(self, "MobileNetV2")


@needs("onnx", "numpy")
class WholeTable(unittest.TestCase):  # several minutes
    def test_every_network(self):
        self.assertEqual(set(rows()), set(BUILT))
        for network in BUILT:
            with self.subTest(network):
                check(self, network)
