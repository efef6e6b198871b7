"""SciPy: W in compressed sparse rows. Where it helps the product goes through SciPy's own routine, since `@`
allocates."""
import numpy as np
import scipy
from scipy.sparse._sparsetools import csr_matvecs

from qr import Frames
from with_numpy import LanesLast
from work import FRACTION, both


class Sparse(LanesLast):
    label = "SciPy, sparse CSR W @ R"

    def __init__(self, work):
        super().__init__(work)
        self.W = work.W

    def multiply(self):
        (n, n_lanes), W = self.R.shape, self.W
        self.target.fill(0)
        csr_matvecs(n, n, n_lanes, W.indptr, W.indices, W.data, self.R.ravel(), self.target.ravel())


class Jacobian(Frames):
    """J in compressed sparse rows, its data rescaled every step; [neuron, tangent], a trial at a time. The product
    adds to (1 - f) Q, so that f D W is all of J."""

    label = "SciPy, sparse Jacobian, a trial at a time"

    def __init__(self, work):
        self.W, self.r = work.W, work.start.copy()
        self.row = np.repeat(np.arange(self.W.shape[0]), np.diff(self.W.indptr))
        self.data = np.empty_like(self.W.data)
        frames = np.repeat(work.frame[None], len(self.r), axis=0)
        self.Q = np.ascontiguousarray(frames.transpose(0, 2, 1))  # [trial, neuron, tangent]
        self.next = np.empty_like(self.Q)

    def frames(self):
        return self.Q.transpose(0, 2, 1)

    def set_frames(self, frames):
        self.Q[:] = frames.transpose(0, 2, 1)

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


class Together(Frames):
    """[neuron, state and tangents, trial], all trials in one product."""

    label = "SciPy, sparse W, all trials in one product"

    def __init__(self, work):
        n_trials, (k, n) = len(work.start), work.frame.shape
        self.W = work.W
        self.X = np.empty((n, k + 1, n_trials))
        self.X[:, 0] = work.start.T
        self.X[:, 1:] = work.frame.T[:, :, None]
        self.S = np.empty_like(self.X)

    def frames(self):
        return self.X[:, 1:].transpose(2, 1, 0)

    def set_frames(self, frames):
        self.X[:, 1:] = frames.transpose(2, 1, 0)

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


def kinds(work):
    return both([Sparse] if work.is_steps else [Jacobian, Together], work.n_threads)


def versions():
    return {"numpy": np.__version__, "scipy": scipy.__version__}
