"""Weight matrices as h5py, MATLAB and AnnData write them are read as they stand."""

import numpy as np
import pytest

from matrices import TYPES, assert_is, refused, some_matrix, sparse
from native import parse, read

h5py = pytest.importorskip("h5py")


@pytest.mark.parametrize("endian", "<>")
@pytest.mark.parametrize("dtype", [dtype for dtype in TYPES if dtype != "?"])
def test_hdf5_of_every_type(dtype, endian, tmp_path):
    W = some_matrix(dtype).astype(np.dtype(dtype).newbyteorder(endian))
    with h5py.File(tmp_path / "x.h5", "w") as file:
        file["weights"] = W
        file["other"] = np.zeros((2, 2))
    assert_is(read(tmp_path / "x.h5"), W)


@pytest.mark.parametrize(
    "options", [{}, dict(compression="gzip", shuffle=True), dict(chunks=(5, 5), fletcher32=True)]
)
@pytest.mark.parametrize("userblock", [0, 512, 2048])
def test_hdf5_layouts(options, userblock, tmp_path):
    with h5py.File(tmp_path / "x.h5", "w", userblock_size=userblock) as file:
        file.create_dataset("deep/down/here", data=some_matrix(), **options)
        file["vector"] = np.zeros(3)
        file["text"] = "weights"
    assert_is(read(tmp_path / "x.h5"), some_matrix())
    assert_is(read(f"{tmp_path}/x.h5:/deep/down/here"), some_matrix())
    assert_is(read(tmp_path / "x.h5", "deep/down/here"), some_matrix())
    if not userblock:
        for name in (b"x", str(tmp_path / "x.h5").encode()):
            assert_is(parse((tmp_path / "x.h5").read_bytes(), name=name), some_matrix())


def test_matlabs_columns(tmp_path):
    """MATLAB's -v7.3 writes the columns first and says so by an attribute."""
    with h5py.File(tmp_path / "x.mat", "w", userblock_size=512) as file:
        file["W"] = some_matrix().T
        file["W"].attrs["MATLAB_class"] = np.bytes_("double")
    assert_is(read(tmp_path / "x.mat"), some_matrix())


@pytest.mark.parametrize("text", [str, np.bytes_])
@pytest.mark.parametrize("kind", ["csr_matrix", "csc_matrix"])
def test_anndatas_sparse_groups(kind, text, tmp_path):
    W = getattr(sparse, kind)(some_matrix())
    with h5py.File(tmp_path / "x.h5ad", "w") as file:
        group = file.create_group("obsp/connectivities")
        group.attrs["encoding-type"] = text(kind)
        group.attrs["shape"] = W.shape
        for part in ("data", "indices", "indptr"):
            group.create_dataset(part, data=getattr(W, part), compression="gzip")
    assert_is(read(tmp_path / "x.h5ad"), some_matrix())
    assert_is(read(f"{tmp_path}/x.h5ad:obsp/connectivities"), some_matrix())


def hdf5_libraries():
    """Those in this process: ours, and perhaps another that h5py brought along."""
    with open("/proc/self/maps") as maps:
        paths = {line.split()[-1] for line in maps}
    return {path for path in paths if "/libhdf5" in path and "_hl" not in path}


def test_hdf5_with_h5pys_own_compression(tmp_path):
    if len(hdf5_libraries()) == 1:
        pytest.skip("h5py and the library share one HDF5, and with it h5py's filters")
    with h5py.File(tmp_path / "x.h5", "w") as file:
        file.create_dataset("W", data=some_matrix(), compression="lzf")
    refused(tmp_path / "x.h5", "found 'lzf' (filter 32000), which this HDF5 lacks")


def test_hdf5_that_names_no_weights(tmp_path):
    with h5py.File(tmp_path / "x.h5", "w") as file:
        file["a"], file["g/b"] = np.zeros((2, 2)), np.zeros((3, 3))
        file["wide"] = np.zeros((1, 2, 2))
        file["named"] = np.dtype("f8")
        file["complex"] = np.zeros((2, 2), complex)
        file["nan"] = np.full((1, 1, 1), np.nan)
        file["bool"] = np.zeros((2, 2), bool)
        file.create_group("empty")
    refused(tmp_path / "x.h5", "found 2: 'a', 'g/b'; name one")
    refused(tmp_path / "x.h5", "expected a dataset or group 'x' in this file, found none", "x")
    refused(tmp_path / "x.h5", "'/wide': expected a square matrix [neuron, neuron], found shape (1, 2, 2)", "wide")
    refused(tmp_path / "x.h5", "'/named': expected a dataset or group, found another object", "named")
    refused(tmp_path / "x.h5", "'/complex': expected integers or floating-point numbers", "complex")
    refused(tmp_path / "x.h5", "'/bool': expected integers or floating-point numbers", "bool")
    refused(tmp_path / "x.h5", "'/empty': expected a dataset, or a group with the attribute encoding-type", "empty")


def test_hdf5_of_the_wrong_content(tmp_path):
    with h5py.File(tmp_path / "x.h5", "w") as file:
        file["nan"] = np.array([[0, 0], [np.nan, 1]])
        file["long"] = np.zeros((2, 3))
        file["empty"] = np.zeros((0, 0))
        file.create_dataset("unwritten", (10**6, 10**6), "f8", chunks=(100, 100))
        file.create_dataset("hollow", (10**6, 10**6), "f8", chunks=(100, 100))[0, 0] = 1
        file["group/data"] = np.zeros(3)
        file["group"].attrs["encoding-type"] = "csr_matrix"
        file["shaped/data"] = np.zeros(3)
        file["shaped"].attrs.update({"encoding-type": "csr_matrix", "shape": (3, 3)})
    refused(tmp_path / "x.h5", "'/nan': weight [1, 0]: expected a finite number, found nan", "nan")
    refused(tmp_path / "x.h5", "found shape (2, 3)", "long")
    refused(tmp_path / "x.h5", "found an empty matrix", "empty")
    refused(tmp_path / "x.h5", "expected elements of 8000000000000 bytes, found room for 0", "unwritten")
    refused(tmp_path / "x.h5", "expected elements of 8000000000000 bytes, found room for 80000", "hollow")
    refused(tmp_path / "x.h5", "expected the attribute shape of two non-negative integers", "group")
    refused(tmp_path / "x.h5", "expected the part indptr of a sparse matrix, found none", "shaped")


def test_hdf5_does_not_open_other_files(tmp_path):
    (tmp_path / "secret").write_bytes(bytes(range(32)))
    with h5py.File(tmp_path / "other.h5", "w") as file:
        file["weights"] = np.ones((2, 2))
    with h5py.File(tmp_path / "x.h5", "w") as file:
        file["link"] = h5py.ExternalLink(str(tmp_path / "other.h5"), "weights")
        file.create_dataset("outside", (2, 2), "u1", external=[(str(tmp_path / "secret"), 0, 4)])
        layout = h5py.VirtualLayout((2, 2), "f8")
        layout[:] = h5py.VirtualSource(str(tmp_path / "other.h5"), "weights", (2, 2))
        file.create_virtual_dataset("virtual", layout)
    refused(tmp_path / "x.h5", "expected a dataset or group 'link' in this file, found none", "link")
    for name in ("outside", "virtual"):
        refused(tmp_path / "x.h5", "expected its elements in the same file, found them elsewhere", name)
