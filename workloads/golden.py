#!/usr/bin/env python3
"""Makes inputs for an ONNX network and writes ONNX Runtime's outputs for them.

examples:
  golden.py resnet50_qlinear.onnx                       inputs.npz and outputs.npz here, seeded random input
  golden.py net.onnx --image cat.jpg --image dog.jpg    pictures; one pair of files per picture: inputs_cat.npz ...
  golden.py net.onnx --input x.npz                      outputs for existing inputs
  golden.py net.onnx --optimise none                    no fusion: QDQ networks are then computed in float
"""

import argparse
import sys
from pathlib import Path

import numpy as np
import onnx

from weft_workloads import inputs, reference


def main() -> None:
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("model", type=Path)
    p.add_argument("--seed", type=int, default=0, help="of the random input")
    p.add_argument("--image", type=Path, action="append", default=[], help="picture as input (may repeat)")
    p.add_argument("--preprocess", choices=sorted(inputs.PREPROCESSING), default="",
                   help="of pictures; by default chosen by the type of the input")
    p.add_argument("--input", type=Path, help=".npz with one array per graph input")
    p.add_argument("--optimise", choices=reference.LEVELS, default="all", help="ONNX Runtime's graph optimisations")
    p.add_argument("--every-output", action="store_true",
                   help="also write intermediate tensors (this limits what ONNX Runtime fuses)")
    p.add_argument("--save-optimised", type=Path, help="write the graph that ONNX Runtime made of the network")
    p.add_argument("-d", "--directory", type=Path, default=Path("."))
    args = p.parse_args()
    if args.image and args.input:
        p.error("--image and --input exclude each other")

    try:
        model = onnx.load(str(args.model))
        if args.input:
            with np.load(args.input) as z:
                cases = [("", dict(z))]
        elif args.image:
            cases = [(f"_{path.stem}", inputs.image_input(model, path, args.preprocess)) for path in args.image]
        else:
            cases = [("", inputs.random_inputs(model, args.seed))]
        args.directory.mkdir(parents=True, exist_ok=True)
        for suffix, feed in cases:
            result = reference.run(model, feed, optimise=args.optimise, every_output=args.every_output,
                                   save_optimised=args.save_optimised)
            np.savez(args.directory / f"inputs{suffix}.npz", **feed)
            np.savez(args.directory / f"outputs{suffix}.npz", **result)
            print(f"{args.directory / f'outputs{suffix}.npz'}: {len(result)} tensors")
    except (OSError, ValueError) as e:
        sys.exit(f"error: {e}")


if __name__ == "__main__":
    main()
