"""The classic image networks. Layer names follow torchvision's, so that they are easy to look up."""

from .network import Builder, Network

# He initialisation: a relu halves the mean square, so a gain of sqrt(2) keeps activations, and also the effect of one
# rounding error, at the same size through all layers. (Filters of mean zero would tell inputs apart better, but let
# a difference of one step grow by 1.47 per layer in power: a deep random network of them is chaotic.)
# Before a relu6 the deviation is near 2, so that some values reach 6.
_AFTER_RELU = 2.0**0.5


def resnet(name: str, depth: int, *, seed: int, batch: int, size: int, classes: int) -> Network:
    """He et al. 2015, "v1.5" as in torchvision: the stride of a bottleneck is in its 3x3 convolution."""
    blocks = {18: (2, 2, 2, 2), 50: (3, 4, 6, 3)}[depth]
    b = Builder(name, seed, (batch, 3, size, size))
    x = b.conv("conv1", "input", 64, 7, stride=2, pad=3, activation="relu")
    x = b.maxpool("maxpool", x, 3, 2, 1)
    for stage, count in enumerate(blocks):
        width = 64 << stage
        for i in range(count):
            x = _residual(b, f"layer{stage + 1}.{i}", x, width, 2 if stage and not i else 1, bottleneck=depth >= 50)
    x = b.flatten("flatten", b.global_average("avgpool", x))
    b.gemm("fc", x, classes, gain=2.0)
    return b.network


def _residual(b: Builder, name: str, x: str, width: int, stride: int, *, bottleneck: bool) -> str:
    g = _AFTER_RELU
    channels = width * 4 if bottleneck else width
    if bottleneck:
        y = b.conv(f"{name}.conv1", x, width, 1, gain=g, activation="relu")
        y = b.conv(f"{name}.conv2", y, width, 3, stride=stride, gain=g, activation="relu")
        y = b.conv(f"{name}.conv3", y, channels, 1, gain=g * 0.6)
    else:
        y = b.conv(f"{name}.conv1", x, width, 3, stride=stride, pad=1, gain=g, activation="relu")
        y = b.conv(f"{name}.conv2", y, channels, 3, gain=g * 0.6)
    skip = x
    if stride != 1 or b.shape(x)[1] != channels:
        skip = b.conv(f"{name}.downsample", x, channels, 1, stride=stride, pad=0, gain=g * 0.8)
    return b.add(f"{name}.add", y, skip, activation="relu")


def mobilenetv2(name: str, *, seed: int, batch: int, size: int, classes: int) -> Network:
    """Sandler et al. 2018, width 1.0."""
    b = Builder(name, seed, (batch, 3, size, size))
    x = b.conv("features.0", "input", 32, 3, stride=2, pad=1, gain=2.0, activation="relu6")
    index = 1
    settings = ((1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2),
                (6, 320, 1, 1))
    for expand, channels, repeats, stride in settings:
        for i in range(repeats):
            x = _inverted_residual(b, f"features.{index}", x, expand, channels, 1 if i else stride)
            index += 1
    x = b.conv(f"features.{index}", x, 1280, 1, gain=2.0, activation="relu6")
    x = b.flatten("flatten", b.global_average("avgpool", x))
    b.gemm("classifier", x, classes, gain=2.0)
    return b.network


def _inverted_residual(b: Builder, name: str, x: str, expand: int, channels: int, stride: int) -> str:
    inputs = b.shape(x)[1]
    y = x
    if expand != 1:
        y = b.conv(f"{name}.expand", y, inputs * expand, 1, gain=2.0, activation="relu6")
    width = b.shape(y)[1]
    y = b.conv(f"{name}.depthwise", y, width, 3, stride=stride, pad=1, group=width, gain=_AFTER_RELU, activation="relu6")
    y = b.conv(f"{name}.project", y, channels, 1, gain=_AFTER_RELU * 0.5)
    if stride == 1 and inputs == channels:
        y = b.add(f"{name}.add", y, x)
    return y


def vgg16(name: str, *, seed: int, batch: int, size: int, classes: int) -> Network:
    """Simonyan and Zisserman 2014, configuration D."""
    b = Builder(name, seed, (batch, 3, size, size))
    x = "input"
    for stage, (count, channels) in enumerate(((2, 64), (2, 128), (3, 256), (3, 512), (3, 512))):
        for i in range(count):
            gain = 1.0 if x == "input" else _AFTER_RELU
            x = b.conv(f"conv{stage + 1}_{i + 1}", x, channels, 3, gain=gain, activation="relu")
        x = b.maxpool(f"pool{stage + 1}", x, 2, 2, 0)
    x = b.flatten("flatten", x)
    x = b.gemm("fc6", x, 4096, gain=_AFTER_RELU, activation="relu")
    x = b.gemm("fc7", x, 4096, gain=_AFTER_RELU, activation="relu")
    b.gemm("fc8", x, classes, gain=2.0)
    return b.network


MODELS = {
    "resnet18": lambda **kw: resnet("resnet18", 18, **kw),
    "resnet50": lambda **kw: resnet("resnet50", 50, **kw),
    "mobilenetv2": lambda **kw: mobilenetv2("mobilenetv2", **kw),
    "vgg16": lambda **kw: vgg16("vgg16", **kw),
}
