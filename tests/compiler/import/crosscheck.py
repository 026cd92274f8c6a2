"""Compares imported networks on the reference executor with ONNX Runtime on the original models, element by element.

    crosscheck.py BUILD/bin [--data SHARED_DATA] [--images N] [--random N]

Each network runs under ONNX Runtime three times: `integer` lets its QDQ fusion use signed activations, as ours does
(session.qdqisint8allowed); `default` is its choice on x86, where only what can be made unsigned is fused; `float` has
its optimisations off. Differences are counted against each; exit code 1 if `integer` differs at all, unless the
importer notes of a node that it is rounded differently or stays in float: then by more than one unit. Skips, by name,
what is missing (onnxruntime, the models). Then random QDQ models of a few operators go the same way.
"""

import argparse
import pathlib
import subprocess
import sys
import tempfile

try:
    import numpy as np
    import onnx
    import onnxruntime
    from onnx import helper

    import patterns
except ImportError as error:
    print(f"SKIPPED: {error}")
    sys.exit(0)



def tolerance(notes):
    """Units of the result that ours may differ by, from what the importer prints of the network's nodes. Sums in float
    depend on the order of adding."""
    return int("rounding: " in notes or any(line.split()[0] in ("Conv", "Gemm", "MatMul")
                                            for line in notes.splitlines() if "why_host: " in line))


def with_scalar_parameters(model):
    """Scales and zero points of shape [1] as scalars: ONNX Runtime's own fusions refuse its models otherwise."""
    initializers = {tensor.name: tensor for tensor in model.graph.initializer}
    for node in model.graph.node:
        if node.op_type in ("QuantizeLinear", "DequantizeLinear", "Clip"):
            for name in node.input[1:]:
                if name in initializers and list(initializers[name].dims) == [1]:
                    del initializers[name].dims[:]
    return model


def session(model, mode):
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    options.intra_op_num_threads = 1
    if mode == "integer":
        options.add_session_config_entry("session.qdqisint8allowed", "1")
    if mode == "float":
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
    return onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])


def photos(data, size, count):
    """RGB images as uint8 [count, 3, size, size]; empty without Pillow or the images."""
    try:
        from PIL import Image
    except ImportError:
        return []
    folder = data / "images" / ("cifar10" if size == 32 else "imagenet")
    paths = sorted(path for path in folder.glob("*") if path.suffix.lower() in (".jpg", ".jpeg"))
    return [np.asarray(Image.open(path).convert("RGB").resize((size, size)), np.uint8).transpose(2, 0, 1)[None]
            for path in paths[:count]]


def real_inputs(data, model, count, rng):
    """Photographs for image networks, random codes otherwise."""
    info = model.graph.input[0].type.tensor_type
    shape = [dim.dim_value or 1 for dim in info.shape.dim]
    dtype = helper.tensor_dtype_to_np_dtype(info.elem_type)
    images = photos(data, shape[2], count) if len(shape) == 4 and shape[1] == 3 else []
    if dtype == np.int8:
        images = [(image.astype(np.int16) - 128).astype(np.int8) for image in images]
    limits = np.iinfo(dtype)
    return images or [rng.integers(limits.min, limits.max + 1, shape).astype(dtype) for _ in range(count)]


def run_ours(tools, cases):
    """[(model, inputs)] -> list of (results or error text, what the importer prints)."""
    results = []
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        networks, notes = {}, {}
        for number, (model, inputs) in enumerate(cases):
            if id(model) not in networks:
                path = folder / f"{number}.onnx"
                path.write_bytes(model.SerializeToString())
                target = folder / f"{number}.network"
                done = subprocess.run([tools / "weft-import", path, "-o", target], capture_output=True, text=True)
                networks[id(model)] = target.read_bytes() if done.returncode == 0 else done.stderr
                notes[id(model)] = done.stdout
            if isinstance(networks[id(model)], bytes):
                (folder / f"{number}.wnet").write_bytes(networks[id(model)])
                np.savez(folder / f"{number}.in.npz", **inputs)
        subprocess.run([tools / "weft_ref_run", folder], check=True)
        for number, (model, _) in enumerate(cases):
            output = folder / f"{number}.out.npz"
            if output.exists():
                result = dict(np.load(output))
            elif (folder / f"{number}.err").exists():
                result = (folder / f"{number}.err").read_text()
            else:
                result = networks[id(model)]
            results.append((result, notes[id(model)]))
    return results


def difference(ours, expected):
    """(elements that differ, elements, largest difference)."""
    delta = np.abs(ours.astype(np.float64) - expected.astype(np.float64))
    return int((delta != 0).sum()), delta.size, float(delta.max(initial=0))


def check_networks(tools, data, count):
    failed = False
    for path in sorted((data / "models").glob("*int8*qdq.onnx")):
        model = with_scalar_parameters(onnx.load(path))
        inputs = real_inputs(data, model, count, np.random.default_rng(1))
        name = model.graph.input[0].name
        ours = run_ours(tools, [(model, {name: x}) for x in inputs])
        if isinstance(ours[0][0], str):
            print(f"{path.stem}: {ours[0][0].strip()}")
            failed = True
            continue
        for mode in ("integer", "default", "float"):
            engine = session(model, mode)
            different = total = same_top = 0
            largest = 0.0
            for x, (result, _) in zip(inputs, ours):
                expected = engine.run(None, {name: x})[0]
                d, n, most = difference(result[engine.get_outputs()[0].name], expected)
                different, total, largest = different + d, total + n, max(largest, most)
                same_top += int(result[engine.get_outputs()[0].name].argmax() == expected.argmax())
            print(f"{path.stem} {mode}: {different} of {total} elements differ, by at most {largest:g}; "
                  f"same top-1 in {same_top} of {len(inputs)}")
            if mode == "integer" and largest > tolerance(ours[0][1]):
                failed = True
    return failed


def check_patterns(tools, count):
    failed = False
    for name, make in patterns.PATTERNS.items():
        for dtype in (np.uint8, np.int8):
            cases = [make(np.random.default_rng([number, np.dtype(dtype).num]), dtype) for number in range(count)]
            different = total = noted = 0
            largest = 0.0
            errors = set()
            for (model, inputs), (result, notes) in zip(cases, run_ours(tools, cases)):
                if isinstance(result, str):
                    errors.add(result.strip())
                    continue
                for output, expected in zip(model.graph.output, session(model, "integer").run(None, inputs)):
                    d, n, most = difference(result[output.name], expected)
                    different, total, largest = different + d, total + n, max(largest, most)
                    if most > tolerance(notes):
                        errors.add(f"differs by {most:g} without a note:\n{notes}")
                noted += tolerance(notes)
            print(f"{name} {np.dtype(dtype)}: {different} of {total} elements differ, by at most {largest:g}"
                  + (f"; {noted} of {len(cases)} models are noted" if noted else ""))
            for error in sorted(errors):
                print(f"  {error}")
            failed = failed or bool(errors)
    return failed


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("tools", type=pathlib.Path)
    parser.add_argument("--data", type=pathlib.Path, default=pathlib.Path(__file__).parents[4] / "shared" / "data")
    parser.add_argument("--images", type=int, default=20, help="inputs per network")
    parser.add_argument("--random", type=int, default=50, help="random models per pattern and type")
    arguments = parser.parse_args()
    if (arguments.data / "models").exists():
        networks_failed = check_networks(arguments.tools, arguments.data, arguments.images)
    else:
        print("SKIPPED: the networks; no models")
        networks_failed = False
    patterns_failed = check_patterns(arguments.tools, arguments.random)
    sys.exit(networks_failed or patterns_failed)
