"""Weight matrices as NumPy and SciPy write them are read as they stand."""

import io
import zipfile

import numpy as np
import pytest

from matrices import TYPES, assert_is, dense, mtx_bytes, npy_bytes, npz_bytes, refused, some_matrix, sparse
from matrices import sparse_bytes, zip_bytes
from native import Failure, parse, read, read_vector

# --- npy ---------------------------------------------------------------------


@pytest.mark.parametrize("order", "CF")
@pytest.mark.parametrize("endian", "<>")
@pytest.mark.parametrize("dtype", TYPES)
def test_npy_of_every_type_and_order(dtype, endian, order, tmp_path):
    W = np.array(some_matrix(dtype), np.dtype(dtype).newbyteorder(endian), order=order)
    np.save(tmp_path / "W.npy", W)
    assert_is(read(tmp_path / "W.npy"), W)


@pytest.mark.parametrize("version", [(1, 0), (2, 0), (3, 0)])
def test_npy_versions(version):
    assert_is(parse(npy_bytes(some_matrix(), version)), some_matrix())


def test_npy_one_neuron():
    assert_is(parse(npy_bytes(np.array([[0.0]]))), [[0]])
    assert_is(parse(npy_bytes(np.array([[-2.5]]))), [[-2.5]])


@pytest.mark.parametrize(
    "array, text",
    [
        (np.zeros((2, 3)), "file: expected a square matrix [neuron, neuron], found shape (2, 3)"),
        (np.zeros(4), "found shape (4,)"),
        (np.zeros(()), "found shape ()"),
        (np.zeros((2, 2, 1)), "found shape (2, 2, 1)"),
        (np.zeros((0, 0)), "expected at least one neuron, found an empty matrix"),
        (np.zeros((2, 2), complex), "expected a type such as '<f8', found '<c16'"),
        (np.zeros((2, 2), np.longdouble), "found '<f16'"),
        (np.zeros((2, 2), "S3"), "expected numbers, found text"),
        (np.zeros((2, 2), "M8[s]"), "found '<M8[s]'"),
        (np.zeros((2, 2), "f8,f8"), "expected numbers, found records"),
        (np.array([[1, np.nan], [0, 0]]), "weight [0, 1]: expected a finite number, found nan"),
        (np.array([[1, 0], [-np.inf, 0]], "f2"), "weight [1, 0]: expected a finite number, found -inf"),
        (np.asfortranarray([[1, 0], [np.inf, 0]]), "weight [1, 0]: expected a finite number, found inf"),
    ],
)
def test_npy_that_is_no_matrix(array, text):
    with pytest.raises(Failure, match="^file: ") as failure:
        parse(npy_bytes(array))
    assert text in str(failure.value) and failure.value.status == "invalid argument"


def test_objects_are_never_loaded():
    for data in (npy_bytes(np.array([[{}, 1], [2, 3]], object)), npz_bytes(weights=np.array([[None]], object))):
        with pytest.raises(Failure, match="Python objects, which are never loaded"):
            parse(data)


# --- npz ---------------------------------------------------------------------


@pytest.mark.parametrize("compressed", [False, True])
@pytest.mark.parametrize("name", ["weights", "W", "anything"])
def test_npz(name, compressed, tmp_path):
    save = np.savez_compressed if compressed else np.savez
    save(tmp_path / "x.npz", **{name: some_matrix(), "initial": np.zeros(3), "objects": np.array([None])})
    assert_is(read(tmp_path / "x.npz"), some_matrix())
    assert_is(read(tmp_path / "x.npz", name), some_matrix())
    assert_is(read(f"{tmp_path}/x.npz:{name}"), some_matrix())
    assert_is(read(f"{tmp_path}/x.npz:{name}.npy"), some_matrix())


def test_npz_that_names_no_weights():
    W, V = some_matrix(seed=1), some_matrix(seed=2)
    assert_is(parse(npz_bytes(weights=W, V=V)), W)
    assert_is(parse(npz_bytes(weights=W, V=V), "V"), V)
    with pytest.raises(Failure, match="found 2: 'U.npy', 'V.npy'; name one after the file and a colon"):
        parse(npz_bytes(U=W, V=V))
    with pytest.raises(Failure, match="best named weights, found none"):
        parse(npz_bytes(v=np.zeros(3)))
    with pytest.raises(Failure, match="expected an array 'X', found none"):
        parse(npz_bytes(weights=W), "X")
    with pytest.raises(Failure, match="file: 'v.npy': expected a square matrix"):
        parse(npz_bytes(v=np.zeros(3)), "v")


def test_our_own_npz(small):
    assert_is(read(small / "network.npz"), [[0, 0.25], [-0.5, 0]])


@pytest.mark.parametrize("force", [False, True])
@pytest.mark.parametrize("streamed", [False, True])
@pytest.mark.parametrize("comment", [b"", b"PK\x05\x06" * 20])
def test_every_kind_of_zip(force, streamed, comment):
    data = npy_bytes(some_matrix())
    for method in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        assert_is(parse(zip_bytes(data, method=method, force=force, comment=comment, streamed=streamed)), some_matrix())


def test_zip_with_64_bit_ends():
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("weights.npy", npy_bytes(some_matrix()))
        for i in range(66000):  # more than 16 bits can count
            archive.writestr(f"{i}", b"")
    assert_is(parse(file.getvalue()), some_matrix())


def test_other_compressions_are_refused():
    for method in (zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA):
        with pytest.raises(Failure, match="expected a stored or deflated member, found compression method 1[24]"):
            parse(zip_bytes(npy_bytes(some_matrix()), method=method))
    data = bytearray(zip_bytes(npy_bytes(some_matrix())))
    data[data.rindex(b"PK\x01\x02") + 8] |= 1
    with pytest.raises(Failure, match="found it encrypted"):
        parse(bytes(data))


def test_the_best_compression_there_is():
    """Zeros, the most that deflate can do, are no bomb."""
    assert_is(parse(npz_bytes(True, weights=np.zeros((2000, 2000)))), np.zeros((2000, 2000)))


def test_a_bomb_is_refused_before_it_is_unpacked():
    data = bytearray(zip_bytes(npy_bytes(some_matrix())))
    central = data.rindex(b"PK\x01\x02")
    data[central + 24 : central + 28] = (2**31).to_bytes(4, "little")
    with pytest.raises(Failure, match="expected a size that .* packed bytes can have, found 2147483648"):
        parse(bytes(data))


def test_paths_are_only_names():
    assert_is(parse(zip_bytes(npy_bytes(some_matrix()), "../../weights.npy")), some_matrix())


# --- Sparse npz --------------------------------------------------------------


@pytest.mark.parametrize("compressed", [False, True])
@pytest.mark.parametrize("dtype", [dtype for dtype in TYPES if dtype != "f2"])  # SciPy has none
@pytest.mark.parametrize("kind", ["csr_array", "csc_array", "coo_array", "csr_matrix", "csc_matrix", "coo_matrix"])
def test_scipys_sparse_matrices(kind, dtype, compressed):
    W = some_matrix(dtype)
    assert_is(parse(sparse_bytes(getattr(sparse, kind)(W), compressed)), W)


def test_a_large_sparse_matrix_stays_sparse():
    """Dense it would be 320 GB."""
    random = np.random.default_rng(3)
    places = random.integers(0, 200000, (2, 400000))
    W = sparse.coo_array((random.standard_normal(400000), places), shape=(200000, 200000)).tocsr()
    W.sort_indices()
    row_start, column, weight = parse(sparse_bytes(W, False))
    np.testing.assert_array_equal(row_start, W.indptr)
    np.testing.assert_array_equal(column, W.indices)
    np.testing.assert_array_equal(weight, W.data)


@pytest.mark.parametrize("width", ["i4", "i8", "u4", ">i8", "i2", "u1"])
def test_unsorted_duplicate_and_zero_entries(width):
    parts = dict(
        format=np.array(b"csr"),
        shape=np.array([3, 3]),
        indptr=np.array([0, 4, 4, 8], width),
        indices=np.array([2, 0, 2, 2, 1, 1, 0, 2], width),
        data=np.array([1, 2, 4, 0.5, 3, -3, 0, 7.0]),
    )
    assert_is(parse(npz_bytes(**parts)), [[2, 0, 5.5], [0, 0, 0], [0, 0, 7]])
    assert len(parse(npz_bytes(**parts))[1]) == 3
    parts["format"] = np.array("csr")  # wide text, as older SciPy wrote it
    assert_is(parse(npz_bytes(**parts)), [[2, 0, 5.5], [0, 0, 0], [0, 0, 7]])
    parts["format"] = np.array("csc", ">U3")
    assert_is(parse(npz_bytes(**parts)), np.transpose([[2, 0, 5.5], [0, 0, 0], [0, 0, 7]]))


def test_sums_of_duplicates_are_scipys():
    random = np.random.default_rng(8)
    row, column = random.integers(0, 20, (2, 3000))
    W = sparse.coo_array((random.standard_normal(3000), (row, column)), shape=(20, 20))
    np.testing.assert_allclose(dense(parse(sparse_bytes(W))), W.toarray(), rtol=0, atol=1e-13)


@pytest.mark.parametrize(
    "change, status, text",
    [
        (dict(format=np.array(b"dia")), "invalid", "format csr, csc or coo"),
        (dict(shape=np.array([3, 4])), "invalid", "expected a square matrix [neuron, neuron], found 3 rows and 4 columns"),
        (dict(shape=np.array([0, 0])), "invalid", "expected at least one neuron"),
        (dict(shape=np.array([-3, 3])), "invalid", "expected two non-negative integers"),
        (dict(shape=np.array([2**62, 2**62])), "invalid", "expected at most 1000000 neurons in a file of"),
        (dict(shape=np.array([4, 4])), "damaged", "indptr: expected shape (5,), found (4,)"),
        (dict(indptr=np.array([0, 2, 1, 3])), "damaged", "indptr[2]: expected 2 to 3, found 1"),
        (dict(indptr=np.array([1, 2, 3, 3])), "damaged", "indptr[0]: expected 0 to 0, found 1"),
        (dict(indptr=np.array([0, 2, 2, 2])), "damaged", "indptr[3]: expected 3 to 3, found 2"),
        (dict(indptr=np.array([0, 2, 9, 3])), "damaged", "indptr[2]: expected 2 to 3, found 9"),
        (dict(indptr=np.array([0, -2, 3, 3])), "damaged", "indptr[1]: expected 0 to 3, found -2"),
        (dict(indptr=np.array([0.0, 1, 2, 3])), "invalid", "indptr: expected integers"),
        (dict(indices=np.array([0, 3, 1])), "damaged", "indices[1]: expected an index from 0 to 2, found 3"),
        (dict(indices=np.array([0, 1, -1])), "damaged", "indices[2]: expected an index from 0 to 2, found -1"),
        (dict(indices=np.array([0, 1])), "damaged", "indices: expected shape (3,), found (2,)"),
        (dict(data=np.array([0, np.inf, 1])), "invalid", "data[1]: expected a finite number, found inf"),
        (dict(indices=np.array([0, 0, 0]), data=np.array([1e308, 1e308, 1])), "invalid", "weight [0, 0]: expected a finite"),
        (dict(data=np.zeros((3, 1))), "damaged", "data: expected shape (3,), found (3, 1)"),
        (dict(data=None), "damaged", "expected the part data.npy of a sparse matrix, found none"),
    ],
)
def test_bad_sparse_matrices(change, status, text):
    parts = dict(
        format=np.array(b"csr"),
        shape=np.array([3, 3]),
        indptr=np.array([0, 2, 2, 3]),
        indices=np.array([0, 1, 2]),
        data=np.array([1.0, 2, 3]),
    )
    parse(npz_bytes(**parts))
    parts = {name: part for name, part in (parts | change).items() if part is not None}
    with pytest.raises(Failure) as failure:
        parse(npz_bytes(**parts))
    assert text in str(failure.value) and failure.value.status.startswith(status)


# --- Matrix Market -----------------------------------------------------------


def with_symmetry(symmetry):
    W = np.tril(some_matrix(), -1) + np.diag(np.diag(some_matrix())) * (symmetry == "symmetric")
    return W + (W.T if symmetry == "symmetric" else -W.T) - np.diag(np.diag(W))


@pytest.mark.parametrize("layout", [np.asarray, sparse.coo_array])
def test_matrix_market(layout):
    assert_is(parse(mtx_bytes(layout(some_matrix()), symmetry="general")), some_matrix())
    assert_is(parse(mtx_bytes(layout(some_matrix("i4")), symmetry="general")), some_matrix("i4"))
    for symmetry in ("symmetric", "skew-symmetric"):
        W = with_symmetry(symmetry)
        data = mtx_bytes(layout(W), symmetry=symmetry)
        assert symmetry.encode() in data
        assert_is(parse(data), W)


def test_matrix_market_patterns():
    data = mtx_bytes(sparse.coo_array(some_matrix()), field="pattern", symmetry="general")
    assert_is(parse(data), some_matrix() != 0)


@pytest.mark.parametrize("seed", range(20))
def test_matrix_market_keeps_every_bit(seed):
    random = np.random.default_rng(seed)
    W = random.standard_normal((20, 20)) * 10.0 ** random.integers(-300, 300, (20, 20))
    lines = [f"{i + 1} {j + 1} {W[i, j]!r}".replace("np.float64(", "").replace(")", "") for i in range(20) for j in range(20)]
    assert_is(parse(("%%MatrixMarket matrix coordinate real general\n20 20 400\n" + "\n".join(lines)).encode()), W)


# --- Which file --------------------------------------------------------------


@pytest.mark.parametrize(
    "data, text",
    [
        (b"", "found an empty file"),
        (b"1 2\n3 4\n", "expected weights as .npy, .npz, Matrix Market or HDF5, found '1 2?3 4?'"),
        (b"\x1f\x8b\x08\x00", "found a gzip file; unpack it"),
        (b"MATLAB 5.0 MAT-file, Platform", "save it with -v7.3"),
        (b"\x80\x05\x95\x00", "a Python pickle, which is never loaded"),
    ],
)
def test_strangers(data, text):
    with pytest.raises(Failure) as failure:
        parse(data)
    assert text in str(failure.value) and failure.value.status == "invalid argument"


def test_files(tmp_path):
    for path, text in (
        (tmp_path / "none.npy", "none.npy: cannot open it: No such file"),
        (tmp_path, "not a regular file"),
        ("/dev/zero", "not a regular file"),
    ):
        refused(path, text)
    (tmp_path / "a:b.npy").write_bytes(npy_bytes(some_matrix()))
    assert_is(read(tmp_path / "a:b.npy"), some_matrix())
    (tmp_path / "x.npz").write_bytes(npy_bytes(some_matrix()))  # told by the content
    assert_is(read(tmp_path / "x.npz"), some_matrix())
    with pytest.raises(Failure, match="x.npz: expected no name, for it holds one array, found 'W'"):
        read(f"{tmp_path}/x.npz:W")


# --- Vectors -----------------------------------------------------------------


def test_vectors(tmp_path):
    b = np.random.default_rng(3).standard_normal(11)
    np.save(tmp_path / "b.npy", b)
    np.savetxt(tmp_path / "b.txt", b, header="input\nof every neuron")
    (tmp_path / "plain.txt").write_text("\n".join(map(str, b.tolist())))
    for name in ("b.npy", "b.txt", "plain.txt"):
        np.testing.assert_array_equal(read_vector(tmp_path / name, 11), b)
        with pytest.raises(Failure, match="expected one value a neuron, .*12.*, found .*11"):
            read_vector(tmp_path / name, 12)
    np.save(tmp_path / "i.npy", np.arange(5, dtype=">i2"))
    np.testing.assert_array_equal(read_vector(tmp_path / "i.npy", 5), np.arange(5))
    for bad, text in (("1\nx\n", ":2:1: expected a number, found 'x'"), ("1 2\n", ":1:3: expected the end of the line")):
        (tmp_path / "bad.txt").write_text(bad)
        with pytest.raises(Failure, match=text):
            read_vector(tmp_path / "bad.txt", 2)
    for bad in ([1, np.nan], [1, -np.inf]):
        np.save(tmp_path / "bad.npy", bad)
        np.savetxt(tmp_path / "bad.txt", bad)
        for name in ("bad.npy", "bad.txt"):
            with pytest.raises(Failure, match="expected a finite number, found '?(nan|-inf)"):
                read_vector(tmp_path / name, 2)
    np.save(tmp_path / "wide.npy", np.zeros((2, 1)))
    with pytest.raises(Failure, match=r"shape \(2,\), found \(2, 1\)"):
        read_vector(tmp_path / "wide.npy", 2)
