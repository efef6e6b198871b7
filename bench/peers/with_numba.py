"""Numba: loops over compressed sparse rows, the lanes (or tangents) innermost so that they become vectors; all steps
inside the compiled function. PyPI's llvmlite cannot use Intel's vector library, so that math.tanh is a call for every
value; the faster kind brings a tanh that the compiler turns into vectors, right to some 10⁻¹⁴."""
import math

import numba
import numpy as np
from numba import njit, prange

from work import FRACTION

UNROLLED = 4  # connections of a row that share a pass over its sums; rows are filled up with zeros


@njit(fastmath=True, inline="always")
def tanh_vector(x):
    """(1 - e) / (1 + e), e = exp(-2x) = exp(-2x/128)^128."""
    y = min(max(x, -20.0), 20.0) * (-2.0 / 128)
    e = 1 + y * (1 + y * (1 / 2 + y * (1 / 6 + y * (1 / 24 + y * (1 / 120 + y * (1 / 720 + y * (1 / 5040 + y * (
        1 / 40320 + y * (1 / 362880 + y / 3628800)))))))))
    e *= e
    e *= e
    e *= e
    e *= e
    e *= e
    e *= e
    e *= e
    return (1 - e) / (1 + e)


def fill_rows(W):
    """Compressed rows whose lengths are multiples of UNROLLED."""
    lengths = np.diff(W.indptr)
    starts = np.concatenate([[0], np.cumsum(-(-lengths // UNROLLED) * UNROLLED)])
    column, weight = np.zeros(starts[-1], np.int32), np.zeros(starts[-1])
    for i, length in enumerate(lengths):
        source, target = slice(W.indptr[i], W.indptr[i + 1]), slice(starts[i], starts[i] + length)
        column[target], weight[target] = W.indices[source], W.data[source]
    return starts.astype(np.int32), column, weight


@njit(fastmath=True)
def multiply_row(i, start, column, weight, X, sums):
    """sums = row i of W X."""
    sums[:] = 0
    for k in range(start[i], start[i + 1], UNROLLED):
        w0, w1, w2, w3 = weight[k], weight[k + 1], weight[k + 2], weight[k + 3]
        x0, x1, x2, x3 = X[column[k]], X[column[k + 1]], X[column[k + 2]], X[column[k + 3]]
        for m in range(len(sums)):
            sums[m] += w0 * x0[m] + w1 * x1[m] + w2 * x2[m] + w3 * x3[m]


def make_advance(tanh):
    @njit(fastmath=True, parallel=True)
    def advance(start, column, weight, R, S, n_steps):
        """R, S: [share, neuron, lane]."""
        for share in prange(len(R)):
            for _ in range(n_steps):
                for i in range(R.shape[1]):
                    multiply_row(i, start, column, weight, R[share], S[share, i])
                for i in range(R.shape[1]):
                    r, s = R[share, i], S[share, i]
                    for lane in range(len(r)):
                        r[lane] += FRACTION * (tanh(s[lane]) - r[lane])

    return advance


class Rows:
    label = "Numba, sparse rows, own tanh in vectors"
    advance_all = staticmethod(make_advance(tanh_vector))

    def __init__(self, work):
        self.rows = fill_rows(work.W)
        lanes = work.start.reshape(work.n_threads, -1, work.start.shape[1])
        self.R = np.ascontiguousarray(lanes.transpose(0, 2, 1))  # [share, neuron, lane]
        self.S = np.empty_like(self.R)

    def advance(self, n_steps):
        self.advance_all(*self.rows, self.R, self.S, n_steps)

    def states(self):
        return self.R.transpose(0, 2, 1).reshape(-1, self.R.shape[1])


class RowsMath(Rows):
    label = "Numba, sparse rows, math.tanh"
    advance_all = staticmethod(make_advance(math.tanh))


@njit(fastmath=True)
def step_tangents(start, column, weight, X, S, slope):
    """X, S: [neuron, state and tangents, trial]."""
    n, columns, n_trials = X.shape
    flat, sums = X.reshape(n, -1), S.reshape(n, -1)
    for i in range(n):
        multiply_row(i, start, column, weight, flat, sums[i])
    for i in range(n):
        for t in range(n_trials):
            target = tanh_vector(S[i, 0, t])
            slope[t] = FRACTION * (1 - target * target)
            X[i, 0, t] += FRACTION * (target - X[i, 0, t])
        if n_trials == 1:
            only = slope[0]
            for m in range(1, columns):
                flat[i, m] = (1 - FRACTION) * flat[i, m] + only * sums[i, m]
        else:
            for c in range(1, columns):
                for t in range(n_trials):
                    X[i, c, t] = (1 - FRACTION) * X[i, c, t] + slope[t] * S[i, c, t]


@njit(fastmath=True)
def orthonormalise(X, stretch):
    """stretch: [trial, tangent]."""
    for t in range(X.shape[2]):
        Q, R = np.linalg.qr(np.ascontiguousarray(X[:, 1:, t]))
        X[:, 1:, t] = Q
        for c in range(len(R)):
            stretch[t, c] = math.log(abs(R[c, c]))


@njit(fastmath=True, parallel=True)
def block(start, column, weight, X, S, stretch, n_steps):
    """X, S: [share, neuron, state and tangents, trial]."""
    for share in prange(len(X)):
        slope = np.empty(X.shape[3])
        for _ in range(n_steps):
            step_tangents(start, column, weight, X[share], S[share], slope)
        orthonormalise(X[share], stretch[share])


class TangentRows:
    label = "Numba, sparse rows, all trials in one product"
    library_threads = 1  # LAPACK in every thread

    def __init__(self, work):
        self.rows = fill_rows(work.W)
        (n_trials, n), k = work.start.shape, len(work.frame)
        share = n_trials // work.n_threads
        self.X = np.empty((work.n_threads, n, k + 1, share))
        self.X[:, :, 0] = work.start.reshape(work.n_threads, share, n).transpose(0, 2, 1)
        self.X[:, :, 1:] = work.frame.T[:, :, None]
        self.S = np.empty_like(self.X)

    def block(self, n_steps):
        stretch = np.empty((len(self.X), self.X.shape[3], self.X.shape[2] - 1))
        block(*self.rows, self.X, self.S, stretch, n_steps)
        return stretch.reshape(-1, stretch.shape[2])


def kinds(work):
    return [Rows, RowsMath] if work.is_steps else [TangentRows]


def versions():
    return {"numpy": np.__version__, "numba": numba.__version__}
