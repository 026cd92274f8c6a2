"""Published image networks. Layer names follow torchvision's where it has the network."""

from .network import Builder, Network

# He initialisation: a relu halves the mean square, so a gain of sqrt(2) keeps activations, and also the effect of one
# rounding error, at the same size through all layers. (Filters of mean zero would tell inputs apart better, but let
# a difference of one step grow by 1.47 per layer in power: a deep random network of them is chaotic.)
# Before a relu6 the deviation is near 2, so that some values reach 6.
_AFTER_RELU = 2.0**0.5
# Hard swish leaves 0.35 of the mean square of values of deviation 1; gates around 1/2 leave 0.3.
_AFTER_HARDSWISH = 1.7
_AFTER_GATES = 1.8


def resnet(name: str, depth: int, *, seed: int, batch: int, size: int, classes: int = 1000) -> Network:
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


def mobilenetv2(name: str, *, seed: int, batch: int, size: int, classes: int = 1000) -> Network:
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


def _inverted_residual(b: Builder, name: str, x: str, expand: int, channels: int, stride: int,
                       kernel: int = 3) -> str:
    inputs = b.shape(x)[1]
    y = x
    if expand != 1:
        y = b.conv(f"{name}.expand", y, inputs * expand, 1, gain=2.0, activation="relu6")
    width = b.shape(y)[1]
    y = b.conv(f"{name}.depthwise", y, width, kernel, stride=stride, group=width, gain=_AFTER_RELU, activation="relu6")
    y = b.conv(f"{name}.project", y, channels, 1, gain=_AFTER_RELU * 0.5)
    if stride == 1 and inputs == channels:
        y = b.add(f"{name}.add", y, x)
    return y


def mobilenetv3(name: str, *, seed: int, batch: int, size: int, classes: int = 1000) -> Network:
    """Howard et al. 2019, large, width 1.0; squeezed channels rounded as in torchvision."""
    b = Builder(name, seed, (batch, 3, size, size))
    x = b.conv("features.0.conv", "input", 16, 3, stride=2, gain=1.0)
    x = b.hardswish("features.0", x)
    gain = _AFTER_HARDSWISH
    # kernel, expanded channels, channels, squeeze-and-excite, hard swish, stride
    settings = ((3, 16, 16, False, False, 1), (3, 64, 24, False, False, 2), (3, 72, 24, False, False, 1),
                (5, 72, 40, True, False, 2), (5, 120, 40, True, False, 1), (5, 120, 40, True, False, 1),
                (3, 240, 80, False, True, 2), (3, 200, 80, False, True, 1), (3, 184, 80, False, True, 1),
                (3, 184, 80, False, True, 1), (3, 480, 112, True, True, 1), (3, 672, 112, True, True, 1),
                (5, 672, 160, True, True, 2), (5, 960, 160, True, True, 1), (5, 960, 160, True, True, 1))
    for index, (kernel, expanded, channels, squeeze, swish, stride) in enumerate(settings, 1):
        x = _gated_residual(b, f"features.{index}", x, kernel, expanded, channels, squeeze, swish, stride, gain)
        gain = 1.0
    x = b.hardswish("features.16", b.conv("features.16.conv", x, 960, 1))
    x = b.flatten("flatten", b.global_average("avgpool", x))
    x = b.hardswish("classifier.1", b.gemm("classifier.0", x, 1280, gain=2.0))
    b.gemm("classifier.3", x, classes, gain=2.0)
    return b.network


def _gated_residual(b: Builder, name: str, x: str, kernel: int, expanded: int, channels: int, squeeze: bool,
                    swish: bool, stride: int, gain: float) -> str:
    """An inverted residual with gates on its channels; gain: of the first convolution."""
    after = _AFTER_HARDSWISH if swish else _AFTER_RELU

    def conv(part, x, gain, kernel, **kw):
        if not swish:
            return b.conv(f"{name}.{part}", x, expanded, kernel, gain=gain, activation="relu", **kw)
        return b.hardswish(f"{name}.{part}.hardswish", b.conv(f"{name}.{part}", x, expanded, kernel, gain=gain, **kw))

    inputs = b.shape(x)[1]
    y = x
    if expanded != inputs:
        y = conv("expand", y, gain, 1)
        gain = after
    y = conv("depthwise", y, gain, kernel, stride=stride, group=expanded)
    if squeeze:
        y = _squeeze_and_excite(b, f"{name}.se", y)
        after *= _AFTER_GATES
    y = b.conv(f"{name}.project", y, channels, 1, gain=after * 0.7)
    if stride == 1 and inputs == channels:
        y = b.add(f"{name}.add", y, x)
    return y


def _squeeze_and_excite(b: Builder, name: str, x: str) -> str:
    """Hu et al. 2018, with a quarter of the channels, rounded to a multiple of 8 but not below 0.9 of the quarter."""
    channels = b.shape(x)[1]
    squeezed = max(8, (channels // 4 + 4) // 8 * 8)
    if squeezed < 0.9 * (channels // 4):
        squeezed += 8
    gates = b.global_average(f"{name}.avgpool", x)
    gates = b.conv(f"{name}.fc1", gates, squeezed, 1, gain=2.0, activation="relu")
    gates = b.hardsigmoid(f"{name}.gates", b.conv(f"{name}.fc2", gates, channels, 1, gain=2.0, bias_std=1.0))
    return b.mul(f"{name}.mul", x, gates)


def efficientnet_lite0(name: str, *, seed: int, batch: int, size: int, classes: int = 1000) -> Network:
    """Tan and Le 2019 (B0) without squeeze-and-excite and with relu6, as released in 2020."""
    b = Builder(name, seed, (batch, 3, size, size))
    x = b.conv("stem", "input", 32, 3, stride=2, gain=2.0, activation="relu6")
    # repeats, kernel, stride, expansion, channels
    settings = ((1, 3, 1, 1, 16), (2, 3, 2, 6, 24), (2, 5, 2, 6, 40), (3, 3, 2, 6, 80), (3, 5, 1, 6, 112),
                (4, 5, 2, 6, 192), (1, 3, 1, 6, 320))
    for stage, (repeats, kernel, stride, expand, channels) in enumerate(settings):
        for i in range(repeats):
            x = _inverted_residual(b, f"blocks.{stage}.{i}", x, expand, channels, 1 if i else stride, kernel)
    x = b.conv("head", x, 1280, 1, gain=2.0, activation="relu6")
    x = b.flatten("flatten", b.global_average("avgpool", x))
    b.gemm("classifier", x, classes, gain=2.0)
    return b.network


def unet(name: str, *, seed: int, batch: int, size: int, classes: int = 1) -> Network:
    """Ronneberger et al. 2015, padded and with 32 channels first, as Buda et al. 2019 have it for 3 x 256 x 256. An
    up-convolution is what the first paper says: upsampling and a 2x2 convolution. classes: of each pixel."""
    if size % 16:
        raise ValueError(f"unet halves its input four times: its size must be a multiple of 16, but is {size}")
    b = Builder(name, seed, (batch, 3, size, size))
    x, skips = "input", []
    for level in range(5):
        if level:
            skips.append(x)
            x = b.maxpool(f"pool{level}", x, 2, 2, 0)
        name = f"encoder{level + 1}" if level < 4 else "bottleneck"
        x = _two_convs(b, name, x, 32 << level, 1.0 if x == "input" else _AFTER_RELU)
    for level in reversed(range(4)):
        x = b.upsample(f"upsample{level + 1}", x, 2)
        x = b.conv(f"upconv{level + 1}", x, 32 << level, 2, gain=_AFTER_RELU)
        x = b.concat(f"concat{level + 1}", x, skips[level])
        x = _two_convs(b, f"decoder{level + 1}", x, 32 << level, _AFTER_RELU)
    b.conv("conv", x, classes, 1, gain=2.0)
    return b.network


def _two_convs(b: Builder, name: str, x: str, channels: int, gain: float) -> str:
    x = b.conv(f"{name}.conv1", x, channels, 3, gain=gain, activation="relu")
    return b.conv(f"{name}.conv2", x, channels, 3, gain=_AFTER_RELU, activation="relu")


def vgg16(name: str, *, seed: int, batch: int, size: int, classes: int = 1000) -> Network:
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
    "mobilenetv3": lambda **kw: mobilenetv3("mobilenetv3", **kw),
    "efficientnet_lite0": lambda **kw: efficientnet_lite0("efficientnet_lite0", **kw),
    "unet": lambda **kw: unet("unet", **kw),
    "vgg16": lambda **kw: vgg16("vgg16", **kw),
}
