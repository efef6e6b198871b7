"""The scripts of slurm/ in a real Slurm: they stop, queue again, and leave what an undisturbed run leaves."""

import os
import signal

from cluster import wait_until
from jobs import SOON, datasets, wait_for_tasks

ONE_CORE = ["--cpus-per-task=1"]


def went_on(job):
    """Its last turn found what an earlier one had finished, and finished the rest."""
    last = job.log.rpartition("until-done: ")[0].rpartition(" begins on ")[2]
    return job.log.rstrip().endswith("done") and "found in the journal" in last


def let_time_run_out(cluster, job):
    """Slurm warns 11 minutes before the end, or half a minute earlier, as it looks twice a minute. The program is held
    until then, so that a short study will do."""
    programs = cluster.programs_of(job.name)
    for pid in programs:
        os.kill(pid, signal.SIGSTOP)
    job.update(TimeLimit=11)
    wait_until(lambda: "turn 1: the time limit is near" in job.log, "Slurm's warning")
    for pid in programs:
        os.kill(pid, signal.SIGCONT)
    job.wait_until_requeued()
    assert "queued again" in job.log
    job.update(TimeLimit=60, StartTime=SOON)


WARN_EARLY = ["--time=60", "--signal=B:USR1@660"]


def test_one_node_through_a_time_limit(cluster, submit, study_and_datasets, tmp_path):
    study, expected = study_and_datasets
    job = submit([*ONE_CORE, *WARN_EARLY], "one-node.sh", study, tmp_path / "out", "--no-figure")
    wait_for_tasks(tmp_path / "out")
    let_time_run_out(cluster, job)
    job.finish()
    assert job["Restarts"] == "1" and went_on(job)
    assert datasets(tmp_path / "out") == expected


def test_many_nodes_through_a_time_limit(cluster, submit, study_and_datasets, tmp_path):
    study, expected = study_and_datasets
    options = ["--nodes=2", "--ntasks-per-node=1", *ONE_CORE, *WARN_EARLY]
    job = submit(options, "many-nodes.sh", study, tmp_path / "out", "--no-figure")
    wait_for_tasks(tmp_path / "out")
    assert cluster.programs_of(job.name, "n1") and cluster.programs_of(job.name, "n2")
    let_time_run_out(cluster, job)
    job.finish()
    assert job["Restarts"] == "1" and went_on(job) and "on 2 ranks" in job.log
    assert len(list((tmp_path / "out").glob("journal*.rcj"))) == 2  # one of each node
    assert datasets(tmp_path / "out") == expected


def test_an_array_and_its_merge(cluster, submit, study_and_datasets, tmp_path):
    study, expected = study_and_datasets
    out = tmp_path / "out"
    jobs = submit(["--array=1-3", *ONE_CORE], "array.sh", study, out, "--no-figure", n_jobs=3)
    array = jobs[0].name.split("_")[0]
    merge = submit([f"--dependency=afterok:{array}"], "merge.sh", out)
    for k, job in enumerate(jobs, 1):
        wait_for_tasks(out, f"journal.{k}-of-3.rcj")
        cluster.run("scancel", "--batch", "--signal=USR1", job.name)  # as Slurm does before the time limit
    for job in jobs:
        job.wait_until_requeued()
        assert merge["JobState"] == "PENDING"
        job.update(StartTime=SOON)
    for job in jobs:
        job.finish()
        assert job["Restarts"] == "1" and went_on(job)
    merge.finish()
    assert datasets(out) == expected


def test_an_array_that_does_not_begin_at_1_is_refused(submit, study_and_datasets, tmp_path):
    job = submit(["--array=2-3"], "array.sh", study_and_datasets[0], tmp_path / "out", n_jobs=3)[1]
    job.wait_for("FAILED")
    assert "the array must be 1-N" in job.log
    assert not (tmp_path / "out").exists()


def test_a_cancelled_job_goes_on_when_submitted_again(cluster, submit, study_and_datasets, tmp_path):
    study, expected = study_and_datasets
    again = [ONE_CORE, "one-node.sh", study, tmp_path / "out", "--no-figure"]
    job = submit(*again)
    wait_for_tasks(tmp_path / "out")
    cluster.run("scancel", job.name)
    job.wait_for("CANCELLED")
    wait_until(lambda: "ended by scancel or Slurm" in job.log, "the last words of the job")
    assert job["Restarts"] == "0" and not (tmp_path / "out/results.h5").exists()
    second = submit(*again)
    second.finish()
    assert went_on(second)
    assert datasets(tmp_path / "out") == expected


def test_a_killed_program_ends_the_job_which_goes_on_when_requeued(cluster, submit, study_and_datasets, tmp_path):
    study, expected = study_and_datasets
    job = submit(ONE_CORE, "one-node.sh", study, tmp_path / "out", "--no-figure")
    wait_for_tasks(tmp_path / "out")
    [program] = cluster.programs_of(job.name)
    os.kill(program, signal.SIGKILL)
    job.wait_for("FAILED")
    assert job["ExitCode"] == "137:0" and "failed with status 137" in job.log
    cluster.run("scontrol", "requeue", job.name)
    job.update(StartTime=SOON)
    job.finish()
    assert job["Restarts"] == "1" and went_on(job)
    assert datasets(tmp_path / "out") == expected


def test_a_job_whose_node_dies_goes_on_elsewhere(cluster, submit, study_and_datasets, tmp_path):
    study, expected = study_and_datasets
    job = submit(ONE_CORE, "one-node.sh", study, tmp_path / "out", "--no-figure")
    wait_for_tasks(tmp_path / "out")
    node = job["BatchHost"]
    cluster.cut_power(node)
    try:
        job.wait_until_requeued()
        job.update(StartTime=SOON)
        job.finish()
        assert job["Restarts"] == "1" and job["BatchHost"] != node and went_on(job)
        assert datasets(tmp_path / "out") == expected
    finally:
        cluster.repair(node)
