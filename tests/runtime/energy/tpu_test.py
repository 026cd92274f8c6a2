"""Does the machine tpu-256 spend its time as the published first TPU does on its multilayer perceptrons?

    tpu_test.py BUILD/bin/weft

Jouppi et al., "In-Datacenter Performance Analysis of a Tensor Processing Unit", ISCA 2017, table 3, in percent of all cycles:

              array active   weight stall   weight shift   the rest is not matrix work
    MLP0          12.7           53.9           15.9                 17.5
    MLP1          10.6           44.2           13.4                 31.9

Compared are the shares of the first three in their sum, which are those of the matrix-related cycles. Here, of a layer's own
cycles: active = rows granted (multiply-accumulates / 65536); shift = stall_weights, the weights of the next tile are on their
way into the array; stall = the other cycles, in which the array waits for weights from DRAM, its pipeline emptying. The first
and the last layer move the activations of the whole network, which in the TPU is not matrix work, and are left out.

What the paper gives, bounds the result: a tile of 65536 weights takes 65536 / (34 GB/s / 700 MHz) = 1349 cycles to arrive and 256 to
shift in, a batch of B takes B cycles. So MLP0 must have 14.8, 66.2, 19.0, and it does. MLP1 (B = 168) must have 12.5, 68.6,
19.0 with whole tiles; the published 15.5, 64.8, 19.6 are of tiles that were filled to 88.7 % (9.4 % useful of 10.6 % active)
and need no more traffic than that. The compiler fetches whole tiles, so for MLP1 the bound is tested.
"""

import importlib.util
import json
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
PUBLISHED = {"200x2000x5": (12.7, 53.9, 15.9)}
BATCH = {"200x2000x5": 200, "168x1120x4": 168}
TILE = 256 * 256
FETCH = TILE / (34e9 / 700e6)
POINTS = 3.0


def shares(weft: str, shape: str, folder: Path) -> tuple[float, float, float]:
    """Active, stall and shift in percent of the matrix-related cycles."""
    def run(*command):
        subprocess.run([str(part) for part in command], check=True, stdout=subprocess.DEVNULL)

    model, program, report = (folder / f"{shape}.{ext}" for ext in ("onnx", "weft", "json"))
    run(sys.executable, ROOT / "workloads/build.py", "mlp", "--shape", shape, "--form", "qlinear", "--io", "int", "-o", model)
    run(weft, "compile", model, "--arch", "tpu-256", "-o", program, "-q")
    run(weft, "run", program, "--random-input", "1", "--report", report, "-q")
    inner = json.loads(report.read_text())["layers"][1:-1]
    cycles = sum(layer["own_cycles"] for layer in inner)
    active = sum(layer["counters"]["matrix_macs"] for layer in inner) / TILE
    shift = sum(layer["counters"]["matrix_stall_weights"] for layer in inner)
    tiles = sum(layer["counters"]["matrix_weight_tiles"] for layer in inner)
    print(f"{shape}: {cycles / tiles:.0f} cycles for each of {tiles} weight tiles")
    return tuple(100 * part / cycles for part in (active, cycles - active - shift, shift))


def main() -> int:
    missing = [name for name in ("numpy", "onnx") if importlib.util.find_spec(name) is None]
    if missing:
        print(f"not installed: {', '.join(missing)} (pip install -r workloads/requirements.txt)")
        return 77
    wrong = 0
    with tempfile.TemporaryDirectory() as folder:
        for shape, batch in BATCH.items():
            found = shares(sys.argv[1], shape, Path(folder))
            bound = [100 * part / FETCH for part in (batch, FETCH - batch - 256, 256)]
            expected = {"the weights' bandwidth": bound}
            if shape in PUBLISHED:
                expected["the published machine"] = [100 * part / sum(PUBLISHED[shape]) for part in PUBLISHED[shape]]
            for source, values in expected.items():
                for name, value, ours in zip(("active", "weight stall", "weight shift"), values, found):
                    bad = abs(value - ours) > POINTS
                    wrong += bad
                    print(f"{shape}: {name} {ours:.1f} %, {source} {value:.1f} %{' WRONG' if bad else ''}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
