"""The coefficients of the special functions (isa/semantics/special.h), as integers.

A function is cut into segments [x0, x0 + h). In each, y(x0 + h * u) with u in [0, 1) is c0 + c1 * u + c2 * u^2, the
parabola through the three Chebyshev nodes of the segment, whose error is h^3 max |y'''| / 192. The numbers are scaled by
2^FRACTION. Decimal arithmetic of 50 digits: the same bits on every host.
"""

import decimal
from decimal import Decimal

decimal.getcontext().prec = 50

FRACTION = 28          # of y and all coefficients
U_BITS = 20            # of u
C0_BITS, C1_BITS, C2_BITS = 29, 24, 16  # C1 and C2 are signed
INDEX_BITS = 10

# The products with u are cut off, each by half a unit on average, the second one less.
CUT_OFF = Decimal("0.75")

PI = Decimal("3.14159265358979323846264338327950288419716939937511")
LN2 = Decimal(2).ln()


def tanh(x):
    a, b = x.exp(), (-x).exp()
    return (a - b) / (a + b)


def erf(x):
    """The series of x^(2n+1) / (1 * 3 * ... * (2n+1)): all its terms are positive."""
    term = total = x
    n = 0
    while term > total * Decimal(10) ** -45:
        n += 1
        term = term * 2 * x * x / (2 * n + 1)
        total += term
    return total * 2 / PI.sqrt() * (-x * x).exp()


def pieces(function, begin, length, count):
    """`count` segments of begin to begin + length."""
    step = Decimal(length) / count
    return [(function, Decimal(begin) + step * i, step) for i in range(count)]


# Name of the function's first segment, and its segments.
FUNCTIONS = [
    ("exp", pieces(lambda x: (x * LN2).exp(), 0, 1, 64)),                  # 2^x
    ("rcp", pieces(lambda x: 1 / x, 1, 1, 128)),
    ("rsq", pieces(lambda x: 1 / x.sqrt(), 1, 1, 128) + pieces(lambda x: 1 / x.sqrt(), 2, 2, 64)),
    ("tanh", pieces(lambda x: tanh(x) / x, 0, 1, 64) + pieces(tanh, 1, 1, 64) + pieces(tanh, 2, 2, 64) +
     pieces(tanh, 4, 4, 32) + pieces(tanh, 8, 8, 8)),
    ("erf", pieces(lambda x: erf(x) / x, 0, 1, 64) + pieces(erf, 1, 1, 64) + pieces(erf, 2, 2, 64)),
]

LOG2E = int((1 / LN2 * 2**33).to_integral_value())  # scaled by 2^33
LOG2E_BITS = 34


def fit(segment):
    """(c0, c1, c2) of a segment."""
    function, x0, step = segment
    offset = Decimal(3).sqrt() / 4
    nodes = [Decimal("0.5") - offset, Decimal("0.5"), Decimal("0.5") + offset]
    y = [function(x0 + step * u) for u in nodes]
    first = [(y[1] - y[0]) / (nodes[1] - nodes[0]), (y[2] - y[1]) / (nodes[2] - nodes[1])]
    c2 = (first[1] - first[0]) / (nodes[2] - nodes[0])
    c1 = first[0] - c2 * (nodes[0] + nodes[1])
    c0 = y[0] - first[0] * nodes[0] + c2 * nodes[0] * nodes[1]
    scale = Decimal(2) ** FRACTION
    # What rounding takes from a coefficient goes to those below it.
    c2 *= scale
    c2_bits = int(c2.to_integral_value())
    c1 = c1 * scale + (c2 - c2_bits)
    c1_bits = int(c1.to_integral_value())
    c0 = c0 * scale - (c2 - c2_bits) / 8 + (c1 - c1_bits) / 2 + CUT_OFF
    result = int(c0.to_integral_value()), c1_bits, c2_bits
    for value, bits in zip(result, (C0_BITS, C1_BITS - 1, C2_BITS - 1)):
        assert -2**bits <= value < 2**bits and (bits != C0_BITS or value > 0), (x0, result)
    return result


def bases():
    """[(name, number of the function's first segment)]."""
    result, base = [], 0
    for name, segments in FUNCTIONS:
        result.append((name, base))
        base += len(segments)
    return result


def coefficients():
    """Of all segments."""
    return [fit(segment) for _, segments in FUNCTIONS for segment in segments]
