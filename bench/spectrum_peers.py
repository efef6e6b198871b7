"""The tangent work of bench/spectrum as it is done elsewhere, on one thread:

    spectrum_peers.py NETWORK START GAIN TANGENTS TRIALS STEPS N_BLOCKS SECONDS [PEER]

NETWORK and START: what `spectrum network` and `spectrum start` wrote. Every peer starts from the same states and
frame, takes the same steps (N_BLOCKS times STEPS, then QR) and must find the same sums of ln R_ii, to 1e-8, before it
is timed: rounding grows with the leading direction and in the worst of the frame, and peers differ among each other by
up to 5e-10 after three blocks of 100 steps. Without PEER prints the names of
the peers; with one, a JSON line: nanoseconds per step and trial, QR included. All times are processor time."""
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
import scipy.linalg
import scipy.sparse
import threadpoolctl
from scipy.sparse._sparsetools import csr_matvecs

FRACTION = 1 / 20  # dt / tau
BLOCK = 100  # steps between QRs where time is taken
ALLOWED = 1e-8  # difference of the sums of ln R_ii


def qr_numpy(frames):
    """frames [trial, tangent, neuron] -> Q in place, ln R_ii."""
    Q, R = np.linalg.qr(frames.transpose(0, 2, 1))
    frames[:] = Q.transpose(0, 2, 1)
    return np.log(np.abs(np.diagonal(R, axis1=1, axis2=2)))


def qr_lapack(frames):
    """Without a copy: a frame is a matrix in Fortran's order."""
    stretch = np.empty(frames.shape[:2])
    for frame, row in zip(frames, stretch):
        factors, tau, _, _ = scipy.linalg.lapack.dgeqrf(frame.T, lwork=64 * len(frame), overwrite_a=1)
        row[:] = np.log(np.abs(np.diagonal(factors)))
        Q, _, _ = scipy.linalg.lapack.dorgqr(factors, tau, lwork=64 * len(frame), overwrite_a=1)
        if not np.shares_memory(Q, frame):
            frame[:] = Q.T
    return stretch


class Peer:
    """States [trial, neuron], frames [trial, tangent, neuron]."""

    def __init__(self, W, states, frame):
        self.W = W
        self.r = states.copy()
        self.Q = np.repeat(frame[None], len(states), axis=0)

    def frames(self):
        return self.Q

    def slopes(self, drive):
        """Steps the states; returns f D, D = 1 - tanh^2."""
        target = np.tanh(drive)
        slope = FRACTION * (1 - target * target)
        self.r += FRACTION * (target - self.r)
        return slope

    def orthonormalise(self, qr):
        return qr(self.Q)


class DenseJacobian(Peer):
    """J = (1 - f) + f D W as a matrix, Q <- J Q, trial by trial."""

    label = "NumPy, dense Jacobian, a trial at a time"

    def __init__(self, W, states, frame):
        super().__init__(W.toarray(), states, frame)
        self.J = np.empty_like(self.W)
        self.diagonal = self.J.reshape(-1)[:: len(self.J) + 1]
        self.next = np.empty_like(self.Q)

    def step(self):
        for t in range(len(self.r)):
            self.step_trial(t)
        self.Q, self.next = self.next, self.Q

    def step_trial(self, t):
        target = np.tanh(self.W @ self.r[t])
        np.multiply(self.W, (FRACTION * (1 - target * target))[:, None], out=self.J)
        self.diagonal += 1 - FRACTION
        self.r[t] += FRACTION * (target - self.r[t])
        np.matmul(self.Q[t], self.J.T, out=self.next[t])


class DenseTogether(Peer):
    """States and tangents of one trial in one product with W."""

    label = "NumPy, dense W, a trial at a time"
    together = False

    def __init__(self, W, states, frame):
        n_trials, (k, n) = len(states), frame.shape
        self.W = np.ascontiguousarray(W.toarray().T)
        self.X = np.empty((n_trials, k + 1, n))  # [trial, state and tangents, neuron]
        self.X[:, 0] = states
        self.X[:, 1:] = frame
        self.S = np.empty_like(self.X)
        if self.together:
            self.parts = [(self.X.reshape(-1, n), self.S.reshape(-1, n), self.X, self.S)]
        else:
            self.parts = [(x, s, x[None], s[None]) for x, s in zip(self.X, self.S)]

    def frames(self):
        return self.X[:, 1:]

    def step(self):
        for left, out, X, S in self.parts:
            np.matmul(left, self.W, out=out)
            target = np.tanh(S[:, 0])
            slope = FRACTION * (1 - target * target)
            np.multiply(S[:, 1:], slope[:, None], out=S[:, 1:])
            np.multiply(target, FRACTION, out=S[:, 0])
            np.multiply(X, 1 - FRACTION, out=X)
            np.add(X, S, out=X)

    def orthonormalise(self, qr):
        frames = np.ascontiguousarray(self.X[:, 1:])
        stretch = qr(frames)
        self.X[:, 1:] = frames
        return stretch


class DenseAllTogether(DenseTogether):
    label = "NumPy, dense W, all trials in one product"
    together = True


class SparseJacobian(Peer):
    """J in compressed sparse rows, its data rescaled every step; [neuron, tangent], a trial at a time. The product
    goes through SciPy's own routine, since `@` allocates: it adds to (1 - f) Q, so that f D W is all of J."""

    label = "SciPy, sparse Jacobian, a trial at a time"

    def __init__(self, W, states, frame):
        super().__init__(W, states, frame)
        self.row = np.repeat(np.arange(W.shape[0]), np.diff(W.indptr))
        self.data = np.empty_like(W.data)
        self.Q = np.ascontiguousarray(self.Q.transpose(0, 2, 1))  # [trial, neuron, tangent]
        self.next = np.empty_like(self.Q)

    def frames(self):
        return self.Q.transpose(0, 2, 1)

    def step(self):
        n, k = self.Q.shape[1:]
        for t in range(len(self.r)):
            target = np.tanh(self.W @ self.r[t])
            np.take(FRACTION * (1 - target * target), self.row, out=self.data)
            np.multiply(self.data, self.W.data, out=self.data)
            self.r[t] += FRACTION * (target - self.r[t])
            np.multiply(self.Q[t], 1 - FRACTION, out=self.next[t])
            csr_matvecs(n, n, k, self.W.indptr, self.W.indices, self.data, self.Q[t].ravel(), self.next[t].ravel())
        self.Q, self.next = self.next, self.Q

    def orthonormalise(self, qr):
        frames = np.ascontiguousarray(self.Q.transpose(0, 2, 1))
        stretch = qr(frames)
        self.Q[:] = frames.transpose(0, 2, 1)
        return stretch


class SparseTogether(Peer):
    """W in compressed sparse rows, [neuron, state and tangents, trial], all trials in one product."""

    label = "SciPy, sparse W, all trials in one product"

    def __init__(self, W, states, frame):
        n_trials, (k, n) = len(states), frame.shape
        self.W = W
        self.X = np.empty((n, k + 1, n_trials))
        self.X[:, 0] = states.T
        self.X[:, 1:] = frame.T[:, :, None]
        self.S = np.empty_like(self.X)

    def frames(self):
        return self.X[:, 1:].transpose(2, 1, 0)

    def step(self):
        n, columns, n_trials = self.X.shape
        X, S = self.X, self.S
        S.fill(0)
        csr_matvecs(n, n, columns * n_trials, self.W.indptr, self.W.indices, self.W.data, X.ravel(), S.ravel())
        target = np.tanh(S[:, 0])
        slope = FRACTION * (1 - target * target)
        np.multiply(S[:, 1:], slope[:, None], out=S[:, 1:])
        np.multiply(target, FRACTION, out=S[:, 0])
        np.multiply(X, 1 - FRACTION, out=X)
        np.add(X, S, out=X)

    def orthonormalise(self, qr):
        frames = np.ascontiguousarray(self.frames())
        stretch = qr(frames)
        self.X[:, 1:] = frames.transpose(2, 1, 0)
        return stretch


PEERS = (DenseJacobian, DenseTogether, DenseAllTogether, SparseJacobian, SparseTogether)


def read_network(path, gain):
    raw = np.fromfile(path)
    n, count = raw[:2].astype(int)
    row, column, weight = np.split(raw[2:], [n + 1, n + 1 + count])
    return scipy.sparse.csr_array((gain * weight, column.astype(np.int32), row.astype(np.int32)), shape=(n, n))


def read_start(path, n, k, n_trials):
    raw = np.fromfile(path)
    states, frame, stretch = np.split(raw, np.cumsum([n_trials * n, k * n]))
    return states.reshape(n_trials, n), frame.reshape(k, n), stretch.reshape(n_trials, k)


def block(peer, qr, n_steps):
    for _ in range(n_steps):
        peer.step()
    return peer.orthonormalise(qr)


def taken(work):
    start = time.process_time_ns()
    work()
    return time.process_time_ns() - start


def faster_qr(peer):
    """The one that takes less for this frame: it is orthonormal, so that repeating changes nothing."""
    n = 5 if peer.frames().size < 1e6 else 1
    return min((qr_numpy, qr_lapack), key=lambda qr: min(taken(lambda: peer.orthonormalise(qr)) for _ in range(n)))


def measure(peer, qr, n_trials, seconds):
    """Nanoseconds per step and trial, of many blocks; where a step takes long, of few steps and one QR."""
    if taken(peer.step) > 2e7:
        qr_time = taken(lambda: peer.orthonormalise(qr))
        times = [taken(peer.step) + qr_time / BLOCK for _ in range(4)]
        return np.array(times) / n_trials
    times, begin = [], time.perf_counter()
    while len(times) < 2 or time.perf_counter() - begin < seconds:
        times.append(taken(lambda: block(peer, qr, BLOCK)) / BLOCK)
    return np.array(times) / n_trials


def main(network, start, gain, k, n_trials, n_steps, n_blocks, seconds, name=None):
    kinds = [kind for kind in PEERS if int(n_trials) > 1 or kind is not DenseAllTogether]
    if name is None:
        print(json.dumps([kind.label for kind in kinds]))
        return
    kind = next(kind for kind in kinds if kind.label == name)
    W = read_network(network, float(gain))
    states, frame, expected = read_start(start, W.shape[0], int(k), int(n_trials))
    blas = threadpoolctl.threadpool_info()
    if any(library["num_threads"] != 1 for library in blas):
        sys.exit("spectrum_peers.py: a library uses more than one thread")
    peer = kind(W, states, frame)
    stretch = sum(block(peer, qr_lapack, int(n_steps)) for _ in range(int(n_blocks)))
    gap = float(np.abs(stretch - expected).max())
    if not gap <= ALLOWED:
        sys.exit(f"spectrum_peers.py: {kind.label}: sums of ln R_ii are {gap:.1e} away, expected {ALLOWED:.1e}")
    peer = kind(W, states, frame)
    qr = faster_qr(peer)
    times = measure(peer, qr, int(n_trials), float(seconds))
    print(json.dumps({
        "peer": kind.label,
        "qr": qr.__name__,
        "step_ns": {"min": times.min(), "median": float(np.median(times))},
        "gap": gap,
        "versions": {"python": sys.version.split()[0], "numpy": np.__version__, "scipy": scipy.__version__},
        "blas": sorted({f"{b['internal_api']} {b['version']} ({b.get('architecture', '?')})" for b in blas}),
    }))


if __name__ == "__main__":
    main(*sys.argv[1:])
