"""lyapax: lyapunov_spectrum() on our step, jitted, resumed from a checkpoint with our states and frame; trials by
jax.vmap, as in its own sweeps. It takes tangents by jax.jvp, one step at a time, and QR by jnp.linalg.qr."""
import importlib.metadata

import jax.numpy as jnp
import numpy as np
from jax import vmap
from lyapax.core import LyapunovCheckpoint, lyapunov_spectrum

import with_jax
from work import FRACTION


class Dense(with_jax.Loop):
    label = "lyapax, dense W"

    def __init__(self, work):
        self.W = jnp.array(work.W.toarray())
        n_trials, k = len(work.start), len(work.frame)
        self.state = jnp.array(work.start), jnp.array(np.repeat(work.frame.T[None], n_trials, axis=0))
        self.n_threads = work.n_threads
        self.compiled = {}

    def step(self, r):
        return r + FRACTION * (jnp.tanh(self.W @ r) - r)

    def spectrum(self, n_steps):
        def of_trial(r, Y):
            start = LyapunovCheckpoint(r, Y, jnp.zeros(Y.shape[1]), jnp.zeros(()))
            end = lyapunov_spectrum(self.step, r, 1.0, n_steps=n_steps, renorm_every=n_steps, resume=start).checkpoint
            return end.state, end.Y, end.cum_log_growth

        return lambda state, _: vmap(of_trial)(*state)

    def block(self, n_steps):
        if n_steps not in self.compiled:
            self.compiled[n_steps], self.state = self.compile(self.spectrum(n_steps), (0, 0), (0, 0, 0), self.state,
                                                              self.n_threads)
        r, Y, stretch = self.compiled[n_steps](self.state, 0)
        self.state = r, Y
        return np.asarray(stretch)


def kinds(work):
    return with_jax.with_devices([Dense], work.n_threads) if not work.is_steps else []


def versions():
    return {**with_jax.versions(), "lyapax": importlib.metadata.version("lyapax")}
