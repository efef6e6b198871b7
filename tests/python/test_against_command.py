"""Every function against the command's output on the same input, to the bit."""

import json
import subprocess

import h5py
import numpy as np
import pytest
import xarray
from conftest import BUILD, SHORT, SHORT_OPTIONS, SMALL, command, random_matrix, study_options
from scipy import sparse

import rnnchaos


def same_bits(a, b):
    a, b = np.asarray(a), np.asarray(b)
    assert a.shape == b.shape and a.dtype == b.dtype
    assert a.tobytes() == b.tobytes()


@pytest.mark.parametrize("form", ["rate", "current", "map"])
@pytest.mark.parametrize("k", [3, "all"])
def test_spectrum_prints_what_the_command_prints(tmp_path, chaotic, form, k):
    W, gain = chaotic
    np.save(tmp_path / "W.npy", W)
    result = rnnchaos.spectrum(W, gain=gain, form=form, k=k, **SHORT)
    options = ["--weights", tmp_path / "W.npy", "--gain", gain, "--form", form, "--exponents", k, *SHORT_OPTIONS]
    assert str(result) == command("spectrum", *options)


def test_spectrum_with_everything_set(tmp_path, chaotic):
    W, gain = chaotic
    b, r0 = np.linspace(-0.1, 0.1, 40), np.linspace(-1, 1, 40)
    for name, array in ("W", W), ("b", b), ("r0", r0):
        np.save(tmp_path / f"{name}.npy", array)
    result = rnnchaos.spectrum(
        W, gain=gain, k=4, input=b, r0=r0, tau=10, dt=0.5, transient=300, duration=1500, target_error=3, target_share=0.1,
        precision="single",
    )
    options = ["--gain", gain, "--exponents", 4, "--input", tmp_path / "b.npy", "--initial-states", tmp_path / "r0.npy"]
    options += ["--tau-ms", 10, "--dt-ms", 0.5, "--transient-ms", 300, "--duration-ms", 1500]
    options += ["--target-error", 3, "--target-share", 0.1, "--precision", "single"]
    assert result.precision == "single"
    assert str(result) == command("spectrum", "--weights", tmp_path / "W.npy", *options)


def test_numbers_of_a_spectrum(tmp_path, chaotic):
    W, gain = chaotic
    np.save(tmp_path / "W.npy", W)
    result = rnnchaos.spectrum(W, gain=gain, k=3, **SHORT)
    options = ["--weights", tmp_path / "W.npy", "--gain", gain, "--exponents", 3, *SHORT_OPTIONS]
    answer = json.loads(command("spectrum", "--json", *options))

    def told(value):
        return None if not np.isfinite(value) else value

    for t, trial in enumerate(answer["trials"]):
        assert trial["exponents"] == result.exponents[t].tolist()
        assert trial["errors"] == result.errors[t].tolist()
        assert (trial["verdict"], trial["reason"]) == (result.verdict[t], result.reason[t])
        assert trial["audit"]["passed"] == result.audit[t].passed
        assert trial["audit"]["text"] == result.audit[t].text
        for name in rnnchaos.Audit._fields[2:]:
            assert trial["audit"][name] == told(getattr(result.audit[t], name))
        assert trial["kaplan_yorke_dimension"]["value"] == told(result.kaplan_yorke_dimension[t])
        assert trial["entropy_rate"]["value"] == result.entropy_rate[t]
        assert trial["entropy_rate"]["error"] == told(result.entropy_rate_error[t])
        assert trial["twin"]["value"] == result.twin_exponent[t]
        assert trial["n_positive"] == result.n_positive[t]
        assert trial["autocorrelation"] == [told(value) for value in result.autocorrelation[t]]
    assert answer["chaotic"] == {"n": result.chaotic.n, "of": 2, "share": result.chaotic.value} | {
        "low": result.chaotic.low,
        "high": result.chaotic.high,
    }
    assert answer["survival"]["share"] == result.moving.value
    assert answer["escape_rate"]["n"] == result.escape.n and answer["escape_rate"]["time_s"] == result.escape.time
    assert len(answer["attractors"]) == result.n_attractors


def test_the_dataset_and_the_file_of_a_spectrum(tmp_path, chaotic):
    W, gain = chaotic
    np.save(tmp_path / "W.npy", W)
    result = rnnchaos.spectrum(W, gain=gain, k=3, **SHORT)
    options = ["--weights", tmp_path / "W.npy", "--gain", gain, "--exponents", 3, *SHORT_OPTIONS]
    command("spectrum", *options, "-o", tmp_path / "command.h5")
    result.save(tmp_path / "ours.h5")
    with h5py.File(tmp_path / "ours.h5") as ours, h5py.File(tmp_path / "command.h5") as its:
        assert set(ours) == set(its)
        for name in its:
            same_bits(ours[name], its[name])
    dataset = result.to_xarray()
    with xarray.open_dataset(tmp_path / "command.h5", engine="h5netcdf") as file:
        assert set(file.variables) <= set(dataset.variables)
        for name in set(file.variables) - {"verdict"}:
            same_bits(dataset[name].astype(float), file[name])
            assert dataset[name].dims == file[name].dims
            assert dataset[name].attrs == file[name].attrs
        names = file.verdict.attrs["flag_meanings"].split()
        assert [names[int(v)] for v in file.verdict] == dataset.verdict.values.tolist()
        assert {name: dataset.attrs[name] for name in file.attrs} == file.attrs
    dataset.to_netcdf(tmp_path / "again.nc", engine="h5netcdf")


def test_the_running_estimate_ends_with_the_mean(chaotic):
    W, gain = chaotic
    result = rnnchaos.spectrum(W, gain=gain, k=3, **SHORT)
    time_s, running = result.running()
    assert running.shape == (2, time_s.size, 3)
    for t in range(2):
        n = np.isfinite(running[t, :, 0]).sum()
        np.testing.assert_allclose(time_s[n - 1], result.measured_s[t])
        np.testing.assert_allclose(running[t, n - 1], result.log_stretch[t, :n].sum(axis=0) / result.measured_s[t])


def test_files_are_read_as_the_command_reads_them(tmp_path, chaotic):
    W, gain = chaotic
    np.savez(tmp_path / "two.npz", other=np.eye(3), weights=W)
    sparse.save_npz(tmp_path / "sparse.npz", sparse.csr_matrix(W))
    with h5py.File(tmp_path / "W.h5", "w") as file:
        file["W"] = W
    wanted = str(rnnchaos.spectrum(W, gain=gain, k=2, **SHORT))
    for name in ("two.npz", f"{tmp_path / 'two.npz'}:weights", "sparse.npz", "W.h5"):
        assert str(rnnchaos.spectrum(tmp_path / name, gain=gain, k=2, **SHORT)) == wanted


def test_network(tmp_path):
    command("network", "--session", "7", "--set", "network.neurons=90", "-o", tmp_path / "n.npz")
    W, r0 = rnnchaos.network(7, network_neurons=90)
    with np.load(tmp_path / "n.npz") as file:
        same_bits(W.toarray(), file["weights"])
        same_bits(r0, file["initial_states"])
    printed = dict(line.split("  ", 1) for line in command("network", "--session", "7", "--set", "network.neurons=90", "-o", tmp_path / "n.npz").splitlines())
    assert float(printed["spectral radius"].split()[0]) == pytest.approx(rnnchaos.spectral_radius(W), rel=1e-5)


@pytest.fixture(scope="module")
def run_folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("run") / "results"
    command("run", "-o", folder, "--no-figure", "--quiet", *study_options(SMALL))
    return folder


def test_a_study(run_folder):
    results = rnnchaos.Study(**SMALL).run(threads=2)
    with xarray.open_dataset(run_folder / "results.h5", engine="h5netcdf") as file:
        assert set(file.variables) == set(results.variables)
        for name in set(file.variables) - {"verdict_reason"}:
            same_bits(results[name], file[name])
        for name in file.variables:
            assert results[name].dims == file[name].dims
            for attribute, value in file[name].attrs.items():
                np.testing.assert_array_equal(results[name].attrs[attribute], value)
        assert [reason.decode() for reason in file.verdict_reason.values.ravel()] == results.verdict_reason.values.ravel().tolist()
        assert set(file.attrs) == set(results.attrs)
        same = {"started", "wall_time_s", "threads"} ^ set(file.attrs)
        assert {name: results.attrs[name] for name in same} == {name: file.attrs[name] for name in same}


def test_open_gives_what_run_gave(run_folder):
    results = rnnchaos.Study(**SMALL).run(threads=1)
    for path in (run_folder, run_folder / "results.h5", str(run_folder / "results.h5")):
        opened = rnnchaos.open(path)
        xarray.testing.assert_equal(opened, results)
        assert opened.attrs["study"] == results.attrs["study"]


def test_the_yaml_of_a_study(run_folder, tmp_path):
    study = rnnchaos.Study(**SMALL)
    assert study.to_yaml(tmp_path / "study.yaml") == (run_folder / "study.yaml").read_text()
    assert rnnchaos.Study.from_yaml(run_folder / "study.yaml") == study
    assert (tmp_path / "study.yaml").read_bytes() == (run_folder / "study.yaml").read_bytes()


def test_divergence_is_that_of_the_study(run_folder):
    results = rnnchaos.open(run_folder)
    study = rnnchaos.Study(**SMALL)
    for session in study.sessions:
        W, r0 = rnnchaos.network(session, study)
        for gain in (13.0, 22.0):
            mine = rnnchaos.divergence(W, r0, gain=gain, duration=400, minimum_distance=0.01)
            its = results.sel(session=session, gain=gain)
            same_bits(mine.exponent, its.divergence_exponent)
            same_bits(mine.delta_mean, its.delta_mean)
            same_bits(mine.distance[-1], its.final_distance)
            same_bits(mine.time_ms, its.time_ms)
            names = its.divergence_outcome.attrs["flag_meanings"].split()
            assert mine.outcome == names[int(its.divergence_outcome)]
            assert (mine.n_kept, mine.fit_end_ms) == (int(its.trials_kept), float(its.fit_end_ms)) or np.isnan(its.fit_end_ms)


def test_simulate_is_the_recorded_neuron(run_folder):
    results, study = rnnchaos.open(run_folder), rnnchaos.Study(**SMALL)
    W, r0 = rnnchaos.network(study.record_session, study)
    states = rnnchaos.simulate(W, r0[study.record_trial], gain=22, duration=99)
    same_bits(states[:, study.record_neuron].copy(), results.rates1.sel(gain=22))


@pytest.mark.parametrize("form", ["rate", "current", "map"])
def test_simulate_follows_the_equation(form):
    W, b = random_matrix(30, radius=2.0), np.linspace(-0.2, 0.3, 30)
    r0 = np.random.default_rng(5).uniform(-1, 1, (11, 30))
    states = rnnchaos.simulate(W, r0, gain=1.3, form=form, input=b, duration=20, tau=12, dt=0.5)
    assert states.shape == (11, 41, 30)
    r = r0
    for step in range(41):
        np.testing.assert_allclose(states[:, step], r, atol=1e-12)
        f = 0.5 / 12
        if form == "rate":
            r = r + f * (-r + np.tanh(1.3 * r @ W.T + b))
        elif form == "current":
            r = r + f * (-r + 1.3 * np.tanh(r) @ W.T + b)
        else:
            r = np.tanh(1.3 * r @ W.T + b)


def test_a_trial_does_not_depend_on_the_others():
    W = random_matrix(30, radius=3.0)
    r0 = np.random.default_rng(5).uniform(-1, 1, (11, 30))
    together = rnnchaos.simulate(W, r0, duration=200, every=7)
    for trial in (0, 3, 10):
        same_bits(together[trial], rnnchaos.simulate(W, r0[trial], duration=200, every=7))
    same_bits(together, rnnchaos.simulate(W, r0, duration=200)[:, ::7])


@pytest.mark.parametrize("kernels", ["scalar", "avx2"])
def test_kernels_do_not_matter(chaotic, kernels):
    W, gain = chaotic
    try:
        a = rnnchaos.spectrum(W, gain=gain, k=2, kernels=kernels, **SHORT)
    except rnnchaos.Error as error:
        pytest.skip(str(error))
    assert str(a) == str(rnnchaos.spectrum(W, gain=gain, k=2, **SHORT))


def test_versions_agree():
    printed = subprocess.run([BUILD / "rnnchaos", "--version"], capture_output=True, text=True, check=True).stdout
    assert printed.split()[1] == rnnchaos.__version__
