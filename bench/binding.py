"""What the Python package adds to the C calls:  script/bench python

Small calls: the same work through the package and through the bare C functions, in turns; the least of many
measurements, since what a busy machine adds is never negative. Long ones: a call of the package, less what the bare
functions take in it; the difference of two times that wander by per cents could not tell one. Processor time of all
threads. Fails where a spectrum of 200 neurons takes over 1 % longer, or a small call over 20 us longer.
"""

import pathlib
import sys
import time

import numpy as np

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "build/python"))

import rnnchaos  # noqa: E402
from rnnchaos._native import ffi, lib  # noqa: E402

MOST_SHARE, MOST_US = 0.01, 20  # either is enough


def network_of(W):
    out = ffi.new("rc_network **")
    assert lib.rc_network_from_dense(ffi.from_buffer("double[]", W), len(W), out) == 0
    return out


def c_simulate(W, r0, n_steps):
    network = network_of(W)
    plan = ffi.new("rc_simulation *", {"gain": 1, "tau_ms": 20, "dt_ms": 1, "n_steps": n_steps, "every": 1})
    states = np.empty((n_steps + 1, len(W)))
    assert lib.rc_simulate(network[0], plan, 1, ffi.from_buffer("double[]", r0), ffi.from_buffer("double[]", states)) == 0
    lib.rc_network_destroy(network)
    return states


def c_spectrum(W, r0, gain, k, transient, duration):
    network, n_trials = network_of(W), r0.size // len(W)
    plan = ffi.new("rc_spectrum_plan *", {"gain": gain, "tau_ms": 20, "dt_ms": 1, "n_exponents": k})
    plan.transient_ms, plan.duration_ms = transient, duration
    spectra = ffi.new("rc_spectrum *[]", n_trials)
    assert lib.rc_spectrum_measure(network[0], plan, n_trials, ffi.from_buffer("double[]", r0), spectra) == 0
    assert lib.rc_spectrum_judge(network[0], plan, n_trials, spectra) == 0
    lib.rc_attractors_match(plan, n_trials, spectra)
    for t in range(n_trials):
        lib.rc_spectrum_destroy(spectra + t)
    lib.rc_network_destroy(network)


def seconds(call, repeats):
    """Of the processor, all threads: a busy machine does not matter."""
    begun = time.process_time()
    for _ in range(repeats):
        call()
    return (time.process_time() - begun) / repeats


def compare(in_c, in_python, rounds, repeats):
    """Seconds a call in C, and how many more in Python. Each comes first in every other round."""
    times = {in_c: [], in_python: []}
    for turn in range(rounds):
        for call in list(times)[:: 1 - 2 * (turn % 2)]:
            times[call].append(seconds(call, repeats))
    return min(times[in_c]), min(times[in_python]) - min(times[in_c])


class Clocked:
    """The library, with a clock around the functions that do the work, in the thread that runs them."""

    WORK = ("rc_network_from_dense", "rc_spectrum_measure", "rc_spectrum_judge", "rc_attractors_match")

    def __init__(self):
        self.seconds = 0.0

    def __getattr__(self, name):
        found = getattr(lib, name)
        return self.clocked(found) if name in self.WORK else found

    def clocked(self, function):
        def call(*arguments):
            begun = time.thread_time()
            try:
                return function(*arguments)
            finally:
                self.seconds += time.thread_time() - begun

        return call


def outside(in_python, repeats):
    """Seconds a call in C, and how many more around it: medians."""
    clock, times = Clocked(), []
    users = [module for name, module in sys.modules.items() if name.startswith("rnnchaos.") and hasattr(module, "lib")]
    for module in users:
        module.lib = clock
    for _ in range(repeats):
        clock.seconds = 0.0
        whole = seconds(in_python, 1)
        times.append((clock.seconds, whole - clock.seconds))
    for module in users:
        module.lib = lib
    assert times[0][0] > 0, "the clock was around nothing"
    return np.median(times, axis=0)


def main():
    W, r0 = rnnchaos.network(1, trials=8)
    W = W.toarray()
    small, state = np.random.default_rng(1).standard_normal((10, 10)) / 4, np.ones(10)
    rest, rest_state = np.array([[0, 0.3], [-0.2, 0]]), np.ones((1, 2))
    long = {"gain": 16.0, "k": 10, "transient": 1000.0, "duration": 5000.0}
    short = {"gain": 1.0, "k": 2, "transient": 0.0, "duration": 1000.0}
    cases = [
        ("simulate, 10 neurons, 10 steps", lambda: compare(
            lambda: c_simulate(small, state, 10), lambda: rnnchaos.simulate(small, state, duration=10), 2000, 20)),
        ("spectrum, 2 neurons, at rest", lambda: compare(
            lambda: c_spectrum(rest, rest_state, **short), lambda: rnnchaos.spectrum(rest, r0=rest_state, **short), 1000, 2)),
        ("spectrum, 200 neurons, 8 trials, k = 10, 6 s", lambda: outside(lambda: rnnchaos.spectrum(W, r0=r0, **long), 40)),
    ]  # fmt: skip
    print(f"{'':46} {'C':>12} {'Python adds':>12}")
    sound = True
    for name, measure in cases:
        c, more = measure()
        print(f"{name:46} {1e6 * c:9.1f} us {1e6 * more:9.1f} us = {100 * more / c:.2f} %", end="")
        held = 1e6 * more < MOST_US or more / c < MOST_SHARE
        print("" if held else f"    missed: expected less than {MOST_US} us or {100 * MOST_SHARE:g} %")
        sound &= held
    return 0 if sound else 1


if __name__ == "__main__":
    sys.exit(main())
