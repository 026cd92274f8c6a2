"""Inputs for a network: seeded random tensors, or pictures with the preprocessing of models that are known."""

from pathlib import Path

import numpy as np
from onnx import ModelProto, TensorProto, helper

from . import rng


def graph_inputs(model: ModelProto) -> list:
    """Graph inputs that are not initializers (old IR versions list both)."""
    constants = {i.name for i in model.graph.initializer}
    return [i for i in model.graph.input if i.name not in constants]


def _shape(value) -> tuple[int, ...]:
    dims = value.type.tensor_type.shape.dim
    return tuple(d.dim_value if d.HasField("dim_value") and d.dim_value > 0 else 1 for d in dims)


def random_inputs(model: ModelProto, seed: int) -> dict[str, np.ndarray]:
    """One tensor per graph input; unknown dimensions become 1. Floats: synthetic pictures if 4-D, else bell-shaped;
    integers: the whole range for 8 bits, 0..255 otherwise."""
    result = {}
    for value in graph_inputs(model):
        shape, elem = _shape(value), value.type.tensor_type.elem_type
        dtype = helper.tensor_dtype_to_np_dtype(elem)
        if elem in (TensorProto.FLOAT, TensorProto.FLOAT16, TensorProto.DOUBLE):
            data = rng.image(seed, value.name, shape) if len(shape) == 4 else rng.bell(seed, value.name, shape)
        elif np.issubdtype(dtype, np.integer):
            info = np.iinfo(dtype)
            low, high = (info.min, info.max) if info.bits == 8 else (0, 255)
            data = rng.integers(seed, value.name, shape, low, high)
        else:
            raise ValueError(f"graph input {value.name}: no random values for element type {elem}")
        result[value.name] = data.astype(dtype)
    return result


def _square(path: Path, size: int, resize: int) -> np.ndarray:
    """RGB bytes [size, size, 3]: shorter side resized to `resize` (bilinear, antialiased), centre cut out."""
    from PIL import Image

    image = Image.open(path).convert("RGB")
    scale = resize / min(image.size)
    image = image.resize([max(resize, round(s * scale)) for s in image.size], Image.Resampling.BILINEAR)
    left, top = (image.width - size) // 2, (image.height - size) // 2
    return np.asarray(image.crop((left, top, left + size, top + size)))


def _bytes(pixels: np.ndarray) -> np.ndarray:
    """The model's uint8 input is the pixel itself: scale 2/255 and zero point 127 or 128 map it to [-1, 1]."""
    return pixels


def _bytes_signed(pixels: np.ndarray) -> np.ndarray:
    """int8 input, zero point -128 and pixel values in 0..255."""
    return (pixels.astype(np.int16) - 128).astype(np.int8)


def _imagenet_float(pixels: np.ndarray) -> np.ndarray:
    """Mean and deviation of ImageNet per channel, as torchvision does."""
    mean = np.array([0.485, 0.456, 0.406], np.float32)
    std = np.array([0.229, 0.224, 0.225], np.float32)
    return (pixels.astype(np.float32) / np.float32(255) - mean) / std


PREPROCESSING = {"bytes": _bytes, "bytes-signed": _bytes_signed, "imagenet": _imagenet_float}


def image_input(model: ModelProto, path: Path, preprocessing: str = "") -> dict[str, np.ndarray]:
    """A picture as the one input [1, 3, H, W]. The preprocessing follows the element type unless named:
    uint8 "bytes", int8 "bytes-signed", float "imagenet"."""
    values = graph_inputs(model)
    if len(values) != 1 or len(_shape(values[0])) != 4 or _shape(values[0])[:2] != (1, 3):
        raise ValueError("pictures need a network with one input [1, 3, H, W]")
    _, _, height, width = _shape(values[0])
    if height != width:
        raise ValueError(f"pictures need a square input, this one is {height}x{width}")
    dtype = helper.tensor_dtype_to_np_dtype(values[0].type.tensor_type.elem_type)
    default = {"uint8": "bytes", "int8": "bytes-signed", "float32": "imagenet"}.get(str(dtype), "imagenet")
    pixels = _square(path, height, height * 256 // 224)
    data = PREPROCESSING[preprocessing or default](pixels).transpose(2, 0, 1)[None]
    return {values[0].name: np.ascontiguousarray(data).astype(dtype)}
