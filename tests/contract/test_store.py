"""Other people's readers open what the store writes."""

import csv
import math
import pickle
import shutil
import subprocess
import sys
import warnings
import zipfile

import numpy as np
import pytest

from conftest import SMALL

h5py = pytest.importorskip("h5py")

# In the order of the table, with the number of elements of SMALL.
SHAPES = {
    "delta_mean": ("session", "gain", "time_ms"),
    "divergence_exponent": ("session", "gain"),
    "divergence_outcome": ("session", "gain"),
    "trials_kept": ("session", "gain"),
    "fit_end_ms": ("session", "gain"),
    "final_distance": ("session", "gain", "trial"),
    "lyapunov_exponent": ("session", "gain", "trial", "index"),
    "lyapunov_error": ("session", "gain", "trial", "index"),
    "lyapunov_window": ("session", "gain", "trial", "window_ms", "index"),
    "twin_exponent": ("session", "gain", "trial"),
    "twin_error": ("session", "gain", "trial"),
    "verdict": ("session", "gain", "trial"),
    "verdict_reason": ("session", "gain", "trial"),
    "attractor_id": ("session", "gain", "trial"),
    "transient_ms": ("session", "gain", "trial"),
    "growth": ("session", "gain", "trial"),
    "growth_ms": ("session", "gain", "trial"),
    "transient_exponent": ("session", "gain", "trial"),
    "transient_error": ("session", "gain", "trial"),
    "period_ms": ("session", "gain", "trial"),
    "measured_ms": ("session", "gain", "trial"),
    "needed_ms": ("session", "gain", "trial"),
    "kaplan_yorke_dimension": ("session", "gain", "trial"),
    "kaplan_yorke_error": ("session", "gain", "trial"),
    "exponent_sum": ("session", "gain", "trial"),
    "exponent_sum_error": ("session", "gain", "trial"),
    "entropy_rate": ("session", "gain", "trial"),
    "entropy_rate_error": ("session", "gain", "trial"),
    "n_positive": ("session", "gain", "trial"),
    "n_positive_least": ("session", "gain", "trial"),
    "n_positive_most": ("session", "gain", "trial"),
    "participation_ratio": ("session", "gain", "trial"),
    "autocorrelation_ms": ("session", "gain", "trial"),
    "speed": ("session", "gain", "trial"),
    "block_ms": ("session", "gain", "trial"),
    "condition_number": ("session", "gain", "trial"),
    "audit_passed": ("session", "gain", "trial"),
    "sum_rule_residual": ("session", "gain", "trial"),
    "zero_exponent_residual": ("session", "gain", "trial"),
    "twin_difference": ("session", "gain", "trial"),
    "block_effect": ("session", "gain", "trial"),
    "dt_effect": ("session", "gain", "trial"),
    "chaos_probability": ("session", "gain"),
    "chaos_probability_low": ("session", "gain"),
    "chaos_probability_high": ("session", "gain"),
    "n_escaped": ("session", "gain"),
    "escape_rate": ("session", "gain"),
    "escape_rate_low": ("session", "gain"),
    "escape_rate_high": ("session", "gain"),
    "survival": ("session", "gain"),
    "survival_low": ("session", "gain"),
    "survival_high": ("session", "gain"),
    "n_attractors": ("session", "gain"),
    "rates1": ("gain", "record_time_ms"),
    "rates2": ("gain", "record_time_ms"),
}
COORDINATES = {
    "session": [1, 2],
    "gain": [0.5, 4, 10, 13],
    "trial": [0, 1, 2],
    "time_ms": np.arange(50.0),
    "record_time_ms": np.arange(20.0),
    "window_ms": 600.0 * np.arange(1, 51),
    "index": [0, 1],
}
FLAGS = ["divergence_outcome", "verdict"]
COUNTS = [
    "trials_kept", "attractor_id", "n_positive", "n_positive_least", "n_positive_most", "audit_passed", "n_escaped",
    "n_attractors",
]  # fmt: skip
TEXTS = ["verdict_reason"]


def expected(name):
    """What tests/made_up.h puts into a variable."""
    number = list(SHAPES).index(name)
    shape = [len(COORDINATES[dim]) for dim in SHAPES[name]]
    i = np.arange(math.prod(shape))
    if name in FLAGS:
        values = i % 2
    elif name in COUNTS:
        values = number + i
    elif name in TEXTS:
        values = np.array([b"reason %d" % k for k in i], dtype="S256")
    else:
        values = np.where(i % 7 == 6, np.nan, number + 0.001 * i)
    return values.reshape(shape)


def assert_is(name, found):
    assert found.shape == expected(name).shape
    assert found.dtype == ("S256" if name in TEXTS else np.int32 if name in FLAGS + COUNTS else np.float64)
    np.testing.assert_array_equal(found, expected(name))


def test_h5py_reads_every_variable(small):
    with h5py.File(small / "results.h5") as file:
        assert set(file) == set(SHAPES) | set(COORDINATES)
        for name, dims in SHAPES.items():
            assert_is(name, file[name][()])
            assert [scale.keys()[0] for scale in file[name].dims] == list(dims)
        for name, values in COORDINATES.items():
            np.testing.assert_array_equal(file[name][()], values)
            assert h5py.h5ds.is_scale(file[name].id)
        assert file["session"].dtype.kind == "i"
        assert file["trial"].dtype.kind == "i"


def test_every_variable_says_what_it_is(small):
    with h5py.File(small / "results.h5") as file:
        for name, dataset in file.items():
            assert isinstance(dataset.attrs["units"], str), name
            assert isinstance(dataset.attrs["long_name"], str), name
            assert ("_FillValue" in dataset.attrs) == (dataset.dtype.kind == "f" and name not in COORDINATES)
        assert file["divergence_exponent"].attrs["units"] == "1/s"
        for name in FLAGS:
            meanings = file[name].attrs["flag_meanings"].split()
            assert list(file[name].attrs["flag_values"]) == list(range(len(meanings)))


def test_the_root_says_where_it_came_from(small):
    with h5py.File(small / "results.h5") as file:
        attributes = dict(file.attrs)
    assert attributes["Conventions"].startswith("CF-1.")
    assert attributes["host"] == "hôte"
    assert attributes["threads"] == 2 and attributes["wall_time_s"] == 1.5
    assert isinstance(attributes["study"], str)
    digest = 0xCBF29CE484222325  # FNV-1a, 64 bits
    for byte in attributes["study"].encode():
        digest = (digest ^ byte) * 0x100000001B3 % 2**64
    assert attributes["study_hash"] == f"{digest:016x}"
    assert {"version", "commit", "compiler", "flags", "kernels", "libraries", "started", "ranks", "title"} <= set(attributes)


def test_xarray_opens_it_in_one_line(small):
    xarray = pytest.importorskip("xarray")
    pytest.importorskip("h5netcdf")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        data = xarray.open_dataset(small / "results.h5", engine="h5netcdf")
    with data:
        assert set(data.data_vars) == set(SHAPES)
        assert set(data.coords) == set(COORDINATES)
        for name, dims in SHAPES.items():
            assert data[name].dims == dims
            assert_is(name, data[name].values)
        assert float(data.delta_mean.sel(session=2, gain=10, time_ms=1)) == expected("delta_mean")[1, 2, 1]


def test_netcdf_reads_it(small):
    if not shutil.which("ncdump"):
        pytest.skip("no ncdump")
    text = subprocess.run(["ncdump", "-h", small / "results.h5"], check=True, capture_output=True, text=True).stdout
    assert "double delta_mean(session, gain, time_ms)" in text


def test_h5dump_reads_it(small):
    if not shutil.which("h5dump"):
        pytest.skip("no h5dump")
    for arguments in (["-H"], ["-d", "/trials_kept"]):
        done = subprocess.run(["h5dump", *arguments, small / "results.h5"], capture_output=True, text=True)
        assert done.returncode == 0 and not done.stderr


def test_a_study_that_records_nothing(make_results):
    folder = make_results(*SMALL[:-1], "record.duration_ms=0")
    with h5py.File(folder / "results.h5") as file:
        assert file["rates1"].shape == (4, 0)
    xarray = pytest.importorskip("xarray")
    with xarray.open_dataset(folder / "results.h5", engine="h5netcdf") as data:
        assert data.rates1.shape == (4, 0)
    assert np.load(folder / "results.npz")["rates1"].shape == (4, 0)
    with open(folder / "data_curation.pickle", "rb") as file:
        assert pickle.load(file)["instance"]["g=4"]["rates1"].shape == (0,)


def load_pickle(folder):
    with open(folder / "data_curation.pickle", "rb") as file:
        return pickle.load(file)


def test_the_pickle_is_the_originals(published):
    gains = [f"g={g}" for g in (1, 4, 7, 10, 13, 16, 19, 22)]
    data = load_pickle(published)
    assert list(data) == ["instance", *(f"session={s}" for s in range(1, 6)), "Lyapunov_exponent"]
    assert list(data["instance"]) == gains
    for gain in gains:
        assert list(data["instance"][gain]) == ["rates1", "rates2"]
        assert data["instance"][gain]["rates2"].shape == (2000,)
    for session in range(1, 6):
        assert list(data[f"session={session}"]) == gains
        for number, gain in enumerate(gains):
            entry = data[f"session={session}"][gain]
            assert list(entry) == (["delta_mean"] if number >= 3 else [])
            assert not entry or entry["delta_mean"].shape == (7000,)
    assert data["Lyapunov_exponent"].shape == (5, 5)


def test_the_pickle_holds_the_results(small):
    data = load_pickle(small)
    assert list(data["instance"]) == ["g=0.5", "g=4", "g=10", "g=13"]
    np.testing.assert_array_equal(data["instance"]["g=0.5"]["rates1"], expected("rates1")[0])
    np.testing.assert_array_equal(data["instance"]["g=13"]["rates2"], expected("rates2")[3])
    np.testing.assert_array_equal(data["session=2"]["g=10"]["delta_mean"], expected("delta_mean")[1, 2])
    np.testing.assert_array_equal(data["Lyapunov_exponent"], expected("divergence_exponent")[:, 2:])
    array = data["session=1"]["g=13"]["delta_mean"]
    assert type(array) is np.ndarray and array.dtype == np.float64
    assert array.flags.writeable and array.flags.c_contiguous and array.flags.aligned


@pytest.mark.parametrize("python", [sys.executable, "/usr/bin/python3"])
def test_any_numpy_loads_the_pickle_silently(small, python):
    """Say NumPy 2 in the environment of the tests, NumPy 1 with the system's Python."""
    if subprocess.run([python, "-c", "import numpy"], capture_output=True).returncode:
        pytest.skip(f"{python} has no NumPy")
    program = (
        "import pickle, sys\n"
        "with open(sys.argv[1], 'rb') as file: data = pickle.load(file)\n"
        "data['Lyapunov_exponent'] += 1\n"
    )
    done = subprocess.run(
        [python, "-W", "error", "-c", program, small / "data_curation.pickle"], capture_output=True, text=True
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_numpy_reads_the_npz(small):
    with np.load(small / "results.npz", allow_pickle=False) as data:
        assert set(data.files) == set(SHAPES) | set(COORDINATES)
        for name in SHAPES:
            assert_is(name, data[name])
        for name, values in COORDINATES.items():
            np.testing.assert_array_equal(data[name], values)
    with zipfile.ZipFile(small / "results.npz") as archive:
        assert archive.testzip() is None


def test_unzip_reads_the_npz(small):
    if not shutil.which("unzip"):
        pytest.skip("no unzip")
    subprocess.run(["unzip", "-qt", small / "results.npz"], check=True, capture_output=True)


def test_numpy_reads_a_network(small):
    with np.load(small / "network.npz", allow_pickle=False) as data:
        np.testing.assert_array_equal(data["weights"], [[0, 0.25], [-0.5, 0]])
        np.testing.assert_array_equal(data["initial_states"], [[0.1, 0.2], [0.3, 0.4], [0.5, 0.6]])


def test_the_csv_has_a_row_for_each_session_and_gain(small):
    with open(small / "results.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == [
        "session", "gain", "n_trials", "divergence_exponent (1/s)", "divergence_outcome", "trials_kept", "fit_end_ms",
        "chaos_probability", "chaos_probability_low", "chaos_probability_high", "n_escaped", "escape_rate (1/s)",
        "escape_rate_low (1/s)", "escape_rate_high (1/s)", "survival", "survival_low", "survival_high", "n_attractors",
    ]  # fmt: skip
    assert [(int(r["session"]), float(r["gain"])) for r in rows] == [
        (s, g) for s in COORDINATES["session"] for g in COORDINATES["gain"]
    ]
    column = [float(r["divergence_exponent (1/s)"]) for r in rows]
    np.testing.assert_array_equal(column, expected("divergence_exponent").ravel())
    assert [r["divergence_outcome"] for r in rows[:2]] == ["fitted", "below_minimum_gain"]
    assert all(r["n_trials"] == "3" for r in rows)
