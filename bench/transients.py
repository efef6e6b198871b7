#!/usr/bin/env python3
"""What candidates for a criterion of transient chaos say, from a results.h5: the table of
docs/numerics-exponents.md.

    build/rnnchaos run -o t120 --no-figure --set gains=[7,10] --set exponents.duration_ms=115000
    build/rnnchaos run -o t300 --no-figure --set gains=[13] --set exponents.duration_ms=295000
    build/rnnchaos run -o t200 --no-figure --set gains=[16] --set exponents.duration_ms=195000
    for folder in t120 t300 t200; do bench/transients.py $folder/results.h5; done
"""

import re
import sys

import h5py
import numpy as np

MEMORY = 53 * np.log(2)


def row(cell, followed):
    """One line of the table for a session and gain; arrays are by trial."""
    names = np.array(cell["names"])[cell["verdict"]]
    settled = np.isin(names, ["fixed_point", "limit_cycle", "torus", "transient_chaos"])
    found = " ".join(f"{n} {name}" for name, n in zip(*np.unique(names, return_counts=True)))
    if not settled.any():
        return [found, f"{followed:.0f}", "0", "", "", f"< {cell['escape_rate_high']:.2g}"] + [""] * 6
    growth, rate, error = (cell[name][settled] for name in ("growth", "transient_exponent", "transient_error"))
    # the words of the reason: whether the test was passed
    passed = np.array([b"sensitive for" in r or r.startswith(b"chaotic for") for r in cell["verdict_reason"][settled]])
    time = cell["growth_ms"][settled].sum() / 1000
    known = np.isfinite(rate) & passed
    lam = f"{np.average(rate[known], weights=cell['growth_ms'][settled][known]):.2g}" if known.any() else ""
    kappa = cell["escape_rate"]
    return [
        found, f"{followed:.0f}", str(settled.sum()), f"{time / settled.sum():.1f}", f"{growth.mean():.0f}",
        f"{kappa:.2g}", lam, f"{float(lam) / kappa:.0f}" if lam else "", str(passed.sum()),
        str((growth > MEMORY).sum()), str((growth > 2 * MEMORY).sum()), str((passed & (growth > 2 * MEMORY)).sum()),
    ]  # fmt: skip


def main(path):
    heads = ["session, g", "verdicts", "T (s)", "settled", "life (s)", "growth", "kappa (1/s)", "lambda (1/s)"]
    heads += ["lambda/kappa", "A", "G > 36.7", "G > 73.5", "A and G > 73.5"]
    print("| " + " | ".join(heads) + " |\n" + "|---" * len(heads) + "|")
    with h5py.File(path) as file:
        before = float(re.search(r"transient_ms: *(\S+)", file.attrs["study"])[1])
        followed = (before + file["window_ms"][-1]) / 1000
        names = [name for name in file["verdict"].attrs["flag_meanings"].split()]
        for s, session in enumerate(file["session"]):
            for g, gain in enumerate(file["gain"]):
                cell = {name: file[name][s, g] for name in file if file[name].shape[:2] == file["verdict"].shape[:2]}
                cell["names"] = [name.decode() if isinstance(name, bytes) else name for name in names]
                print(f"| {session}, {gain:g} | " + " | ".join(row(cell, followed)) + " |")


if __name__ == "__main__":
    main(*sys.argv[1:])
