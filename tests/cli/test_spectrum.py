"""rnnchaos spectrum: matrices of other tools, closed forms, mistakes."""

import json

import h5py
import numpy as np
import pytest
from command import refused, succeeds
from scipy import sparse

SHORT = ["--transient-ms", "500", "--duration-ms", "2000", "--trials", "2"]


def random_matrix(n=40, radius=0.8, seed=1):
    W = np.random.default_rng(seed).standard_normal((n, n)) / np.sqrt(n)
    return W * radius / np.abs(np.linalg.eigvals(W)).max()


def spectrum(*arguments):
    return json.loads(succeeds("spectrum", "--json", *arguments).stdout)


def euler_exponents(W, dt=1.0, tau=20.0):
    """At the origin: ln|1 - f + f mu|/dt, in 1/s."""
    f = dt / tau
    return np.sort(np.log(np.abs(1 - f + f * np.linalg.eigvals(W))))[::-1] / dt * 1000


@pytest.mark.parametrize("form", ["rate", "current"])
def test_below_the_onset_the_eigenvalues_answer(tmp_path, form):
    W = random_matrix()
    np.save(tmp_path / "W.npy", W)
    answer = spectrum("--weights", tmp_path / "W.npy", "--form", form, "--exponents", "all", *SHORT)
    assert answer["neurons"] == 40 and answer["chaotic"]["n"] == 0
    for trial in answer["trials"]:
        assert trial["verdict"] == "fixed_point", trial["reason"]
        np.testing.assert_allclose(trial["exponents"], euler_exponents(W), rtol=1e-9)


def test_the_gain_multiplies_the_weights(tmp_path):
    np.save(tmp_path / "W.npy", random_matrix())
    answer = spectrum("--weights", tmp_path / "W.npy", "--gain", "0.5", "--exponents", "3", *SHORT)
    np.testing.assert_allclose(answer["trials"][0]["exponents"], euler_exponents(0.5 * random_matrix())[:3], rtol=1e-9)


def test_the_map(tmp_path):
    W = random_matrix(radius=0.5)
    np.save(tmp_path / "W.npy", W)
    answer = spectrum("--weights", tmp_path / "W.npy", "--form", "map", "--exponents", "2", *SHORT)
    wanted = 1000 * np.log(np.sort(np.abs(np.linalg.eigvals(W)))[::-1][:2])
    np.testing.assert_allclose(answer["trials"][0]["exponents"], wanted, rtol=1e-9)


def test_every_format_gives_the_same_answer(tmp_path):
    W = random_matrix(30, radius=2.5)
    W[np.abs(W) < 0.2] = 0
    np.save(tmp_path / "c.npy", W)
    np.save(tmp_path / "fortran.npy", np.asfortranarray(W))
    np.savez(tmp_path / "dense.npz", weights=W)
    sparse.save_npz(tmp_path / "sparse.npz", sparse.csr_matrix(W))
    with h5py.File(tmp_path / "w.h5", "w") as file:
        file["weights"] = W
    answers = [
        spectrum("--weights", tmp_path / name, "--exponents", "4", *SHORT)
        for name in ("c.npy", "fortran.npy", "dense.npz", "sparse.npz", "w.h5")
    ]
    assert all(answer == answers[0] for answer in answers)


def test_integers_and_floats_of_32_bits(tmp_path):
    np.save(tmp_path / "i.npy", np.array([[0, 1], [-1, 0]], dtype=np.int32))
    np.save(tmp_path / "f.npy", np.array([[0, 1], [-1, 0]], dtype=np.float32))
    a, b = (spectrum("--weights", tmp_path / name, *SHORT) for name in ("i.npy", "f.npy"))
    assert a == b and a["trials"][0]["verdict"] == "fixed_point"


def test_the_chaos_of_the_published_study(tmp_path):
    """Session 3, g = 16 (10 s: a wide error, the same verdict)."""
    succeeds("network", "--session", "3", "-o", tmp_path / "s3.npz")
    answer = spectrum(
        "--weights", tmp_path / "s3.npz", "--gain", "16", "--exponents", "3", "--trials", "8",
        "--transient-ms", "3000", "--duration-ms", "20000",
    )  # fmt: skip
    assert [trial["verdict"] for trial in answer["trials"]] == ["chaos"] * 8
    largest = [trial["exponents"][0] for trial in answer["trials"]]
    assert abs(np.mean(largest) - 9.7) < 0.8
    assert answer["chaotic"]["share"] == 1 and answer["chaotic"]["low"] > 0.6


def test_everything_is_written(tmp_path):
    np.save(tmp_path / "W.npy", random_matrix(30, radius=8))
    answer = spectrum("--weights", tmp_path / "W.npy", "--exponents", "4", *SHORT, "-o", tmp_path / "s.h5")
    with h5py.File(tmp_path / "s.h5") as file:
        np.testing.assert_array_equal(
            file["lyapunov_exponent"][()], [trial["exponents"] for trial in answer["trials"]]
        )
        blocks = file["log_stretch"][()]
        assert blocks.shape[0] == 2 and blocks.shape[2] == 4
        names = file["verdict"].attrs["flag_meanings"].decode().split()
        assert [names[int(v)] for v in file["verdict"]] == [trial["verdict"] for trial in answer["trials"]]


        for t, trial in enumerate(answer["trials"]):
            np.testing.assert_array_equal(file["autocorrelation"][t], np.array(trial["autocorrelation"], float))
            assert file["n_positive_least"][t] == trial["n_positive_least"] <= trial["n_positive"]
            assert file["attractor_id"][t] == (-1 if trial["attractor"] is None else trial["attractor"])
            assert file["growth"][t] == trial["growth"] and file["growth_ms"][t] == trial["growth_ms"]
        assert not np.isnan(file["autocorrelation"][()]).all()
        assert file["lag_ms"][1] == answer["trials"][0]["lag_ms"] == 10
        assert file.attrs["escape_rate_high"] == answer["escape_rate"]["high"]
        assert file.attrs["survival"] == answer["survival"]["share"]
        assert file.attrs["chaos_probability"] == answer["chaotic"]["share"]


def test_rates_per_tau(tmp_path):
    np.save(tmp_path / "W.npy", random_matrix(30, radius=3))
    answer = spectrum("--weights", tmp_path / "W.npy", "--exponents", "4", "--tau-ms", "50", *SHORT)
    for trial in answer["trials"]:
        np.testing.assert_allclose(np.array(trial["exponents"]) * 0.05, trial["exponents_per_tau"], rtol=1e-14)
        np.testing.assert_allclose(np.array(trial["errors"]) * 0.05, trial["errors_per_tau"], rtol=1e-14)
        for name in ("sum", "entropy_rate", "twin"):
            assert trial[name]["value_per_tau"] == pytest.approx(trial[name]["value"] * 0.05)
            assert trial[name]["error_per_tau"] == pytest.approx(trial[name]["error"] * 0.05)


def test_shares_of_attractors(tmp_path):
    """A neuron with r = +-0.96 and one with r = 0 or (by its input) not at all mirrored."""
    np.save(tmp_path / "W.npy", np.diag([2.0, 0.5]))
    np.save(tmp_path / "b.npy", np.array([0.0, 0.1]))
    arguments = ["--weights", tmp_path / "W.npy", "--trials", "40", "--transient-ms", "2000", "--duration-ms", "500"]
    mirrored = spectrum(*arguments)
    assert [a["trials"]["n"] for a in mirrored["attractors"]] == [40]
    distinct = spectrum(*arguments, "--input", tmp_path / "b.npy")
    counts = [a["trials"]["n"] for a in distinct["attractors"]]
    assert len(counts) == 2 and sum(counts) == 40 and min(counts) >= 10
    for k, attractor in enumerate(distinct["attractors"]):
        share = attractor["trials"]
        assert attractor["verdict"] == "fixed_point" and share["share"] == counts[k] / 40
        assert share["low"] < share["share"] < share["high"]
        assert sum(trial["attractor"] == k for trial in distinct["trials"]) == counts[k]
    assert distinct["escape_rate"]["n"] == 40 and distinct["survival"]["n"] == 0


def test_the_table_reads_well(tmp_path):
    np.save(tmp_path / "W.npy", random_matrix())
    text = succeeds("spectrum", "--weights", tmp_path / "W.npy", *SHORT).stdout
    assert "attractors: 1\n  0, fixed_point: 2 of 2 trials" in text and "per tau)" in text
    assert "still moving: 0 of 2 trials" in text and "(errors allow 0 to 0)" in text
    assert "40 neurons, 1600 connections, gain 1, form rate" in text
    assert "trial 1: fixed_point" in text and "audit: passed" in text and "chaotic: 0 of 2 trials" in text


@pytest.mark.parametrize(
    "values, text",
    [
        (np.zeros((2, 3)), "square"),
        (np.array([[0, np.nan], [1, 0]]), "finite"),
        (np.zeros((0, 0)), "expected"),
        (np.zeros(4), "square"),
        (np.zeros((2, 2), complex), "expected"),
    ],
)
def test_no_matrix_of_weights(tmp_path, values, text):
    np.save(tmp_path / "W.npy", values)
    assert text in refused("spectrum", "--weights", tmp_path / "W.npy")


def test_a_truncated_file(tmp_path):
    np.save(tmp_path / "W.npy", random_matrix())
    (tmp_path / "W.npy").write_bytes((tmp_path / "W.npy").read_bytes()[:-100])
    assert "W.npy" in refused("spectrum", "--weights", tmp_path / "W.npy", status=1)


@pytest.mark.parametrize(
    "option, value, text",
    [
        ("--form", "spiking", "expected rate, current or map"),
        ("--exponents", "41", "from 1 to 40"),
        ("--exponents", "0", "from 1 to 40"),
        ("--gain", "nan", "expected a number from 0"),
        ("--dt-ms", "40", "less than twice --tau-ms"),
        ("--dt-ms", "0", "above 0"),
        ("--duration-ms", "1e", "above 0"),
        ("--trials", "0", "from 1"),
        ("--input", "nowhere.npy", "nowhere.npy"),
        ("--kernels", "sse", "expected scalar, avx2, avx512 or neon"),
    ],
)
def test_mistakes(tmp_path, option, value, text):
    np.save(tmp_path / "W.npy", random_matrix())
    assert text in refused("spectrum", "--weights", tmp_path / "W.npy", option, value)


def test_single_precision(tmp_path):
    """Of tangent vectors alone: exponents differ by rounding, everything says so."""
    np.save(tmp_path / "W.npy", random_matrix(60, radius=4, seed=2))
    command = ["--weights", tmp_path / "W.npy", "--exponents", "8", *SHORT]
    exact, rounded = spectrum(*command), spectrum(*command, "--precision", "single", "-o", tmp_path / "out.h5")
    assert (exact["precision"], rounded["precision"]) == ("double", "single")
    assert "tangent vectors in single precision" in succeeds("spectrum", *command, "--precision", "single").stdout
    for a, b in zip(exact["trials"], rounded["trials"]):
        assert a["verdict"] == b["verdict"] and a["exponents"] != b["exponents"] and b["audit"]["passed"]
        np.testing.assert_allclose(a["exponents"], b["exponents"], atol=1e-3)
    with h5py.File(tmp_path / "out.h5") as file:
        assert file.attrs["precision"] == b"single"
        np.testing.assert_array_equal(file["lyapunov_exponent"][0], rounded["trials"][0]["exponents"])


def test_single_precision_is_the_same_on_all_kernels(tmp_path):
    np.save(tmp_path / "W.npy", random_matrix(60, radius=4, seed=2))
    command = ["--weights", tmp_path / "W.npy", "--precision", "single", *SHORT]
    for exponents in ("3", "all"):
        assert spectrum(*command, "--exponents", exponents) == spectrum(
            *command, "--exponents", exponents, "--kernels", "scalar"
        )


def test_an_unknown_precision(tmp_path):
    np.save(tmp_path / "W.npy", np.eye(2))
    message = refused("spectrum", "--weights", tmp_path / "W.npy", "--precision", "half")
    assert "precision 'half': expected double or single" in message
