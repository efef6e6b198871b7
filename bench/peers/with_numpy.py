"""NumPy: dense matrices, nothing allocated."""
import numpy as np

from qr import Frames
from work import FRACTION, both


class LanesLast:
    label = "NumPy, dense W @ R"

    def __init__(self, work):
        self.W = work.W.toarray()
        self.R = np.ascontiguousarray(work.start.T)  # [neuron, lane]
        self.target = np.empty_like(self.R)

    def multiply(self):
        np.matmul(self.W, self.R, out=self.target)

    def advance(self, n_steps):
        for _ in range(n_steps):
            self.multiply()
            np.tanh(self.target, out=self.target)
            np.subtract(self.target, self.R, out=self.target)
            np.multiply(self.target, FRACTION, out=self.target)
            np.add(self.R, self.target, out=self.R)

    def states(self):
        return self.R.T


class LanesFirst(LanesLast):
    label = "NumPy, dense R @ W.T"

    def __init__(self, work):
        self.W = np.ascontiguousarray(work.W.toarray().T)
        self.R = work.start.copy()  # [lane, neuron]
        self.target = np.empty_like(self.R)

    def multiply(self):
        np.matmul(self.R, self.W, out=self.target)

    def states(self):
        return self.R


class Jacobian(Frames):
    """J = (1 - f) + f D W as a matrix, Q <- J Q, trial by trial."""

    label = "NumPy, dense Jacobian, a trial at a time"

    def __init__(self, work):
        self.W = work.W.toarray()
        self.r = work.start.copy()
        self.Q = np.repeat(work.frame[None], len(self.r), axis=0)  # [trial, tangent, neuron]
        self.J = np.empty_like(self.W)
        self.diagonal = self.J.reshape(-1)[:: len(self.J) + 1]
        self.next = np.empty_like(self.Q)

    def frames(self):
        return self.Q

    def set_frames(self, frames):
        if frames is not self.Q:
            self.Q[:] = frames

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


class Together(Frames):
    """States and tangents of one trial in one product with W."""

    label = "NumPy, dense W, a trial at a time"
    all_trials = False

    def __init__(self, work):
        n_trials, (k, n) = len(work.start), work.frame.shape
        self.W = np.ascontiguousarray(work.W.toarray().T)
        self.X = np.empty((n_trials, k + 1, n))  # [trial, state and tangents, neuron]
        self.X[:, 0] = work.start
        self.X[:, 1:] = work.frame
        self.S = np.empty_like(self.X)
        if self.all_trials:
            self.parts = [(self.X.reshape(-1, n), self.S.reshape(-1, n), self.X, self.S)]
        else:
            self.parts = [(x, s, x[None], s[None]) for x, s in zip(self.X, self.S)]

    def frames(self):
        return self.X[:, 1:]

    def set_frames(self, frames):
        self.X[:, 1:] = frames

    def step(self):
        for left, out, X, S in self.parts:
            np.matmul(left, self.W, out=out)
            target = np.tanh(S[:, 0])
            slope = FRACTION * (1 - target * target)
            np.multiply(S[:, 1:], slope[:, None], out=S[:, 1:])
            np.multiply(target, FRACTION, out=S[:, 0])
            np.multiply(X, 1 - FRACTION, out=X)
            np.add(X, S, out=X)


class AllTogether(Together):
    label = "NumPy, dense W, all trials in one product"
    all_trials = True


def kinds(work):
    tangents = [Jacobian, Together, AllTogether] if len(work.start) > 1 else [Jacobian, Together]
    return both([LanesLast, LanesFirst] if work.is_steps else tangents, work.n_threads)


def versions():
    return {"numpy": np.__version__}
