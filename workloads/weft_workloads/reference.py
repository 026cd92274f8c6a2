"""ONNX Runtime as the cross-check: one place that says how it is configured."""

from pathlib import Path

import numpy as np
import onnx

# "all": the integer kernels that weft is compared with. "none": a QDQ network is computed in float between its
# quantisers, which rounds differently at ties.
LEVELS = ("all", "none")


def run(model: onnx.ModelProto, inputs: dict[str, np.ndarray], *, optimise: str = "all", every_output: bool = False,
        save_optimised: Path | None = None) -> dict[str, np.ndarray]:
    """Outputs by name. every_output adds all intermediate tensors; in a QDQ network that keeps ONNX Runtime from
    fusing across them, so use it with the QLinear form. One thread, CPU provider."""
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
    """ONNX Runtime infers the types itself; ONNX's own inference stops at com.microsoft operators."""
    copy = onnx.ModelProto()
    copy.CopyFrom(model)
    present = {o.name for o in copy.graph.output}
    for node in copy.graph.node:
        copy.graph.output.extend(onnx.ValueInfoProto(name=o) for o in node.output if o and o not in present)
    return copy
