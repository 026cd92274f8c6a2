"""ONNX Runtime as the cross-check: one place that says how it is configured."""

from pathlib import Path

import numpy as np
import onnx
from onnx import shape_inference

# "all": the integer kernels that weft is compared with. "none": a QDQ network is computed in float between its
# quantisers, which rounds differently at ties.
LEVELS = ("all", "none")


def run(model: onnx.ModelProto, inputs: dict[str, np.ndarray], *, optimise: str = "all", every_output: bool = False,
        save_optimised: Path | None = None) -> dict[str, np.ndarray]:
    """Outputs by name. every_output adds all intermediate tensors whose type is known; that keeps ONNX Runtime from
    fusing across them, so such values are those of less fused operators. One thread, CPU provider."""
    import onnxruntime as ort

    model = _scalar_parameters(model)
    if every_output:
        model = _expose_all(model)
    options = ort.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 3
    options.graph_optimization_level = (ort.GraphOptimizationLevel.ORT_ENABLE_ALL if optimise == "all"
                                        else ort.GraphOptimizationLevel.ORT_DISABLE_ALL)
    # On x86 ONNX Runtime by default turns only part of a network with int8 activations into integer operators.
    options.add_session_config_entry("session.qdqisint8allowed", "1")
    if save_optimised:
        options.optimized_model_filepath = str(save_optimised)
    session = ort.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
    names = [o.name for o in session.get_outputs()]
    return dict(zip(names, session.run(names, inputs)))


def _scalar_parameters(model: onnx.ModelProto) -> onnx.ModelProto:
    """Scales and zero points of shape [1] become scalars, which ONNX takes for the same thing; but ONNX Runtime refuses
    to fuse QLinearAdd with the former."""
    used = {name for node in model.graph.node if node.op_type in ("QuantizeLinear", "DequantizeLinear")
            for name in node.input[1:]}
    copy = onnx.ModelProto()
    copy.CopyFrom(model)
    for constant in copy.graph.initializer:
        if constant.name in used and list(constant.dims) == [1]:
            del constant.dims[:]
    return copy


def _expose_all(model: onnx.ModelProto) -> onnx.ModelProto:
    inferred = shape_inference.infer_shapes(model)
    present = {o.name for o in inferred.graph.output}
    for value in inferred.graph.value_info:
        if value.name not in present:
            inferred.graph.output.append(value)
    return inferred
