"""Random quantised models of one float operator between DequantizeLinear and QuantizeLinear, as quantisers and exporters
write them, and with what they leave in float in between."""

import numpy as np
from onnx import TensorProto, helper, numpy_helper

TYPES = {np.dtype(np.int8): TensorProto.INT8, np.dtype(np.uint8): TensorProto.UINT8}


class Builder:
    """A model under construction; every value has a fresh name."""

    def __init__(self, rng):
        self.rng, self.nodes, self.initializers, self.inputs, self.fed, self.number = rng, [], [], [], {}, 0

    def fresh(self):
        self.number += 1
        return f"v{self.number}"

    def constant(self, value):
        name = self.fresh()
        self.initializers.append(numpy_helper.from_array(np.asarray(value), name))
        return name

    def op(self, kind, *inputs, **attributes):
        result = self.fresh()
        self.nodes.append(helper.make_node(kind, inputs, [result], name=f"{kind}_{result}", **attributes))
        return result

    def scale(self, low=0.002, high=0.2):
        return np.float32(np.exp(self.rng.uniform(np.log(low), np.log(high))))

    def codes(self, dtype, shape):
        info = np.iinfo(dtype)
        return self.rng.integers(info.min, info.max + 1, shape).astype(dtype)

    def activation(self, dtype, shape):
        """A network input behind a DequantizeLinear."""
        name, scale, zero = self.fresh(), self.scale(), self.codes(dtype, ())
        self.inputs.append(helper.make_tensor_value_info(name, TYPES[np.dtype(dtype)], shape))
        self.fed[name] = self.codes(dtype, shape)
        return self.op("DequantizeLinear", name, self.constant(scale), self.constant(zero)), scale

    def weights(self, shape, axis, channels):
        per_channel = self.rng.random() < 0.6
        scale = np.array([self.scale() for _ in range(channels)], np.float32) if per_channel else self.scale()
        zero = np.zeros(scale.shape, np.int8)
        value = np.clip(self.codes(np.int8, shape), -127, 127)
        extra = {"axis": axis} if per_channel else {}
        return self.op("DequantizeLinear", self.constant(value), self.constant(scale), self.constant(zero), **extra), scale

    def bias(self, scale, channels):
        unit = np.broadcast_to(np.float32(scale), (channels,)).astype(np.float32)
        value = self.rng.integers(-3000, 3000, channels).astype(np.int32)
        return self.op("DequantizeLinear", self.constant(value), self.constant(unit),
                       self.constant(np.zeros(channels, np.int32)), axis=0)

    def rectify(self, value):
        choice = self.rng.integers(4)
        if choice == 0:
            return self.op("Relu", value)
        if choice == 1:
            return self.op("Clip", value, self.constant(np.float32(0)), self.constant(np.float32(6)))
        return value

    def constant_codes(self, dtype, shape):
        """A quantised constant behind a DequantizeLinear."""
        return self.op("DequantizeLinear", self.constant(self.codes(dtype, shape)), self.constant(self.scale()),
                       self.constant(self.codes(dtype, ())))

    def quantize(self, value, dtype, low=0.002, high=0.2):
        return self.op("QuantizeLinear", value, self.constant(self.scale(low, high)), self.constant(self.codes(dtype, ())))

    def finish(self, value, dtype, low=0.002, high=0.2):
        return self.model([self.quantize(value, dtype, low, high)], dtype)

    def model(self, results, dtype):
        graph = helper.make_graph(self.nodes, "pattern", self.inputs,
                                  [helper.make_tensor_value_info(name, TYPES[np.dtype(dtype)], None) for name in results],
                                  self.initializers)
        return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 14)], ir_version=8), self.fed


def conv(rng, dtype):
    b = Builder(rng)
    depthwise = rng.random() < 0.4
    channels, outputs, kernel = int(rng.integers(1, 9)), int(rng.integers(1, 9)), int(rng.choice([1, 3]))
    outputs = channels if depthwise else outputs
    group = channels if depthwise else 1
    x, xs = b.activation(dtype, [1, channels, 9, 9])
    w, ws = b.weights([outputs, channels // group, kernel, kernel], 0, outputs)
    operands = [x, w] + ([b.bias(xs * ws, outputs)] if rng.random() < 0.7 else [])
    pads = [int(p) for p in rng.integers(0, 2, 4)] if kernel == 3 else [0] * 4
    y = b.op("Conv", *operands, pads=pads, strides=[int(s) for s in rng.integers(1, 3, 2)], group=group)
    return b.finish(b.rectify(y), dtype, 0.01, 2)


def padded_conv(rng, dtype):
    b = Builder(rng)
    x, xs = b.activation(dtype, [1, 3, 8, 8])
    x = b.op("Pad", x, b.constant(np.array([0, 0, 1, 1, 0, 0, 1, 1], np.int64)))
    w, _ = b.weights([4, 3, 3, 3], 0, 4)
    return b.finish(b.op("Conv", x, w), dtype, 0.01, 2)


def gemm(rng, dtype):
    b = Builder(rng)
    k, n, m = (int(v) for v in rng.integers(1, 40, 3))
    x, xs = b.activation(dtype, [m, k])
    w, ws = b.weights([n, k], 0, n)
    operands = [x, w] + ([b.bias(xs * ws, n)] if rng.random() < 0.8 else [])
    return b.finish(b.rectify(b.op("Gemm", *operands, transB=1)), dtype, 0.01, 2)


def matmul(rng, dtype):
    b = Builder(rng)
    k, n, m = (int(v) for v in rng.integers(1, 40, 3))
    x, _ = b.activation(dtype, [m, k])
    w, _ = b.weights([k, n], 1, n)
    return b.finish(b.op("MatMul", x, w), dtype, 0.01, 2)


def binary(kind):
    def make(rng, dtype):
        b = Builder(rng)
        left, _ = b.activation(dtype, [2, 3, 50])
        right, _ = b.activation(dtype, [2, 3, 50] if rng.random() < 0.7 else [3, 1])
        return b.finish(b.rectify(b.op(kind, left, right)), dtype)
    return make


def unary(kind, **attributes):
    def make(rng, dtype):
        b = Builder(rng)
        x, _ = b.activation(dtype, [300])
        return b.finish(b.op(kind, x, **attributes), dtype)
    return make


def clip(rng, dtype):
    b = Builder(rng)
    x, _ = b.activation(dtype, [300])
    return b.finish(b.op("Clip", x, b.constant(np.float32(-1)), b.constant(np.float32(2.5))), dtype)


def pool(kind):
    def make(rng, dtype):
        b = Builder(rng)
        x, _ = b.activation(dtype, [1, 3, 9, 9])
        attributes = dict(kernel_shape=[3, 2], strides=[2, 1], pads=[int(p) for p in rng.integers(0, 2, 4)])
        return b.finish(b.op(kind, x, **attributes), dtype)
    return make


def global_pool(rng, dtype):
    b = Builder(rng)
    x, _ = b.activation(dtype, [1, 5, 7, 7])
    return b.finish(b.op("GlobalAveragePool", x), dtype)


def mean(rng, dtype):
    b = Builder(rng)
    x, _ = b.activation(dtype, [2, 5, 7, 6])
    axes = [int(axis) for axis in rng.permutation(4)[:rng.integers(1, 5)]]
    return b.finish(b.op("ReduceMean", x, axes=axes, keepdims=int(rng.integers(2))), dtype)


def transposed_conv(rng, dtype):
    b = Builder(rng)
    group, rank = int(rng.integers(1, 3)), int(rng.integers(1, 3))
    x, xs = b.activation(dtype, [2, 4 * group, *([6, 5][:rank])])
    kernel, strides, dilations = ([int(v) for v in rng.integers(1, most, rank)] for most in (5, 4, 3))
    w, ws = b.weights([4 * group, 3, *kernel], 1, 3)
    bias = b.bias(np.tile(np.broadcast_to(xs * ws, (3,)), group), 3 * group)
    reach = [(k - 1) * d for k, d in zip(kernel, dilations)]
    pads = [int(rng.integers(0, r + 1)) for r in reach * 2]
    more = [int(rng.integers(0, s)) for s in strides]
    y = b.op("ConvTranspose", x, w, bias, group=group, strides=strides, dilations=dilations, pads=pads,
             output_padding=more)
    return b.finish(b.rectify(y), dtype, 0.01, 2)


def conv_of_volumes(rng, dtype):
    b = Builder(rng)
    x, xs = b.activation(dtype, [1, 3, 4, 5, 6])
    w, ws = b.weights([4, 3, 2, 3, 3], 0, 4)
    return b.finish(b.op("MaxPool", b.op("Conv", x, w, b.bias(xs * ws, 4), pads=[1, 0, 1, 0, 1, 1]),
                         kernel_shape=[2, 1, 2]), dtype, 0.01, 2)


def concat(rng, dtype):
    b = Builder(rng)
    parts = [b.activation(dtype, [1, int(c), 4])[0] for c in rng.integers(1, 5, int(rng.integers(2, 4)))]
    return b.finish(b.op("Concat", *parts, axis=1), dtype)


def softmax(rng, dtype):
    b = Builder(rng)
    x, _ = b.activation(dtype, [4, int(rng.integers(2, 60))])
    return b.finish(b.op("Softmax", x, axis=-1), dtype, 0.0039, 0.004)


def movement(rng, dtype):
    b = Builder(rng)
    x, _ = b.activation(dtype, [2, 3, 4])
    y = b.op("Transpose", x, perm=[0, 2, 1])
    return b.finish(b.op("Reshape", y, b.constant(np.array([2, -1], np.int64))), dtype)


def swish(rng, dtype):
    b = Builder(rng)
    x, _ = b.activation(dtype, [300])
    return b.finish(b.op("Mul", x, b.op("Sigmoid", x)), dtype)


def other(dtype):
    return np.uint8 if dtype == np.int8 else np.int8


def gemm_general(rng, dtype):
    b = Builder(rng)
    k, n, m = (int(v) for v in rng.integers(2, 40, 3))
    x, _ = b.activation(dtype, [k, m])
    w, _ = b.weights([k, n], 1, n)
    c = rng.uniform(-2, 2, [(), (1,), (n,), (1, n), (1, 1)][rng.integers(5)]).astype(np.float32)
    y = b.op("Gemm", x, w, b.constant(c), transA=1, alpha=float(rng.choice([0.5, 1, 2])), beta=float(rng.choice([1, 2])))
    return b.finish(b.rectify(y), dtype, 0.01, 2)


def linear(rng, dtype):
    b = Builder(rng)
    k, n, m = (int(v) for v in rng.integers(2, 40, 3))
    x, _ = b.activation(dtype, [2, m, k])
    w, _ = b.weights([k, n], 1, n)
    y = b.op("MatMul", x, w)
    if rng.random() < 0.7:
        c = b.constant(rng.uniform(-2, 2, n).astype(np.float32))
        y = b.op("Add", y, c) if rng.random() < 0.5 else b.op("Add", c, y)
    return b.finish(y, dtype, 0.01, 2)


def attention(rng, dtype):
    b = Builder(rng)
    k, n, m = (int(v) for v in rng.integers(2, 20, 3))
    left, _ = b.activation(dtype, [2, m, k])
    right, _ = b.activation(dtype, [2, n, k])
    return b.finish(b.op("MatMul", left, b.op("Transpose", right, perm=[0, 2, 1])), dtype, 0.01, 2)


def pair(kind, both=False, constant=None):
    """Operands of unlike types (unless `both` have the result's) or constants of a shape, in either order."""
    def make(rng, dtype):
        b = Builder(rng)
        left, _ = b.activation(dtype if both else other(dtype), [2, 3, 5, 20])
        right = b.activation(dtype, [2, 3, 5, 20])[0] if constant is None else b.constant_codes(dtype, constant)
        operands = [left, right] if rng.random() < 0.5 else [right, left]
        return b.finish(b.rectify(b.op(kind, *operands)), dtype)
    return make


def divided(rng, dtype):
    b = Builder(rng)
    x, _ = b.activation(dtype, [300])
    return b.finish(b.op("Div", x, b.constant(np.float32(rng.uniform(0.5, 4)))), dtype)


def mixed_concat(rng, dtype):
    b = Builder(rng)
    parts = [b.activation(kind, [1, 3, 4, 5])[0] for kind in (dtype, other(dtype), dtype)]
    return b.finish(b.rectify(b.op("Concat", *parts, axis=int(rng.integers(1, 4)))), dtype)


def off_grid_pad(rng, dtype):
    b = Builder(rng)
    x, _ = b.activation(dtype, [1, 3, 8, 8])
    value = b.constant(np.float32(rng.choice([-3.4e38, 0.123, 1000])))
    return b.finish(b.op("Pad", x, b.constant(np.array([0, 0, 1, 1, 0, 0, 1, 1], np.int64)), value), dtype)


def float_weights(rng, dtype):
    b = Builder(rng)
    x, _ = b.activation(dtype, [1, 5, 9, 9])
    operands = [x, b.constant(rng.normal(0, 0.3, [4, 5, 3, 3]).astype(np.float32))]
    if rng.random() < 0.6:
        operands.append(b.constant(rng.uniform(-3, 3, 4).astype(np.float32)))
    return b.finish(b.op("Conv", *operands), dtype, 0.01, 2)


def requantised_weights(rng, dtype):
    b = Builder(rng)
    x, _ = b.activation(dtype, [1, 5, 9, 9])
    scale, zero = b.constant(np.array([b.scale() for _ in range(4)], np.float32)), b.constant(np.zeros(4, np.int8))
    w = b.op("DequantizeLinear", b.constant(b.codes(np.int8, [4, 5, 3, 3])), scale, zero, axis=0)
    w = b.op("DequantizeLinear", b.op("QuantizeLinear", w, scale, zero, axis=0), scale, zero, axis=0)
    return b.finish(b.op("Conv", x, w), dtype, 0.01, 2)


def normalised_conv(rng, dtype):
    b = Builder(rng)
    x, xs = b.activation(dtype, [1, 5, 9, 9])
    w, ws = b.weights([4, 5, 3, 3], 0, 4)
    y = b.op("Conv", x, w, b.bias(xs * ws, 4))
    parameters = [rng.uniform(low, 2, 4).astype(np.float32) for low in (-2, -2, -2, 0.1)]
    return b.finish(b.rectify(b.op("BatchNormalization", y, *map(b.constant, parameters))), dtype, 0.01, 2)


def two_results(rng, dtype):
    b = Builder(rng)
    x, _ = b.activation(dtype, [1, 5, 9, 9])
    w, _ = b.weights([4, 5, 3, 3], 0, 4)
    y = b.op("Conv", x, w)
    return b.model([b.quantize(y, dtype, 0.01, 2), b.quantize(b.op("Relu", y), dtype, 0.01, 2)], dtype)


def activated_conv(rng, dtype):
    b = Builder(rng)
    x, _ = b.activation(dtype, [1, 5, 9, 9])
    w, _ = b.weights([4, 5, 3, 3], 0, 4)
    kind = str(rng.choice(["LeakyRelu", "Sigmoid", "Tanh", "HardSwish"]))
    return b.finish(b.op(kind, b.op("Conv", x, w)), dtype, 0.01, 2)


PATTERNS = {
    "conv": conv, "padded_conv": padded_conv, "gemm": gemm, "matmul": matmul, "add": binary("Add"),
    "mul": binary("Mul"), "relu": unary("Relu"), "sigmoid": unary("Sigmoid"), "tanh": unary("Tanh"),
    "hard_sigmoid": unary("HardSigmoid"), "hard_swish": unary("HardSwish"), "leaky_relu": unary("LeakyRelu", alpha=0.1),
    "swish": swish, "clip": clip, "max_pool": pool("MaxPool"), "average_pool": pool("AveragePool"),
    "global_average_pool": global_pool, "reduce_mean": mean, "conv_transpose": transposed_conv,
    "conv_of_volumes": conv_of_volumes, "concat": concat, "softmax": softmax,
    "movement": movement, "gemm_general": gemm_general, "linear": linear, "attention": attention,
    "mixed_add": pair("Add"), "mixed_mul": pair("Mul"), "mixed_sub": pair("Sub"), "sub": pair("Sub", both=True),
    "add_scalar": pair("Add", True, ()), "mul_scalar": pair("Mul", True, ()), "sub_scalar": pair("Sub", True, ()),
    "mixed_add_scalar": pair("Add", False, (1,)), "add_channels": pair("Add", True, (3, 1, 1)),
    "mul_channels": pair("Mul", True, (1, 3, 1, 1)), "sub_channels": pair("Sub", True, (3, 1, 1)),
    "mixed_mul_channels": pair("Mul", False, (3, 1, 1)), "div_scalar": divided, "mixed_concat": mixed_concat,
    "off_grid_pad": off_grid_pad, "float_weights": float_weights, "requantised_weights": requantised_weights,
    "normalised_conv": normalised_conv, "two_results": two_results, "activated_conv": activated_conv,
}
