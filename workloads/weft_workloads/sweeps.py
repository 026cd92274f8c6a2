"""Plain matrix products, convolutions and multilayer perceptrons, for timing against closed forms and published machines."""

from .network import Builder, Network

# m, n, k of x[m, k] * w[k, n].
GEMMS = [(m, n, k) for m in (1, 16, 64, 256, 1024) for n, k in ((16, 16), (64, 64), (256, 256), (1024, 1024))]
GEMMS += [(17, 33, 65), (100, 10, 784), (128, 3072, 768), (128, 768, 3072)]

# channels, size, filters, kernel, stride, dilation, group
CONVS = [
    (3, 224, 64, 7, 2, 1, 1), (3, 224, 32, 3, 2, 1, 1), (1, 28, 8, 5, 1, 1, 1),
    (64, 56, 64, 1, 1, 1, 1), (64, 56, 64, 3, 1, 1, 1), (256, 14, 256, 3, 1, 1, 1), (512, 7, 512, 3, 1, 1, 1),
    (128, 28, 128, 3, 2, 1, 1), (256, 56, 512, 1, 2, 1, 1), (32, 33, 48, 3, 1, 2, 1), (64, 28, 64, 3, 1, 1, 4),
    (32, 112, 32, 3, 1, 1, 32), (96, 112, 96, 3, 2, 1, 96), (960, 7, 960, 3, 1, 1, 960), (17, 19, 23, 3, 1, 1, 1),
]

# batch, then the widths of the input and of each layer: the multilayer perceptrons MLP0 and MLP1 of Jouppi et al.,
# "In-Datacenter Performance Analysis of a Tensor Processing Unit", ISCA 2017, table 1: 5 layers with 20 M weights and 4 with
# 5 M. The paper does not give the widths. MLP0's are equal. MLP1's follow from table 3, too: 9.4 % of 10.6 % of the
# array's work is useful, so its weights fill 88.7 % of their 256 x 256 tiles. Of two widths in turn, multiples of 64, with 4.75
# to 5.25 M weights, these are nearest to that (88.4 %).
MLPS = [(200, 2000, 2000, 2000, 2000, 2000, 2000), (168, 1728, 704, 1728, 704, 1728)]

# Ranges follow from the generators: inputs are clipped to 2.5, sums have deviation near 1.6 (inputs') * gain.
_INPUT = (-2.5, 2.5)
_OUTPUT = (-6.0, 6.0)


def gemm(m: int, n: int, k: int, *, seed: int) -> Network:
    b = Builder(f"gemm_{m}x{n}x{k}", seed, (m, k))
    b.matmul("gemm", "input", n)
    b.network.ranges = {"input": _INPUT, "gemm": _OUTPUT}
    return b.network


def mlp(batch: int, *widths: int, seed: int) -> Network:
    """`widths`: of the input and of each layer's result; at least one layer."""
    b = Builder(f"mlp_{'x'.join(map(str, (batch, *widths)))}", seed, (batch, widths[0]))
    tensor, b.network.ranges = "input", {"input": _INPUT}
    for layer, width in enumerate(widths[1:]):
        # He initialisation: the deviation of the activations stays what it is.
        tensor = b.gemm(f"fc{layer}", tensor, width, gain=2**0.5, activation="relu")
        b.network.ranges[tensor] = (0.0, _OUTPUT[1])
    return b.network


def conv(channels: int, size: int, filters: int, kernel: int, stride: int, dilation: int, group: int, *, seed: int,
         batch: int = 1) -> Network:
    name = f"conv_c{channels}_s{size}_f{filters}_k{kernel}_st{stride}_d{dilation}_g{group}"
    b = Builder(name, seed, (batch, channels, size, size))
    b.conv("conv", "input", filters, kernel, stride=stride, dilation=dilation, group=group)
    b.network.ranges = {"input": _INPUT, "conv": _OUTPUT}
    return b.network
