"""Value ranges of a float network's tensors, measured with ONNX Runtime or read from the committed tables."""

import json
from pathlib import Path

import numpy as np

from . import emit, rng
from .network import Network
from .quantize import round_range

SCALES = Path(__file__).resolve().parent.parent / "scales"
IMAGES = 4
# A few outliers saturate, as in a real calibration; they also test clamping.
PERCENTILE = 99.995


def measure(network: Network, seed: int, images: int = IMAGES) -> dict[str, tuple[float, float]]:
    """Runs the float network on `images` seeded batches. Needs onnxruntime."""
    try:
        import onnxruntime
    except ImportError:
        raise SystemExit(f"error: {network.name} with seed {seed} has no table in {SCALES} and calibrating needs "
                         "onnxruntime (pip install -r workloads/requirements.txt); seed 0 has tables") from None
    model = emit.float_model(network, every_output=True)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
    names = [o.name for o in session.get_outputs()]
    ranges: dict[str, tuple[float, float]] = {}
    for i in range(images):
        x = rng.image(seed, f"calibration{i}", network.input_shape)
        for name, value in zip([network.input_name] + names, [x] + session.run(names, {network.input_name: x})):
            low, high = np.percentile(value, [100 - PERCENTILE, PERCENTILE])
            old = ranges.get(name, (low, high))
            ranges[name] = (min(old[0], low), max(old[1], high))
    return {name: round_range(*r) for name, r in ranges.items()}


def table_path(network: Network) -> Path:
    return SCALES / f"{network.name}.json"


def load(network: Network, seed: int) -> dict[str, tuple[float, float]] | None:
    path = table_path(network)
    if not path.exists():
        return None
    table = json.loads(path.read_text())
    return {k: tuple(v) for k, v in table["ranges"].items()} if table["seed"] == seed else None


def save(network: Network, seed: int, ranges: dict[str, tuple[float, float]]) -> Path:
    lines = ",\n".join(f"    {json.dumps(k)}: {json.dumps(v)}" for k, v in ranges.items())
    path = table_path(network)
    path.write_text(f'{{\n  "seed": {seed},\n  "ranges": {{\n{lines}\n  }}\n}}\n')
    return path
