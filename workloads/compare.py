#!/usr/bin/env python3
"""Compares two .npz files tensor by tensor; exit code 0 when every value is equal, 1 when not.

Prints per tensor: equal values, largest difference, mean difference, and agreement of the largest element along the
last axis (top-1). Tensors are matched by name; with one tensor in each file, by position.
"""

import argparse
import sys
from pathlib import Path

import numpy as np


def compare(a: np.ndarray, b: np.ndarray) -> dict:
    """Figures for two arrays of the same shape. NaN equals NaN."""
    if a.shape != b.shape:
        raise ValueError(f"shapes differ: {a.shape} and {b.shape}")
    x, y = a.astype(np.float64), b.astype(np.float64)
    same = (x == y) | (np.isnan(x) & np.isnan(y))
    difference = np.where(same, 0.0, np.abs(x - y))
    rows_a = x.reshape(-1, x.shape[-1]) if x.ndim and x.size else x.reshape(0, 1)
    rows_b = y.reshape(rows_a.shape)
    top = int((rows_a.argmax(axis=1) == rows_b.argmax(axis=1)).sum()) if rows_a.size else 0
    return dict(count=a.size, equal=int(same.sum()), max=float(difference.max(initial=0.0)),
                mean=float(difference.mean()) if a.size else 0.0, top1=top, rows=len(rows_a))


def main() -> None:
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("a", type=Path)
    p.add_argument("b", type=Path)
    p.add_argument("--max-difference", type=float, default=0.0, metavar="D",
                   help="differences up to D still count as success (default 0)")
    args = p.parse_args()
    try:
        with np.load(args.a) as za, np.load(args.b) as zb:
            a, b = dict(za), dict(zb)
    except (OSError, ValueError) as e:
        sys.exit(f"error: {e}")
    if len(a) == len(b) == 1 and not a.keys() & b.keys():
        b = {next(iter(a)): next(iter(b.values()))}
    good = True
    for name in sorted(a.keys() | b.keys()):
        if name not in a or name not in b:
            print(f"{name}: only in {args.a if name in a else args.b}")
            good = False
            continue
        try:
            r = compare(a[name], b[name])
        except ValueError as e:
            print(f"{name}: {e}")
            good = False
            continue
        print(f"{name}: {r['equal']}/{r['count']} equal, max difference {r['max']:g}, mean {r['mean']:.3g}, "
              f"top-1 {r['top1']}/{r['rows']}")
        good = good and r["max"] <= args.max_difference and not np.isnan(r["max"])
    sys.exit(0 if good else 1)


if __name__ == "__main__":
    main()
