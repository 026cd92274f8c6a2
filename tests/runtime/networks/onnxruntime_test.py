#!/usr/bin/env python3
"""Does a compiled network give ONNX Runtime's outputs, all of them, bit for bit?

usage: onnxruntime_test.py WEFT SUITE

Suites: quick (small networks, built and trained), resnet50, vgg16 (each at 224 x 224), pictures (the top-1 of a trained
MobileNetV2 on photographs). Exit code 77 if what a suite needs is not there.
"""

import importlib.util
import os
import subprocess
import sys
import tempfile
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[3]
WORKLOADS = PROJECT / "workloads"
DATA = Path(os.environ.get("WEFT_DATA", PROJECT.parent / "shared" / "data"))
DIGITS = WORKLOADS / "digits" / "digits_int8_qdq.onnx"


def skip(reason):
    print("skipped:", reason)
    sys.exit(77)


def call(*command):
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"failed ({done.returncode}): {' '.join(map(str, command))}\n{done.stdout}{done.stderr}")
    return done.stdout


class Suite:
    def __init__(self, weft, folder):
        self.weft, self.folder = weft, folder

    def script(self, name, *arguments):
        return call(sys.executable, WORKLOADS / name, *arguments)

    def build(self, network, *options):
        path = self.folder / f"{network}.onnx"
        self.script("build.py", network, *options, "-o", path)
        return path

    def compile(self, network, machine):
        program = self.folder / f"{network.stem}.weft"
        call(self.weft, "compile", network, "--arch", machine, "-o", program, "--quiet")
        return program

    def check(self, network, machine="edge-16", devices=("cycle",)):
        golden, output = self.folder / "golden", self.folder / "y.npz"
        self.script("golden.py", network, "-d", golden)
        program = self.compile(network, machine)
        for device in devices:
            call(self.weft, "run", program, "--device", device, "--input", golden / "inputs.npz", "--output", output,
                 "--quiet")
            print(f"{network.name} on {machine}, {device}: " +
                  self.script("compare.py", golden / "outputs.npz", output).strip())


def quick(suite):
    suite.check(DIGITS)
    suite.check(suite.build("resnet18", "--size", "64"))
    suite.check(suite.build("mobilenetv2", "--size", "96", "--form", "qlinear"), machine="cloud-128")
    for name in ("mobilenetv3", "efficientnet_lite0", "unet"):
        network = suite.build(name, "--size", "64")
        for machine in ("edge-16", "cloud-128"):
            suite.check(network, machine, devices=("ref", "func", "cycle"))
    for name in ("resnet8_int8_qdq", "dscnn_int8_qdq", "ad_int8_qdq"):
        network = DATA / "models" / f"{name}.onnx"
        if network.exists():
            suite.check(network)
        else:
            print(f"{network} is not there")


def resnet50(suite):
    suite.check(suite.build("resnet50"))


def vgg16(suite):
    suite.check(suite.build("vgg16"))


def pictures(suite):
    import numpy as np

    network = DATA / "models" / "mobilenetv2_int8_perchannel_qdq.onnx"
    photographs = sorted((DATA / "images" / "imagenet").glob("*.JPEG"))
    if not network.exists() or not photographs or not importlib.util.find_spec("PIL"):
        skip(f"needs {network}, photographs beside it, and Pillow")
    golden = suite.folder / "golden"
    options = [part for photograph in photographs for part in ("--image", photograph)]
    suite.script("golden.py", network, *options, "-d", golden)
    program = suite.compile(network, "edge-16")
    same = 0
    for photograph in photographs:
        output = suite.folder / "y.npz"
        call(suite.weft, "run", program, "--device", "func", "--input", golden / f"inputs_{photograph.stem}.npz",
             "--output", output, "--quiet")
        with np.load(output) as ours, np.load(golden / f"outputs_{photograph.stem}.npz") as theirs:
            same += all(ours[name].argmax() == theirs[name].argmax() for name in theirs.files)
    print(f"the same top-1 on {same} of {len(photographs)} photographs")
    if same < len(photographs) - 1:
        sys.exit("more than one top-1 differs")


def main():
    weft, name = Path(sys.argv[1]).resolve(), sys.argv[2]
    for module in ("numpy", "onnx", "onnxruntime"):
        if not importlib.util.find_spec(module):
            skip(f"the Python package {module} is not installed")
    with tempfile.TemporaryDirectory() as folder:
        {"quick": quick, "resnet50": resnet50, "vgg16": vgg16, "pictures": pictures}[name](Suite(weft, Path(folder)))


if __name__ == "__main__":
    main()
