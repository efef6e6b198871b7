"""Ctrl-C is answered within a second, progress is told, and both leave the process sound."""

import io
import signal
import subprocess
import sys
import threading
import time

import numpy as np
import pytest
from conftest import environment, random_matrix

import rnnchaos
from rnnchaos import progress as module

SETTING = """
import signal, sys, threading, time
import numpy as np
import rnnchaos
signal.signal(signal.SIGINT, signal.default_int_handler)
W = np.random.default_rng(1).standard_normal((200, 200)) / 14
LONG = dict(duration=1e9)
def begun():
    print("begun", flush=True)
"""
ENDING = """
    print("ended without being interrupted", flush=True)
except KeyboardInterrupt:
    print("interrupted", time.time(), flush=True)
# still sound:
print(rnnchaos.simulate(W, np.ones(200), duration=10).shape, flush=True)
"""
CALLS = {
    "spectrum": "begun(); rnnchaos.spectrum(W, gain=3, **LONG)",
    "spectrum, all": "begun(); rnnchaos.spectrum(W, gain=3, k='all', trials=1, **LONG)",
    "simulate": "begun(); rnnchaos.simulate(W, np.ones(200), every=10**6, **LONG)",
    "divergence": "begun(); rnnchaos.divergence(W, gain=3, trials=8, duration=3e7)",
    "network": "begun(); rnnchaos.network(network_neurons=60000, network_connection_probability=0.001, trials=1, record_trial=0)",
    "study": "begun(); rnnchaos.Study(exponents_duration_ms=1e9).run()",
    "eigenvalues": "M = np.random.default_rng(1).standard_normal((1300, 1300)); begun(); rnnchaos.spectral_radius(M)",
    "progress": "begun(); rnnchaos.spectrum(W, gain=3, progress=lambda p: None, **LONG)",
    "in a thread": "t = threading.Thread(target=lambda: rnnchaos.spectrum(W, gain=3, **LONG), daemon=True); begun(); t.start(); t.join()",
}


@pytest.mark.parametrize("name", CALLS)
def test_ctrl_c_is_answered_within_a_second(name):
    program = SETTING + "try:\n    " + CALLS[name] + ENDING
    process = subprocess.Popen(
        [sys.executable, "-c", program], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment()
    )
    try:
        assert process.stdout.readline() == "begun\n", process.stderr.read()
        time.sleep(0.4)
        sent = time.time()
        process.send_signal(signal.SIGINT)
        words = process.stdout.readline().split()
        out, errors = process.stdout.read(), process.stderr.read()
        process.wait(timeout=60)
    finally:
        process.kill()
    assert words[0] == "interrupted", (words, errors)
    assert float(words[1]) - sent < 1
    assert out == "(11, 200)\n", errors
    assert process.returncode == 0 and errors == ""


def test_progress_is_told_and_grows():
    told = []
    W = random_matrix(200, radius=3.0)
    rnnchaos.spectrum(W, k=5, transient=1000, duration=5000, progress=told.append)
    assert told and all(0 <= p.done <= p.total and 0 <= p.fraction <= 1 for p in told)
    assert [p.done for p in told] == sorted(p.done for p in told)
    assert [p.elapsed_s for p in told] == sorted(p.elapsed_s for p in told)
    assert told[0].total == 8 * 6000


def test_progress_of_a_study_ends_at_the_whole():
    told = []
    study = rnnchaos.Study(sessions=[1], gains=[16], exponents_duration_ms=8000)
    study.run(progress=told.append)
    assert told and told[-1].fraction > 0.5


def endless(**options):
    return rnnchaos.spectrum(random_matrix(100, radius=3.0), duration=1e9, **options)


def test_progress_can_stop_the_call():
    began = time.monotonic()
    with pytest.raises(rnnchaos.RunStopped):
        endless(progress=lambda p: False)
    with pytest.raises(rnnchaos.RunStopped):
        rnnchaos.Study(exponents_duration_ms=1e9).run(progress=lambda p: False)
    assert time.monotonic() - began < 10


def test_what_progress_raises_comes_through():
    class Mine(Exception):
        pass

    def fail(_):
        raise Mine("from progress")

    with pytest.raises(Mine, match="from progress"):
        endless(progress=fail)
    assert not [t for t in threading.enumerate() if t.name == "rnnchaos"]


def test_no_thread_is_left():
    rnnchaos.spectrum(random_matrix(100, radius=3.0), duration=3000, transient=0)
    assert not [t for t in threading.enumerate() if t.name == "rnnchaos"]


def test_a_line_where_there_is_no_tqdm(monkeypatch):
    monkeypatch.setitem(sys.modules, "tqdm.auto", None)
    monkeypatch.setattr(sys, "stderr", io.StringIO())
    display = module.make_display(True, "spectrum", 0.1)
    assert display.show(module.Progress(25, 100, 2.0))
    assert "25 %" in sys.stderr.getvalue() and "6 s left" in sys.stderr.getvalue()
    display.close()
    assert sys.stderr.getvalue().endswith("\r")


def test_tqdm_where_there_is_one(monkeypatch):
    pytest.importorskip("tqdm")
    monkeypatch.setattr(sys, "stderr", io.StringIO())
    rnnchaos.spectrum(random_matrix(200, radius=3.0), k=3, transient=100, duration=6000, progress=True)
    assert "spectrum" in sys.stderr.getvalue()


def test_silence_where_nobody_looks(capfd):
    rnnchaos.spectrum(random_matrix(200, radius=3.0), k=3, transient=100, duration=4000)
    assert capfd.readouterr() == ("", "")
    assert module.make_display(None, "spectrum", 0.5) is None
    assert module.make_display(None, "spectrum", 5.0) is None


def test_results_do_not_depend_on_who_looks():
    W = random_matrix(100, radius=3.0)
    one = rnnchaos.spectrum(W, k=3, transient=100, duration=2000)
    other = rnnchaos.spectrum(W, k=3, transient=100, duration=2000, progress=lambda p: None)
    assert str(one) == str(other)
    np.testing.assert_array_equal(one.final_states, other.final_states)
