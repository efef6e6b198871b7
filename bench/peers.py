"""The work of the kernels as it is done elsewhere, on one thread:

    peers.py NETWORK.npz STATES GAIN SECONDS

NETWORK.npz: from `rnnchaos network`; STATES: the lanes after each of the first steps, from bench/kernels, which
every peer must reproduce to 1e-12 before it is timed. Prints one JSON line for each peer: nanoseconds per
state-step, the least and the median of many short measurements."""
import json
import os
import sys
import time

# One thread, and the code path that OpenBLAS picks for this processor; before NumPy is loaded.
for name in ("OPENBLAS", "OMP", "MKL", "BLIS"):
    os.environ[name + "_NUM_THREADS"] = "1"
os.environ.pop("OPENBLAS_CORETYPE", None)

import numpy as np
import scipy
import scipy.sparse
import threadpoolctl

FRACTION = 1 / 20  # dt / tau
PERTURBATION = 1e-4


class Dense:
    """W as a matrix, all lanes in one product, nothing allocated."""

    label = "NumPy, dense W @ R"

    def __init__(self, W, states):
        self.W = W.copy()
        self.R = np.ascontiguousarray(states.T)  # [neuron, lane]
        self.target = np.empty_like(self.R)

    def step(self):
        np.matmul(self.W, self.R, out=self.target)
        np.tanh(self.target, out=self.target)
        np.subtract(self.target, self.R, out=self.target)
        np.multiply(self.target, FRACTION, out=self.target)
        np.add(self.R, self.target, out=self.R)

    def states(self):
        return self.R.T


class DenseLanesFirst(Dense):
    label = "NumPy, dense R @ W.T"

    def __init__(self, W, states):
        self.W = np.ascontiguousarray(W.T)
        self.R = states.copy()  # [lane, neuron]
        self.target = np.empty_like(self.R)

    def step(self):
        np.matmul(self.R, self.W, out=self.target)
        np.tanh(self.target, out=self.target)
        np.subtract(self.target, self.R, out=self.target)
        np.multiply(self.target, FRACTION, out=self.target)
        np.add(self.R, self.target, out=self.R)

    def states(self):
        return self.R


class Sparse(Dense):
    """W in compressed sparse rows; SciPy allocates the product."""

    label = "SciPy, sparse CSR W @ R"

    def __init__(self, W, states):
        super().__init__(W, states)
        self.W = scipy.sparse.csr_array(W)

    def step(self):
        target = self.W @ self.R
        np.tanh(target, out=target)
        np.subtract(target, self.R, out=target)
        np.multiply(target, FRACTION, out=target)
        np.add(self.R, target, out=self.R)


class Neuron:
    def __init__(self, weights, rate):
        self.weights = weights
        self.rate = rate

    def update(self, rates):
        drive = np.dot(self.weights, rates)
        self.rate = self.rate + FRACTION * (-self.rate + np.tanh(drive))


class OneByOne:
    """One object a neuron, one state at a time."""

    label = "Python, one neuron after another"

    def __init__(self, W, states):
        self.networks = [[Neuron(W[i], rate) for i, rate in enumerate(state)] for state in states]

    def step(self):
        for neurons in self.networks:
            rates = np.array([neuron.rate for neuron in neurons])
            for neuron in neurons:
                neuron.update(rates)

    def states(self):
        return np.array([[neuron.rate for neuron in neurons] for neurons in self.networks])


def largest_gap(peer, expected):
    gap = 0.0
    for states in expected:
        peer.step()
        gap = max(gap, np.abs(peer.states() - states).max())
    return gap


def measure(peer, n_lanes, seconds):
    peer.step()
    start = time.perf_counter()
    peer.step()
    batch = max(1, int(0.005 / (time.perf_counter() - start)))
    times = []
    while len(times) < 3 or sum(times) < seconds:
        start = time.perf_counter()
        for _ in range(batch):
            peer.step()
        times.append(time.perf_counter() - start)
    return np.array(times) * 1e9 / (batch * n_lanes)


def main(network, states, gain, seconds):
    with np.load(network) as file:
        W, initial = float(gain) * file["weights"], file["initial_states"]
    start = np.concatenate([initial, initial + PERTURBATION])  # [lane, neuron]
    n_lanes, n_neurons = start.shape
    expected = np.fromfile(states).reshape(-1, n_neurons, n_lanes).transpose(0, 2, 1)
    blas = threadpoolctl.threadpool_info()
    if any(library["num_threads"] != 1 for library in blas):
        sys.exit("peers.py: a library uses more than one thread")
    for kind in (Dense, DenseLanesFirst, Sparse, OneByOne):
        gap = largest_gap(kind(W, start), expected)
        if not gap <= 1e-12:
            sys.exit(f"peers.py: {kind.label} is {gap:.1e} away from the kernels")
        times = measure(kind(W, start), n_lanes, float(seconds))
        print(json.dumps({
            "peer": kind.label,
            "state_step_ns": {"min": times.min(), "median": float(np.median(times))},
            "largest_gap": gap,
            "versions": {"python": sys.version.split()[0], "numpy": np.__version__, "scipy": scipy.__version__},
            "blas": sorted({f"{b['internal_api']} {b['version']} ({b.get('architecture', '?')})" for b in blas}),
        }), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
