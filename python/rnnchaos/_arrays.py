"""What callers hand in, as the library wants it.

A C-contiguous array of float64 is used where it lies; any other array of real numbers is copied
once. Sparse matrices stay sparse.
"""

from __future__ import annotations

import operator
import os
import sys
from typing import Any, Union

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ._calls import check, hdf5_lock, text
from ._native import ffi, lib

Floats = NDArray[np.float64]
Weights = Union[ArrayLike, "os.PathLike[str]", Any]
"""W [neuron, neuron], row = receiving neuron: an array, a SciPy sparse matrix or array, or the path of
a file that `rnnchaos spectrum --weights` reads."""

MOST_NEURONS = 2**32 - 1
_FLOAT64 = np.dtype(np.float64)


def real_array(value: ArrayLike, name: str, n_dims: tuple[int, ...], shape: str) -> Floats:
    """C-contiguous float64; `value` itself if it is that already."""
    if type(value) is np.ndarray and value.dtype == _FLOAT64 and value.ndim in n_dims:
        flags = value.flags
        if flags.c_contiguous and flags.aligned:
            return value
    if isinstance(value, np.ma.MaskedArray) and np.any(np.asarray(value.mask)):
        raise ValueError(f"{name}: expected numbers everywhere, found masked elements")
    array = np.asarray(value)
    if array.dtype.kind not in "fiub":
        raise TypeError(f"{name}: expected real numbers, found an array of {array.dtype}")
    if array.ndim not in n_dims:
        raise ValueError(f"{name}: expected {shape}, found shape {array.shape}")
    return np.require(array, np.float64, ["C_CONTIGUOUS", "ALIGNED"])


def pointer(array: NDArray[Any], kind: str = "double[]") -> Any:
    """To the elements of a C-contiguous array; they live as long as the pointer does."""
    return ffi.from_buffer(kind, array)


def real(value: float, name: str) -> float:
    """A number that is one: no text, no complex number, no array."""
    if type(value) is float:  # nearly always
        return value
    if isinstance(value, (str, bytes)):
        raise TypeError(f"{name}: expected a number, found {value!r}")
    try:
        return float(value)
    except TypeError:
        raise TypeError(f"{name}: expected a number, found {type(value).__name__}") from None


def count(value: int, name: str, low: int, high: int | None = None) -> int:
    """A whole number from low to high."""
    try:
        number = operator.index(value)
    except TypeError:
        raise TypeError(f"{name}: expected a whole number, found {value!r}") from None
    if number < low or (high is not None and number > high):
        expected = f"{low} or more" if high is None else f"{low} to {high}"
        raise ValueError(f"{name}: expected {expected}, found {number}")
    return number


def _choice_of(name: str, key: str, choices: dict[str, int], expected: str) -> int:
    if not isinstance(name, str):
        raise TypeError(f"{key}: expected {expected}, found {name!r}")
    if name not in choices:
        raise ValueError(f"{key}: expected {expected}, found {name!r}")
    return choices[name]


def form_of(name: str) -> int:
    return _choice_of(name, "form", _FORMS, "'rate', 'current' or 'map'")


def precision_of(name: str) -> int:
    return _choice_of(name, "precision", _PRECISIONS, "'double' or 'single'")


_FORMS: dict[str, int] = {text(lib.rc_form_name(form)): form for form in (lib.RC_FORM_RATE, lib.RC_FORM_CURRENT, lib.RC_FORM_MAP)}
_PRECISIONS: dict[str, int] = {text(lib.rc_precision_name(p)): p for p in (lib.RC_PRECISION_DOUBLE, lib.RC_PRECISION_SINGLE)}


def kernels_of(name: str | None) -> Any:
    """A set by its name; NULL for the fastest."""
    if name is None:
        return ffi.NULL
    found = ffi.new("const rc_kernels **")
    check(lib.rc_kernels_find(name.encode(), found))
    return found[0]


# --- Networks ------------------------------------------------------------------


def _is_sparse(value: object) -> bool:
    sparse = sys.modules.get("scipy.sparse")
    return sparse is not None and bool(sparse.issparse(value))


def _square(shape: tuple[int, ...]) -> int:
    if len(shape) != 2 or shape[0] != shape[1]:
        raise ValueError(f"W: expected a square matrix [neuron, neuron], found shape {shape}")
    if shape[0] == 0:
        raise ValueError("W: expected at least one neuron, found an empty matrix")
    return int(shape[0])


def _from_sparse(W: Any, out: Any) -> None:
    n = _square(W.shape)
    if W.dtype.kind not in "fiub":
        raise TypeError(f"W: expected real numbers, found a matrix of {W.dtype}")
    W = W.tocsr()
    if n > MOST_NEURONS or (W.indices.size and (W.indices.min() < 0 or W.indices.max() >= n)):
        raise ValueError(f"W: expected columns from 0 to {n - 1}")
    starts = np.require(W.indptr, np.uintp, ["C_CONTIGUOUS"])
    columns = np.require(W.indices, np.uint32, ["C_CONTIGUOUS"])
    if starts[-1] > columns.size or columns.size != W.data.size:
        raise ValueError("W: its sparse rows do not fit together")
    data = np.require(W.data, np.float64, ["C_CONTIGUOUS", "ALIGNED"])
    check(
        lib.rc_network_from_csr(
            pointer(starts, "size_t[]"), pointer(columns, "uint32_t[]"), pointer(data), n, out
        )
    )


def _from_dense(W: ArrayLike, out: Any) -> None:
    matrix = real_array(W, "W", (2,), "a square matrix [neuron, neuron]")
    n = _square(matrix.shape)
    check(lib.rc_network_from_dense(pointer(matrix), n, out))


def new_network() -> Any:
    """An `rc_network **`; what is put there is destroyed with its last reference."""
    return ffi.gc(ffi.new("rc_network **"), lib.rc_network_destroy)


def network_of(W: Weights) -> Any:
    """W in an `rc_network **`, which owns it."""
    out = new_network()
    if isinstance(W, np.ndarray):
        _from_dense(W, out)
    elif isinstance(W, (str, os.PathLike)):
        with hdf5_lock():
            check(lib.rc_network_read(os.fsencode(W), ffi.NULL, out))
    elif _is_sparse(W):
        _from_sparse(W, out)
    else:
        _from_dense(W, out)
    return out


def step_cost(network: Any, n_vectors: int) -> float:
    """Multiply-adds of one step of so many states or tangent vectors, about."""
    return float((network[0].n_connections + 8 * network[0].n_neurons) * n_vectors)


# --- States ----------------------------------------------------------------------


def input_of(value: ArrayLike | None, n_neurons: int) -> Floats | None:
    """b [neuron]; None for none."""
    if value is None:
        return None
    array = real_array(value, "input", (1,), f"{n_neurons} numbers, one a neuron")
    if array.shape != (n_neurons,):
        raise ValueError(f"input: expected {n_neurons} numbers, one a neuron, found shape {array.shape}")
    return array


def states_of(r0: ArrayLike, n_neurons: int) -> Floats:
    """[neuron] or [trial, neuron]."""
    array = real_array(r0, "r0", (1, 2), "[neuron] or [trial, neuron]")
    if array.shape[-1] != n_neurons or array.size == 0:
        raise ValueError(f"r0: expected [neuron] or [trial, neuron] with {n_neurons} neurons, found shape {array.shape}")
    return array


def _words(natural: int) -> NDArray[np.uint32]:
    """32-bit words, least significant first; none for 0."""
    n = (natural.bit_length() + 31) // 32
    return np.frombuffer(natural.to_bytes(4 * n, "little"), "<u4").astype(np.uint32)


def drawn_states(seed: int, n_trials: int, n_neurons: int) -> Floats:
    """[trial, neuron], uniform in [-1, 1): those of `rnnchaos spectrum --seed`."""
    entropy = _words(count(seed, "seed", 0))
    states = np.empty((count(n_trials, "trials", 1), n_neurons))
    stream = ffi.new("rc_stream *")
    lib.rc_stream_open(pointer(entropy, "uint32_t[]"), entropy.size, ffi.NULL, 0, stream)
    lib.rc_stream_states(stream, states.size, pointer(states))
    return states
