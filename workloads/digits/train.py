#!/usr/bin/env python3
"""Trains the digits network with numpy alone, quantises it and writes the committed files next to this script.

    python workloads/digits/train.py        about 20 seconds on one core

Data: scikit-learn's digits (1797 pictures of 8x8, values 0..16, from NIST), in its own order shuffled with the seeded
generator of weft_workloads.rng; the last 397 pictures are held out for the test and used for nothing else.
Network: conv 3x3 (16) - depthwise 3x3 - conv 3x3 (16) + residual add - max pool - conv 3x3 (32) - global average -
fully connected, relu after all but the last. 10 scores, no softmax.

The same seed gives the same pictures and initial weights everywhere. Sums of floats may differ between builds of
numpy's linear algebra, so retraining elsewhere may give slightly other weights; the committed files are what tests use.
"""

import os
import sys
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import numpy as np  # noqa: E402
from numpy.lib.stride_tricks import sliding_window_view  # noqa: E402

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

from weft_workloads import emit, quantize, reference, rng  # noqa: E402
from weft_workloads.network import Builder, Network  # noqa: E402

SEED = 0
HELD_OUT = 397
EPOCHS = 40
BATCH = 50
LEARNING_RATE = 4e-3


def data() -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Training images and labels, test images and labels; images float32 [N, 1, 8, 8] in [0, 1]."""
    from sklearn.datasets import load_digits

    digits = load_digits()
    order = np.argsort(rng.integers(SEED, "digits/order", (len(digits.target),), 0, 2**31 - 1), kind="stable")
    x = (digits.images[order] / 16).astype(np.float32)[:, None]
    y = digits.target[order].astype(np.int64)
    return x[:-HELD_OUT], y[:-HELD_OUT], x[-HELD_OUT:], y[-HELD_OUT:]


def network(batch: int) -> Network:
    b = Builder("digits", SEED, (batch, 1, 8, 8))
    he = 2.0**0.5
    x = b.conv("conv1", "input", 16, 3, gain=he, activation="relu", bias_std=0.0)
    y = b.conv("depthwise", x, 16, 3, group=16, gain=he, activation="relu", bias_std=0.0)
    y = b.conv("conv2", y, 16, 3, gain=he, bias_std=0.0)
    x = b.add("add", y, x, activation="relu")
    x = b.maxpool("pool", x, 2, 2, 0)
    x = b.conv("conv3", x, 32, 3, gain=he, activation="relu", bias_std=0.0)
    x = b.flatten("flatten", b.global_average("average", x))
    b.gemm("fc", x, 10, bias_std=0.0)
    return b.network


class Convolution:
    """Same-padded, stride 1, groups equal to 1 or to the channels. Forward keeps what backward needs."""

    def __init__(self, op):
        self.op = op
        self.depthwise = op.attrs["group"] > 1

    def forward(self, x):
        windows = sliding_window_view(np.pad(x, ((0, 0), (0, 0), (1, 1), (1, 1))), (3, 3), axis=(2, 3))
        n, c, h, w = x.shape
        if self.depthwise:
            self.windows = windows
            y = np.einsum("nchwij,cij->nchw", windows, self.op.weight[:, 0], optimize=True)
        else:
            self.columns = windows.transpose(0, 2, 3, 1, 4, 5).reshape(n * h * w, c * 9)
            y = (self.columns @ self.op.weight.reshape(len(self.op.weight), -1).T).reshape(n, h, w, -1)
            y = y.transpose(0, 3, 1, 2)
        return y + self.op.bias.reshape(1, -1, 1, 1)

    def backward(self, dy):
        """(gradient of the input, of the weight, of the bias)"""
        n, f, h, w = dy.shape
        weight = self.op.weight
        windows = sliding_window_view(np.pad(dy, ((0, 0), (0, 0), (1, 1), (1, 1))), (3, 3), axis=(2, 3))
        flipped = weight[:, :, ::-1, ::-1]
        if self.depthwise:
            dw = np.einsum("nchwij,nchw->cij", self.windows, dy, optimize=True)[:, None]
            dx = np.einsum("nchwij,cij->nchw", windows, flipped[:, 0], optimize=True)
        else:
            rows = dy.transpose(0, 2, 3, 1).reshape(-1, f)
            dw = (rows.T @ self.columns).reshape(weight.shape)
            columns = windows.transpose(0, 2, 3, 1, 4, 5).reshape(n * h * w, f * 9)
            dx = columns @ flipped.transpose(0, 2, 3, 1).reshape(f * 9, -1)
            dx = dx.reshape(n, h, w, -1).transpose(0, 3, 1, 2)
        return dx, dw, dy.sum(axis=(0, 2, 3))


class Model:
    """The network above, written out: forward, and the gradient of the mean cross entropy."""

    def __init__(self, net: Network):
        self.ops = {op.name: op for op in net.ops if op.weight is not None}
        self.convs = {name: Convolution(op) for name, op in self.ops.items() if op.kind == "conv"}

    def forward(self, x):
        c = self.convs
        self.a1 = np.maximum(c["conv1"].forward(x), 0)
        self.a2 = np.maximum(c["depthwise"].forward(self.a1), 0)
        self.a3 = np.maximum(c["conv2"].forward(self.a2) + self.a1, 0)
        n, ch, h, w = self.a3.shape
        self.blocks = self.a3.reshape(n, ch, h // 2, 2, w // 2, 2).transpose(0, 1, 2, 4, 3, 5).reshape(
            n, ch, h // 2, w // 2, 4)
        self.a5 = np.maximum(c["conv3"].forward(self.blocks.max(axis=-1)), 0)
        self.a6 = self.a5.mean(axis=(2, 3))
        fc = self.ops["fc"]
        return self.a6 @ fc.weight.T + fc.bias

    def gradients(self, scores, labels):
        c, grads = self.convs, {}
        p = np.exp(scores - scores.max(axis=1, keepdims=True))
        p /= p.sum(axis=1, keepdims=True)
        p[np.arange(len(labels)), labels] -= 1
        d = p / len(labels)
        grads["fc"] = d.T @ self.a6, d.sum(axis=0)
        d = (d @ self.ops["fc"].weight)[:, :, None, None] / np.float32(self.a5[0, 0].size)
        d, *grads["conv3"] = c["conv3"].backward(d * (self.a5 > 0))
        winner = self.blocks.argmax(axis=-1)[..., None] == np.arange(4)
        n, ch, h, w, _ = self.blocks.shape
        d = (winner * d[..., None]).reshape(n, ch, h, w, 2, 2).transpose(0, 1, 2, 4, 3, 5).reshape(self.a3.shape)
        d = d * (self.a3 > 0)
        d2, *grads["conv2"] = c["conv2"].backward(d)
        d1, *grads["depthwise"] = c["depthwise"].backward(d2 * (self.a2 > 0))
        _, *grads["conv1"] = c["conv1"].backward((d + d1) * (self.a1 > 0))
        return grads


def jitter(x: np.ndarray, epoch: int) -> np.ndarray:
    """Shifts every picture by up to one pixel."""
    shift = rng.integers(SEED, f"digits/shift{epoch}", (len(x), 2), -1, 1)
    padded = np.pad(x, ((0, 0), (0, 0), (1, 1), (1, 1)))
    out = np.empty_like(x)
    for i, (dy, dx) in enumerate(shift):
        out[i] = padded[i, :, 1 + dy : 9 + dy, 1 + dx : 9 + dx]
    return out


def train(model: Model, x: np.ndarray, y: np.ndarray) -> None:
    """Adam with a learning rate that falls linearly to zero."""
    state, step = {}, 0
    steps = EPOCHS * (len(x) // BATCH)
    for epoch in range(EPOCHS):
        order = np.argsort(rng.integers(SEED, f"digits/epoch{epoch}", (len(x),), 0, 2**31 - 1), kind="stable")
        images = jitter(x, epoch)[order] if epoch % 2 else x[order]
        labels, loss = y[order], 0.0
        for first in range(0, len(x) - BATCH + 1, BATCH):
            batch = labels[first : first + BATCH]
            scores = model.forward(images[first : first + BATCH])
            top = scores.max(axis=1, keepdims=True)
            log_sum = np.log(np.exp(scores - top).sum(axis=1)) + top[:, 0]
            loss += float((log_sum - scores[np.arange(BATCH), batch]).mean())
            step += 1
            rate = LEARNING_RATE * (1 - (step - 1) / steps)
            for name, (dw, db) in model.gradients(scores, batch).items():
                op = model.ops[name]
                for key, value, grad in ((name + "w", op.weight, dw), (name + "b", op.bias, db)):
                    m, v = state.setdefault(key, (np.zeros_like(value), np.zeros_like(value)))
                    m += np.float32(0.1) * (grad - m)
                    v += np.float32(0.001) * (grad * grad - v)
                    value -= np.float32(rate / (1 - 0.9**step)) * m / (
                        np.sqrt(v / np.float32(1 - 0.999**step)) + np.float32(1e-8))
        print(f"epoch {epoch + 1}/{EPOCHS}: loss {loss / (len(x) // BATCH):.4f}", flush=True)


def accuracy(onnx_model, x: np.ndarray, y: np.ndarray) -> float:
    scores = np.concatenate([next(iter(reference.run(onnx_model, {"input": x[i : i + 1]}).values()))
                             for i in range(len(x))])
    return float((scores.argmax(axis=1) == y).mean())


def main() -> None:
    train_x, train_y, test_x, test_y = data()
    net = network(batch=1)
    train(Model(net), train_x, train_y)

    # Ranges over the training images; the whole 8-bit range is used, no outliers are cut.
    everything = network(batch=len(train_x))
    for op, trained in zip(everything.ops, net.ops):
        op.weight, op.bias = trained.weight, trained.bias
    values = reference.run(emit.float_model(everything, every_output=True), {"input": train_x})
    ranges = {name: quantize.round_range(v.min(), v.max()) for name, v in values.items()}
    ranges["input"] = (0.0, 1.0)

    float_model = emit.float_model(net)
    int8_model = emit.qdq_model(net, quantize.propagate(net, ranges, np.uint8))
    for name, onnx_model in (("digits_fp32", float_model), ("digits_int8_qdq", int8_model)):
        (HERE / f"{name}.onnx").write_bytes(onnx_model.SerializeToString(deterministic=True))
        print(f"{name}: {accuracy(onnx_model, test_x, test_y):.2%} of {len(test_y)} test images")
    np.savez_compressed(HERE / "digits_test.npz", input=test_x, labels=test_y)


if __name__ == "__main__":
    main()
