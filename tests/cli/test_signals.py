"""Stopping a run, and readers that go away."""

import os
import signal
import subprocess
import time

import pytest
from command import ENDLESS, PRODUCTS, PROGRAM, SMALL, command, contents, datasets, settings, start, succeeds

# Of one second; the rest is for machines that do other things too.
PATIENCE_S = 4


def announced(process):
    assert "tasks on" in process.stderr.readline()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGUSR1])
@pytest.mark.parametrize("threads", [1, 3])
def test_a_signal_stops_cleanly(number, threads, tmp_path):
    process = start("run", *settings(ENDLESS), "-o", tmp_path, "--threads", threads)
    announced(process)
    time.sleep(0.2)
    sent = time.monotonic()
    process.send_signal(number)
    output, errors = process.communicate(timeout=30)
    assert time.monotonic() - sent < PATIENCE_S
    assert (process.returncode, output) == (3, "")
    assert "rnnchaos: stopped after 0 of 40 tasks; this goes on:\n" in errors and errors.endswith(" --resume\n")
    assert contents(tmp_path) == []


def test_a_run_that_was_stopped_starts_again(tmp_path):
    process = start("run", *settings(ENDLESS), "-o", tmp_path)
    announced(process)
    process.terminate()
    process.communicate(timeout=30)
    succeeds("run", *settings(SMALL), "-o", tmp_path, "--resume")
    assert contents(tmp_path) == PRODUCTS


def test_a_signal_while_a_huge_network_is_drawn(tmp_path):
    process = start("run", *settings({"network.neurons": 2000000, "trials": 1}), "-o", tmp_path)
    announced(process)
    time.sleep(0.3)
    sent = time.monotonic()
    process.terminate()
    process.communicate(timeout=60)
    assert process.returncode == 3 and time.monotonic() - sent < PATIENCE_S


def test_results_of_another_study_survive_a_stop(tmp_path):
    succeeds("run", *settings(SMALL), "-o", tmp_path)
    before = {name: (tmp_path / name).read_bytes() for name in PRODUCTS}
    process = start("run", *settings(ENDLESS), "-o", tmp_path, "--force")
    announced(process)
    process.terminate()
    process.communicate(timeout=30)
    assert process.returncode == 3
    assert before == {name: (tmp_path / name).read_bytes() for name in contents(tmp_path)}


def test_a_second_signal_ends_it_at_once(tmp_path):
    process = start("run", *settings(ENDLESS), "-o", tmp_path)
    announced(process)
    os.kill(process.pid, signal.SIGSTOP)
    for _ in range(2):  # the first resets the disposition when it is delivered, and may be enough
        process.send_signal(signal.SIGTERM)
        process.send_signal(signal.SIGCONT)
        time.sleep(0.02)
    process.communicate(timeout=30)
    assert process.returncode in (3, -signal.SIGTERM)
    assert contents(tmp_path) in ([], ["journal.rcj"])


def test_nohup_is_respected(tmp_path):
    process = subprocess.Popen(
        ["nohup", PROGRAM, "run", *settings(ENDLESS), "-o", tmp_path / "out"],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=tmp_path,
    )  # fmt: skip
    while "tasks on" not in process.stderr.readline():
        pass
    process.send_signal(signal.SIGHUP)
    time.sleep(0.5)
    assert process.poll() is None
    process.terminate()
    process.communicate(timeout=30)
    assert process.returncode == 3


def test_a_full_standard_output_costs_no_results(tmp_path):
    with open("/dev/full", "w") as full:
        done = command("run", *settings(SMALL), "-o", tmp_path, stdout=full)
    assert done.returncode == 1
    assert "cannot write to standard output" in done.stderr
    assert contents(tmp_path) == PRODUCTS


def test_a_reader_of_stdout_that_goes_away_costs_no_results(tmp_path):
    many = settings(SMALL, gains=list(range(1, 200)))  # a table larger than any buffer
    process = start("run", *many, "-o", tmp_path)
    process.stdout.close()
    errors = process.stderr.read()
    assert process.wait(120) == 1
    assert "cannot write to standard output: Broken pipe" in errors
    assert contents(tmp_path) == PRODUCTS


def test_a_reader_of_stderr_that_goes_away_costs_no_results(tmp_path):
    a, b = tmp_path / "a", tmp_path / "b"
    process = start("run", *settings(SMALL), "-o", a)
    process.stderr.close()
    assert "results.h5" in process.stdout.read()
    assert process.wait(120) == 0
    succeeds("run", *settings(SMALL), "-o", b)
    assert datasets(a) == datasets(b)
