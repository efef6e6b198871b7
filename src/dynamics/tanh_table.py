#!/usr/bin/env python3
"""Makes tanh_table.h: python3 src/dynamics/tanh_table.py > src/dynamics/tanh_table.h

tanh(a + h) = T + ..., T = tanh(a): one node a for |x| < 1/8, four an octave from
1/8 to 16, one for [16, 20]. Each a lies near the middle of its interval, moved a
little so that tanh(a) is almost exactly a double (Gal's accurate tables,
doi:10.1145/103147.103151); so T adds no error of its own. The slope is 1/cosh^2(a)."""
from decimal import Decimal as D, getcontext
from math import ulp

getcontext().prec = 60


def tanh(x):
    e = (2 * x).exp()
    return (e - 1) / (e + 1)


def atanh(y):
    return ((1 + y) / (1 - y)).ln() / 2


def node(middle):
    """The (a, T) near the middle with the smallest error of T, in ulp."""
    centre = float(tanh(D(middle)))
    best = None
    for i in range(4000):
        T = centre + (i // 2 if i % 2 else -(i // 2)) * ulp(centre)
        if T >= 1:
            continue
        a = float(atanh(D(T)))
        error = abs(tanh(D(a)) - D(T)) / D(ulp(T))
        if best is None or error < best[0]:
            best = (error, a, T)
        if error < D(2) ** -11:
            break
    return best


nodes = [(D(0), 0.0, 0.0)]
for octave in range(-3, 4):
    nodes += [node(2.0**octave * (1 + (quarter + 0.5) / 4)) for quarter in range(4)]
nodes += [node(18.0)] * 3  # [16, 20), then 20 itself, then never used
assert len(nodes) == 32

print("/* Made by tanh_table.py: do not edit.")
print(" * The largest error of a T is %.1e ulp. */\n/* clang-format off */" % max(error for error, _, _ in nodes))
columns = {
    "node": [a for _, a, _ in nodes],
    "value": [T for _, _, T in nodes],
    "slope": [float(1 - tanh(D(a)) ** 2) for _, a, _ in nodes],
}
for name, column in columns.items():
    values = [x.hex() for x in column]
    print("static const double tanh_%s[32] __attribute__((aligned(64))) = {" % name)
    print(",\n".join("    " + ", ".join(values[i : i + 4]) for i in range(0, 32, 4)) + "};")
