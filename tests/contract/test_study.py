"""The published study end to end, against its published numbers and against NumPy."""

import os
import pathlib
import pickle
import subprocess

import numpy as np
import pytest

h5py = pytest.importorskip("h5py")

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("RNNCHAOS_BUILD", ROOT / "build"))

SESSIONS = [1, 2, 3, 4, 5]
GAINS = [1, 4, 7, 10, 13, 16, 19, 22]

# F. Razi, RNN_chaos: data/data_curation.pickle, Lyapunov_exponent; sessions 1-5, g = 10, 13, 16, 19, 22; 1/s.
PUBLISHED = np.array(
    [
        [2.48296902, 5.90590446, 8.35180536, 10.30419142, 11.76930113],
        [4.45569525, 7.43362685, 11.02829599, 12.36441854, 14.61566831],
        [3.88971065, 6.31834799, 10.49737517, 12.60368361, 14.83560167],
        [3.56837013, 8.10619336, 9.57064497, 11.19243776, 13.09911695],
        [3.31434932, 5.68844446, 9.35649638, 10.84993898, 13.95181325],
    ]
)
# Chaos forgets rounding: correct programs that differ in the order of their sums came this close, not closer.
LARGEST_DEVIATION, ROOT_MEAN_SQUARE_DEVIATION = 0.045, 0.018

# Until chaos has amplified rounding.
STEPS_ALIKE = 500


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    path = tmp_path_factory.mktemp("published")
    subprocess.run([BUILD / "rnnchaos", "run", "-o", path], check=True, capture_output=True)
    return path


@pytest.fixture(scope="module")
def results(folder):
    with h5py.File(folder / "results.h5") as file:
        return {name: file[name][()] for name in file}


@pytest.fixture(scope="module")
def curated(folder):
    with open(folder / "data_curation.pickle", "rb") as file:
        return pickle.load(file)


# --- The published numbers -------------------------------------------------------


def test_the_axes(results):
    assert list(results["session"]) == SESSIONS and list(results["gain"]) == GAINS
    np.testing.assert_array_equal(results["time_ms"], np.arange(7000))


def test_the_published_exponents(results):
    found = results["divergence_exponent"][:, 3:]
    deviation = found / PUBLISHED - 1
    assert np.abs(deviation).max() <= LARGEST_DEVIATION
    assert np.sqrt(np.mean(deviation**2)) <= ROOT_MEAN_SQUARE_DEVIATION
    assert not (np.abs(found - PUBLISHED) < 5e-9).all()  # that would be a copy


def test_no_exponent_below_g_10(results):
    assert np.isnan(results["divergence_exponent"][:, :3]).all()
    assert np.isnan(results["delta_mean"][:, :3]).all()
    assert (results["divergence_outcome"][:, :3] == 1).all() and (results["divergence_outcome"][:, 3:] == 0).all()


def test_trials_kept_at_g_10(results):
    assert list(results["trials_kept"][:3, 3]) == [11, 20, 9]
    np.testing.assert_array_equal(results["trials_kept"][:, 3:], (results["final_distance"][:, 3:] >= 1).sum(axis=2))


def test_the_exponent_is_the_slope_of_the_mean_distance(results):
    for session in range(5):
        for gain in range(3, 8):
            log = np.log(results["delta_mean"][session, gain])
            end = np.argmax(log >= 0.8 * log.max())
            assert results["fit_end_ms"][session, gain] == end
            slope = np.polynomial.polynomial.polyfit(np.arange(end) / 1000, log[:end], 1)[1]
            assert results["divergence_exponent"][session, gain] == pytest.approx(slope, rel=1e-9)


# --- NumPy's own computation -----------------------------------------------------


def draw(session):
    """Dense weights and initial states [trial, neuron] of a session."""
    stream = np.random.default_rng(np.random.SeedSequence(entropy=1234, spawn_key=(session,)))
    n, p = 200, 0.1
    present = np.zeros((n, n), dtype=bool)
    present[~np.eye(n, dtype=bool)] = stream.uniform(size=n * n - n) > 1 - p
    weights = np.zeros((n, n))
    values = stream.normal(0, 1 / (n * p), size=present.sum())
    weights[present] = values - values.mean()
    return weights, 2 * stream.uniform(size=(20, n)) - 1


def simulate(weights, states, gain, n_steps):
    """Distances of the twins [step, trial] and rates of neuron 100 in trial 1 and its twin [step, 2]."""
    both = np.concatenate([states, states + 1e-4]).T
    distances, rates = np.empty((n_steps, 20)), np.empty((n_steps, 2))
    for step in range(n_steps):
        distances[step] = np.sqrt(((both[:, 20:] - both[:, :20]) ** 2).sum(axis=0))
        rates[step] = both[100, [1, 21]]
        both = both + 1 / 20 * (-both + np.tanh((gain * weights) @ both))
    return distances, rates


# At g = 10 some trials are dropped for where they end: 7000 steps. The others keep all 20.
@pytest.mark.parametrize(
    "session, gain, n_steps",
    [(1, 10, 7000), (3, 10, 7000)] + [(s, g, STEPS_ALIKE) for s, g in [(1, 22), (2, 13), (2, 10), (4, 19), (5, 16)]],
)
def test_delta_mean(session, gain, n_steps, results):
    distances, _ = simulate(*draw(session), gain, n_steps)
    kept = distances[-1] >= 1 if n_steps == 7000 else np.full(20, True)
    at = session - 1, GAINS.index(gain)
    assert results["trials_kept"][at] == kept.sum()
    expected = distances[:STEPS_ALIKE, kept].mean(axis=1)
    np.testing.assert_allclose(results["delta_mean"][at][:STEPS_ALIKE], expected, rtol=1e-9, atol=0)


@pytest.mark.parametrize("gain", GAINS)
def test_the_recorded_neuron(gain, results):
    _, expected = simulate(*draw(1), gain, STEPS_ALIKE)
    for number, name in enumerate(["rates1", "rates2"]):
        found = results[name][GAINS.index(gain)]
        assert found.shape == (2000,) and np.abs(found).max() <= 1
        np.testing.assert_allclose(found[:STEPS_ALIKE], expected[:, number], rtol=1e-9, atol=1e-12)


# --- The original's dictionary ---------------------------------------------------


def test_the_curated_data_have_the_originals_keys(curated):
    names = [f"g={gain}" for gain in GAINS]
    assert set(curated) == {"instance", "Lyapunov_exponent", *(f"session={s}" for s in SESSIONS)}
    assert list(curated["instance"]) == names
    for entry in curated["instance"].values():
        assert set(entry) == {"rates1", "rates2"}
        assert all(rates.shape == (2000,) and rates.dtype == np.float64 for rates in entry.values())
    for session in SESSIONS:
        entries = curated[f"session={session}"]
        assert list(entries) == names
        for gain in GAINS:
            assert set(entries[f"g={gain}"]) == ({"delta_mean"} if gain >= 10 else set())


def test_the_curated_data_are_the_results(curated, results):
    np.testing.assert_array_equal(curated["Lyapunov_exponent"], results["divergence_exponent"][:, 3:])
    for i, gain in enumerate(GAINS):
        for name in ("rates1", "rates2"):
            np.testing.assert_array_equal(curated["instance"][f"g={gain}"][name], results[name][i])
        for s, session in enumerate(SESSIONS):
            if gain >= 10:
                found = curated[f"session={session}"][f"g={gain}"]["delta_mean"]
                np.testing.assert_array_equal(found, results["delta_mean"][s, i])


# --- What the trials are: session 1, g = 10 has no chaos, whatever the twins say --------


@pytest.fixture(scope="module")
def verdicts(folder):
    with h5py.File(folder / "results.h5") as file:
        meanings = file["verdict"].attrs["flag_meanings"].split()
        return {name: file["verdict"][()] == number for number, name in enumerate(meanings)}


def test_session_1_at_g_10_comes_to_rest(results, verdicts):
    s, g = SESSIONS.index(1), GAINS.index(10)
    assert verdicts["fixed_point"][s, g].all()
    largest = results["lyapunov_exponent"][s, g, :, 0]
    assert (largest < 0).all()
    assert np.sum(np.abs(largest + 0.446) < 0.01) == 12 and np.sum(np.abs(largest + 5.157) < 0.01) == 8
    assert results["chaos_probability"][s, g] == 0 == results["chaos_probability_low"][s, g]
    assert results["n_attractors"][s, g] == 2


def test_session_1_at_g_13_is_transient_chaos(results, verdicts):
    s, g = SESSIONS.index(1), GAINS.index(13)
    lifetimes = results["transient_ms"][s, g][verdicts["transient_chaos"][s, g]]
    assert len(lifetimes) > 0 and (lifetimes > 5000).all()
    assert verdicts["fixed_point"][s, g].any() and verdicts["chaos"][s, g].any()
    # mean lifetime 32 s if followed to the end (20 trials: +- 7 s)
    assert results["escape_rate_low"][s, g] < 1 / 32 < results["escape_rate_high"][s, g]
    assert results["n_escaped"][s, g] + verdicts["chaos"][s, g].sum() <= 20
    transient = verdicts["transient_chaos"][s, g]
    assert (results["growth"][s, g][transient] > 73).all() and (results["transient_exponent"][s, g][transient] > 3).all()


def test_session_3_at_g_16_is_chaos(results, verdicts):
    s, g = SESSIONS.index(3), GAINS.index(16)
    assert verdicts["chaos"][s, g].all()
    assert abs(results["lyapunov_exponent"][s, g, :, 0].mean() - 9.7) < 0.3
    assert results["chaos_probability_low"][s, g] > 0.8


def test_no_verdict_of_chaos_below_the_onset(verdicts):
    assert not verdicts["chaos"][:, : GAINS.index(10)].any()
    assert verdicts["fixed_point"][:, : GAINS.index(7)].all()


def test_spectra_descend_with_errors(results):
    exponents, errors = results["lyapunov_exponent"], results["lyapunov_error"]
    assert (np.diff(exponents, axis=-1) <= 1e-9).all()
    assert (errors >= 0).all()
    assert results["audit_passed"].all()
