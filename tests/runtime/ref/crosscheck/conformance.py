"""Runs the ONNX project's own node tests (which the onnx package generates) on the reference executor.

    conformance.py BUILD/bin/weft_ref_run [--verbose]

Takes every test whose graph uses only operators of isa/program/Operators.td. A float result may differ from the
expected one by the tolerance that the test states; an integer result must be equal. The executor does not support all
that ONNX allows (several results, float16, three spatial dimensions, ...): those tests give a named error and are
counted apart. A wrong result makes the exit code 1; without the onnx package the exit code is 77 (skipped).
"""

import argparse
import collections
import json
import pathlib
import sys

try:
    import numpy as np
    import onnx
    from onnx import numpy_helper
    from onnx.backend.test.case.node import collect_testcases

    import weftnet
except ImportError as missing:
    print(f"skipped: {missing}")
    sys.exit(77)


def known_operators(program):
    """The operators of networks, as the build that `program` belongs to has them."""
    text = (pathlib.Path(program).resolve().parents[1] / "isa/generated/operators.json").read_text()
    return {operator["name"] for operator in json.loads(text) if operator["inNetwork"]}


def as_array(item):
    return numpy_helper.to_array(item) if isinstance(item, onnx.TensorProto) else np.asarray(item)


def express(test):
    """(network bytes, inputs, expected results), or a str, the reason why the test cannot be expressed."""
    graph = test.model.graph
    try:
        inputs, outputs = test.data_sets[0]
        inputs = {value.name: as_array(item) for value, item in zip(graph.input, inputs)}
        outputs = {value.name: as_array(item) for value, item in zip(graph.output, outputs)}
        types = {name: (array.dtype, array.shape) for name, array in (inputs | outputs).items()}
        return weftnet.serialise(test.model, types), inputs, outputs
    except (KeyError, ValueError, NotImplementedError, TypeError) as error:
        return f"cannot be expressed: {type(error).__name__} {error}"


def agrees(result, expected, test):
    if result.dtype != expected.dtype or result.shape != expected.shape:
        return False
    if np.issubdtype(expected.dtype, np.floating):
        return np.allclose(result, expected, rtol=test.rtol, atol=test.atol, equal_nan=True)
    return np.array_equal(result, expected)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("--verbose", action="store_true", help="name the tests that are not supported, with the reason")
    arguments = parser.parse_args()

    known = known_operators(arguments.program)
    cases, refused, tests = {}, {}, {}
    for test in collect_testcases(None):
        nodes = test.model.graph.node
        if not nodes or not {node.op_type for node in nodes} <= known:
            continue
        tests[test.name] = test
        case = express(test)
        if isinstance(case, str):
            refused[test.name] = case
        else:
            cases[test.name] = case

    wrong, passed = [], collections.Counter()
    results = weftnet.run_all(arguments.program, [(network, inputs) for network, inputs, _ in cases.values()])
    for (name, (_, _, outputs)), result in zip(cases.items(), results):
        if isinstance(result, str):
            refused[name] = result
        elif all(agrees(result[key], value, tests[name]) for key, value in outputs.items()):
            passed[tests[name].model.graph.node[-1].op_type] += 1
        else:
            wrong.append(name)
    print(f"onnx {onnx.__version__}: {sum(passed.values())} pass, {len(refused)} not supported, {len(wrong)} wrong")
    print("pass: " + ", ".join(f"{name} {count}" for name, count in sorted(passed.items())))
    for name in wrong:
        print(f"WRONG {name}")
    if arguments.verbose:
        for name, reason in sorted(refused.items()):
            print(f"not supported: {name}: {reason}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
