"""Runs the ONNX project's own node tests (which the onnx package generates) on the reference executor.

    conformance.py BUILD/bin/weft_ref_run [--import BUILD/bin/weft-import] [--verbose]

Takes every test whose graph uses only operators of isa/program/Operators.td. Without --import the nodes go to the
executor as they are; with it the models go through the importer, their inputs after the first as constants. A float result may differ from the
expected one by the tolerance that the test states; an integer result must be equal. The executor does not support all
that ONNX allows (several results, float16, ...): those tests give a named error and are
counted apart. A wrong result makes the exit code 1; without the onnx package the exit code is 77 (skipped).
"""

import argparse
import collections
import json
import pathlib
import subprocess
import sys
import tempfile

try:
    import numpy as np
    import onnx
    from onnx import numpy_helper
    from onnx.backend.test.case.node import collect_testcases

    import weftnet
except ImportError as missing:
    print(f"skipped: {missing}")
    sys.exit(77)


def known_operators(program, imported):
    """The operators of networks (or of files), as the build that `program` belongs to has them."""
    text = (pathlib.Path(program).resolve().parents[1] / "isa/generated/operators.json").read_text()
    return {operator["name"] for operator in json.loads(text) if imported or operator["inNetwork"]}


def as_array(item):
    return numpy_helper.to_array(item) if isinstance(item, onnx.TensorProto) else np.asarray(item)


# ONNX takes the length before it is rounded down where scales do not fit; ONNX Runtime takes that of the result.
AS_ONNX_RUNTIME = {"test_resize_downsample_scales_linear_align_corners",
                   "test_resize_downsample_scales_cubic_align_corners"}


def first_results(graph):
    """Drops the results of nodes beyond the first, which networks have not."""
    dropped = {name for node in graph.node for name in node.output[1:]}
    for node in graph.node:
        del node.output[1:]
    kept = [value for value in graph.output if value.name not in dropped]
    del graph.output[:]
    graph.output.extend(kept)


def express(test):
    """(network bytes, inputs, expected results), or a str, the reason why the test cannot be expressed."""
    graph = test.model.graph
    try:
        inputs, outputs = test.data_sets[0]
        first_results(graph)
        inputs = {value.name: as_array(item) for value, item in zip(graph.input, inputs)}
        outputs = {value.name: as_array(item) for value, item in zip(graph.output, outputs)}
        types = {name: (array.dtype, array.shape) for name, array in (inputs | outputs).items()}
        return weftnet.serialise(test.model, types), inputs, outputs
    except (KeyError, ValueError, NotImplementedError, TypeError) as error:
        return f"cannot be expressed: {type(error).__name__} {error}"


def express_imported(test, importer, folder):
    """The same through the importer. Its error text is a reason, too."""
    model = test.model
    inputs, outputs = test.data_sets[0]
    try:
        inputs = {value.name: as_array(item) for value, item in zip(model.graph.input, inputs)}
        outputs = {value.name: as_array(item) for value, item in zip(model.graph.output, outputs)}
        constants = list(inputs)[1:]
        model.graph.initializer.extend(numpy_helper.from_array(inputs.pop(name), name) for name in constants)
    except (KeyError, ValueError, NotImplementedError, TypeError, AttributeError) as error:
        return f"cannot be expressed: {type(error).__name__} {error}"
    kept = [value for value in model.graph.input if value.name in inputs]
    del model.graph.input[:]
    model.graph.input.extend(kept)
    (folder / "net.onnx").write_bytes(model.SerializeToString())
    done = subprocess.run([importer, folder / "net.onnx", "-o", folder / "net.wnet"], capture_output=True, text=True)
    if done.returncode == 1:
        return done.stderr.strip()
    done.check_returncode()
    return (folder / "net.wnet").read_bytes(), inputs, outputs


def agrees(result, expected, test):
    if result.dtype != expected.dtype or result.shape != expected.shape:
        return False
    if np.issubdtype(expected.dtype, np.floating):
        return np.allclose(result, expected, rtol=test.rtol, atol=test.atol, equal_nan=True)
    return np.array_equal(result, expected)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("--import", dest="importer", type=pathlib.Path)
    parser.add_argument("--verbose", action="store_true", help="name the tests that are not supported, with the reason")
    arguments = parser.parse_args()

    known = known_operators(arguments.program, arguments.importer)
    scratch = tempfile.TemporaryDirectory()
    cases, refused, tests = {}, {}, {}
    for test in collect_testcases(None):
        nodes = test.model.graph.node
        if test.name in AS_ONNX_RUNTIME or not nodes or not {node.op_type for node in nodes} <= known:
            continue
        tests[test.name] = test
        case = (express_imported(test, arguments.importer, pathlib.Path(scratch.name)) if arguments.importer
                else express(test))
        if isinstance(case, str):
            refused[test.name] = case
        else:
            cases[test.name] = case

    wrong, passed = [], collections.Counter()
    results = weftnet.run_all(arguments.program, [(network, inputs) for network, inputs, _ in cases.values()])
    for (name, (_, _, outputs)), result in zip(cases.items(), results):
        if isinstance(result, str):
            refused[name] = result
        elif all(key in result and agrees(result[key], value, tests[name]) for key, value in outputs.items()):
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
