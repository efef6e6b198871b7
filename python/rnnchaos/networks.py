"""The random networks of a study."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from ._arrays import Floats, Weights, count, network_of, new_network
from ._calls import Watch, check
from ._native import ffi, lib
from .study import Study

if TYPE_CHECKING:
    from scipy.sparse import csr_array
    from typing_extensions import Unpack

    from .progress import ProgressOption
    from ._keys import Keys

__all__ = ["Network", "network", "spectral_radius"]


class Network(NamedTuple):
    """The connectivity of a session and its initial states: what `network` returns."""

    weights: csr_array
    """W [neuron, neuron], dimensionless; W[i, j] is the weight from neuron j to neuron i."""
    initial_states: Floats
    """r [trial, neuron], dimensionless, uniform in [-1, 1)."""


def _copied(address: Any, n: int, dtype: str) -> Any:
    array = np.empty(n, dtype)
    ffi.memmove(ffi.from_buffer(array), address, array.nbytes)
    return array


def network(
    session: int = 1,
    study: Study | None = None,
    *,
    progress: ProgressOption = None,
    **keys: Unpack[Keys],
) -> Network:
    """The random network of a session and its initial states, those of `rnnchaos network`.

    A sparse matrix: each connection is there with probability p; no neuron connects to itself;
    weights are Gaussian, their mean subtracted. Streams are NumPy's
    ``SeedSequence(seed, spawn_key=(session,))``, docs/numerics.md.

    Parameters
    ----------
    session : int
        Any number from 0, also one that the study does not run.
    study : Study, optional
        Default: the published study.
    progress : bool or callable, optional
        See `rnnchaos.ProgressOption`.
    **keys
        Keys of a study that override it: ``network_neurons=1000``.

    Returns
    -------
    Network
        ``weights`` (SciPy CSR, [neuron, neuron]) and ``initial_states`` ([trial, neuron]).

    Raises
    ------
    ValueError
        For a session or key that cannot be.

    Examples
    --------
    >>> W, r0 = rnnchaos.network(session=1)
    >>> W.shape, r0.shape
    ((200, 200), (20, 200))
    """
    from scipy.sparse import csr_array

    study = (study or Study()).replace(**keys)
    session = count(session, "session", 0, 2**32 - 1)
    out, states = new_network(), ffi.gc(ffi.new("double **"), lambda made: lib.free(made[0]))
    watch, pointer = Watch(progress, "network", 0), study._pointer
    watch.run(
        lambda: check(lib.rc_network_generate_unless(watch.stop, pointer, session, out, states)),
        10.0 * study.network_neurons**2,
    )
    made = out[0]
    n, n_connections, n_trials = made.n_neurons, made.n_connections, study.trials
    starts = _copied(made.row_start, n + 1, "i8")
    columns = _copied(made.column, n_connections, "u4")
    weights = _copied(made.weight, n_connections, "f8")
    initial = _copied(states[0], n_trials * n, "f8").reshape(n_trials, n)
    index = "i4" if max(n, n_connections) < 2**31 else "i8"
    return Network(csr_array((weights, columns.astype(index), starts.astype(index)), shape=(n, n)), initial)


def spectral_radius(W: Weights) -> float:
    """The largest modulus of W's eigenvalues.

    Rest loses its stability at the gain 1 / (spectral radius), or above it (Sompolinsky, Crisanti &
    Sommers 1988, doi:10.1103/PhysRevLett.61.259).

    Parameters
    ----------
    W : array_like, sparse matrix or path
        [neuron, neuron].

    Returns
    -------
    float
        By LAPACK's dgeev: time N^3, memory N^2.
    """
    made, radius = network_of(W), ffi.new("double *")
    call = Watch(False, "spectral radius", 0)
    call.run(lambda: check(lib.rc_network_spectral_radius(made[0], radius)), 30.0 * made[0].n_neurons**3)
    return float(radius[0])
