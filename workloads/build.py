#!/usr/bin/env python3
"""Makes quantised ONNX networks from code with seeded weights.

examples:
  build.py resnet50                                  resnet50_qdq.onnx in the current directory
  build.py mobilenetv2 --form qlinear --size 96      smaller input, integer operators
  build.py gemm --shape 64x256x128 -o g.onnx         x[64,128] * w[128,256]
  build.py conv --all -d sweeps                      every entry of the convolution sweep
  build.py resnet50 --form float --batch-norm        float network with BatchNormalization
"""

import argparse
import os
import sys
from pathlib import Path

# The kernels of numpy are not asked for threads: the builder runs on one core.
os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np  # noqa: E402

from weft_workloads import calibrate, emit, models, quantize, sweeps  # noqa: E402

SWEEPS = {"gemm": sweeps.GEMMS, "conv": sweeps.CONVS, "mlp": sweeps.MLPS}
SHAPE_HELP = {"gemm": "MxNxK", "conv": "channels x size x filters x kernel x stride x dilation x group",
              "mlp": "batch x width of the input x width of each layer"}


def arguments() -> argparse.ArgumentParser:
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("network", choices=[*models.MODELS, *SWEEPS], help="which network")
    p.add_argument("--form", choices=["qdq", "qlinear", "float"], default="qdq",
                   help="QuantizeLinear/DequantizeLinear pairs (default), integer operators, or float")
    p.add_argument("--activations", choices=["u8", "s8"], default="u8", help="type of activations (default u8)")
    p.add_argument("--io", choices=["float", "int"], default="float", help="type of graph input and output")
    p.add_argument("--batch-norm", action="store_true", help="with --form float: BatchNormalization as operators")
    p.add_argument("--batch", type=int, default=1, metavar="N")
    p.add_argument("--size", type=int, default=224, metavar="S", help="input height and width (default 224)")
    p.add_argument("--classes", type=int, metavar="N", help="default 1000, unet: 1")
    p.add_argument("--seed", type=int, default=0, help="of the weights (default 0, which has committed scales)")
    p.add_argument("--shape", help="gemm: MxNxK, conv: CxSxFxKxSTxDxG, mlp: BxWxWx... (see --list for the standard entries)")
    p.add_argument("--all", action="store_true", help="gemm, conv, mlp: every entry of the sweep")
    p.add_argument("--list", action="store_true", help="gemm, conv, mlp: print the entries of the sweep and stop")
    p.add_argument("--calibrate", action="store_true",
                   help="measure value ranges again and rewrite scales/<network>.json")
    p.add_argument("-o", "--output", type=Path, help="file to write (default <network>_<form>.onnx in -d)")
    p.add_argument("-d", "--directory", type=Path, default=Path("."), help="where to write (default .)")
    return p


def networks(args, parser) -> list:
    """The networks asked for, or a parser error."""
    if args.network in models.MODELS:
        if args.shape or args.all or args.list:
            parser.error("--shape, --all and --list belong to gemm, conv and mlp")
        if args.batch < 1 or args.size < 32 or (args.classes is not None and args.classes < 1):
            parser.error("--batch and --classes must be at least 1 and --size at least 32")
        classes = {} if args.classes is None else dict(classes=args.classes)
        return [models.MODELS[args.network](seed=args.seed, batch=args.batch, size=args.size, **classes)]
    entries = SWEEPS[args.network]
    if args.shape:
        try:
            entry = tuple(int(v) for v in args.shape.split("x"))
        except ValueError:
            entry = ()
        fits = len(entry) >= 3 if args.network == "mlp" else len(entry) == len(entries[0])
        if not fits or min(entry) < 1:
            count = "at least 3" if args.network == "mlp" else len(entries[0])
            parser.error(f"--shape {args.shape}: expected {SHAPE_HELP[args.network]}, {count} numbers >= 1")
        entries = [entry]
    elif not args.all:
        parser.error(f"{args.network} needs --shape, --all or --list")
    if args.network == "mlp":
        return [sweeps.mlp(*e, seed=args.seed) for e in entries]
    if args.network == "conv":
        for c, _, f, *_, group in entries:
            if c % group or f % group:
                parser.error(f"group {group} must divide {c} channels and {f} filters")
        return [sweeps.conv(*e, seed=args.seed, batch=args.batch) for e in entries]
    return [sweeps.gemm(*e, seed=args.seed) for e in entries]


def build(network, args):
    """The ONNX model of `network` in the form asked for."""
    if args.form == "float":
        return emit.float_model(network, batch_norm=args.batch_norm)
    table = {}
    if not network.ranges:
        table = None if args.calibrate else calibrate.load(network, args.seed)
        if table is None:
            print(f"calibrating {network.name} ...", file=sys.stderr)
            table = calibrate.measure(network, args.seed)
            if args.calibrate:
                print(f"wrote {calibrate.save(network, args.seed, table)}")
    params = quantize.propagate(network, table, np.uint8 if args.activations == "u8" else np.int8)
    make = emit.qdq_model if args.form == "qdq" else emit.qlinear_model
    return make(network, params, io_float=args.io == "float")


def main() -> None:
    parser = arguments()
    args = parser.parse_args()
    if args.list:
        if args.network not in SWEEPS:
            parser.error("--list belongs to gemm, conv and mlp")
        print("\n".join("x".join(map(str, e)) for e in SWEEPS[args.network]))
        return
    try:
        made = networks(args, parser)
        if args.output and len(made) > 1:
            parser.error("-o names one file; use -d with --all")
        for network in made:
            data = build(network, args).SerializeToString(deterministic=True)
            path = args.output or args.directory / f"{network.name}_{args.form}.onnx"
            path.parent.mkdir(parents=True, exist_ok=True)
            partial = path.with_name(path.name + ".partial")
            partial.write_bytes(data)
            partial.replace(path)
            print(f"{path}: {len(data) / 1e6:.1f} MB, {network.macs() / 1e6:.1f} M multiply-accumulates")
    except (ValueError, OSError) as e:
        sys.exit(f"error: {e}")


if __name__ == "__main__":
    main()
