"""Nothing runs code from a file: pickles are written, never read, and ours name one class of NumPy."""

import pickletools
import re

import pytest
from conftest import ROOT
from matrices import npy_bytes
from native import Failure, parse

# What makes objects by calling something, or leaves it to whoever loads the pickle.
CALLS = {"REDUCE", "INST", "OBJ", "NEWOBJ", "NEWOBJ_EX", "BUILD"}
OUTSIDE = {"EXT1", "EXT2", "EXT4", "PERSID", "BINPERSID", "NEXT_BUFFER", "READONLY_BUFFER", "GLOBAL"}


def test_our_pickle_calls_only_numpys_array(small):
    """numpy.ndarray(shape, "<f8", bytearray), once an array; nothing else is called."""
    operations = list(pickletools.genops((small / "data_curation.pickle").read_bytes()))
    names = [opcode.name for opcode, _, _ in operations]
    assert not set(names) & (OUTSIDE | CALLS - {"REDUCE"})
    assert names.count("STACK_GLOBAL") == 1
    place = names.index("STACK_GLOBAL")
    assert [argument for _, argument, _ in operations[place - 2 : place]] == ["numpy", "ndarray"]
    assert names[place + 1 : place + 3] == ["MEMOIZE", "POP"] and names.count("MEMOIZE") == 1
    calls = [i for i, name in enumerate(names) if name == "REDUCE"]
    assert len(calls) == names.count("BYTEARRAY8") == names.count("BINGET") > 10
    for i in calls:
        before = names[: i + 1]
        start = len(before) - before[::-1].index("BINGET") - 1  # the array, its arguments, the call
        assert operations[start][1] == 0
        between = [name for name in names[start:i] if name != "LONG1"]
        assert between == ["BINGET", "MARK", "TUPLE", "SHORT_BINUNICODE", "BYTEARRAY8", "TUPLE3"]


def test_a_pickle_is_never_read():
    for folder in ("src", "cli", "mpi", "include"):
        for path in (ROOT / folder).rglob("*.[ch]"):
            text = re.sub(r"/\*.*?\*/|\"[^\"]*\"", "", path.read_text(), flags=re.DOTALL)
            words = {word for word in re.findall(r"\w*pickle\w*", text, re.IGNORECASE)}
            assert words <= {"rc_results_export_pickle", "PICKLE"}, path
            assert not re.search(r"Python\.h|Py_\w|dlopen|\bsystem\(|\bpopen\(|\bexec[lv]", text), path


@pytest.mark.parametrize("protocol", range(6))
def test_a_pickle_is_refused_as_weights(protocol):
    import pickle

    with pytest.raises(Failure, match="expected weights as .npy, .npz, Matrix Market or HDF5"):
        parse(pickle.dumps([[0.0, 1.0], [1.0, 0.0]], protocol))


def test_an_npy_of_objects_is_refused(tmp_path):
    import numpy as np

    with pytest.raises(Failure, match="never loaded"):
        parse(npy_bytes(np.array([[None, 1], [2, 3]], dtype=object)))
