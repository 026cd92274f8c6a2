#!/usr/bin/env python3
"""What a bit that toggles costs in a processing element: the figures of the energy table, from the gate level.

    calibrate.py [--liberty FILE_OR_FOLDER...] [--cycles N] [--network MODEL.onnx --input X.npz]

Synthesises rtl/matrix/weft_pe_int8.sv and simulates its gates at places in an array of 16 rows, for operands of many
statistics (rtl/tools/switching.py says what a toggle of a net takes). Fits

    E = clock + activation * bits of the activation + weight * bits of the weight + product * ... + sum * ...

to the energy per cycle, with the bits that differ from the cycle before: 10 of an operand, 20 of the product, 32 of the
partial sum. Prints the figures for the table and how far the model is from the gates for statistics that it was not
fitted to, among them with --network the operands of its convolutions (QDQ). The library is ASAP7 in $WEFT_DATA/liberty, else ../shared/data/liberty from the current folder. Needs Yosys, NumPy.
"""

import argparse
import pathlib
import shutil
import sys
import tempfile

import numpy

PROJECT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(PROJECT / "rtl" / "tools"))
import liberty  # noqa: E402
import switching  # noqa: E402
from netlist import NetlistError  # noqa: E402

ROWS, COLS = 16, 4  # elements that are simulated together, a word of copies: all rows of some columns
WARM_UP = 4  # cycles until the first tile is active
FIGURES = ("activation", "weight", "product", "sum")
BITS = {"activation": 10, "weight": 10, "product": 20, "sum": 32}

# --- Operands -----------------------------------------------------------------------------------------------------------

# Activations: (part that is zero, spread, correlation with the row before); no part: both signs. Weights: spread. None:
# uniform. Rows that a tile stays.
TRAINING = [(activations, weights, rows)
            for activations in (None, (None, 20, 0.0), (0.5, 40, 0.0), (0.8, 40, 0.0), (0.3, 60, 0.0), (0.95, 40, 0.0),
                                (0.5, 60, 0.9), (0.5, 60, 0.99), (1.0, 1, 0.0))
            for weights in (None, 30, 10) for rows in (32, 1 << 20)]
HELD_OUT = [((None, 60, 0.0), 20, 64), ((0.6, 25, 0.0), 15, 24), ((0.9, 80, 0.5), 40, 1 << 20), ((0.0, 30, 0.8), None, 48),
            ((0.5, 10, 0.0), 30, 1 << 20), ((None, 30, 0.95), 30, 40), ((0.7, 50, 0.97), 5, 1 << 20), (None, 5, 20)]


def normal_quantile(part):
    samples = numpy.sort(numpy.random.default_rng(0).normal(size=100001))
    return samples[round(part * 100000)]


def activations_of(statistic, cycles, random):
    """[cycles, ROWS] of s8 if uniform or of both signs, else u8, their zero point 0."""
    if statistic is None:
        return random.integers(-128, 128, (cycles, ROWS))
    zeros, spread, correlation = statistic
    values = random.normal(size=(cycles, ROWS))
    for t in range(1, cycles):
        values[t] = correlation * values[t - 1] + (1 - correlation ** 2) ** 0.5 * values[t]
    if zeros is None:
        return numpy.clip(numpy.rint(spread * values), -128, 127).astype(int)
    if zeros == 1.0:
        return numpy.zeros((cycles, ROWS), int)
    mean = 3.0 if zeros == 0.0 else -normal_quantile(zeros)
    return numpy.clip(numpy.rint(spread * (values + mean)), 0, 255).astype(int)


def weights_of(spread, random):
    if spread is None:
        return random.integers(-128, 128, (ROWS, COLS))
    return numpy.clip(numpy.rint(random.normal(0, spread, (ROWS, COLS))), -128, 127).astype(int)


def stimulus(activations, tiles, rows):
    """What the ports of ROWS x COLS elements see, as weft_array.sv connects them but without its skew: activation rows
    [cycles, ROWS], of which `rows` pass each of the `tiles`. And the bits that toggle, per element and cycle."""
    cycles = len(activations)
    step = numpy.arange(cycles) // rows
    weights = numpy.stack([tiles[i] for i in step])
    act = numpy.repeat(activations[:, :, None], COLS, 2)
    products = act * weights
    sums = numpy.cumsum(products, 1)
    swap = numpy.zeros((cycles, ROWS, COLS), int)
    load, bus = swap.copy(), swap.copy()
    load[0], bus[0], swap[1] = 1, tiles[0], 1
    for t in range(cycles):
        if t >= WARM_UP and t % rows == 0:
            swap[t] = 1
        k = t % rows - (rows - ROWS)  # the next tile's rows come in the last cycles of the one before
        bus[t] = tiles[step[t] + 1][max(k, 0)] if t > 0 else bus[t]
        if k >= 0 and t > 0:
            load[t, k] = 1
    flat = {"act_i": act, "psum_i": sums - products, "swap_i": swap, "load_i": load, "weight_i": bus}
    operands = {name: values.reshape(cycles, -1) for name, values in flat.items()}
    operands["en_i"] = numpy.ones_like(operands["act_i"])
    toggles = {"activation": act, "weight": weights, "product": products, "sum": sums}
    counts = []
    for name in FIGURES:
        values = toggles[name][WARM_UP - 1:] & (1 << BITS[name]) - 1
        counts.append(numpy.bitwise_count(values[1:] ^ values[:-1]).mean())
    # What the last register holds is the sum of the cycle before.
    return operands, counts, sums[-2].reshape(-1)


def of_statistic(statistic, cycles, random):
    activations, weights, rows = statistic
    tiles = [weights_of(weights, random) for _ in range((cycles - 1) // rows + 2)]
    return stimulus(activations_of(activations, cycles, random), tiles, rows)


# --- Gates --------------------------------------------------------------------------------------------------------------

def load_netlist(yosys, libraries, sources, top):
    with tempfile.TemporaryDirectory() as name:
        text = liberty.merge_libraries(list(liberty.library_files(libraries)), power=True)
        module = switching.synthesise(yosys, sources, top, text, 1000, pathlib.Path(name))
    return switching.Netlist(module, switching.Library(text))


def processing_element(yosys, libraries):
    return load_netlist(yosys, libraries, [PROJECT / "rtl" / "matrix" / "weft_pe_int8.sv"], "weft_pe_int8")


def measure(netlist, stimuli):
    """pJ per element and cycle without the clock, and toggles, of each stimulus: arrays [n], [n, FIGURES]."""
    operands = {port: numpy.concatenate([ports[port] for ports, _, _ in stimuli], 1) for port in stimuli[0][0]}
    energy, outputs = netlist.simulate(operands, WARM_UP)
    expected = numpy.concatenate([sums for _, _, sums in stimuli])
    if ((outputs["psum_o"] ^ expected) & 0xffffffff).any():
        raise NetlistError("the netlist does not compute what the processing element does")
    return energy, numpy.array([counts for _, counts, _ in stimuli])


def fit(energy, toggles, clock):
    """The figures of the model with the least squares of errors relative to the energy with the clock."""
    weight = 1 / (energy + clock)
    figures, *_ = numpy.linalg.lstsq(toggles * weight[:, None], energy * weight, rcond=None)
    if (figures <= 0).any():
        raise NetlistError(f"the fit has figures that are not positive: {figures}")
    return figures


def errors(figures, energy, toggles, clock):
    """Relative, of energies with the clock."""
    return (toggles @ figures - energy) / (energy + clock)


# --- Output -------------------------------------------------------------------------------------------------------------

def describe(statistic):
    activations, weights, rows = statistic
    if activations is None:
        text = "uniform"
    else:
        zeros, spread, correlation = activations
        text = f"both signs, spread {spread}" if zeros is None else f"{zeros:.0%} zero, spread {spread}"
        text += f", correlation {correlation}" if correlation else ""
    return f"{text}; weights {'uniform' if weights is None else f'spread {weights}'}; " + \
        (f"{rows} rows a tile" if rows < 1 << 20 else "one tile")


def print_errors(names, figures, clock, energy, toggles):
    for name, gates, error in zip(names, energy + clock, errors(figures, energy, toggles, clock)):
        print(f"# {name:<72} {gates:8.4g} {gates * (1 + error):8.4g} {error:+.1%}")


def run(arguments):
    yosys = shutil.which(arguments.yosys)
    if not yosys:
        raise NetlistError("Yosys is not installed (Debian package yosys)")
    netlist = processing_element(yosys, arguments.liberty or liberty.default_library())
    random = numpy.random.default_rng(1)
    energy, toggles = measure(netlist, [of_statistic(case, arguments.cycles, random) for case in TRAINING])
    figures = fit(energy, toggles, netlist.clock_pj)
    print(f"# {netlist.area:.1f} um2, clock {netlist.clock_pj:.4g} pJ; {len(TRAINING)} statistics fitted within "
          f"{abs(errors(figures, energy, toggles, netlist.clock_pj)).max():.1%}")
    print(", ".join(f"{name}_toggle_pj: {value:.4g}" for name, value in zip(FIGURES, figures)))
    energy, toggles = measure(netlist, [of_statistic(case, arguments.cycles, random) for case in HELD_OUT])
    print("# pJ per cycle with the clock, for operands that it was not fitted to:      gates    model")
    print_errors(map(describe, HELD_OUT), figures, netlist.clock_pj, energy, toggles)
    if arguments.network:
        import network_operands  # needs more packages
        with numpy.load(arguments.input) as inputs:
            layers = network_operands.stimuli(arguments.network, {name: inputs[name][:1] for name in inputs
                                                                  if name != "labels"}, arguments.cycles)
        print_errors(layers, figures, netlist.clock_pj, *measure(netlist, list(layers.values())))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--liberty", type=lambda name: pathlib.Path(name).resolve(), action="append")
    parser.add_argument("--cycles", type=int, default=400, help="of each statistic")
    parser.add_argument("--yosys", default="yosys")
    parser.add_argument("--network", type=pathlib.Path, help="QDQ network")
    parser.add_argument("--input", type=pathlib.Path, help="its inputs (.npz), of which the first picture is taken")
    arguments = parser.parse_args()
    if bool(arguments.network) != bool(arguments.input):
        parser.error("--network and --input belong together")
    try:
        run(arguments)
    except (NetlistError, liberty.LibraryError, OSError, ImportError) as error:
        sys.exit(f"calibrate.py: error: {error}")


if __name__ == "__main__":
    main()
