"""Writes networks in Weft's binary form (isa/program/network.cpp) and runs them on the reference executor.

Only what the comparisons need: ONNX graphs are taken as they are, node by node, without folding or rewriting.
"""

import pathlib
import struct
import subprocess
import tempfile

import numpy as np
import onnx
from onnx import numpy_helper

DTYPES = ["float32", "float16", "bfloat16", "float64", "int8", "uint8", "int16", "uint16", "int32", "uint32", "int64",
          "uint64", "bool"]


def _string(text):
    data = text.encode()
    return struct.pack("<I", len(data)) + data


def _list(form, values):
    return struct.pack("<I", len(values)) + struct.pack(f"<{len(values)}{form}", *values)


def _attribute(attribute):
    value = onnx.helper.get_attribute_value(attribute)
    if isinstance(value, bytes):
        body = b"\x02" + _string(value.decode())
    elif isinstance(value, float):
        body = b"\x01" + struct.pack("<d", value)
    elif isinstance(value, int):
        body = b"\x00" + struct.pack("<q", value)
    elif isinstance(value, (list, tuple)) and all(isinstance(item, int) for item in value):
        body = b"\x03" + _list("q", list(value))
    elif isinstance(value, (list, tuple)) and all(isinstance(item, float) for item in value):
        body = b"\x04" + _list("d", list(value))
    else:
        raise NotImplementedError(f"attribute {attribute.name}")
    return _string(attribute.name) + body


def serialise(model, types):
    """The binary form of an ONNX model. `types` gives (dtype name, shape) of every tensor that is not an initializer."""
    graph = model.graph
    index = {}
    tensors = []

    def add(name, dtype, shape, data=None):
        index[name] = len(tensors)
        body = _string(name) + struct.pack("<B", DTYPES.index(str(dtype))) + _list("q", list(shape))
        body += struct.pack("<B", data is not None)
        if data is not None:
            body += struct.pack("<Q", len(data)) + data
        tensors.append(body)

    for initializer in graph.initializer:
        array = numpy_helper.to_array(initializer)
        add(initializer.name, array.dtype, array.shape, np.ascontiguousarray(array).tobytes())
    inputs = [value.name for value in graph.input if value.name not in index]
    for name in inputs + [name for node in graph.node for name in node.output]:
        add(name, *types[name])

    nodes = []
    for node in graph.node:
        operands = [index[name] if name else -1 for name in node.input]
        attributes = b"".join(_attribute(attribute) for attribute in node.attribute)
        nodes.append(_string(node.op_type) + _string(node.name) + _list("i", operands) +
                     _list("i", [index[name] for name in node.output]) +
                     struct.pack("<I", len(node.attribute)) + attributes)
    outputs = [index[value.name] for value in graph.output]
    return (b"WNET" + struct.pack("<I", 1) + _string(graph.name) + struct.pack("<I", len(tensors)) + b"".join(tensors) +
            struct.pack("<I", len(nodes)) + b"".join(nodes) + _list("i", [index[name] for name in inputs]) +
            _list("i", outputs))


def run_all(program, cases):
    """Runs (network bytes, {name: array}) pairs; returns for each a {name: array}, or a str, the error's message."""
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        for number, (network, inputs) in enumerate(cases):
            (folder / f"{number}.wnet").write_bytes(network)
            np.savez(folder / f"{number}.in.npz", **inputs)
        subprocess.run([program, str(folder)], check=True)
        results = []
        for number in range(len(cases)):
            error = folder / f"{number}.err"
            if error.exists():
                results.append(error.read_text())
            else:
                with np.load(folder / f"{number}.out.npz") as archive:
                    results.append(dict(archive))
        return results
