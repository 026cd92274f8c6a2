"""Are the committed digits files what the training script says they are?"""

import unittest

from support import WORKLOADS, needs

DIGITS = WORKLOADS / "digits"


@needs("onnx", "onnxruntime")
class Digits(unittest.TestCase):
    def _accuracy(self, name):
        import numpy as np
        import onnx
        import onnxruntime

        model = onnx.load(str(DIGITS / name))
        onnx.checker.check_model(model, full_check=True)
        session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
        with np.load(DIGITS / "digits_test.npz") as z:
            images, labels = z["input"], z["labels"]
        self.assertGreaterEqual(len(labels), 360)
        right = sum(int(session.run(None, {"input": images[i : i + 1]})[0].argmax() == labels[i])
                    for i in range(len(labels)))
        return right / len(labels)

    def test_float_accuracy(self):
        self.assertGreaterEqual(self._accuracy("digits_fp32.onnx"), 0.985)

    def test_quantised_accuracy(self):
        self.assertGreaterEqual(self._accuracy("digits_int8_qdq.onnx"), 0.985)

    def test_it_has_the_operators_that_it_is_there_to_test(self):
        import onnx

        model = onnx.load(str(DIGITS / "digits_int8_qdq.onnx"))
        kinds = {n.op_type for n in model.graph.node}
        self.assertLessEqual({"Conv", "Relu", "Add", "MaxPool", "GlobalAveragePool", "Gemm"}, kinds)
        groups = [a.i for n in model.graph.node for a in n.attribute if a.name == "group"]
        self.assertIn(16, groups, "a depthwise convolution")


@needs("numpy", "sklearn")
class Data(unittest.TestCase):
    def test_no_test_picture_is_in_the_training_set(self):
        import sys

        import numpy as np

        sys.path.insert(0, str(DIGITS))
        import train

        train_x, _, test_x, test_y = train.data()
        known = {x.tobytes() for x in train_x}
        self.assertFalse(any(x.tobytes() in known for x in test_x))
        with np.load(DIGITS / "digits_test.npz") as z:
            np.testing.assert_array_equal(z["input"], test_x)
            np.testing.assert_array_equal(z["labels"], test_y)

    def test_gradients_are_those_of_the_forward_pass(self):
        """Central differences, in double precision."""
        import sys

        import numpy as np

        sys.path.insert(0, str(DIGITS))
        import train

        net = train.network(batch=1)
        for op in net.ops:
            if op.weight is not None:
                op.weight, op.bias = op.weight.astype(np.float64), op.bias.astype(np.float64) + 0.01
        model = train.Model(net)
        x, y, _, _ = train.data()
        x, y = x[:4].astype(np.float64), y[:4]

        def loss():
            s = model.forward(x)
            return float((np.log(np.exp(s).sum(axis=1)) - s[np.arange(len(y)), y]).mean())

        grads = model.gradients(model.forward(x), y)
        for name, op in model.ops.items():
            for value, grad in ((op.weight, grads[name][0]), (op.bias, grads[name][1])):
                for i in (0, value.size // 2, value.size - 1):
                    flat = value.reshape(-1)
                    kept, step = flat[i], 1e-6
                    flat[i] = kept + step
                    up = loss()
                    flat[i] = kept - step
                    down = loss()
                    flat[i] = kept
                    self.assertAlmostEqual((up - down) / (2 * step), grad.reshape(-1)[i], delta=1e-6, msg=f"{name}[{i}]")


if __name__ == "__main__":
    unittest.main()
