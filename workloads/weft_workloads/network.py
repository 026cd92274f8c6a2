"""A float network as a list of operators, from which every ONNX form is written (see emit.py)."""

from dataclasses import dataclass, field

import numpy as np

from . import rng


@dataclass
class Op:
    """One operator. Its name is also the name of its output tensor (after the activation, if there is one).

    kind: conv, gemm (x [B, K], weight [N, K]), matmul (x [M, K], weight [K, N]), add, mul (the second input is
    broadcast), concat (of channels), hardsigmoid, hardswish, maxpool, gap, resize (nearest), flatten.
    activation: "", "relu" or "relu6".
    """

    kind: str
    name: str
    inputs: list[str]
    shape: tuple[int, ...]
    activation: str = ""
    weight: np.ndarray | None = None
    bias: np.ndarray | None = None
    attrs: dict = field(default_factory=dict)


@dataclass
class Network:
    name: str
    input_name: str
    input_shape: tuple[int, ...]
    ops: list[Op]
    # Ranges that are known without calibration: tensor -> (min, max).
    ranges: dict[str, tuple[float, float]] = field(default_factory=dict)

    @property
    def output(self) -> Op:
        return self.ops[-1]

    def macs(self) -> int:
        """Multiply-accumulates of one inference of the whole batch."""
        total = 0
        for op in self.ops:
            if op.kind == "conv":
                total += int(np.prod(op.shape)) * int(np.prod(op.weight.shape[1:]))
            elif op.kind == "gemm":
                total += int(np.prod(op.shape)) * op.weight.shape[1]
            elif op.kind == "matmul":
                total += int(np.prod(op.shape)) * op.weight.shape[0]
        return total


class Builder:
    """Adds operators with seeded weights one after the other; every method returns the output tensor's name."""

    def __init__(self, name: str, seed: int, input_shape: tuple[int, ...]):
        self.seed = seed
        self.network = Network(name, "input", input_shape, [])
        self._shapes = {"input": input_shape}

    def shape(self, tensor: str) -> tuple[int, ...]:
        return self._shapes[tensor]

    def _add(self, op: Op) -> str:
        if op.name in self._shapes:
            raise ValueError(f"network {self.network.name}: two tensors are named {op.name}")
        self.network.ops.append(op)
        self._shapes[op.name] = op.shape
        return op.name

    def _bias(self, name: str, count: int, std: float) -> np.ndarray:
        return rng.bell(self.seed, f"{self.network.name}/{name}.bias", (count,), std)

    def conv(self, name, x, channels, kernel, *, stride=1, pad=None, dilation=1, group=1, gain=1.0, activation="",
             bias_std=0.1) -> str:
        """kernel: k or (kh, kw). pad: one number for all sides (default: "same" for stride 1; an even kernel has the
        odd row and column at the end). Weight deviation is gain / sqrt(fan-in)."""
        n, c, h, w = self.shape(x)
        kh, kw = (kernel, kernel) if isinstance(kernel, int) else kernel
        reach_h, reach_w = dilation * (kh - 1), dilation * (kw - 1)
        top, left, bottom, right = (reach_h // 2, reach_w // 2, (reach_h + 1) // 2, (reach_w + 1) // 2) \
            if pad is None else (pad,) * 4
        out_h = (h + top + bottom - reach_h - 1) // stride + 1
        out_w = (w + left + right - reach_w - 1) // stride + 1
        if out_h < 1 or out_w < 1:
            raise ValueError(f"{self.network.name}: {name} has no output: its input is {h}x{w}, too small")
        wshape = (channels, c // group, kh, kw)
        fan_in = wshape[1] * kh * kw
        weight = rng.bell(self.seed, f"{self.network.name}/{name}.weight", wshape, gain / fan_in**0.5)
        attrs = dict(kernel_shape=[kh, kw], strides=[stride, stride], pads=[top, left, bottom, right],
                     dilations=[dilation, dilation], group=group)
        return self._add(Op("conv", name, [x], (n, channels, out_h, out_w), activation, weight,
                            self._bias(name, channels, bias_std), attrs))

    def gemm(self, name, x, features, *, gain=1.0, activation="", bias_std=0.1) -> str:
        batch, k = self.shape(x)
        weight = rng.bell(self.seed, f"{self.network.name}/{name}.weight", (features, k), gain / k**0.5)
        return self._add(Op("gemm", name, [x], (batch, features), activation, weight,
                            self._bias(name, features, bias_std)))

    def matmul(self, name, x, columns) -> str:
        m, k = self.shape(x)
        weight = rng.bell(self.seed, f"{self.network.name}/{name}.weight", (columns, k), 1 / k**0.5)
        return self._add(Op("matmul", name, [x], (m, columns), "", np.ascontiguousarray(weight.T)))

    def add(self, name, a, b, *, activation="") -> str:
        return self._add(Op("add", name, [a, b], self.shape(a), activation))

    def mul(self, name, a, b) -> str:
        """b has the shape of a or 1 in its place: the gates of squeeze-and-excite are [N, C, 1, 1]."""
        return self._add(Op("mul", name, [a, b], self.shape(a)))

    def hardsigmoid(self, name, x) -> str:
        """clip(x / 6 + 1/2, 0, 1)."""
        return self._add(Op("hardsigmoid", name, [x], self.shape(x), attrs=dict(alpha=1 / 6, beta=0.5)))

    def hardswish(self, name, x) -> str:
        """x * clip(x / 6 + 1/2, 0, 1)."""
        return self._add(Op("hardswish", name, [x], self.shape(x)))

    def concat(self, name, *parts) -> str:
        """Of the channels."""
        n, _, *rest = self.shape(parts[0])
        for part in parts[1:]:
            if self.shape(part)[2:] != tuple(rest):
                raise ValueError(f"{self.network.name}: {name} joins maps of {self.shape(parts[0])} and "
                                 f"{self.shape(part)}; all extents but the channels must be equal")
        channels = sum(self.shape(part)[1] for part in parts)
        return self._add(Op("concat", name, list(parts), (n, channels, *rest), attrs=dict(axis=1)))

    def upsample(self, name, x, factor) -> str:
        """Every pixel becomes factor x factor equal ones."""
        n, c, h, w = self.shape(x)
        return self._add(Op("resize", name, [x], (n, c, h * factor, w * factor), attrs=dict(factor=factor)))

    def maxpool(self, name, x, kernel, stride, pad) -> str:
        n, c, h, w = self.shape(x)
        if min(h, w) + 2 * pad < kernel:
            raise ValueError(f"{self.network.name}: {name} has no output: its input is {h}x{w}, too small")
        out = (n, c, (h + 2 * pad - kernel) // stride + 1, (w + 2 * pad - kernel) // stride + 1)
        attrs = dict(kernel_shape=[kernel] * 2, strides=[stride] * 2, pads=[pad] * 4)
        return self._add(Op("maxpool", name, [x], out, attrs=attrs))

    def global_average(self, name, x) -> str:
        n, c, _, _ = self.shape(x)
        return self._add(Op("gap", name, [x], (n, c, 1, 1)))

    def flatten(self, name, x) -> str:
        shape = self.shape(x)
        return self._add(Op("flatten", name, [x], (shape[0], int(np.prod(shape[1:])))))
