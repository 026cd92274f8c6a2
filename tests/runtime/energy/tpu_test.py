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

A tile of 65536 weights takes 65536 / (34 GB/s / 700 MHz) = 1349 cycles to arrive and 256 to shift in, a batch of B takes B cycles.
So MLP0 must have 14.8, 66.2, 19.0. MLP1 (B = 168) with whole tiles would have 12.5, 68.6, 19.0; published are 15.5, 64.8,
19.6, of tiles that are filled to 88.7 % (9.4 % useful of 10.6 % active) and need no more traffic than that: 14.0, 64.6, 21.4.
The paper does not give the layers' widths; how those of the shapes below were chosen says workloads/weft_workloads/sweeps.py. The
rest of the distance is the start and end of a layer, which a fence separates from the next, and short columns, which leave the load
engine's FIFO half empty. Widths with the same fill that are not whole beats of 64 are off by more (964 and 1205: 12.5, 68.4, 19.1).
"""

import importlib.util
import json
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
# Shape for workloads/build.py, shares of all cycles, useful share of the array's multiply-accumulates (none: not tested).
NETWORKS = {
    "MLP0": ("200x2000x2000x2000x2000x2000x2000", (12.7, 53.9, 15.9), None),
    "MLP1": ("168x1728x704x1728x704x1728", (10.6, 44.2, 13.4), 9.4 / 10.6),
}
TILE = 256 * 256
POINTS = 3.0


def shares(weft: str, name: str, shape: str, folder: Path) -> tuple[tuple[float, float, float], float]:
    """Active, stall and shift in percent of the matrix-related cycles; useful multiply-accumulates of the array's."""
    def run(*command):
        subprocess.run([str(part) for part in command], check=True, stdout=subprocess.DEVNULL)

    model, program, report = (folder / f"{name}.{ext}" for ext in ("onnx", "weft", "json"))
    run(sys.executable, ROOT / "workloads/build.py", "mlp", "--shape", shape, "--form", "qlinear", "--io", "int", "-o", model)
    run(weft, "compile", model, "--arch", "tpu-256", "-o", program, "-q")
    run(weft, "run", program, "--random-input", "1", "--report", report, "-q")
    inner = json.loads(report.read_text())["layers"][1:-1]
    cycles = sum(layer["own_cycles"] for layer in inner)
    active = sum(layer["counters"]["matrix_macs"] for layer in inner) / TILE
    shift = sum(layer["counters"]["matrix_stall_weights"] for layer in inner)
    tiles = sum(layer["counters"]["matrix_weight_tiles"] for layer in inner)
    useful = sum(layer["useful_macs"] for layer in inner) / TILE / active
    print(f"{name}: {cycles / tiles:.0f} cycles for each of {tiles} weight tiles")
    return tuple(100 * part / cycles for part in (active, cycles - active - shift, shift)), useful


def main() -> int:
    missing = [name for name in ("numpy", "onnx") if importlib.util.find_spec(name) is None]
    if missing:
        print(f"not installed: {', '.join(missing)} (pip install -r workloads/requirements.txt)")
        return 77
    wrong = 0
    with tempfile.TemporaryDirectory() as folder:
        for name, (shape, published, fill) in NETWORKS.items():
            found, useful = shares(sys.argv[1], name, shape, Path(folder))
            compared = [(part, value, 100 * expected / sum(published)) for part, value, expected in
                        zip(("active", "weight stall", "weight shift"), found, published)]
            if fill:
                compared.append(("useful of the array's work", 100 * useful, 100 * fill))
            for part, value, expected in compared:
                bad = abs(value - expected) > POINTS
                wrong += bad
                print(f"{name}: {part} {value:.1f} %, published {expected:.1f} %{' WRONG' if bad else ''}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
