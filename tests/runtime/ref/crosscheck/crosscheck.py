"""Compares the reference executor with ONNX Runtime on random one-operator models, bit for bit.

    crosscheck.py BUILD/bin/weft_ref_run [--count N] [--seed S] [--only NAME] [--golden FOLDER]

Prints for every operator how many elements were compared and how many differ. Exit code 1 if an operator that is exact
by design differs anywhere (the others are listed in TOLERATED), 77 (skipped) without ONNX Runtime. --golden writes a few small cases with ONNX Runtime's
results for the tests that run without it.
"""

import argparse
import pathlib
import sys

try:
    import numpy as np
    import onnxruntime

    import operators
    import weftnet
except ImportError as missing:
    print(f"skipped: {missing}")
    sys.exit(77)

# Operators that may differ by one unit, and why.
TOLERATED = {
    "qlinear_sigmoid": "ONNX Runtime approximates the sigmoid by a rational function",
}


def session(model):
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    options.intra_op_num_threads = 1
    return onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])


def make_cases(generator, count, seed):
    """(network bytes, inputs, expected result) of `count` models that ONNX Runtime accepts."""
    cases = []
    for number in range(count):
        rng = np.random.default_rng([seed, number])
        model, fed = generator(rng)
        expected = session(model).run(None, fed)[0]
        types = {name: (value.dtype, value.shape) for name, value in fed.items()}
        types["y"] = (expected.dtype, expected.shape)
        cases.append((weftnet.serialise(model, types), fed, expected))
    return cases


def compare(result, expected):
    """(elements that differ, largest difference)."""
    different = ~((result == expected) | ((result != result) & (expected != expected)))
    if not different.any():
        return 0, 0
    distance = np.abs(result.astype(np.float64) - expected.astype(np.float64))
    return int(different.sum()), float(distance.max())


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("--count", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only")
    parser.add_argument("--golden", type=pathlib.Path)
    arguments = parser.parse_args()

    failed = False
    print(f"ONNX Runtime {onnxruntime.__version__}; {arguments.count} models each, seed {arguments.seed}")
    print(f"{'operator':30}{'elements':>12}{'different':>12}{'largest':>10}")
    for generator in operators.CASES:
        name = generator.__name__
        if arguments.only and name != arguments.only:
            continue
        cases = make_cases(generator, arguments.count, arguments.seed)
        results = weftnet.run_all(arguments.program, [(network, fed) for network, fed, _ in cases])
        elements = different = 0
        largest = 0.0
        for (_, _, expected), result in zip(cases, results):
            if isinstance(result, str):
                print(f"{name}: {result}")
                failed = True
                continue
            count, distance = compare(result["y"], expected)
            elements += expected.size
            different += count
            largest = max(largest, distance)
        note = ""
        if different:
            note = "  " + TOLERATED.get(name, "MUST BE EXACT")
            failed = failed or name not in TOLERATED or largest > 1
        print(f"{name:30}{elements:12}{different:12}{largest:10g}{note}", flush=True)
        if arguments.golden:
            write_golden(arguments.golden, name, cases)
    return 1 if failed else 0


def write_golden(folder, name, cases):
    """Keeps the smallest cases, at most 8 KiB together per operator."""
    folder.mkdir(parents=True, exist_ok=True)
    archive = {}
    used = 0
    for network, fed, expected in sorted(cases, key=lambda case: len(case[0])):
        size = len(network) + sum(value.nbytes for value in fed.values()) + expected.nbytes
        if expected.size < 4 or used + size > 8192:
            continue
        used += size
        number = len([key for key in archive if key.endswith(".network")])
        archive[f"{number}.network"] = np.frombuffer(network, np.uint8)
        archive[f"{number}.result"] = expected
        for key, value in fed.items():
            archive[f"{number}.input.{key}"] = value
    np.savez_compressed(folder / f"{name}.npz", **archive)


if __name__ == "__main__":
    sys.exit(main())
