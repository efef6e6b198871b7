"""Damaged weight files are refused, or damaged where it does not matter."""

import io

import numpy as np
import pytest

from matrices import dense, mtx_bytes, npy_bytes, npz_bytes, some_matrix, sparse, sparse_bytes, zip_bytes
from native import Failure, parse

h5py = pytest.importorskip("h5py")


def small_files():
    W = some_matrix(n=3)
    yield "npy", npy_bytes(W)
    yield "npy2", npy_bytes(np.asfortranarray(some_matrix(">i2", 3)), (2, 0))
    yield "npz", npz_bytes(weights=W)
    yield "npz-deflated", npz_bytes(True, weights=W)
    yield "npz-64", zip_bytes(npy_bytes(W), force=True, streamed=True)
    yield "sparse", sparse_bytes(sparse.csr_array(W))
    yield "sparse-stored", sparse_bytes(sparse.csc_array(W), False)
    yield "mtx", mtx_bytes(sparse.coo_array(W), symmetry="general")
    yield "mtx-array", mtx_bytes(W, symmetry="general")
    file = io.BytesIO()
    with h5py.File(file, "w") as h5:
        h5["weights"] = W
    yield "hdf5", file.getvalue()


FILES = dict(small_files())


def outcome(data):
    """The weights, or None after a proper refusal."""
    try:
        return dense(parse(data))
    except Failure as failure:
        assert failure.status in ("damaged or foreign file", "invalid argument"), failure
        assert str(failure).startswith("file:") and "\n" not in str(failure) and "expected" in str(failure)
        return None


@pytest.mark.parametrize("name", FILES)
def test_every_truncation_is_refused(name):
    data = FILES[name]
    W = outcome(data)
    assert W is not None
    for n in range(len(data)):
        found = outcome(data[:n])
        if name.startswith("mtx"):  # the last number may have lost digits, or the file its last end of line
            assert found is None or n > len(data) - 24
        elif name != "hdf5" or n < len(data) - 2048:
            assert found is None, n


@pytest.mark.parametrize("name", FILES)
def test_flipped_bits_do_no_harm(name):
    data = FILES[name]
    W = outcome(data)
    checked = name.startswith(("npz", "sparse"))
    for i in range(len(data)):
        for bit in range(8):
            damaged = bytearray(data)
            damaged[i] ^= 1 << bit
            found = outcome(bytes(damaged))
            if checked and found is not None:  # what the archive does not cover does not matter
                np.testing.assert_array_equal(found, W)


def test_appended_bytes_are_damage():
    for name in ("npy", "npz", "mtx"):
        assert outcome(FILES[name] + b"1\n") is None
