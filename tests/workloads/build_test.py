"""Are built networks valid, the same everywhere, and the same network in every form?"""

import hashlib
import tempfile
import unittest
from pathlib import Path

from support import needs, script

SMALL = 64


def _network(name, size=SMALL, **kw):
    from weft_workloads import models

    return models.MODELS[name](**{**dict(seed=0, batch=1, size=size), **kw})


def _model(network, form, dtype=None, **kw):
    import numpy as np
    from weft_workloads import calibrate, emit, quantize

    table = {} if network.ranges else calibrate.load(network, 0)
    params = quantize.propagate(network, table, dtype or np.uint8)
    return (emit.qdq_model if form == "qdq" else emit.qlinear_model)(network, params, **kw)


@needs("onnx", "numpy")
class Generator(unittest.TestCase):
    def test_numbers_are_the_documented_ones(self):
        """SplitMix64's published first output for seed 0 protects against a silent change of every network."""
        from unittest import mock

        import numpy as np
        from weft_workloads import rng

        zero = mock.Mock()
        zero.digest.return_value = bytes(32)
        with mock.patch.object(rng.hashlib, "sha256", return_value=zero):
            words = rng._words(0, "x", 0, 2)
        self.assertEqual([hex(w) for w in words.tolist()], ["0xe220a8397b1dcdaf", "0x6e789e6aa1b965f4"])
        values = rng.bell(3, "w", (100000,), std=2.0)
        self.assertEqual(values.dtype, np.float32)
        self.assertAlmostEqual(float(values.std()), 2.0, delta=0.02)
        self.assertAlmostEqual(float(values.mean()), 0.0, delta=0.02)

    def test_a_tensor_does_not_depend_on_chunking(self):
        from unittest import mock

        from weft_workloads import rng

        whole = rng.bell(1, "t", (1000,))
        with mock.patch.object(rng, "_CHUNK", 7):
            self.assertTrue((rng.bell(1, "t", (1000,)) == whole).all())


@needs("onnx", "numpy")
class Networks(unittest.TestCase):
    def test_every_form_passes_the_onnx_checker_with_the_right_shapes(self):
        import onnx
        from weft_workloads import emit, models, sweeps

        networks = [_network(n) for n in models.MODELS if n != "vgg16"]
        networks += [sweeps.gemm(17, 33, 65, seed=0), sweeps.conv(8, 9, 12, 3, 2, 1, 4, seed=0)]
        for network in networks:
            with self.subTest(network=network.name):
                onnx.checker.check_model(_model(network, "qdq"), full_check=True)
                onnx.checker.check_model(_model(network, "qlinear"))
                onnx.checker.check_model(emit.float_model(network, batch_norm=True), full_check=True)
                inferred = onnx.shape_inference.infer_shapes(emit.float_model(network), strict_mode=True)
                shapes = {v.name: tuple(d.dim_value for d in v.type.tensor_type.shape.dim)
                          for v in inferred.graph.value_info}
                for op in network.ops[:-1]:
                    self.assertEqual(shapes[op.name], op.shape, op.name)

    def test_sizes_are_those_of_the_papers(self):
        """Multiply-accumulates and parameters at 224 x 224, as published for these networks. Batch normalisation is
        folded: a channel of it has one parameter, not two (5,483,032 less 12,200, 4,652,008 less 21,008 and 7,763,041
        less 2,944 for the last three). A 2x2 up-convolution of the enlarged map has four times the work of a
        transposed convolution, but as many weights."""
        for name, macs, parameters in (("resnet18", 1.814e9, 11.68e6), ("resnet50", 4.089e9, 25.53e6),
                                       ("mobilenetv2", 0.3008e9, 3.488e6), ("mobilenetv3", 0.2166e9, 5.470832e6),
                                       ("efficientnet_lite0", 0.3852e9, 4.631e6), ("unet", 10.475e9, 7.760097e6)):
            network = _network(name, 224)
            self.assertAlmostEqual(network.macs() / macs, 1, delta=0.001)
            weights = sum(op.weight.size + op.bias.size for op in network.ops if op.weight is not None)
            self.assertAlmostEqual(weights / parameters, 1, delta=0.005)

    def test_quantised_tensors_follow_the_rules(self):
        import numpy as np
        from onnx import numpy_helper

        network = _network("resnet18")
        constants = {i.name: numpy_helper.to_array(i) for i in _model(network, "qdq").graph.initializer}
        for op in network.ops:
            if op.activation:
                self.assertEqual(constants[op.name + ".zp"], 0, "a relu's range must start at zero")
            if op.weight is not None:
                self.assertEqual(constants[op.name + ".weight_q"].dtype, np.int8)
                self.assertEqual(constants[op.name + ".bias_q"].dtype, np.int32)
                product = constants[op.inputs[0] + ".scale"] * constants[op.name + ".weight_scale"]
                np.testing.assert_array_equal(constants[op.name + ".bias_scale"], product)
        np.testing.assert_array_equal(constants["maxpool.scale"], constants["conv1.scale"])

    def test_unknown_ranges_are_named(self):
        import numpy as np
        from weft_workloads import quantize

        with self.assertRaisesRegex(ValueError, "no calibrated range for tensor conv1 of resnet18"):
            quantize.propagate(_network("resnet18"), {"input": (0, 1)}, np.uint8)


@needs("onnx", "numpy")
class Determinism(unittest.TestCase):
    # Of the file written for seed 0 at size 64. They change only when a network changes on purpose.
    SHA256 = {
        ("mobilenetv2", "qdq"): "bbe9a51cb1481e934b7437482dcfe11135bc0d945a7f35ddc2f0c83eed97ec67",
        ("resnet18", "qlinear"): "8766223b714c181ffe9917ed81eca08dbfb2a93cdb483bc5d87ed370efc0abc6",
    }

    def test_files_are_the_same_byte_for_byte_on_every_machine(self):
        with tempfile.TemporaryDirectory() as folder:
            for (name, form), digest in self.SHA256.items():
                path = Path(folder) / "net.onnx"
                done = script("build.py", name, "--form", form, "--size", SMALL, "-o", path)
                self.assertEqual(done.returncode, 0, done.stderr)
                self.assertEqual(hashlib.sha256(path.read_bytes()).hexdigest(), digest, f"{name} {form}")
                self.assertEqual([p.name for p in Path(folder).iterdir()], ["net.onnx"], "no partial file stays")

    def test_another_seed_is_another_network(self):
        one, two = _network("resnet18"), _network("resnet18", seed=1)
        self.assertFalse((one.ops[0].weight == two.ops[0].weight).any())


@needs("onnx", "numpy")
class CommandLine(unittest.TestCase):
    def test_mistakes_are_named(self):
        for args, message in (
            (["gemm", "--shape", "1x2"], "expected MxNxK, 3 numbers"),
            (["mlp", "--shape", "8x16"], "expected batch x width of the input x width of each layer, at least 3 numbers"),
            (["conv", "--shape", "3x8x4x3x1x1x2"], "group 2 must divide 3 channels"),
            (["conv", "--shape", "3x2x4x3x0x1x1"], "numbers >= 1"),
            (["gemm"], "needs --shape, --all or --list"),
            (["resnet18", "--size", "8"], "--size at least 32"),
            (["unet", "--size", "72"], "its size must be a multiple of 16, but is 72"),
            (["resnet18", "--list"], "--list belongs to gemm, conv and mlp"),
        ):
            done = script("build.py", *args)
            self.assertNotEqual(done.returncode, 0, args)
            self.assertIn(message, done.stderr)
            self.assertNotIn("Traceback", done.stderr)

    def test_sweep_entries_are_written(self):
        with tempfile.TemporaryDirectory() as folder:
            done = script("build.py", "conv", "--shape", "4x9x8x3x2x1x2", "-d", folder)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertEqual([p.name for p in Path(folder).iterdir()], ["conv_c4_s9_f8_k3_st2_d1_g2_qdq.onnx"])


@needs("onnx", "onnxruntime")
class AgainstOnnxRuntime(unittest.TestCase):
    def _run(self, model, network, **kw):
        from weft_workloads import reference, rng

        feed = {"input": rng.image(9, "test", network.input_shape) if len(network.input_shape) == 4
                else rng.bell(9, "test", network.input_shape)}
        return reference.run(model, feed, **kw)

    def test_fused_qdq_equals_qlinear(self):
        import numpy as np
        from weft_workloads import sweeps

        networks = [_network(n) for n in ("resnet18", "resnet50", "mobilenetv2", "mobilenetv3", "efficientnet_lite0",
                                          "unet")]
        networks += [sweeps.gemm(17, 33, 65, seed=0), sweeps.conv(8, 9, 12, 3, 2, 1, 4, seed=0)]
        for network in networks:
            for dtype in (np.uint8, np.int8):
                with self.subTest(network=network.name, dtype=dtype.__name__):
                    name = network.output.name
                    a = self._run(_model(network, "qdq", dtype), network)[name]
                    b = self._run(_model(network, "qlinear", dtype), network)[name]
                    np.testing.assert_array_equal(a, b)

    def test_quantised_output_follows_the_float_network(self):
        import numpy as np
        from weft_workloads import emit

        for name in ("resnet18", "mobilenetv2"):
            network = _network(name)
            real = self._run(emit.float_model(network), network)[network.output.name].ravel()
            q = self._run(_model(network, "qdq"), network)[network.output.name].ravel()
            self.assertGreater(np.corrcoef(real, q)[0, 1], 0.99)

    def test_every_layer_uses_its_8_bits(self):
        """At the calibrated size, hardly saturated and with most codes in use, so that mistakes in rounding show."""
        import numpy as np

        network = _network("resnet18", 224)
        values = self._run(_model(network, "qlinear"), network, every_output=True)
        self.assertLessEqual({op.name + "_q" for op in network.ops}, values.keys())
        for name, value in values.items():
            if value.dtype == np.uint8 and value.size > 20000:
                counts = np.bincount(value.ravel(), minlength=256)
                self.assertGreater((counts > 0).sum(), 128, name)
                self.assertLess(counts[255] / value.size, 0.01, name)

    def test_scales_of_shape_1_do_not_change_the_result(self):
        """ONNX Runtime refuses to fuse additions with such scales; converted TFLite networks have them."""
        import numpy as np

        network = _network("resnet18")
        model = _model(network, "qdq", np.int8)
        expected = self._run(model, network)["fc"]
        for constant in model.graph.initializer:
            if constant.name.endswith((".scale", ".zp")):
                constant.dims.append(1)
        np.testing.assert_array_equal(self._run(model, network)["fc"], expected)

    def test_batch_norm_folds_back(self):
        import numpy as np
        from weft_workloads import emit

        network = _network("resnet18")
        plain = self._run(emit.float_model(network), network)["fc"]
        with_bn = self._run(emit.float_model(network, batch_norm=True), network)["fc"]
        np.testing.assert_allclose(plain, with_bn, rtol=1e-3, atol=1e-3)

    def test_integer_edges_give_the_same_bits(self):
        import numpy as np
        from weft_workloads import calibrate, quantize, reference, rng

        network = _network("resnet18")
        params = quantize.propagate(network, calibrate.load(network, 0), np.uint8)
        x = rng.image(9, "test", network.input_shape)
        q = params["input"]
        xq = np.clip(np.rint(x / q.scale) + q.zero_point, 0, 255).astype(np.uint8)
        a = reference.run(_model(network, "qdq", io_float=False), {"input": xq})["fc_q"]
        b = self._run(_model(network, "qdq"), network)["fc"]
        np.testing.assert_array_equal((a.astype(np.float32) - params["fc"].zero_point) * params["fc"].scale, b)


if __name__ == "__main__":
    unittest.main()
