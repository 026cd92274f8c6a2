"""Quantisation parameters: from value ranges to scales and zero points, and quantised weights."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Quant:
    """real = scale * (q - zero_point); dtype is np.uint8 or np.int8."""

    scale: np.float32
    zero_point: int
    dtype: type


def from_range(low: float, high: float, dtype: type) -> Quant:
    """Asymmetric 8-bit parameters for [low, high]; zero is always representable (padding and relu need it)."""
    low, high = min(low, 0.0), max(high, 0.0)
    if high == low:
        high = 1.0
    scale = np.float32((high - low) / 255)
    zero_point = int(np.clip(np.rint(-low / float(scale)), 0, 255))
    return Quant(scale, zero_point - (128 if dtype is np.int8 else 0), dtype)


def weights(w: np.ndarray, axis: int) -> tuple[np.ndarray, np.ndarray]:
    """int8 weights in [-127, 127] and one float32 scale per entry of `axis`."""
    others = tuple(i for i in range(w.ndim) if i != axis)
    scale = np.maximum(np.abs(w).max(axis=others), np.float32(1e-12)) / np.float32(127)
    shape = [1] * w.ndim
    shape[axis] = -1
    q = np.rint(w / scale.reshape(shape))
    return np.clip(q, -127, 127).astype(np.int8), scale.astype(np.float32)


def bias(b: np.ndarray, x_scale: np.float32, w_scale: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """int32 bias and its scales x_scale * w_scale (product rounded to float32)."""
    scale = (np.float32(x_scale) * w_scale).astype(np.float32)
    q = np.rint(b.astype(np.float64) / scale.astype(np.float64))
    return np.clip(q, -(2**31), 2**31 - 1).astype(np.int32), scale


def round_range(low: float, high: float) -> tuple[float, float]:
    """Three significant decimal digits, so that differences between CPUs in a calibration run do not show."""
    return float(f"{low:.3g}"), float(f"{high:.3g}")


def propagate(network, table: dict[str, tuple[float, float]], dtype: type) -> dict[str, Quant]:
    """Parameters of every tensor. What only selects or moves values passes its input's on, so that nothing is rescaled;
    a relu's range starts at 0 and a relu6's ends at 6 at most, so that clamping to 8 bits does the activation."""
    known = {**table, **network.ranges}
    result = {}

    def lookup(tensor):
        if tensor not in known:
            raise ValueError(f"no calibrated range for tensor {tensor} of {network.name}; run build.py with --calibrate")
        return known[tensor]

    result[network.input_name] = from_range(*lookup(network.input_name), dtype)
    for op in network.ops:
        if op.kind in ("maxpool", "resize", "flatten"):
            result[op.name] = result[op.inputs[0]]
            continue
        low, high = lookup(op.name)
        if op.activation:
            low = 0.0
        if op.activation == "relu6":
            high = min(high, 6.0)
        result[op.name] = from_range(low, high, dtype)
    return result
