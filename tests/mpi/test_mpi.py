"""rnnchaos-mpi: the same results as threads give, for any number of ranks."""

import os
import signal
import subprocess
import time

import h5py
import pytest
from launch import BUILD, ENDLESS, ENVIRONMENT, SMALL, datasets, journals, mpirun, needs_mpi, nodes_of, ranks_of, start

pytestmark = needs_mpi


@pytest.fixture(scope="module")
def by_threads(tmp_path_factory):
    folder = tmp_path_factory.mktemp("threads")
    subprocess.run([BUILD / "rnnchaos", "run", *SMALL, "-o", folder], check=True, capture_output=True)
    return folder


@pytest.mark.parametrize("ranks", [1, 2, 3, 4, 8, 30])
def test_same_results_for_any_number_of_ranks(ranks, by_threads, tmp_path):
    run = mpirun(ranks, "run", *SMALL, "-o", tmp_path)
    assert run.returncode == 0, run.stderr
    assert datasets(tmp_path) == datasets(by_threads)
    for name in ("study.yaml", "data_curation.pickle"):
        assert (tmp_path / name).read_bytes() == (by_threads / name).read_bytes()
    with h5py.File(tmp_path / "results.h5") as file:
        assert file.attrs["ranks"] == ranks
    assert "session" in run.stdout and str(tmp_path / "results.h5") in run.stdout
    assert journals(tmp_path) == ["journal.rcj"]


@pytest.mark.parametrize("ranks, in_node, nodes", [(4, 1, 4), (5, 2, 3)])
def test_a_journal_for_each_node(ranks, in_node, nodes, by_threads, tmp_path):
    run = mpirun(ranks, "run", *SMALL, "-o", tmp_path, env=nodes_of(in_node))
    assert run.returncode == 0, run.stderr
    assert datasets(tmp_path) == datasets(by_threads)
    found = journals(tmp_path)  # of a node that came too late there is none
    assert set(found) <= {"journal.rcj", *(f"journal.node-{k}.rcj" for k in range(2, nodes + 1))}
    assert len(found) > 1
    again = mpirun(1, "run", *SMALL, "-o", tmp_path, "--resume")
    assert again.returncode == 0 and "has the results" in again.stderr


def test_threads_in_each_rank(by_threads, tmp_path):
    run = mpirun(2, "run", *SMALL, "-o", tmp_path, "--threads", "2")
    assert run.returncode == 0, run.stderr
    assert datasets(tmp_path) == datasets(by_threads)


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
    run = mpirun(2, "check", env={**ENVIRONMENT, **ethernet})
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
    run = start(3, "run", *ENDLESS, "-o", tmp_path)
    assert "tasks on 3 ranks" in run.stderr.readline()
    ranks_of(tmp_path, 3)
    time.sleep(0.5)
    run.send_signal(signal.SIGTERM)
    begin = time.monotonic()
    run.communicate(timeout=60)
    assert time.monotonic() - begin < 10
    assert run.returncode != 0
    time.sleep(0.5)
    left = subprocess.run(["pgrep", "-f", str(tmp_path)], capture_output=True, text=True).stdout
    assert left == ""


def test_a_signal_to_one_rank_stops_all_with_status_3(tmp_path):
    run = start(3, "run", *ENDLESS, "-o", tmp_path)
    assert "tasks on 3 ranks" in run.stderr.readline()
    ranks = ranks_of(tmp_path, 3)
    time.sleep(0.5)
    os.kill(ranks[2], signal.SIGTERM)
    _, errors = run.communicate(timeout=60)
    assert run.returncode == 3
    assert "stopped after 0 of 40 tasks" in errors and "--resume" in errors
    assert list(tmp_path.iterdir()) == []  # nothing to go on with
