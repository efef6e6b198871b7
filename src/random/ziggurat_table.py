#!/usr/bin/env python3
"""Makes ziggurat_table.h: python3 src/random/ziggurat_table.py > src/random/ziggurat_table.h

256 layers of equal area v under f, the base layer ending at r (Marsaglia & Tsang 2000,
doi:10.18637/jss.v005.i08): f(x) = exp(-x^2/2) for 52-bit integers, and f(x) = exp(-x)
for 53-bit integers.

The same numbers as NumPy's need NumPy's tables, and those were once computed in
double precision: they are up to 130 ulp away from the exact ones. So the exact
tables are computed here with 50 digits, and the installed NumPy's library is
searched for the tables that agree with them to 1e-12. (Needs NumPy; the tables
have been the same since NumPy 1.17.)"""
import glob
import struct
from decimal import Decimal as D, getcontext

import numpy

getcontext().prec = 50
N = 256


class Normal:
    name, bits = "ziggurat", 52
    r = D("3.6541528853610087963519472518")  # the r that closes 256 layers

    @staticmethod
    def f(x):
        return (-x * x / 2).exp()

    @staticmethod
    def inverse(y):
        return (-2 * y.ln()).sqrt()

    @staticmethod
    def tail(x):
        """The integral of f from x to infinity, by its continued fraction."""
        value = D(0)
        for k in range(400, 0, -1):
            value = k / (x + value)
        return Normal.f(x) / (x + value)


class Exponential:
    name, bits = "exponential", 53
    r = D("7.6971174701310497140446280481")

    @staticmethod
    def f(x):
        return (-x).exp()

    @staticmethod
    def inverse(y):
        return -y.ln()

    tail = f


def exact(of):
    v = of.r * of.f(of.r) + of.tail(of.r)
    x = [D(0)] * N  # x[i]: right edge of layer i; layer 0 is the base with its tail
    x[N - 1] = of.r
    for i in range(N - 1, 1, -1):
        x[i - 1] = of.inverse(v / x[i] + of.f(x[i]))
    scale = D(2) ** of.bits
    inside = [of.r * of.f(of.r) / v * scale, D(0)] + [x[i - 1] / x[i] * scale for i in range(2, N)]
    width = [v / of.f(of.r) / scale] + [x[i] / scale for i in range(1, N)]
    height = [D(1)] + [of.f(x[i]) for i in range(1, N)]
    return [int(k) for k in inside], [float(w) for w in width], [float(h) for h in height]


def find(blobs, code, table):
    """The 256 numbers in NumPy's libraries that agree with `table` to 1e-12."""
    for blob in blobs:
        for at in range(0, len(blob) - 8 * N, 8):
            near = struct.unpack_from(code, blob, at + 8 * (N - 1))[0]
            if abs(near - table[-1]) > 1e-12 * table[-1]:
                continue
            found = struct.unpack_from("<256" + code[1], blob, at)
            if all(abs(a - b) <= 1e-12 * abs(b) for a, b in zip(found, table)):
                return found
    raise SystemExit("no such table in NumPy " + numpy.__version__)


def rows(values, per_row):
    lines = [", ".join(values[i : i + per_row]) for i in range(0, N, per_row)]
    return ",\n".join("    " + line for line in lines)


def write(of, blobs):
    inside, width, height = (find(blobs, code, table) for code, table in zip(("<Q", "<d", "<d"), exact(of)))
    print("static const double %s_r = %s;" % (of.name, float(of.r).hex()))
    if of is Normal:
        print("static const double %s_inverse_r = %s;" % (of.name, float(1 / of.r).hex()))
    print("static const uint64_t %s_inside[256] = {\n%s};" % (of.name, rows(["%#x" % k for k in inside], 6)))
    print("static const double %s_width[256] = {\n%s};" % (of.name, rows([w.hex() for w in width], 4)))
    print("static const double %s_height[256] = {\n%s};" % (of.name, rows([h.hex() for h in height], 4)))


libraries = [open(path, "rb").read() for path in sorted(glob.glob(numpy.__path__[0] + "/random/*.so"))]
print("/* Made by ziggurat_table.py: do not edit. */\n/* clang-format off */")
write(Normal, libraries)
write(Exponential, libraries)
