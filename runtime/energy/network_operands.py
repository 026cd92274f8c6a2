"""Operands of a network's convolutions, as processing elements of the array see them; for calibrate.py. Needs onnx and
onnxruntime."""

import calibrate
import numpy
import onnx
import onnxruntime
from onnx import helper, numpy_helper


def quantised_convolutions(graph):
    """(node, tensor of the quantised input, its zero point, weights) of each Conv between DequantizeLinear nodes."""
    constants = {tensor.name: numpy_helper.to_array(tensor) for tensor in graph.initializer}
    producers = {output: node for node in graph.node for output in node.output}
    for node in graph.node:
        if node.op_type == "Conv":
            activations, weights = (producers.get(name) for name in node.input[:2])
            if all(maker is not None and maker.op_type == "DequantizeLinear" for maker in (activations, weights)) and \
                    weights.input[0] in constants:
                zero = constants[activations.input[2]].item() if len(activations.input) > 2 else 0
                yield node, activations.input[0], zero, constants[weights.input[0]].astype(int)


def stimuli(path, inputs, cycles):
    """{name of the node: stimulus} of the convolutions of a QDQ network with whole array rows of channels: one input
    picture, its pixels in their order, and some of the weights, which stay. inputs: {name: array}."""
    model = onnx.load(path)
    for tensor in model.graph.initializer:  # ONNX Runtime wants scalars where exporters write one element
        if list(tensor.dims) == [1]:
            tensor.CopyFrom(numpy_helper.from_array(numpy_helper.to_array(tensor).reshape(()), tensor.name))
    found = list(quantised_convolutions(model.graph))
    names = sorted({name for _, name, _, _ in found})
    known = {output.name for output in model.graph.output}
    model.graph.output.extend(helper.ValueInfoProto(name=name) for name in names if name not in known)
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    tensors = dict(zip(names, session.run(names, inputs)))

    result = {}
    for node, name, zero, weights in found:
        picture = tensors[name][0].astype(int) - zero
        if len(picture) % calibrate.ROWS or weights.shape[1] % calibrate.ROWS or len(weights) < calibrate.COLS:
            continue  # depthwise, or the first of few channels
        pixels = picture[:calibrate.ROWS].reshape(calibrate.ROWS, -1).T
        pixels = numpy.resize(pixels, (max(cycles, calibrate.WARM_UP + 2), calibrate.ROWS))
        tile = weights[:calibrate.COLS, :calibrate.ROWS, weights.shape[2] // 2, weights.shape[3] // 2].T
        result[node.name or node.output[0]] = calibrate.stimulus(pixels, [tile, tile], 1 << 20)
    return result
