"""Random one-operator models for every integer operator: many shapes, scales, zero points, types."""

import numpy as np
from onnx import TensorProto, helper, numpy_helper

ONNX_TYPE = {np.dtype("float32"): TensorProto.FLOAT, np.dtype("int8"): TensorProto.INT8,
             np.dtype("uint8"): TensorProto.UINT8, np.dtype("int16"): TensorProto.INT16,
             np.dtype("uint16"): TensorProto.UINT16, np.dtype("int32"): TensorProto.INT32}


def full_range(rng, dtype, shape):
    info = np.iinfo(dtype)
    return rng.integers(info.min, info.max + 1, shape, dtype=dtype)


def scale(rng, low=0.001, high=0.5):
    """Mostly arbitrary, sometimes a power of two (where ties are common)."""
    if rng.random() < 0.25:
        return np.float32(2.0 ** rng.integers(-9, 0))
    return np.float32(np.exp(rng.uniform(np.log(low), np.log(high))))


def model(op, inputs, constants, output_type, attributes=None, domain=""):
    """A model of one node. `inputs` lists operand names in order; those not in `constants` are graph inputs."""
    fed = {name: value for name, value in inputs if name and name not in constants}
    node = helper.make_node(op, [name for name, _ in inputs], ["y"], name="node", domain=domain, **(attributes or {}))
    graph = helper.make_graph(
        [node], op,
        [helper.make_tensor_value_info(name, ONNX_TYPE[value.dtype], value.shape) for name, value in fed.items()],
        [helper.make_tensor_value_info("y", ONNX_TYPE[np.dtype(output_type)], None)],
        [numpy_helper.from_array(np.asarray(value), name) for name, value in inputs if name in constants])
    opsets = [helper.make_opsetid("", 21), helper.make_opsetid("com.microsoft", 1)]
    return helper.make_model(graph, opset_imports=opsets, ir_version=10), fed


def operand(rng, prefix, dtype, shape=None, per_channel=0, symmetric=False, value=None):
    """(tensor, scale, zero point) as named operands."""
    count = (per_channel,) if per_channel else ()
    scales = np.array([scale(rng) for _ in range(max(per_channel, 1))], np.float32).reshape(count)
    zeros = np.zeros(count, dtype) if symmetric else full_range(rng, dtype, count)
    names = [(prefix + "_scale", scales), (prefix + "_zero", np.asarray(zeros, dtype))]
    if shape is not None or value is not None:
        names.insert(0, (prefix, full_range(rng, dtype, shape) if value is None else value))
    return names


def types8(rng):
    return np.dtype(rng.choice(["int8", "uint8"]))


def names_except(operands, *fed):
    return {name for name, _ in operands} - set(fed)


def output_quantisation(rng, dtype, size):
    """A result's scale that spreads `size` (the expected standard deviation) over the 8 bits, sometimes saturating."""
    y_scale = np.float32(size / rng.uniform(10, 100))
    return [("y_scale", np.array(y_scale)), ("y_zero", np.asarray(full_range(rng, dtype, ()), dtype))]


def sum_size(operands, taps):
    values = dict(operands)
    return float(values["x_scale"]) * float(np.mean(values["w_scale"])) * 74 * 74 * np.sqrt(taps) * 1.5


def qlinear_conv(rng):
    x_type = types8(rng)
    w_type = x_type if x_type == np.int8 else types8(rng)
    rank = rng.choice([1, 2, 3], p=[0.2, 0.6, 0.2])
    kernel = rng.integers(1, 5, rank)
    stride, dilation = rng.integers(1, 3, rank), rng.integers(1, 3, rank)
    pads = rng.integers(0, 3, 2 * rank)
    size = (kernel - 1) * dilation + 1 + rng.integers(0, 8, rank)
    style = rng.choice(["dense", "group", "depthwise"])
    if style == "depthwise":
        groups = channels = int(rng.integers(1, 40))
        filters = channels * int(rng.integers(1, 3))
    else:
        groups = int(rng.integers(1, 4)) if style == "group" else 1
        channels, filters = groups * int(rng.integers(1, 24)), groups * int(rng.integers(1, 24))
    per_channel = filters if rng.random() < 0.5 else 0
    x = operand(rng, "x", x_type, (int(rng.integers(1, 3)), channels, *size))
    symmetric = w_type == np.int8 or bool(per_channel)
    w = operand(rng, "w", w_type, (filters, channels // groups, *kernel), per_channel, symmetric)
    operands = x + w
    operands += output_quantisation(rng, x_type, sum_size(operands, channels // groups * np.prod(kernel)))
    if rng.random() < 0.7:
        operands.append(("bias", rng.integers(-20000, 20000, filters, dtype=np.int32)))
    attributes = {"group": groups, "strides": stride.tolist(), "dilations": dilation.tolist(), "pads": pads.tolist()}
    return model("QLinearConv", operands, names_except(operands, "x"), x_type, attributes)


def qlinear_matmul(rng):
    a_type = types8(rng)
    b_type = np.dtype("int8") if a_type == np.int8 else types8(rng)
    m, k, n = (int(v) for v in rng.integers(1, 70, 3))
    stack = tuple(int(v) for v in rng.integers(1, 3, rng.integers(0, 3)))
    # ONNX Runtime takes scales per column of a single matrix only.
    single = not stack or rng.random() < 0.5
    per_column = n if single and rng.random() < 0.5 else 0
    a = operand(rng, "x", a_type, (*stack, m, k))
    b = operand(rng, "w", b_type, (k, n) if single else (*stack, k, n), per_column, bool(per_column))
    operands = a + b
    operands += output_quantisation(rng, a_type, sum_size(operands, k))
    return model("QLinearMatMul", operands, names_except(operands, "x"), a_type)


def qgemm(rng):
    a_type = types8(rng)
    b_type = np.dtype("int8") if a_type == np.int8 else types8(rng)
    m, k, n = (int(v) for v in rng.integers(1, 70, 3))
    trans_a, trans_b = int(rng.random() < 0.3), int(rng.random() < 0.5)
    per_column = n if rng.random() < 0.4 else 0
    a = operand(rng, "x", a_type, (k, m) if trans_a else (m, k))
    b = operand(rng, "w", b_type, (n, k) if trans_b else (k, n), per_column, bool(per_column))
    operands = a + b
    has_bias = rng.random() < 0.7
    operands.append(("bias", rng.integers(-20000, 20000, n, dtype=np.int32)) if has_bias else ("", None))
    output = a_type
    if rng.random() < 0.85:
        operands += output_quantisation(rng, a_type, sum_size(operands, k))
    else:
        output = np.dtype("float32")
    attributes = {"transA": trans_a, "transB": trans_b, "alpha": float(rng.choice([1.0, 0.7]))}
    return model("QGemm", operands, names_except(operands, "x", ""), output, attributes, "com.microsoft")


def matmul_integer(rng):
    a_type = np.dtype("uint8") if rng.random() < 0.5 else np.dtype("int8")
    b_type = np.dtype("int8") if a_type == np.int8 else types8(rng)
    m, k, n = (int(v) for v in rng.integers(1, 70, 3))
    operands = [("x", full_range(rng, a_type, (m, k))), ("w", full_range(rng, b_type, (k, n))),
                ("x_zero", full_range(rng, a_type, ())), ("w_zero", full_range(rng, b_type, ()))]
    return model("MatMulInteger", operands, {"w", "x_zero", "w_zero"}, np.int32)


def conv_integer(rng):
    channels, filters = (int(v) for v in rng.integers(1, 20, 2))
    operands = [("x", full_range(rng, np.dtype("uint8"), (1, channels, 9, 8))),
                ("w", full_range(rng, np.dtype("uint8"), (filters, channels, 3, 2))),
                ("x_zero", full_range(rng, np.dtype("uint8"), ())), ("w_zero", full_range(rng, np.dtype("uint8"), ()))]
    return model("ConvInteger", operands, {"w", "x_zero", "w_zero"}, np.int32, {"pads": [1, 0, 2, 1]})


def _binary(rng, op):
    dtype = types8(rng)
    shape = tuple(int(v) for v in rng.integers(1, 13, rng.integers(1, 5)))
    other = shape
    kind = rng.random()
    if kind < 0.15:
        other = ()
    elif kind < 0.4:
        other = tuple(1 if rng.random() < 0.5 else extent for extent in shape)
    shapes = [shape, other] if rng.random() < 0.7 else [other, shape]
    a, b = operand(rng, "a", dtype, shapes[0]), operand(rng, "b", dtype, shapes[1])
    operands = a + b
    sizes = [float(a[1][1]) * 74, float(b[1][1]) * 74]
    size = np.hypot(*sizes) if op == "QLinearAdd" else sizes[0] * sizes[1]
    operands += output_quantisation(rng, dtype, size)
    return model(op, operands, names_except(operands, "a", "b"), dtype, domain="com.microsoft")


def qlinear_add(rng):
    return _binary(rng, "QLinearAdd")


def qlinear_mul(rng):
    return _binary(rng, "QLinearMul")


def _pool_quantisation(rng, dtype, x_scale):
    return [("y_scale", np.array(np.float32(x_scale * np.exp(rng.uniform(-1.5, 0.7))))),
            ("y_zero", np.asarray(full_range(rng, dtype, ()), dtype))]


def qlinear_average_pool(rng):
    dtype = types8(rng)
    rank = int(rng.choice([1, 2, 3], p=[0.2, 0.6, 0.2]))
    kernel = rng.integers(1, 8, rank)
    pads = np.minimum(rng.integers(0, 3, 2 * rank), np.tile(kernel - 1, 2))
    size = kernel + rng.integers(0, 9, rank)
    operands = operand(rng, "x", dtype, (int(rng.integers(1, 3)), int(rng.integers(1, 20)), *size))
    operands += _pool_quantisation(rng, dtype, operands[1][1])
    attributes = {"kernel_shape": kernel.tolist(), "strides": rng.integers(1, 4, rank).tolist(), "pads": pads.tolist(),
                  "count_include_pad": int(rng.random() < 0.5)}
    return model("QLinearAveragePool", operands, names_except(operands, "x"), dtype, attributes, "com.microsoft")


def qlinear_global_average_pool(rng):
    dtype = types8(rng)
    size = rng.integers(1, 15, rng.integers(1, 4))
    operands = operand(rng, "x", dtype, (int(rng.integers(1, 3)), int(rng.integers(1, 40)), *size))
    operands += _pool_quantisation(rng, dtype, operands[1][1])
    return model("QLinearGlobalAveragePool", operands, names_except(operands, "x"), dtype, {"channels_last": 0},
                 "com.microsoft")


def max_pool(rng):
    dtype = types8(rng)
    rank = int(rng.integers(1, 4))
    kernel = rng.integers(1, 5, rank)
    pads = np.minimum(rng.integers(0, 2, 2 * rank), np.tile(kernel - 1, 2))
    operands = [("x", full_range(rng, dtype, (2, 5, *(kernel * 2 + rng.integers(0, 8, rank)))))]
    attributes = {"kernel_shape": kernel.tolist(), "strides": rng.integers(1, 4, rank).tolist(), "pads": pads.tolist(),
                  "ceil_mode": int(rng.random() < 0.4)}
    return model("MaxPool", operands, set(), dtype, attributes)


def qlinear_concat(rng):
    dtype = types8(rng)
    shape = [int(v) for v in rng.integers(1, 9, 3)]
    axis = int(rng.integers(0, 3))
    y = operand(rng, "y", dtype)
    operands = [("ys", y[0][1]), ("yz", y[1][1])]
    for part in range(int(rng.integers(1, 4))):
        shape[axis] = int(rng.integers(1, 9))
        piece = operand(rng, f"x{part}", dtype, tuple(shape))
        if rng.random() < 0.3:
            piece[1:] = [(piece[1][0], y[0][1]), (piece[2][0], y[1][1])]
        operands += piece
    fed = [name for name, _ in operands if name.startswith("x") and "_" not in name]
    return model("QLinearConcat", operands, names_except(operands, *fed), dtype, {"axis": axis}, "com.microsoft")


def resize_nearest(rng):
    """Which element each result is: positions are rounded in float32, so ties are a matter of bits."""
    dtype = types8(rng)
    shape = [int(v) for v in rng.integers(1, 12, 4)]
    operands = [("x", full_range(rng, dtype, shape)), ("", None)]
    if rng.random() < 0.6:
        factors = [rng.choice([0.5, 0.75, 1, 1.5, 2, 3, 7 / 3, rng.uniform(0.4, 4)]) for _ in range(2)]
        scales = [1, 1] + [max(factor, 1 / extent) for factor, extent in zip(factors, shape[2:])]
        operands.append(("scales", np.array(scales, np.float32)))
    else:
        operands += [("", None), ("sizes", np.array(shape[:2] + [int(v) for v in rng.integers(1, 24, 2)], np.int64))]
    # half_pixel_symmetric is left out: ONNX Runtime's bits near whole numbers are not those of its formula in float32.
    attributes = {"mode": "nearest",
                  "coordinate_transformation_mode": str(rng.choice(["half_pixel", "asymmetric", "align_corners",
                                                                    "pytorch_half_pixel"])),
                  "nearest_mode": str(rng.choice(["round_prefer_floor", "round_prefer_ceil", "floor", "ceil"]))}
    return model("Resize", operands, {"scales", "sizes"}, dtype, attributes)


def _every_byte(dtype):
    return np.arange(256, dtype=np.uint8).view(dtype)


def _unary(rng, op, attributes=None):
    dtype = types8(rng)
    operands = operand(rng, "x", dtype, value=_every_byte(dtype)) + operand(rng, "q", dtype)
    return model(op, operands, names_except(operands, "x"), dtype, attributes, "com.microsoft")


def qlinear_leaky_relu(rng):
    return _unary(rng, "QLinearLeakyRelu", {"alpha": float(rng.uniform(0.01, 0.5))})


def qlinear_sigmoid(rng):
    return _unary(rng, "QLinearSigmoid")


def qlinear_softmax(rng):
    dtype = types8(rng)
    # In rows of a single element ONNX Runtime's exponential overflows and the result is 0 instead of 1.
    shape = tuple(int(v) for v in rng.integers(2, 30, rng.integers(1, 4)))
    x = operand(rng, "x", dtype, shape)
    zero = -128 if dtype == np.int8 else 0
    y = [("q_scale", np.array(np.float32(1 / 256))), ("q_zero", np.array(zero, dtype))]
    operands = x + y
    attributes = {"axis": int(rng.integers(-len(shape), len(shape))), "opset": int(rng.choice([12, 13]))}
    return model("QLinearSoftmax", operands, names_except(operands, "x"), dtype, attributes, "com.microsoft")


def quantize_linear(rng):
    dtype = np.dtype(rng.choice(["int8", "uint8", "int16", "uint16"]))
    channels = int(rng.integers(1, 9))
    axis = int(rng.integers(0, 3))
    per_channel = channels if rng.random() < 0.5 else 0
    parameters = operand(rng, "q", dtype, per_channel=per_channel)
    shape = [int(v) for v in rng.integers(1, 30, 3)]
    shape[axis] = channels
    half_units = rng.integers(-1200, 1200, shape) * np.float32(0.5)
    x = half_units * np.float32(np.mean(parameters[0][1])) if rng.random() < 0.5 else rng.normal(0, 20, shape)
    operands = [("x", x.astype(np.float32))] + parameters
    return model("QuantizeLinear", operands, names_except(operands, "x"), dtype, {"axis": axis})


def dequantize_linear(rng):
    dtype = np.dtype(rng.choice(["int8", "uint8", "int16", "uint16", "int32"]))
    channels = int(rng.integers(1, 9))
    axis = int(rng.integers(0, 3))
    shape = [int(v) for v in rng.integers(1, 30, 3)]
    shape[axis] = channels
    operands = operand(rng, "x", dtype, shape, channels if rng.random() < 0.5 else 0, symmetric=dtype == np.int32)
    return model("DequantizeLinear", operands, names_except(operands, "x"), np.float32, {"axis": axis})


CASES = [qlinear_conv, qlinear_matmul, qgemm, matmul_integer, conv_integer, qlinear_add, qlinear_mul,
         qlinear_average_pool, qlinear_global_average_pool, max_pool, resize_nearest, qlinear_concat, qlinear_leaky_relu,
         qlinear_sigmoid, qlinear_softmax, quantize_linear, dequantize_linear]
