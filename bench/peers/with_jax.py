"""JAX: all steps inside one jitted loop, float64. With several threads XLA may share each operation among its own, or
the lanes (or trials) are shared among as many devices and nothing is said between them."""
import jax
import jax.numpy as jnp
import numpy as np
from jax.experimental import sparse
from jax.sharding import NamedSharding, PartitionSpec

from work import FRACTION

jax.config.update("jax_enable_x64", True)


class Loop:
    """What is advanced, jitted; `shared`: an equal share of it on each device."""

    shared = False
    library_threads = 1  # LAPACK: trials are shared, not a QR

    def compile(self, call, axes, out_axes, arrays, n_threads):
        """call(arrays, n_steps); axes, out_axes: those of lanes or trials. Returns what to call, and the arrays where
        they belong."""
        if not self.shared:
            return jax.jit(call), arrays
        mesh = jax.make_mesh((n_threads,), ("share",), axis_types=(jax.sharding.AxisType.Auto,))
        specs, out_specs = (jax.tree.map(lambda axis: PartitionSpec(*[None] * axis, "share"), a) for a in (axes, out_axes))
        call = jax.shard_map(call, mesh=mesh, in_specs=(specs, PartitionSpec()), out_specs=out_specs, check_vma=False)
        return jax.jit(call), jax.device_put(arrays, jax.tree.map(lambda spec: NamedSharding(mesh, spec), specs))


class Dense(Loop):
    label = "JAX, dense R @ W.T"

    def __init__(self, work):
        self.W = jnp.array(work.W.toarray().T)
        self.R = jnp.array(work.start)
        self.run, self.R = self.compile(self.steps, 0, 0, self.R, work.n_threads)

    def multiply(self, R):
        return R @ self.W

    def steps(self, R, n_steps):
        return jax.lax.fori_loop(0, n_steps, lambda _, R: R + FRACTION * (jnp.tanh(self.multiply(R)) - R), R)

    def advance(self, n_steps):
        self.R = self.run(self.R, n_steps).block_until_ready()

    def states(self):
        return np.asarray(self.R)


class Sparse(Dense):
    label = "JAX, sparse BCSR W @ R"

    def __init__(self, work):
        W = work.W
        self.W = sparse.BCSR((jnp.array(W.data), jnp.array(W.indices), jnp.array(W.indptr)), shape=W.shape)
        self.R = jnp.array(work.start.T)  # [neuron, lane]
        self.run, self.R = self.compile(self.steps, 1, 1, self.R, work.n_threads)

    def multiply(self, R):
        return self.W @ R

    def states(self):
        return np.asarray(self.R).T


class Gather(Sparse):
    """The k-th connection of every neuron together, one after the other: XLA fuses all into one loop."""

    label = "JAX, gathered rows"

    def __init__(self, work):
        super().__init__(work)
        lengths = np.diff(work.W.indptr)
        column, weight = np.zeros((2, max(lengths), len(lengths)))
        for i, length in enumerate(lengths):
            row = slice(work.W.indptr[i], work.W.indptr[i + 1])
            column[:length, i], weight[:length, i] = work.W.indices[row], work.W.data[row]
        self.column, self.weight = jnp.array(column.astype(np.int32)), jnp.array(weight)

    def multiply(self, R):
        return sum(w[:, None] * R[c] for c, w in zip(self.column, self.weight))


class TangentsDense(Loop):
    """States and tangents of all trials in one product: X [trial, state and tangents, neuron]."""

    label = "JAX, dense W, all trials in one product"

    def __init__(self, work):
        self.W = jnp.array(work.W.toarray().T)
        frames = np.repeat(work.frame[None], len(work.start), axis=0)
        self.X = jnp.array(np.concatenate([work.start[:, None], frames], axis=1))
        self.run, self.X = self.compile(self.block_of, 0, (0, 0), self.X, work.n_threads)

    def step(self, _, X):
        S = (X.reshape(-1, X.shape[2]) @ self.W).reshape(X.shape)
        target = jnp.tanh(S[:, :1])
        slope = FRACTION * (1 - target * target)
        return (1 - FRACTION) * X + jnp.concatenate([FRACTION * target, slope * S[:, 1:]], axis=1)

    def block_of(self, X, n_steps):
        X = jax.lax.fori_loop(0, n_steps, self.step, X)
        Q, R = jnp.linalg.qr(X[:, 1:].transpose(0, 2, 1))
        X = jnp.concatenate([X[:, :1], Q.transpose(0, 2, 1)], axis=1)
        return X, jnp.log(jnp.abs(jnp.diagonal(R, axis1=1, axis2=2)))

    def block(self, n_steps):
        self.X, stretch = self.run(self.X, n_steps)
        return np.asarray(stretch)


class TangentsSparse(TangentsDense):
    """X [neuron, state and tangents, trial]."""

    label = "JAX, sparse BCSR W, all trials in one product"

    def __init__(self, work):
        W = work.W
        self.W = sparse.BCSR((jnp.array(W.data), jnp.array(W.indices), jnp.array(W.indptr)), shape=W.shape)
        frames = np.repeat(work.frame.T[:, :, None], len(work.start), axis=2)
        self.X = jnp.array(np.concatenate([work.start.T[:, None], frames], axis=1))
        self.run, self.X = self.compile(self.block_of, 2, (2, 0), self.X, work.n_threads)

    def step(self, _, X):
        S = (self.W @ X.reshape(len(X), -1)).reshape(X.shape)
        target = jnp.tanh(S[:, :1])
        slope = FRACTION * (1 - target * target)
        return (1 - FRACTION) * X + jnp.concatenate([FRACTION * target, slope * S[:, 1:]], axis=1)

    def block_of(self, X, n_steps):
        X = jax.lax.fori_loop(0, n_steps, self.step, X)
        Q, R = jnp.linalg.qr(X[:, 1:].transpose(2, 0, 1))
        X = jnp.concatenate([X[:, :1], Q.transpose(1, 2, 0)], axis=1)
        return X, jnp.log(jnp.abs(jnp.diagonal(R, axis1=1, axis2=2)))


def on_devices(kind):
    return type("OnDevices", (kind,), {"label": kind.label + ", shares on devices", "shared": True})


def with_devices(kinds, n_threads):
    return [*kinds, *map(on_devices, kinds)] if n_threads > 1 else list(kinds)


def kinds(work):
    return with_devices([Dense, Sparse, Gather] if work.is_steps else [TangentsDense, TangentsSparse], work.n_threads)


def versions():
    return {"numpy": np.__version__, "jax": jax.__version__}
