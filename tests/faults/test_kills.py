"""Killed at every call, with and without the loss of what was not synced, and at any time."""

import random
import shutil
import signal
import subprocess
import time

import pytest
from laboratory import ENVIRONMENT, LARGER, LONG, PROGRAM, Fault, Outcome, Scene, ending_of, fingerprints, run, settings

CALLS = ["mkdir", "open", "create", "read", "write", "truncate", "sync", "close", "rename", "unlink"]
LOSSES = [
    ("SIGKILL after every call that touches a file, and in the middle of every `write`", "keep", 1, 10**9),
    ("the same, and what was not synced is lost", "drop", 1, 10**9),
    ("the same, and a random part of what was not synced is lost", "random", 3, 800),
]


@pytest.mark.parametrize("text, loss, repeats, most", LOSSES, ids=[loss for _, loss, _, _ in LOSSES])
def test_killed_at_a_call(text, loss, repeats, most, lab, scenes, counts, table):
    deeds = [(call, "kill-after") for call in CALLS] + [("write", "kill-half")]
    cases = [
        (scene, Fault(call, n, deed, loss=loss))
        for name, scene in scenes.items()
        for call, deed in deeds
        for n in range(1, counts[name][call] + 1)
        for _ in range(repeats)
    ]
    jobs = []
    for k, (scene, fault) in enumerate(lab.choose(cases, long=most, short=4)):
        if loss == "random":
            fault.loss = str(lab.random.randrange(10**9))
        jobs.append(lambda scene=scene, fault=fault, k=k: lab.try_fault(scene, fault, k))
    table.add(text, lab.try_all(jobs))


@pytest.fixture(scope="module")
def larger(lab):
    """Some more tasks, so that most of the time is theirs; and how long it takes."""
    folder = lab.folder / "larger"
    command = ["run", *settings(LARGER), "-o", "FOLDER", "--quiet", "--no-figure", "--resume"]
    start = time.monotonic()
    done = run(*[word.replace("FOLDER", str(folder)) for word in command])
    assert done.returncode == 0, done.stderr
    return Scene("larger", None, command, fingerprints(folder)), time.monotonic() - start


def stop_at(lab, scene, folder, seconds, number, k):
    """Starts the command, sends the signal then, and tells how it ended."""
    process = subprocess.Popen(
        [PROGRAM, *lab.crossing(scene.arguments(folder), k)],
        env=ENVIRONMENT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    time.sleep(seconds)
    process.send_signal(number)
    _, process.stderr = process.communicate(timeout=120)
    return process


def stop_again_and_again(lab, scene, duration, number, seed):
    """Until a run escapes the signal, or four did not: then it may finish. One outcome for every signal."""
    chance = random.Random(seed)
    folder = lab.new_folder()
    outcomes = []
    while len(outcomes) < 4:
        done = stop_at(lab, scene, folder, chance.uniform(0, duration), number, chance.randrange(100))
        kind, complaint = ending_of(done, {signal.SIGKILL, signal.SIGTERM})  # SIGTERM before its handler is there
        wrong = [complaint] if complaint else []
        wrong += scene.complaints(folder, kind == "finished", may_leave_temporary=True)
        outcomes.append(Outcome("wrong", "; ".join(wrong)) if wrong else Outcome(kind))
        if kind == "finished" or wrong:
            break
    complaint = None if outcomes[-1].kind == "wrong" else lab.go_on(scene, folder, chance.randrange(100))
    if complaint:
        outcomes[-1] = Outcome("wrong", complaint)
    elif outcomes[-1].kind != "wrong":
        shutil.rmtree(folder)
    return outcomes


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_stopped_at_any_time(number, lab, larger, table):
    scene, duration = larger
    most = (500 if number == signal.SIGKILL else 100) if LONG else (20 if number == signal.SIGKILL else 4)
    outcomes = []
    while len(outcomes) < most:
        seeds = [lab.random.randrange(10**9) for _ in range(4)]
        jobs = [lambda seed=seed: stop_again_and_again(lab, scene, duration, number, seed) for seed in seeds]
        outcomes += sum(lab.try_all(jobs), [])
    table.add(f"{number.name} at any time, also while it resumes", outcomes)
