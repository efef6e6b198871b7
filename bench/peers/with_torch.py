"""PyTorch, eager in place (nothing allocated) and compiled."""
import torch
import numpy as np

from work import FRACTION, both

torch.set_default_dtype(torch.float64)
torch.set_grad_enabled(False)
UNROLLED = 10  # steps in one call of what torch.compile makes


class Eager:
    @staticmethod
    def begin_thread():
        torch.set_num_threads(1)
        torch.set_grad_enabled(False)

    def __init__(self, work):
        torch.set_num_threads(work.n_threads)


class LanesFirst(Eager):
    label = "PyTorch, dense R @ W.T"

    def __init__(self, work):
        super().__init__(work)
        self.W = torch.tensor(work.W.toarray().T.copy())
        self.R = torch.tensor(work.start)
        self.target = torch.zeros_like(self.R)

    def multiply(self):
        torch.mm(self.R, self.W, out=self.target)

    def advance(self, n_steps):
        for _ in range(n_steps):
            self.multiply()
            self.target.tanh_()
            self.R.lerp_(self.target, FRACTION)

    def states(self):
        return self.R.numpy()


def sparse(W):
    index = torch.tensor(W.indptr.astype(np.int64)), torch.tensor(W.indices.astype(np.int64))
    return torch.sparse_csr_tensor(*index, torch.tensor(W.data), W.shape)


class Sparse(LanesFirst):
    label = "PyTorch, sparse CSR W @ R"

    def __init__(self, work):
        super().__init__(work)
        self.W = sparse(work.W)
        self.R = torch.tensor(work.start.T.copy())  # [neuron, lane]
        self.target = torch.zeros_like(self.R)

    def multiply(self):
        torch.addmm(self.target, self.W, self.R, beta=0, out=self.target)

    def states(self):
        return self.R.numpy().T


class Compiled(LanesFirst):
    label = "PyTorch, torch.compile, dense R @ W.T"

    def __init__(self, work):
        super().__init__(work)
        W = self.W

        def steps(R, n_steps):
            for _ in range(n_steps):
                R = torch.lerp(R, torch.tanh(R @ W), FRACTION)
            return R

        self.steps = torch.compile(steps, fullgraph=True, dynamic=False)

    def advance(self, n_steps):
        for _ in range(n_steps // UNROLLED):
            self.R = self.steps(self.R, UNROLLED)
        for _ in range(n_steps % UNROLLED):
            self.R = self.steps(self.R, 1)


class Tangents(Eager):
    """States and tangents of all trials in one product: X [trial, state and tangents, neuron]."""

    label = "PyTorch, dense W, all trials in one product"

    def __init__(self, work):
        super().__init__(work)
        self.W = torch.tensor(work.W.toarray().T.copy())
        frames = np.repeat(work.frame[None], len(work.start), axis=0)
        self.X = torch.tensor(np.concatenate([work.start[:, None], frames], axis=1))
        self.S = torch.empty_like(self.X)

    def step(self):
        n = self.X.shape[2]
        torch.mm(self.X.view(-1, n), self.W, out=self.S.view(-1, n))
        state = self.S[:, :1]
        state.tanh_()
        slope = 1 - state * state
        self.S[:, 1:] *= slope
        self.X.lerp_(self.S, FRACTION)

    def block(self, n_steps):
        for _ in range(n_steps):
            self.step()
        Q, R = torch.linalg.qr(self.X[:, 1:].transpose(1, 2))
        self.X[:, 1:] = Q.transpose(1, 2)
        return R.diagonal(dim1=1, dim2=2).abs().log().numpy()


class TangentsSparse(Eager):
    """X [neuron, state and tangents, trial]."""

    label = "PyTorch, sparse CSR W, all trials in one product"

    def __init__(self, work):
        super().__init__(work)
        self.W = sparse(work.W)
        frames = np.repeat(work.frame.T[:, :, None], len(work.start), axis=2)
        self.X = torch.tensor(np.concatenate([work.start.T[:, None], frames], axis=1))
        self.S = torch.zeros_like(self.X)

    def step(self):
        n = len(self.X)
        S = self.S.view(n, -1)
        torch.addmm(S, self.W, self.X.view(n, -1), beta=0, out=S)
        state = self.S[:, :1]
        state.tanh_()
        slope = 1 - state * state
        self.S[:, 1:] *= slope
        self.X.lerp_(self.S, FRACTION)

    def block(self, n_steps):
        for _ in range(n_steps):
            self.step()
        Q, R = torch.linalg.qr(self.X[:, 1:].permute(2, 0, 1))
        self.X[:, 1:] = Q.permute(1, 2, 0)
        return R.diagonal(dim1=1, dim2=2).abs().log().numpy()


def kinds(work):
    eager = [LanesFirst, Sparse] if work.is_steps else [Tangents, TangentsSparse]
    return both(eager, work.n_threads) + ([Compiled] if work.is_steps else [])


def versions():
    return {"numpy": np.__version__, "torch": torch.__version__}
