"""Seeded numbers that are the same on every machine and with every numpy version.

NumPy does not promise that its distributions stay the same between versions, and a library's log or cos may differ
in the last bit between machines. Everything here is integer arithmetic up to one final division.

The generator is SplitMix64 used as a counter: word i of a stream is mix(start + (i + 1) * 0x9E3779B97F4A7C15), where
`start` is the first 8 bytes of SHA-256("<seed>/<name>"). (Steele, Lea, Flood, "Fast splittable pseudorandom number
generators", OOPSLA 2014.)
"""

import hashlib

import numpy as np

_CHUNK = 1 << 22
# Sum of four independent uniform 16-bit integers: mean and standard deviation.
_MEAN = 4 * 65535 / 2
_STD = (4 * (65536.0**2 - 1) / 12) ** 0.5


def _words(seed: int, name: str, first: int, count: int) -> np.ndarray:
    start = int.from_bytes(hashlib.sha256(f"{seed}/{name}".encode()).digest()[:8], "little")
    z = np.arange(first + 1, first + 1 + count, dtype=np.uint64)
    with np.errstate(over="ignore"):
        z *= np.uint64(0x9E3779B97F4A7C15)
        z += np.uint64(start)
        z ^= z >> np.uint64(30)
        z *= np.uint64(0xBF58476D1CE4E5B9)
        z ^= z >> np.uint64(27)
        z *= np.uint64(0x94D049BB133111EB)
        z ^= z >> np.uint64(31)
    return z


def _bell_integers(seed: int, name: str, count: int) -> np.ndarray:
    """int32: the sum of the four 16-bit quarters of each word, less its mean rounded down (131070)."""
    out = np.empty(count, dtype=np.int32)
    for first in range(0, count, _CHUNK):
        n = min(_CHUNK, count - first)
        quarters = _words(seed, name, first, n).view(np.uint16).reshape(n, 4)
        total = quarters[:, 0].astype(np.int32)
        for k in range(1, 4):
            total += quarters[:, k]
        out[first : first + n] = total - int(_MEAN)
    return out


def bell(seed: int, name: str, shape: tuple[int, ...], std: float = 1.0) -> np.ndarray:
    """float32 numbers of mean 0 and deviation `std`, bell-shaped in [-3.46, 3.46] * std (Irwin-Hall of order 4)."""
    return (_bell_integers(seed, name, int(np.prod(shape))) * (std / _STD)).astype(np.float32).reshape(shape)


def integers(seed: int, name: str, shape: tuple[int, ...], low: int, high: int) -> np.ndarray:
    """int64 numbers, uniform in [low, high] up to the modulus' bias (below 2**-32 for spans below 2**32)."""
    count = int(np.prod(shape))
    words = _words(seed, name, 0, count)
    return (words % np.uint64(high - low + 1)).astype(np.int64).reshape(shape) + low


def image(seed: int, name: str, shape: tuple[int, int, int, int]) -> np.ndarray:
    """float32 pictures [N, C, H, W]: coarse blobs plus fine noise, quantised to steps of 1/64 in [-2.5, 2.5].

    Blobs make neighbouring pixels alike, as in photographs; plain noise would average to grey in the first layers.
    """
    n, c, h, w = shape
    total = _bell_integers(seed, name + "/noise", n * c * h * w).reshape(shape).astype(np.int64)
    for blobs, weight in ((4, 2), (8, 1), (28, 1)):
        coarse = _bell_integers(seed, f"{name}/blobs{blobs}", n * c * blobs * blobs).reshape(n, c, blobs, blobs)
        rows = np.arange(h) * blobs // h
        cols = np.arange(w) * blobs // w
        total += 2 * weight * coarse[:, :, rows][:, :, :, cols]
    return (np.clip(total // 3000, -160, 160) / 64).astype(np.float32)
