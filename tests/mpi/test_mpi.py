"""rnnchaos-mpi: the same results as threads give, for any number of ranks."""

import os
import pathlib
import shutil
import signal
import subprocess
import time

import h5py
import numpy as np
import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("RNNCHAOS_BUILD", ROOT / "build"))
PROGRAM = BUILD / "rnnchaos-mpi"

pytestmark = pytest.mark.skipif(
    not PROGRAM.exists() or shutil.which("mpirun") is None, reason="built without MPI, or no mpirun"
)

# What Open MPI wants of root and of a machine with fewer cores than ranks; other MPIs ignore it.
ENVIRONMENT = {
    **os.environ,
    "OMPI_ALLOW_RUN_AS_ROOT": "1",
    "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1",
    "OMPI_MCA_rmaps_base_oversubscribe": "1",
    "OMPI_MCA_mpi_yield_when_idle": "1",
}
SMALL = ["--set", "dynamics.duration_ms=300", "--set", "sessions=[1,2,3]", "--set", "divergence.minimum_distance=1e-6",
         "--set", "exponents.count=2", "--set", "exponents.transient_ms=100", "--set", "exponents.duration_ms=300"]


def mpirun(ranks, *arguments, **options):
    return subprocess.run(
        ["mpirun", "-np", str(ranks), PROGRAM, *arguments],
        env=ENVIRONMENT | options.pop("environment", {}), capture_output=True, text=True, timeout=120, **options,
    )


def datasets(folder):
    with h5py.File(folder / "results.h5") as file:
        return {name: file[name][()] for name in file}


@pytest.fixture(scope="module")
def by_threads(tmp_path_factory):
    folder = tmp_path_factory.mktemp("threads")
    subprocess.run([BUILD / "rnnchaos", "run", *SMALL, "-o", folder], check=True, capture_output=True)
    return folder


@pytest.mark.parametrize("ranks", [1, 2, 3, 8, 30])
def test_same_results_for_any_number_of_ranks(ranks, by_threads, tmp_path):
    run = mpirun(ranks, "run", *SMALL, "-o", tmp_path)
    assert run.returncode == 0, run.stderr
    ours, theirs = datasets(tmp_path), datasets(by_threads)
    assert ours.keys() == theirs.keys()
    for name in ours:
        np.testing.assert_array_equal(ours[name], theirs[name], err_msg=name)
    for name in ("study.yaml", "data_curation.pickle"):
        assert (tmp_path / name).read_bytes() == (by_threads / name).read_bytes()
    with h5py.File(tmp_path / "results.h5") as file:
        assert file.attrs["ranks"] == ranks
    assert "session" in run.stdout and str(tmp_path / "results.h5") in run.stdout


def test_threads_in_each_rank(by_threads, tmp_path):
    run = mpirun(2, "run", *SMALL, "-o", tmp_path, "--threads", "2")
    assert run.returncode == 0, run.stderr
    np.testing.assert_array_equal(datasets(tmp_path)["delta_mean"], datasets(by_threads)["delta_mean"])


@pytest.mark.parametrize("ranks", [1, 2, 3, 8])
def test_check(ranks):
    run = mpirun(ranks, "check")
    assert run.returncode == 0, run.stderr
    rows = [line.split() for line in run.stdout.splitlines() if line.count(" ok") == 3]
    assert [int(row[0]) for row in rows] == list(range(ranks))
    assert "times" in run.stdout and "equal to the bit" in run.stdout and "MPI works here" in run.stdout


def test_over_ethernet_alone():
    """Open MPI's own choice for windows does not work there; ours must. Other MPIs ignore these variables."""
    ethernet = {"OMPI_MCA_pml": "ob1", "OMPI_MCA_btl": "self,tcp", "OMPI_MCA_btl_tcp_if_include": "lo"}
    run = mpirun(2, "check", environment=ethernet)
    assert run.returncode == 0, run.stderr
    assert "MPI works here" in run.stdout


@pytest.mark.parametrize("ranks", [1, 3])
def test_mistakes_are_said_once(ranks, tmp_path):
    run = mpirun(ranks, "run", "--set", "trails=3", "-o", tmp_path / "out")
    assert run.returncode == 2
    assert run.stderr.count("the nearest known key is 'trials'") == 1
    assert not (tmp_path / "out").exists()
    assert mpirun(ranks, "check", "now").returncode == 2


@pytest.mark.parametrize("ranks", [1, 3])
def test_a_failure_on_any_rank_ends_the_run(ranks, tmp_path):
    run = mpirun(ranks, "run", "--set", "gains=[1e308]", "--set", "network.weight_std=1e10", "-o", tmp_path)
    assert run.returncode == 1
    assert "session" in run.stderr and "g = 1e+308" in run.stderr and "is not finite" in run.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_signal_ends_all_ranks(tmp_path):
    command = ["mpirun", "-np", "3", PROGRAM, "run", "--set", "dynamics.duration_ms=3000000", "-o", tmp_path]
    run = subprocess.Popen(command, env=ENVIRONMENT, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert "tasks on 3 ranks" in run.stderr.readline()
    time.sleep(0.5)
    run.send_signal(signal.SIGTERM)
    start = time.monotonic()
    run.communicate(timeout=30)
    assert time.monotonic() - start < 10
    assert run.returncode != 0
    assert list(tmp_path.iterdir()) == []
    time.sleep(0.5)
    left = subprocess.run(["pgrep", "-f", str(tmp_path)], capture_output=True, text=True).stdout
    assert left == ""


def test_a_signal_to_one_rank_stops_all_with_status_3(tmp_path):
    command = ["mpirun", "-np", "3", PROGRAM, "run", "--set", "dynamics.duration_ms=3000000", "-o", tmp_path]
    run = subprocess.Popen(command, env=ENVIRONMENT, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert "tasks on 3 ranks" in run.stderr.readline()
    time.sleep(0.5)
    ranks = subprocess.run(["pgrep", "-f", f"^{PROGRAM} run.*{tmp_path}"], capture_output=True, text=True).stdout.split()
    assert len(ranks) == 3
    os.kill(int(ranks[-1]), signal.SIGTERM)
    _, errors = run.communicate(timeout=30)
    assert run.returncode == 3
    assert "stopped" in errors
    assert list(tmp_path.iterdir()) == []
