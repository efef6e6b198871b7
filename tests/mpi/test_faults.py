"""Ranks that are killed, stopped or slow, nodes that do not see the folder: nothing is lost, and whatever goes on with
the run, on whatever, comes to the same results."""

import os
import signal
import subprocess
import time

import pytest
from launch import (
    BUILD,
    LONGER,
    count_records,
    datasets,
    journals,
    mpirun,
    needs_mpi,
    nodes_of,
    ranks_of,
    start,
    wait_for_tasks,
)

pytestmark = needs_mpi


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    folder = tmp_path_factory.mktemp("undisturbed")
    subprocess.run([BUILD / "rnnchaos", "run", *LONGER, "-o", folder], check=True, capture_output=True)
    return folder


def begin(ranks, folder, *options, env, n=4):
    """A run that has done n tasks or so, and its processes by rank."""
    n += count_records(folder)  # before the run can add any
    run = start(ranks, "run", *LONGER, "-o", folder, *options, env=env)
    processes = ranks_of(folder, ranks)
    wait_for_tasks(folder, n)
    return run, processes


def found_and_left(errors):
    words = next(line for line in errors.splitlines() if "found in the journal" in line).split()
    return int(words[words.index("found") - 1]), int(words[words.index("left") - 1].strip(","))


def test_killed_again_and_again_on_other_ranks_and_kernels(undisturbed, tmp_path):
    run, processes = begin(3, tmp_path, "--kernels", "avx2", env=nodes_of(2))
    os.kill(processes[1], signal.SIGKILL)
    run.communicate(timeout=60)
    assert run.returncode != 0 and not (tmp_path / "results.h5").exists()
    assert "journal.rcj" in journals(tmp_path)

    for ranks, in_node, kernels in ((4, 1, "scalar"), (2, 2, "avx2")):
        run, processes = begin(ranks, tmp_path, "--resume", "--kernels", kernels, env=nodes_of(in_node))
        os.kill(processes[ranks - 1], signal.SIGKILL)
        _, errors = run.communicate(timeout=60)
        assert run.returncode != 0
        found, left = found_and_left(errors)
        assert found >= 3 and found + left == 24

    alone = [BUILD / "rnnchaos", "run", *LONGER, "-o", tmp_path, "--resume", "--threads", "1"]
    run = subprocess.Popen(alone, stderr=subprocess.PIPE, text=True)
    time.sleep(1)
    run.send_signal(signal.SIGTERM)
    _, errors = run.communicate(timeout=60)
    assert run.returncode in (0, 3)
    last = mpirun(8, "run", *LONGER, "-o", tmp_path, "--resume", env=nodes_of(3))
    assert last.returncode == 0, last.stderr
    assert datasets(tmp_path) == datasets(undisturbed)


@pytest.mark.parametrize("ranks", [1, 2, 4, 8])
def test_what_one_number_of_ranks_began_another_ends(ranks, undisturbed, tmp_path):
    run, processes = begin(3, tmp_path, env=nodes_of(1))
    os.kill(processes[2], signal.SIGTERM)
    _, errors = run.communicate(timeout=60)
    assert run.returncode == 3 and "--resume" in errors
    last = mpirun(ranks, "run", *LONGER, "-o", tmp_path, "--resume")
    assert last.returncode == 0, last.stderr
    found, _ = found_and_left(last.stderr)
    assert found >= 3
    assert datasets(tmp_path) == datasets(undisturbed)


@pytest.mark.parametrize("in_node", [1, 3])
def test_a_rank_that_hangs_keeps_nobody(in_node, undisturbed, tmp_path):
    """The others do its tasks; if it held a journal, what stands in it counts."""
    run, processes = begin(3, tmp_path, env=nodes_of(in_node))
    os.kill(processes[1], signal.SIGSTOP)
    _, errors = run.communicate(timeout=240)
    assert "waiting for rank 1; others do the missing tasks again" in errors
    assert "rank 1 does not answer and is given up" in errors
    assert run.returncode == 0, errors
    assert datasets(tmp_path) == datasets(undisturbed)


def test_a_slow_rank_is_waited_for_no_longer_than_needed(undisturbed, tmp_path):
    run, processes = begin(3, tmp_path, env=nodes_of(3))
    for _ in range(400):  # one part in eleven of its time
        try:
            os.kill(processes[2], signal.SIGSTOP)
            time.sleep(0.2)
            os.kill(processes[2], signal.SIGCONT)
            time.sleep(0.02)
        except ProcessLookupError:
            break
    _, errors = run.communicate(timeout=240)
    assert run.returncode == 0, errors
    assert datasets(tmp_path) == datasets(undisturbed)


@pytest.mark.parametrize("hung, told", [(2, 1), (2, 0), (0, 1)])
def test_a_stop_ends_the_run_though_a_rank_hangs(hung, told, tmp_path):
    run, processes = begin(3, tmp_path, env=nodes_of(3))
    os.kill(processes[hung], signal.SIGSTOP)
    time.sleep(0.3)
    os.kill(processes[told], signal.SIGTERM)
    begun = time.monotonic()
    run.communicate(timeout=60)
    assert run.returncode == 3
    assert time.monotonic() - begun < 8  # 5 s on a machine that has nothing else to do
    last = mpirun(2, "run", *LONGER, "-o", tmp_path, "--resume")
    assert last.returncode == 0, last.stderr
    assert found_and_left(last.stderr)[0] >= 3


def test_a_folder_that_is_not_the_same_on_all_nodes(tmp_path):
    """A relative name in different working directories stands for disks that are not shared."""
    for name in ("here", "there"):
        (tmp_path / name).mkdir()
    one = ["-np", "1", "-wdir", tmp_path / "here", BUILD / "rnnchaos-mpi", "run", *LONGER, "-o", "out"]
    other = ["-np", "1", "-wdir", tmp_path / "there", BUILD / "rnnchaos-mpi", "run", *LONGER, "-o", "out"]
    run = subprocess.run(["mpirun", *one, ":", *other], env=nodes_of(1), capture_output=True, text=True, timeout=120)
    assert run.returncode == 1
    assert "out: this node does not see the folder that rank 0 uses" in run.stderr and "rank 1 on" in run.stderr
    assert list((tmp_path / "there").iterdir()) == [] and not list((tmp_path / "here/out").glob("results*"))


def test_shards_on_several_nodes(undisturbed, tmp_path):
    for shard in (1, 2):
        run = mpirun(3, "run", *LONGER, "-o", tmp_path, "--shard", f"{shard}/2", env=nodes_of(1))
        assert run.returncode == 0, run.stderr
    assert {name.split(".")[1] for name in journals(tmp_path)} == {"1-of-2", "2-of-2"}
    assert any("node" in name for name in journals(tmp_path))
    again = mpirun(1, "run", *LONGER, "-o", tmp_path, "--shard", "2/2", "--resume")
    assert found_and_left(again.stderr) == (12, 0)
    subprocess.run([BUILD / "rnnchaos", "merge", tmp_path, "--no-figure"], check=True, capture_output=True)
    assert datasets(tmp_path) == datasets(undisturbed)


def test_a_study_of_another_takes_new_journals(undisturbed, tmp_path):
    first = mpirun(3, "run", *LONGER, "--set", "seed=7", "-o", tmp_path, env=nodes_of(1))
    assert first.returncode == 0, first.stderr
    second = mpirun(3, "run", *LONGER, "--force", "-o", tmp_path, env=nodes_of(1))
    assert second.returncode == 0, second.stderr
    assert datasets(tmp_path) == datasets(undisturbed)


# --- Inside long tasks ------------------------------------------------------------------

# Two tasks of some seconds.
LONG = ["--set", "sessions=[1]", "--set", "gains=[14,16]", "--set", "trials=2", "--set", "network.neurons=200",
        "--set", "dynamics.duration_ms=300", "--set", "exponents.count=40", "--set", "exponents.transient_ms=100",
        "--set", "exponents.duration_ms=90000", "--no-figure"]  # fmt: skip


def test_long_tasks_go_on_inside_on_other_ranks(tmp_path):
    plain, folder = tmp_path / "plain", tmp_path / "broken"
    subprocess.run([BUILD / "rnnchaos", "run", *LONG, "-o", plain], check=True, capture_output=True)
    run = start(3, "run", *LONG, "-o", folder, "--checkpoint", 1, env=nodes_of(2))
    while not list(folder.glob("checkpoint-*.rck")):
        assert run.poll() is None, run.communicate()
        time.sleep(0.02)
    os.kill(ranks_of(folder, 3)[1], signal.SIGTERM)
    _, errors = run.communicate(timeout=60)
    assert run.returncode == 3 and "--resume" in errors
    left = len(list(folder.glob("checkpoint-*.rck")))
    assert left > 0
    last = mpirun(1, "run", *LONG, "-o", folder, "--resume")
    assert last.returncode == 0, last.stderr
    assert last.stderr.count("continues at") == left
    assert datasets(folder) == datasets(plain)
    assert not list(folder.glob("checkpoint-*"))
