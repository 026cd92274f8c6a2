"""ONNX Runtime as the cross-check: one place that says how it is configured."""

from pathlib import Path

import numpy as np
import onnx
from onnx import shape_inference

# Values that a QDQ network is compared on: unfused, ORT computes in float and rounds differently at ties.
LEVELS = ("all", "none")


def run(model: onnx.ModelProto, inputs: dict[str, np.ndarray], *, optimise: str = "all", every_output: bool = False,
        save_optimised: Path | None = None) -> dict[str, np.ndarray]:
    """Outputs by name. every_output adds all intermediate tensors whose type is known; that keeps ONNX Runtime from
    fusing across them, so such values are those of less fused operators. One thread, CPU provider."""
    import onnxruntime as ort

    if every_output:
        model = _expose_all(model)
    options = ort.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 3
    options.graph_optimization_level = (ort.GraphOptimizationLevel.ORT_ENABLE_ALL if optimise == "all"
                                        else ort.GraphOptimizationLevel.ORT_DISABLE_ALL)
    if save_optimised:
        options.optimized_model_filepath = str(save_optimised)
    session = ort.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
    names = [o.name for o in session.get_outputs()]
    return dict(zip(names, session.run(names, inputs)))


def _expose_all(model: onnx.ModelProto) -> onnx.ModelProto:
    inferred = shape_inference.infer_shapes(model)
    present = {o.name for o in inferred.graph.output}
    for value in inferred.graph.value_info:
        if value.name not in present:
            inferred.graph.output.append(value)
    return inferred
