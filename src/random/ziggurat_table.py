#!/usr/bin/env python3
"""Makes ziggurat_table.h: python3 src/random/ziggurat_table.py > src/random/ziggurat_table.h

256 layers of equal area v under f(x) = exp(-x^2/2), the base layer ending at r
(Marsaglia & Tsang 2000, doi:10.18637/jss.v005.i08), for 52-bit integers.

The same normals as NumPy's need NumPy's numbers, and those were once computed in
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
R = D("3.6541528853610087963519472518")  # the r that closes 256 layers


def f(x):
    return (-x * x / 2).exp()


def tail(x):
    """The integral of f from x to infinity, by its continued fraction."""
    value = D(0)
    for k in range(400, 0, -1):
        value = k / (x + value)
    return f(x) / (x + value)


def exact():
    v = R * f(R) + tail(R)
    x = [D(0)] * N  # x[i]: right edge of layer i; layer 0 is the base with its tail
    x[N - 1] = R
    for i in range(N - 1, 1, -1):
        x[i - 1] = (-2 * (v / x[i] + f(x[i])).ln()).sqrt()
    scale = D(2) ** 52
    inside = [R * f(R) / v * scale, D(0)] + [x[i - 1] / x[i] * scale for i in range(2, N)]
    width = [v / f(R) / scale] + [x[i] / scale for i in range(1, N)]
    height = [D(1)] + [f(x[i]) for i in range(1, N)]
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


blobs = [open(path, "rb").read() for path in sorted(glob.glob(numpy.__path__[0] + "/random/*.so"))]
inside, width, height = (find(blobs, code, table) for code, table in zip(("<Q", "<d", "<d"), exact()))
print("/* Made by ziggurat_table.py: do not edit. */\n/* clang-format off */")
print("static const double ziggurat_r = %s;" % float(R).hex())
print("static const double ziggurat_inverse_r = %s;" % float(1 / R).hex())
print("static const uint64_t ziggurat_inside[256] = {\n%s};" % rows(["%#x" % k for k in inside], 6))
print("static const double ziggurat_width[256] = {\n%s};" % rows([w.hex() for w in width], 4))
print("static const double ziggurat_height[256] = {\n%s};" % rows([h.hex() for h in height], 4))
