"""rnnchaos network against the same network restated in NumPy."""

import math
import re

import numpy as np
import pytest
from command import QUICK, SMALL, contents, refused, settings, succeeds


def session_stream(seed, session):
    return np.random.default_rng(np.random.SeedSequence(entropy=seed, spawn_key=(session,)))


def connections(stream, n, p):
    present = np.zeros((n, n), dtype=bool)
    present[~np.eye(n, dtype=bool)] = stream.uniform(size=n * n - n) > 1 - p
    return present


def restated(seed, session, n, p, std, trials):
    """Weights and initial states, drawn as the published study draws them."""
    stream = session_stream(seed, session)
    present = connections(stream, n, p)
    values = stream.normal(0, std, size=present.sum())
    weights = np.zeros((n, n))
    weights[present] = values - (values.mean() if values.size else 0)
    return weights, 2 * stream.uniform(size=(trials, n)) - 1


DEFAULT = {"seed": 1234, "n": 200, "p": 0.1, "std": 0.05, "trials": 20}
CASES = [
    {"session": 1},
    {"session": 5},
    {"session": 77},  # which the study does not run
    {"session": 2, "seed": 20260101, "n": 123, "p": 0.37, "std": 0.08},
    {"session": 0, "seed": 2**130 + 7, "n": 40, "p": 1, "std": 2, "trials": 1},
    {"session": 4294967295, "seed": 0, "n": 50, "p": 0.5, "std": 0},
    {"session": 3, "n": 30, "p": 0},
    {"session": 3, "n": 1, "trials": 3},
    {"session": 3, "n": 2, "p": 0.9},
]


def draw(path, session, seed, n, p, std, trials):
    study = {"seed": seed, "network.neurons": n, "network.connection_probability": p, "network.weight_std": std}
    done = succeeds("network", "--session", session, *settings(study, trials=trials), "-o", path)
    assert done.stderr == ""
    with np.load(path) as data:
        assert sorted(data.files) == ["initial_states", "weights"]
        return done.stdout, data["weights"], data["initial_states"]


@pytest.mark.parametrize("case", CASES, ids=lambda case: "-".join(map(str, case.values())))
def test_weights_and_initial_states_to_the_bit(case, tmp_path):
    case = DEFAULT | case
    _, weights, states = draw(tmp_path / "x.npz", **case)
    expected_weights, expected_states = restated(**case)
    assert weights.dtype == states.dtype == np.float64
    np.testing.assert_array_equal(weights, expected_weights)
    np.testing.assert_array_equal(states, expected_states)


@pytest.mark.parametrize("case", CASES, ids=lambda case: "-".join(map(str, case.values())))
def test_the_report(case, tmp_path):
    case = DEFAULT | case
    text, weights, _ = draw(tmp_path / "x.npz", **case)
    n, radius = case["n"], np.abs(np.linalg.eigvals(weights)).max()
    value = dict(re.findall(r"^(.+?) {2,}(?:g = )?(\S+)", text, re.MULTILINE))
    assert int(value["session"]) == case["session"] and int(value["neurons"]) == n
    assert int(value["connections"]) == connections(session_stream(case["seed"], case["session"]), n, case["p"]).sum()
    assert float(value["effective gain"]) == pytest.approx(case["std"] * math.sqrt(n * case["p"]), rel=1e-5)
    assert float(value["spectral radius"]) == pytest.approx(radius, rel=1e-5, abs=1e-12)
    if radius > 1e-12:
        assert float(value["radius 1 at"]) == pytest.approx(1 / radius, rel=1e-5)
    else:
        assert "radius 1 at        no g" in text


def test_the_published_network(tmp_path):
    text, *_ = draw(tmp_path / "x.npz", 1, **DEFAULT)
    assert "effective gain     0.223607 per unit g" in text  # model: the onset is near g = 4.47
    assert 4 < float(re.search(r"radius 1 at +g = ([\d.]+)", text)[1]) < 4.7


def test_a_study_file_is_read(tmp_path):
    succeeds("network", QUICK, "--session", "2", "-o", tmp_path / "x.npz", *settings({"trials": 3}))
    with np.load(tmp_path / "x.npz") as data:
        expected = restated(1234, 2, 100, 0.2, 0.05, 3)
        np.testing.assert_array_equal(data["weights"], expected[0])
        np.testing.assert_array_equal(data["initial_states"], expected[1])


def test_the_same_bytes_twice(tmp_path):
    for name in "ab":
        succeeds("network", *settings(SMALL), "--session", "1", "-o", tmp_path / name)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_a_place_that_cannot_be_written(tmp_path):
    message = refused("network", "--session", "1", "-o", tmp_path / "nowhere/x.npz", status=1)
    assert "nowhere/x.npz: cannot create it: No such file or directory" in message


def test_too_many_neurons(tmp_path):
    odd = settings({"network.neurons": 1000000, "network.connection_probability": 0})
    message = refused("network", "--session", "1", *odd, "-o", tmp_path / "x.npz")
    assert "expected at most 20000 for a dense matrix in a file, found 1000000" in message and contents(tmp_path) == []
