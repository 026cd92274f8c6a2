"""Writes a Network as ONNX in one of three forms: float, QDQ or QLinear.

All forms name tensors alike: `<op>` in float, `<op>_q` for the 8-bit tensor, so that intermediate results of two forms
can be compared by name.
"""

import numpy as np
from onnx import ModelProto, TensorProto, helper, numpy_helper

from . import quantize
from .network import Network, Op
from .quantize import Quant

OPSET = 13
_OPSET_OF_HARDSWISH = 14
IR_VERSION = 8
_ELEM = {np.uint8: TensorProto.UINT8, np.int8: TensorProto.INT8}


class _Graph:
    def __init__(self):
        self.nodes, self.initializers, self._names = [], [], set()

    def const(self, name: str, value) -> str:
        if name not in self._names:
            self._names.add(name)
            self.initializers.append(numpy_helper.from_array(np.asarray(value, order="C"), name))
        return name

    def node(self, kind, name, inputs, outputs, domain="", **attrs):
        self.nodes.append(helper.make_node(kind, inputs, outputs, name=name, domain=domain, **attrs))

    def model(self, network: Network, in_type, out_name, out_type, contrib: bool) -> ModelProto:
        graph = helper.make_graph(
            self.nodes, network.name,
            [helper.make_tensor_value_info(network.input_name, in_type, network.input_shape)],
            [helper.make_tensor_value_info(out_name, out_type, network.output.shape)], self.initializers)
        newer = any(op.kind == "hardswish" for op in network.ops)
        opsets = [helper.make_opsetid("", _OPSET_OF_HARDSWISH if newer else OPSET)]
        if contrib:
            opsets.append(helper.make_opsetid("com.microsoft", 1))
        return helper.make_model(graph, opset_imports=opsets, ir_version=IR_VERSION, producer_name="weft-workloads")


def _float_node(g: _Graph, op: Op, inputs: list[str], output: str):
    """The operator in float, without its activation; inputs include weight and bias."""
    if op.kind == "conv":
        g.node("Conv", op.name, inputs, [output], **op.attrs)
    elif op.kind == "gemm":
        g.node("Gemm", op.name, inputs, [output], transB=1)
    elif op.kind == "matmul":
        g.node("MatMul", op.name, inputs, [output])
    elif op.kind == "add":
        g.node("Add", op.name, inputs, [output])
    elif op.kind == "mul":
        g.node("Mul", op.name, inputs, [output])
    elif op.kind == "concat":
        g.node("Concat", op.name, inputs, [output], **op.attrs)
    elif op.kind == "hardsigmoid":
        g.node("HardSigmoid", op.name, inputs, [output], **op.attrs)
    elif op.kind == "hardswish":
        g.node("HardSwish", op.name, inputs, [output])
    elif op.kind == "resize":
        factor = op.attrs["factor"]
        scales = g.const(f"resize.x{factor}", np.array([1, 1, factor, factor], np.float32))
        g.node("Resize", op.name, [*inputs, "", scales], [output], mode="nearest", nearest_mode="floor",
               coordinate_transformation_mode="asymmetric")
    elif op.kind == "maxpool":
        g.node("MaxPool", op.name, inputs, [output], **op.attrs)
    elif op.kind == "gap":
        g.node("GlobalAveragePool", op.name, inputs, [output])
    elif op.kind == "flatten":
        g.node("Flatten", op.name, inputs, [output], axis=1)
    else:
        raise ValueError(f"{op.name}: unknown kind {op.kind}")


def _activation(g: _Graph, op: Op, x: str, y: str):
    if op.activation == "relu":
        g.node("Relu", op.name + ".relu", [x], [y])
    elif op.activation == "relu6":
        low = g.const("relu6.min", np.float32(0))
        high = g.const("relu6.max", np.float32(6))
        g.node("Clip", op.name + ".relu6", [x, low, high], [y])


def float_model(network: Network, *, batch_norm: bool = False, every_output: bool = False) -> ModelProto:
    """batch_norm: each convolution becomes convolution + BatchNormalization, which fold back to the same network.
    every_output: all operators' results are graph outputs (for calibration)."""
    g = _Graph()
    for op in network.ops:
        inputs = list(op.inputs)
        raw = op.name + ".raw" if op.activation else op.name
        if op.weight is not None and batch_norm and op.kind == "conv":
            _conv_with_batch_norm(g, op, inputs, raw)
        else:
            if op.weight is not None:
                inputs.append(g.const(op.name + ".weight", op.weight))
            if op.bias is not None:
                inputs.append(g.const(op.name + ".bias", op.bias))
            _float_node(g, op, inputs, raw)
        _activation(g, op, raw, op.name)
    model = g.model(network, TensorProto.FLOAT, network.output.name, TensorProto.FLOAT, contrib=False)
    if every_output:
        for op in network.ops[:-1]:
            model.graph.output.append(helper.make_tensor_value_info(op.name, TensorProto.FLOAT, op.shape))
    return model


def _conv_with_batch_norm(g: _Graph, op: Op, inputs: list[str], output: str):
    """Splits the folded weights: gamma / sqrt(var + 0) is a power of two per channel, so folding is exact."""
    channels = op.weight.shape[0]
    factor = np.exp2((np.arange(channels) % 5 - 2)).astype(np.float32)
    w = op.weight / factor.reshape(-1, 1, 1, 1)
    g.node("Conv", op.name, inputs + [g.const(op.name + ".weight", w)], [op.name + ".conv"], **op.attrs)
    bn = [g.const(f"{op.name}.bn.{k}", v.astype(np.float32)) for k, v in (
        ("scale", factor), ("bias", op.bias), ("mean", np.zeros(channels)), ("var", np.ones(channels)))]
    g.node("BatchNormalization", op.name + ".bn", [op.name + ".conv"] + bn, [output], epsilon=0.0)


class _Quantised:
    """What QDQ and QLinear share: constants for parameters and the edges of the graph."""

    def __init__(self, network: Network, params: dict[str, Quant], io_float: bool):
        self.network, self.params, self.io_float = network, params, io_float
        self.g = _Graph()

    def scale_zp(self, tensor: str) -> list[str]:
        q = self.params[tensor]
        return [self.g.const(tensor + ".scale", q.scale), self.g.const(tensor + ".zp", np.array(q.zero_point, q.dtype))]

    def weight(self, op: Op) -> tuple[str, str, str, int, np.ndarray]:
        axis = 1 if op.kind == "matmul" else 0
        q, scale = quantize.weights(op.weight, axis)
        return (self.g.const(op.name + ".weight_q", q), self.g.const(op.name + ".weight_scale", scale),
                self.g.const(op.name + ".weight_zp", np.zeros(scale.shape, np.int8)), axis, scale)

    def bias(self, op: Op, w_scale: np.ndarray) -> tuple[str, np.ndarray]:
        q, scale = quantize.bias(op.bias, self.params[op.inputs[0]].scale, w_scale)
        return self.g.const(op.name + ".bias_q", q), scale

    def quantised_input(self) -> str:
        name = self.network.input_name
        if not self.io_float:
            return name
        self.g.node("QuantizeLinear", name + ".quantize", [name] + self.scale_zp(name), [name + "_q"])
        return name + "_q"

    def finish(self, quantised_output: str, contrib: bool) -> ModelProto:
        elem = _ELEM[self.params[self.network.input_name].dtype]
        out = self.network.output.name
        if self.io_float:
            self.g.node("DequantizeLinear", out + ".dequantize", [quantised_output] + self.scale_zp(out), [out])
            return self.g.model(self.network, TensorProto.FLOAT, out, TensorProto.FLOAT, contrib)
        return self.g.model(self.network, elem, quantised_output, elem, contrib)


def qdq_model(network: Network, params: dict[str, Quant], *, io_float: bool = True) -> ModelProto:
    """Float operators between DequantizeLinear and QuantizeLinear: what most quantisers write."""
    e = _Quantised(network, params, io_float)
    g = e.g
    quantised = {network.input_name: e.quantised_input()}
    for op in network.ops:
        inputs = []
        for x in op.inputs:
            # One DequantizeLinear per consumer: ONNX Runtime's fusions want it so.
            dq = f"{x}_dq.{op.name}"
            g.node("DequantizeLinear", dq, [quantised[x]] + e.scale_zp(x), [dq])
            inputs.append(dq)
        if op.weight is not None:
            w, scale, zp, axis, scales = e.weight(op)
            g.node("DequantizeLinear", op.name + ".weight_dq", [w, scale, zp], [op.name + ".weight"], axis=axis)
            inputs.append(op.name + ".weight")
            if op.bias is not None:
                b, b_scale = e.bias(op, scales)
                zero = g.const(op.name + ".bias_zp", np.zeros(b_scale.shape, np.int32))
                g.node("DequantizeLinear", op.name + ".bias_dq", [b, g.const(op.name + ".bias_scale", b_scale), zero],
                       [op.name + ".bias"], axis=0)
                inputs.append(op.name + ".bias")
        raw = op.name + (".raw" if op.activation else ".real")
        _float_node(g, op, inputs, raw)
        real = op.name + ".real"
        _activation(g, op, raw, real)
        g.node("QuantizeLinear", op.name + ".quantize", [real] + e.scale_zp(op.name), [op.name + "_q"])
        quantised[op.name] = op.name + "_q"
    return e.finish(quantised[network.output.name], contrib=False)


def qlinear_model(network: Network, params: dict[str, Quant], *, io_float: bool = True) -> ModelProto:
    """Integer operators: QLinearConv and QLinearMatMul of ONNX, and com.microsoft's for the rest."""
    e = _Quantised(network, params, io_float)
    g = e.g
    contrib = False
    quantised = {network.input_name: e.quantised_input()}
    for op in network.ops:
        ins = [[quantised[x]] + e.scale_zp(x) for x in op.inputs]
        out = op.name + "_q"
        out_params = e.scale_zp(op.name)
        if op.kind in ("conv", "gemm", "matmul"):
            w, scale, zp, _, scales = e.weight(op)
            bias = [] if op.bias is None else [e.bias(op, scales)[0]]
            if op.kind == "conv":
                g.node("QLinearConv", op.name, ins[0] + [w, scale, zp] + out_params + bias, [out], **op.attrs)
            elif op.kind == "gemm":
                contrib = True
                g.node("QGemm", op.name, ins[0] + [w, scale, zp] + (bias or [""]) + out_params, [out],
                       domain="com.microsoft", transB=1)
            else:
                g.node("QLinearMatMul", op.name, ins[0] + [w, scale, zp] + out_params, [out])
        elif op.kind in ("add", "mul"):
            contrib = True
            g.node("QLinearAdd" if op.kind == "add" else "QLinearMul", op.name, ins[0] + ins[1] + out_params, [out],
                   domain="com.microsoft")
        elif op.kind == "concat":
            contrib = True
            g.node("QLinearConcat", op.name, out_params + [x for part in ins for x in part], [out],
                   domain="com.microsoft", **op.attrs)
        elif op.kind in ("hardsigmoid", "hardswish"):  # which have no integer operator
            g.node("DequantizeLinear", op.name + ".dequantize", ins[0], [op.name + ".dq"])
            _float_node(g, op, [op.name + ".dq"], op.name + ".real")
            g.node("QuantizeLinear", op.name + ".quantize", [op.name + ".real"] + out_params, [out])
        elif op.kind == "gap":
            contrib = True
            g.node("QLinearGlobalAveragePool", op.name, ins[0] + out_params, [out], domain="com.microsoft",
                   channels_last=0)
        else:
            _float_node(g, op, [ins[0][0]], out)
        quantised[op.name] = out
    return e.finish(quantised[network.output.name], contrib)
