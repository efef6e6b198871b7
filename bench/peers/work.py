"""What a peer is given to do, how its results are checked, and how its work is shared among threads.

A peer is a class made from a work. For Steps it has advance(n_steps) and states(); for Spectrum it has block(n_steps),
which takes steps and one QR and returns ln R_ii. Arrays: states [lane or trial, neuron], frame [tangent, neuron],
ln R_ii [trial, tangent]."""
import copy
import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import scipy.sparse

FRACTION = 1 / 20  # dt / tau
PERTURBATION = 1e-4
BLOCK = 100  # steps between QRs where time is taken
LARGE = 1e6  # numbers in all frames: then a block would take too long


class Work:
    """start: the states. W is g W in compressed sparse rows."""

    def parts(self):
        """One for each thread, with an equal share of the states."""
        shares = np.array_split(self.start, self.n_threads)
        parts = [copy.copy(self) for _ in shares]
        for part, share in zip(parts, shares):
            part.start, part.n_threads = share, 1
        return parts


class Steps(Work):
    """expected: what rnnchaos has after each of the first steps."""

    is_steps = True
    allowed = 1e-12

    def __init__(self, network, states, gain, n_threads):
        with np.load(network) as file:
            self.W = scipy.sparse.csr_array(gain * file["weights"])
            initial = file["initial_states"]
        self.start = np.concatenate([initial + i * PERTURBATION for i in range(2 * n_threads)])
        n_lanes, n_neurons = self.start.shape
        self.expected = np.fromfile(states).reshape(-1, n_neurons, n_lanes).transpose(0, 2, 1)
        self.n_threads = n_threads

    def gap(self, peer):
        """The first half step by step, the rest at one go."""
        half = len(self.expected) // 2
        gap = 0.0
        for states in self.expected[:half]:
            peer.advance(1)
            gap = max(gap, np.abs(peer.states() - states).max())
        peer.advance(len(self.expected) - half)
        return float(max(gap, np.abs(peer.states() - self.expected[-1]).max()))

    def measure(self, peer, taken, least):
        """Nanoseconds per state-step: a function that measures once, so many steps that it takes some milliseconds."""
        peer.advance(20)
        batch = max(1, min(100000, int(20 * least / taken(lambda: peer.advance(20)))))
        batch = 10 * max(1, batch // 10) if batch > 10 else batch
        peer.advance(batch)
        return lambda: taken(lambda: peer.advance(batch)) / (batch * len(self.start))


class Spectrum(Work):
    """expected: the sums of ln R_ii that rnnchaos found in n_blocks of n_steps. Rounding grows with the leading
    direction and in the worst of the frame: peers differ among each other by up to 5e-10 after three blocks of 100
    steps."""

    is_steps = False
    allowed = 1e-8

    def __init__(self, network, start, gain, tangents, trials, n_steps, n_blocks, n_threads):
        raw = np.fromfile(network)
        n, count = raw[:2].astype(int)
        row, column, weight = np.split(raw[2:], [n + 1, n + 1 + count])
        self.W = scipy.sparse.csr_array((gain * weight, column.astype(np.int32), row.astype(np.int32)), shape=(n, n))
        states, frame, expected = np.split(np.fromfile(start), np.cumsum([trials * n, tangents * n]))
        self.start, self.frame = states.reshape(trials, n), frame.reshape(tangents, n)
        self.expected = expected.reshape(trials, tangents)
        self.n_steps, self.n_blocks, self.n_threads = n_steps, n_blocks, n_threads

    def gap(self, peer):
        stretch = sum(peer.block(self.n_steps) for _ in range(self.n_blocks))
        return float(np.abs(stretch - self.expected).max())

    def measure(self, peer, taken, least):
        """Nanoseconds per step and trial; where a step takes long, of few steps and one QR."""
        if hasattr(peer, "choose_qr"):
            peer.choose_qr(taken)
        if self.frame.size * len(self.start) > LARGE:
            few = 4
            qr = taken(lambda: peer.block(0))
            return lambda: ((taken(lambda: peer.block(few)) - qr) / few + qr / BLOCK) / len(self.start)
        peer.block(BLOCK)
        return lambda: taken(lambda: peer.block(BLOCK)) / (BLOCK * len(self.start))


def in_threads(kind):
    """The same peer with a share of the states for each of Python's threads, libraries on one."""

    class InThreads:
        label = kind.label + ", shares in threads"
        library_threads = 1

        def __init__(self, work):
            parts = work.parts()
            self.pool = ThreadPoolExecutor(len(parts), initializer=getattr(kind, "begin_thread", None))
            self.peers = list(self.pool.map(kind, parts))

        def each(self, call):
            return list(self.pool.map(call, self.peers))

        def advance(self, n_steps):
            self.each(lambda peer: peer.advance(n_steps))

        def states(self):
            return np.concatenate([peer.states() for peer in self.peers])

        def block(self, n_steps):
            return np.concatenate(self.each(lambda peer: peer.block(n_steps)))

    if hasattr(kind, "choose_qr"):
        InThreads.choose_qr = lambda self, taken: [peer.choose_qr(taken) for peer in self.peers]
    return InThreads


def both(kinds, n_threads):
    """As the library shares the work among its threads, and as in_threads does."""
    return [*kinds, *map(in_threads, kinds)] if n_threads > 1 else list(kinds)


def python_version():
    return {"python": sys.version.split()[0]}
