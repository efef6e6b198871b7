#!/usr/bin/env python3
"""How often is a verdict changed by following the same trials longer? Random networks around
the onset of their activity; the table of docs/numerics-exponents.md.

    bench/verdicts.py [--first 0] [--networks 60] [--factor 6] [--program build/rnnchaos]

W has N = 50 to 80 neurons and Gaussian entries, and is scaled to a spectral radius from 0.95 to
2.2. Eight trials each, 5 s of transient and 15 s of measuring, then the same for `factor` times
15 s. Takes about 4 s a network on one core.
"""

import argparse
import collections
import json
import pathlib
import subprocess
import tempfile

import numpy as np

VERDICTS = ["fixed_point", "limit_cycle", "torus", "chaos", "transient_chaos", "undecided"]


def network(number):
    stream = np.random.default_rng([2024, number])
    n = stream.integers(50, 81)
    W = stream.standard_normal((n, n)) / np.sqrt(n)
    radius = stream.uniform(0.95, 2.2)
    return W * radius / np.abs(np.linalg.eigvals(W)).max(), radius


def assess(program, path, duration_ms):
    words = [program, "spectrum", "--weights", path, "--exponents", "3", "--trials", "8", "--json"]
    words += ["--transient-ms", "5000", "--duration-ms", f"{duration_ms}"]
    done = subprocess.run(words, check=True, capture_output=True, text=True)
    return json.loads(done.stdout)["trials"]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--first", type=int, default=0, help="the number of the first network")
    parser.add_argument("--networks", type=int, default=60)
    parser.add_argument("--factor", type=float, default=6)
    parser.add_argument("--program", default="build/rnnchaos")
    parser.add_argument("--judge", help="another program for the longer run")
    parser.add_argument("--verbose", action="store_true", help="one line for every trial that changes")
    arguments = parser.parse_args()
    changes = collections.Counter()
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "W.npy"
        for number in range(arguments.first, arguments.first + arguments.networks):
            W, radius = network(number)
            np.save(path, W)
            short = assess(arguments.program, path, 15000)
            long = assess(arguments.judge or arguments.program, path, 15000 * arguments.factor)
            for trial, (a, b) in enumerate(zip(short, long)):
                changes[a["verdict"], b["verdict"]] += 1
                if arguments.verbose and a["verdict"] != b["verdict"]:
                    name = f"{number} ({len(W)}, {radius:.3f}) trial {trial}"
                    print(f"{name}: {a['verdict']}: {a['reason']}\n  -> {b['verdict']}: {b['reason']}", flush=True)
    print("| after 15 s | trials | " + " | ".join(VERDICTS) + " |\n|---" + "|---" * (len(VERDICTS) + 1) + "|")
    for a in VERDICTS:
        counts = [changes[a, b] for b in VERDICTS]
        print(f"| {a} | {sum(counts)} | " + " | ".join(str(n) if n else "" for n in counts) + " |")


if __name__ == "__main__":
    main()
