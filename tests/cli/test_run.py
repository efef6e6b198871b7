"""What a run leaves and says, for ordinary and for odd studies."""

import re

import h5py
import numpy as np
import pytest
from command import PRODUCTS, QUICK, SMALL, command, contents, datasets, refused, settings, succeeds


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """The small study with one thread: its folder."""
    folder = tmp_path_factory.mktemp("small")
    succeeds("run", *settings(SMALL), "-o", folder, "--threads", "1")
    return folder


def read(folder):
    with h5py.File(folder / "results.h5") as file:
        return {name: file[name][()] for name in file}


# --- What a run leaves and says -------------------------------------------------


def test_the_quick_example(tmp_path):
    folder = tmp_path / "a/b/results"
    done = succeeds("run", QUICK, "-o", folder)
    assert contents(folder) == PRODUCTS
    assert done.stdout.splitlines()[-5:] == [
        f"{folder}/{name}" for name in ("study.yaml", "results.h5", "data_curation.pickle", "results.pdf", "exponents.pdf")
    ]
    assert "rnnchaos: 8 tasks on" in done.stderr and "rnnchaos: 8 tasks in" in done.stderr


def test_the_default_folder_is_results(tmp_path):
    succeeds("run", *settings(SMALL), "--no-figure", cwd=tmp_path)
    assert contents(tmp_path / "results") == [name for name in PRODUCTS if not name.endswith(".pdf")]


def test_quiet_is_silent(tmp_path):
    done = succeeds("run", *settings(SMALL), "-o", tmp_path, "--quiet")
    assert done.stderr == "" and "session" in done.stdout


def test_no_figure(tmp_path):
    done = succeeds("run", *settings(SMALL), "-o", tmp_path, "--no-figure")
    assert ".pdf" not in done.stdout and not any(name.endswith(".pdf") for name in contents(tmp_path))


def test_a_run_twice_in_one_folder_gives_the_same_bytes(tmp_path):
    succeeds("run", *settings(SMALL), "-o", tmp_path)
    # results.h5 tells when and how long; a journal has its tasks in the order in which threads finished them
    same = set(PRODUCTS) - {"results.h5", "journal.rcj"}
    before = {name: (tmp_path / name).read_bytes() for name in same}
    journal = (tmp_path / "journal.rcj").stat().st_size
    succeeds("run", *settings(SMALL), "-o", tmp_path)
    assert (tmp_path / "journal.rcj").stat().st_size == journal
    assert before == {name: (tmp_path / name).read_bytes() for name in before}
    assert contents(tmp_path) == PRODUCTS


def table_rows(text, title):
    """Rows of numbers and words below a title, by session."""
    lines = text[text.index(title) :].splitlines()[1:]
    rows = {}
    for line in lines:
        words = line.split()
        if not words or not (words[0] == "session" or words[0].isdigit()):
            break
        rows.setdefault(words[0], []).extend(words[1:])
    return rows


def test_the_table_tells_the_results(small):
    text = succeeds("info", small / "results.h5").stdout
    found = read(small)
    exponents = table_rows(text, "divergence exponent (1/s)")
    kept = table_rows(text, "trials kept, of 3")
    assert exponents["session"] == kept["session"] == ["1", "13", "22"]
    for s, session in enumerate(found["session"]):
        row = exponents[str(session)]
        assert row[0] == "-" and kept[str(session)][0] == "-"
        for g in (1, 2):
            assert kept[str(session)][g] == str(found["trials_kept"][s, g])
            value = found["divergence_exponent"][s, g]
            assert row[g] == ("none" if np.isnan(value) else f"{value:.4f}")
    assert "-      below divergence.minimum_gain = 10: not fitted\n" in text
    assert np.isfinite(found["divergence_exponent"][:, 1:]).any()


def test_the_tables_of_verdicts_tell_the_results(tmp_path):
    """The published session 1: g = 1 falls to the origin, at g = 22 all trials are chaos."""
    text = succeeds(
        "run", "-o", tmp_path, "--no-figure", "--quiet", "--set", "sessions=[1]", "--set", "gains=[1,10,22]",
        "--set", "exponents.transient_ms=1000", "--set", "exponents.duration_ms=9000",
    ).stdout  # fmt: skip
    found = read(tmp_path)
    rates = table_rows(text, "rate at which trials settle")["1"]
    attractors = table_rows(text, "trials in each attractor")["1"]
    settled = np.isin(found["verdict"], [0, 1, 2, 4])[0]
    np.testing.assert_array_equal(found["n_escaped"][0], settled.sum(axis=1))
    np.testing.assert_allclose(found["survival"][0], 1 - settled.mean(axis=1), atol=1e-15)
    for g in range(3):
        growth = found["growth_ms"][0, g]
        delay = (found["transient_ms"][0, g] - growth)[found["verdict"][0, g] == 0].max(initial=0)
        end = np.inf if settled[g].all() else 10000 - delay  # until when all is known
        escaped = settled[g] & (growth <= end)
        time = np.where(escaped, growth, min(end, 1e9)).sum() / 1000
        if escaped.any():
            assert found["escape_rate"][0, g] == pytest.approx(escaped.sum() / time, rel=0.02)
            assert rates[g] == f"{found['escape_rate'][0, g]:.2g}"
        ids = found["attractor_id"][0, g]
        counts = sorted(np.bincount(ids[ids >= 0]), reverse=True)
        shown = attractors[g].split("+") if attractors[g] != "-" else []
        assert shown == [str(n) for n in counts][:4] + ([".."] if len(counts) > 4 else [])
    assert attractors[0] == "20" and rates[2] == f"<{found['escape_rate_high'][0, 2]:.2g}"
    assert found["escape_rate_low"][0, 2] == 0 and found["survival"][0, 2] == 1
    assert f"audit: {found['audit_passed'].sum()} of 60 trials passed" in text
    worst = np.nanmax(np.abs(found["sum_rule_residual"]))
    assert any("sum rule" in line and f"{worst:.1e}" in line for line in text.splitlines())
    assert (found["n_positive_least"] <= found["n_positive_most"]).all()
    with h5py.File(tmp_path / "results.h5") as file:
        assert file.attrs["tau_ms"] == 20


def test_run_prints_the_same_table(small):
    text = succeeds("run", *settings(SMALL), "-o", small, "--resume").stdout
    assert text.split("\n\n")[0] + "\n" in succeeds("info", small / "results.h5").stdout


def test_many_gains_fit_80_columns(tmp_path):
    gains = [*range(1, 20), 0.1234567890123, 1e300]
    text = succeeds("run", *settings(SMALL, gains=gains, sessions=[4294967295]), "-o", tmp_path, "--no-figure").stdout
    table = text.split("\n\n")[0]
    assert max(map(len, table.splitlines())) < 80
    rows = table_rows(table, "divergence exponent (1/s)")
    assert [float(word) for word in rows["session"]] == gains
    assert len(rows["4294967295"]) == len(gains)


# --- Threads and kernels -------------------------------------------------------


@pytest.mark.parametrize("threads", [1, 2, 3, 99])
def test_results_do_not_depend_on_threads(threads, small, tmp_path):
    done = succeeds("run", *settings(SMALL), "-o", tmp_path, "--threads", threads)
    used = min(threads, 6)
    assert f"6 tasks on {used} thread{'s' if used > 1 else ''} (--threads)" in done.stderr
    assert datasets(tmp_path) == datasets(small)
    for name in ("data_curation.pickle", "results.pdf", "exponents.pdf", "study.yaml"):
        assert (tmp_path / name).read_bytes() == (small / name).read_bytes()
    with h5py.File(tmp_path / "results.h5") as file:
        assert file.attrs["threads"] == used


@pytest.mark.parametrize("kernels", ["scalar", "avx2", "avx512"])
def test_results_do_not_depend_on_kernels(kernels, small, tmp_path):
    done = command("run", *settings(SMALL), "-o", tmp_path, "--kernels", kernels)
    if "this processor cannot run" in done.stderr:
        assert done.returncode == 1 and contents(tmp_path) == []
        pytest.skip(done.stderr)
    assert done.returncode == 0 and f"{kernels} kernels" in done.stderr
    assert datasets(tmp_path) == datasets(small)
    with h5py.File(tmp_path / "results.h5") as file:
        assert file.attrs["kernels"] == kernels


@pytest.mark.parametrize(
    "environment, said",
    [
        ({"OMP_NUM_THREADS": "1"}, "1 thread (OMP_NUM_THREADS)"),
        ({"OMP_NUM_THREADS": "3,2"}, "3 threads (OMP_NUM_THREADS)"),
        ({"SLURM_CPUS_PER_TASK": "2"}, "2 threads (SLURM_CPUS_PER_TASK)"),
        ({"OMP_NUM_THREADS": "1", "SLURM_CPUS_PER_TASK": "2"}, "1 thread (OMP_NUM_THREADS)"),
        ({"OMP_NUM_THREADS": "many", "SLURM_CPUS_PER_TASK": "2"}, "2 threads (SLURM_CPUS_PER_TASK)"),
        ({"OMP_NUM_THREADS": "0"}, "(all cores)"),
        ({}, "(all cores)"),
    ],
)
def test_the_environment_chooses_threads(environment, said, tmp_path):
    done = succeeds("run", *settings(SMALL), "-o", tmp_path, "--no-figure", environment=environment)
    assert said in done.stderr


def test_threads_win_over_the_environment(tmp_path):
    done = succeeds(
        "run", *settings(SMALL), "-o", tmp_path, "--threads", "2", "--no-figure", environment={"OMP_NUM_THREADS": "1"}
    )
    assert "2 threads (--threads)" in done.stderr


# --- Odd studies that have a result ---------------------------------------------


def run_odd(tmp_path, **odd):
    """SMALL with some keys changed, figure and exports included."""
    odd = {key.replace("__", "."): value for key, value in odd.items()}
    succeeds("run", *settings(SMALL, odd), "-o", tmp_path)
    assert contents(tmp_path) == PRODUCTS
    for kind in ("npz", "csv"):
        succeeds("export", tmp_path / "results.h5", "--to", kind, "-o", tmp_path / f"x.{kind}")
    for kind in ("svg", "png"):
        succeeds("plot", tmp_path / "results.h5", "-o", tmp_path / f"x.{kind}")
    return read(tmp_path)


@pytest.mark.parametrize("p", [0, 1])
def test_connection_probability_at_its_ends(p, tmp_path):
    found = run_odd(tmp_path, network__connection_probability=p)
    assert np.isfinite(found["rates1"]).all()
    if p == 0:  # nobody drives anybody: rates decay by 1 - dt/tau a step
        np.testing.assert_allclose(found["rates1"][0], found["rates1"][0, 0] * 0.95 ** np.arange(100), rtol=1e-12)
        assert (found["trials_kept"] == 0).all()


def test_one_neuron(tmp_path):
    found = run_odd(tmp_path, network__neurons=1)
    difference = np.abs(found["rates2"] - found["rates1"])
    np.testing.assert_allclose(difference, 1e-4 * 0.95 ** np.arange(100) * np.ones((3, 1)), rtol=1e-9)


def test_gain_zero(tmp_path):
    odd = {"gains": "[0]", "divergence__minimum_gain": 0, "divergence__minimum_distance": 1e-30}
    found = run_odd(tmp_path, **odd)
    assert found["gain"] == [0] and (found["trials_kept"] == 3).all()
    # delta shrinks by 0.95 a step, so ln delta falls in a straight line
    assert found["divergence_exponent"] == pytest.approx(1000 * np.log(0.95), rel=1e-9)


def test_one_trial(tmp_path):
    found = run_odd(tmp_path, trials=1)
    assert found["final_distance"].shape == (2, 3, 1)


def test_one_step(tmp_path):
    found = run_odd(tmp_path, dynamics__duration_ms=1, record__duration_ms=1)
    assert found["delta_mean"].shape == (2, 3, 1) and (found["divergence_outcome"] != 0).all()


def test_nothing_recorded(tmp_path):
    assert run_odd(tmp_path, record__duration_ms=0)["rates1"].shape == (3, 0)


def test_no_weights(tmp_path):
    assert (run_odd(tmp_path, network__weight_std=0)["trials_kept"] == 0).all()


def test_no_gain_is_fitted(tmp_path):
    found = run_odd(tmp_path, gains="[1,2]")
    assert np.isnan(found["divergence_exponent"]).all() and np.isnan(found["delta_mean"]).all()


def test_no_trial_is_kept(tmp_path):
    found = run_odd(tmp_path, divergence__minimum_distance=1e6)
    assert np.isnan(found["divergence_exponent"]).all() and np.isnan(found["delta_mean"]).all()
    assert "none   no trial kept" in succeeds("info", tmp_path / "results.h5").stdout


def test_a_fit_that_is_too_short(tmp_path):
    found = run_odd(tmp_path, perturbation=1e3, gains="[13]")
    assert (found["divergence_outcome"] == 3).all() and np.isnan(found["divergence_exponent"]).all()
    assert "short  saturated at once" in succeeds("info", tmp_path / "results.h5").stdout


@pytest.mark.parametrize("perturbation", [1e-320, -1e-4, 1e10, 1e160, 1e308])
def test_any_perturbation(perturbation, tmp_path):
    run_odd(tmp_path, perturbation=perturbation)


def test_sessions_and_gains_in_any_order(tmp_path):
    found = run_odd(tmp_path, sessions="[4294967295,0,7]", gains="[22,0.5,13]")
    assert list(found["session"]) == [4294967295, 0, 7] and list(found["gain"]) == [22, 0.5, 13]
    a, b = tmp_path / "a", tmp_path / "b"
    for folder, gains in [(a, "[13,22]"), (b, "[22,13]")]:
        succeeds("run", *settings(SMALL, gains=gains), "-o", folder, "--no-figure")
    np.testing.assert_array_equal(read(a)["delta_mean"], read(b)["delta_mean"][:, ::-1])


def test_a_seed_beyond_64_bits(tmp_path):
    run_odd(tmp_path, seed=2**200 + 1)


# --- Studies without a result ------------------------------------------------------


def test_a_state_that_is_not_finite_is_named(tmp_path):
    odd = settings(SMALL, {"gains": "[1e308]", "network.weight_std": 1e10, "sessions": "[2,1]"})
    message = refused("run", *odd, "-o", tmp_path / "out", "--quiet", "--threads", "1", status=1)
    found = re.fullmatch(
        r"rnnchaos: session 2, g = 1e\+308, trial (\d+), step (\d+): the state of neuron (\d+) is not finite\n", message
    )
    assert found and int(found[1]) < 3 and int(found[2]) < 400 and int(found[3]) < 60
    assert contents(tmp_path / "out") == []


@pytest.mark.parametrize("key", ["trials", "network.neurons"])
def test_too_much_memory_is_said(key, tmp_path):
    odd = settings(SMALL, {key: 2147483648, "network.connection_probability": 0})
    if key == "network.neurons":
        odd += ["--set", "trials=2147483648"]
    message = refused("run", *odd, "-o", tmp_path / "out", "--quiet", status=1)
    assert "memory" in message and contents(tmp_path / "out") == []
