"""Matrices in the formats of weight files, and what is read from them."""

import io
import zipfile

import numpy as np
import pytest

from native import Failure, read

sparse = pytest.importorskip("scipy.sparse")
scipy_io = pytest.importorskip("scipy.io")

TYPES = ["f2", "f4", "f8", "i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8", "?"]


def dense(parts):
    """A dense array from CSR parts, after the promises of a network are checked."""
    row_start, column, weight = parts
    n = len(row_start) - 1
    W = np.zeros((n, n))
    for i in range(n):
        start, end = int(row_start[i]), int(row_start[i + 1])
        assert np.all(np.diff(column[start:end].astype(int)) > 0)
        W[i, column[start:end]] = weight[start:end]
    assert np.all(weight != 0) and np.all(np.isfinite(weight))
    return W


def assert_is(parts, expected):
    np.testing.assert_array_equal(dense(parts), np.asarray(expected, np.float64))


def some_matrix(dtype="f8", n=13, seed=5):
    """Signs, zeros and the type's largest numbers where it has them."""
    random = np.random.default_rng(seed)
    W = random.integers(-100, 100, (n, n)) * (random.random((n, n)) < 0.4)
    dtype = np.dtype(dtype)
    if dtype.kind == "f":
        W = W * random.random((n, n))
        W[0, 1], W[0, 2] = np.finfo(dtype).max, -np.finfo(dtype).smallest_subnormal
    if dtype.kind in "iu":
        W = np.abs(W) if dtype.kind == "u" else W
        W = W.astype(dtype)
        W[0, 1], W[0, 2] = np.iinfo(dtype).max, np.iinfo(dtype).min
    return W.astype(dtype)


def npy_bytes(array, version=None, **options):
    file = io.BytesIO()
    np.lib.format.write_array(file, np.asanyarray(array), version, **options)
    return file.getvalue()


def npz_bytes(compressed=False, **arrays):
    file = io.BytesIO()
    (np.savez_compressed if compressed else np.savez)(file, **arrays)
    return file.getvalue()


def zip_bytes(data, name="weights.npy", method=zipfile.ZIP_DEFLATED, force=False, comment=b"", streamed=False):
    class Pipe(io.BytesIO):
        def seekable(self):
            return False

        def seek(self, *_):
            raise io.UnsupportedOperation

    file = Pipe() if streamed else io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as archive:
        with archive.open(name, "w", force_zip64=force) as member:
            member.write(data)
        archive.comment = comment
    return file.getvalue()


def sparse_bytes(matrix, compressed=True):
    file = io.BytesIO()
    sparse.save_npz(file, matrix, compressed)
    return file.getvalue()


def mtx_bytes(matrix, **options):
    file = io.BytesIO()
    scipy_io.mmwrite(file, matrix, precision=17, **options)
    return file.getvalue()


def refused(path, text, dataset=None):
    with pytest.raises(Failure) as failure:
        read(path, dataset)
    assert text in str(failure.value)
    assert str(failure.value).startswith(str(path))
