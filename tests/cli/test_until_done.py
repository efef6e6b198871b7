"""slurm/until-done without Slurm: what it passes on, when it queues again, when it gives up.

tests/slurm/ has the same with Slurm."""

import os
import pathlib
import signal
import subprocess

import pytest

SCRIPT = pathlib.Path(__file__).resolve().parents[2] / "slurm/until-done"


@pytest.fixture
def job(tmp_path):
    """A function that begins a turn of a job whose command is a few lines of shell. Its scontrol writes down what it
    is told."""
    scontrol = tmp_path / "scontrol"
    scontrol.write_text(f'#!/bin/sh\necho "$@" >> {tmp_path}/told\n[ ! -e {tmp_path}/forbidden ]\n')
    scontrol.chmod(0o755)
    environment = os.environ | {"PATH": f"{tmp_path}:{os.environ['PATH']}", "SLURM_JOB_ID": "17",
                                "SLURM_RESTART_COUNT": "2"}

    def begin(command, script=SCRIPT):
        command = f"trap 'echo got USR1; exit 3' USR1; trap 'echo got TERM; exit 3' TERM; {command}"
        return subprocess.Popen([script, tmp_path / "journal", "bash", "-c", command], cwd=tmp_path, env=environment,
                                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)

    return begin


def ends(process):
    """Its status, and what it said."""
    said = process.communicate(timeout=60)[0]
    return process.returncode, said


def told(tmp_path):
    path = tmp_path / "told"
    return path.read_text() if path.exists() else ""


GROW = "echo one more >> journal.rcj"
WAIT = "echo ready; while :; do sleep 0.1; done"


def test_a_finished_command_ends_the_job(job, tmp_path):
    status, said = ends(job("exit 0"))
    assert status == 0 and "job 17, turn 3: done" in said
    assert told(tmp_path) == ""


@pytest.mark.parametrize("name", ["journal.rcj", "journal.node-2.rcj", "checkpoint-7.rck"])
def test_a_stopped_command_is_queued_again_if_it_has_come_further(name, job, tmp_path):
    (tmp_path / "journal.rcj").write_text("what there was")
    status, said = ends(job(f"echo one more >> {name}; exit 3"))
    assert status == 0 and "queued again" in said
    assert told(tmp_path) == "requeue 17\n"


def test_a_checkpoint_that_is_written_anew_is_progress(job, tmp_path):
    (tmp_path / "checkpoint-7.rck").write_text("state 1")
    status, said = ends(job("echo state 2 > new; mv new checkpoint-7.rck; exit 3"))
    assert status == 0 and "queued again" in said


@pytest.mark.parametrize("kept", [[], ["journal.rcj", "checkpoint-7.rck"]])
def test_a_futile_turn_is_the_last(kept, job, tmp_path):
    for name in kept:
        (tmp_path / name).write_text("what there was")
    status, said = ends(job("touch -c journal.rcj; exit 3"))
    assert status == 1 and "without having come any further" in said and "--time" in said
    assert told(tmp_path) == ""


@pytest.mark.parametrize("failure, status", [("exit 1", 1), ("exit 2", 2), ("kill -KILL $$", 137)])
def test_a_failure_ends_the_job_with_its_status(failure, status, job, tmp_path):
    found, said = ends(job(f"{GROW}; {failure}"))
    assert found == status and f"failed with status {status}" in said
    assert told(tmp_path) == ""


def test_a_refusal_to_queue_again_is_told(job, tmp_path):
    (tmp_path / "forbidden").touch()
    status, said = ends(job(f"{GROW}; exit 3"))
    assert status == 3 and "could not be queued again" in said


def test_the_warning_is_passed_on(job, tmp_path):
    process = job(f"{GROW}; {WAIT}")
    assert "begins" in process.stdout.readline() and process.stdout.readline() == "ready\n"
    process.send_signal(signal.SIGUSR1)
    status, said = ends(process)
    assert status == 0 and "the time limit is near" in said and "got USR1" in said
    assert told(tmp_path) == "requeue 17\n"


def test_the_end_is_waited_for_through_any_number_of_warnings(job, tmp_path):
    process = job(f"trap 'echo got USR1' USR1; echo ready; sleep 1; {GROW}; exit 3")
    assert "begins" in process.stdout.readline() and process.stdout.readline() == "ready\n"
    for _ in range(3):
        process.send_signal(signal.SIGUSR1)
    status, said = ends(process)
    assert status == 0 and "got USR1" in said and "queued again" in said


def test_a_cancelled_job_is_not_queued_again(job, tmp_path):
    process = job(f"{GROW}; {WAIT}")
    assert "begins" in process.stdout.readline() and process.stdout.readline() == "ready\n"
    process.terminate()
    status, said = ends(process)
    assert status == 3 and "got TERM" in said and "ended by scancel or Slurm" in said
    assert told(tmp_path) == ""


@pytest.mark.parametrize("script", ["one-node.sh", "many-nodes.sh", "array.sh", "merge.sh"])
def test_the_scripts_say_how_they_are_used(script, tmp_path):
    done = subprocess.run([SCRIPT.parent / script], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode != 0 and f"usage: sbatch slurm/{script}" in done.stderr


def test_a_job_survives_a_new_version_of_the_script(job, tmp_path):
    script = tmp_path / "until-done"
    script.write_bytes(SCRIPT.read_bytes())
    script.chmod(0o755)
    process = job(f"{GROW}; {WAIT}", script=script)
    assert "begins" in process.stdout.readline() and process.stdout.readline() == "ready\n"
    script.write_text("echo anything else\n" * 1000)
    process.send_signal(signal.SIGUSR1)
    status, said = ends(process)
    assert status == 0 and "queued again" in said and "anything else" not in said
