"""A long task that is broken off goes on inside, to the same bits."""

import re
import signal
import struct
import time

import h5py
import pytest
from command import PRODUCTS, SMALL, command, contents, datasets, refused, settings, start, succeeds

# One task of some seconds, also on a much faster machine: two trials one after the other, with many exponents.
LONG = settings(SMALL, {"sessions": "[1]", "gains": "[16]", "trials": 2, "network.neurons": 200,
                        "exponents.count": 40, "exponents.duration_ms": 100000})  # fmt: skip
NAME = "checkpoint-0.rck"


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    folder = tmp_path_factory.mktemp("undisturbed")
    succeeds("run", *LONG, "-o", folder, "--no-figure")
    assert contents(folder) == [name for name in PRODUCTS if not name.endswith(".pdf")]
    return folder


def begin(folder):
    """A run that has just saved its task, once more than before; or it has ended."""
    path = folder / NAME
    before = path.stat().st_mtime_ns if path.exists() else 0
    process = start("run", *LONG, "-o", folder, "--no-figure", "--checkpoint", 1, "--resume")
    while not path.exists() or path.stat().st_mtime_ns == before:
        if process.poll() is not None:
            break
        time.sleep(0.01)
    return process


def shares(errors):
    return [float(share) for share in re.findall(r"rnnchaos: task 0: continues at (\S+) % of its exponents", errors)]


def finish(folder, undisturbed):
    done = succeeds("run", *LONG, "-o", folder, "--no-figure", "--resume")
    assert datasets(folder) == datasets(undisturbed)
    assert contents(folder) == contents(undisturbed)
    return shares(done.stderr)


def test_killed(undisturbed, tmp_path):
    found = []
    for _ in range(3):
        process = begin(tmp_path)
        process.kill()
        found += shares(process.communicate()[1])
        if process.returncode == 0:  # a fast machine
            break
    found += finish(tmp_path, undisturbed)
    assert 0 < len(found) <= 3 and found == sorted(set(found)) and 0 < found[0] and found[-1] < 100


def test_stopped(undisturbed, tmp_path):
    process = begin(tmp_path)
    saved = (tmp_path / NAME).read_bytes()
    time.sleep(0.2)
    process.send_signal(signal.SIGTERM)
    errors = process.communicate(timeout=60)[1]
    assert process.returncode == 3 and "--resume" in errors
    assert (tmp_path / NAME).read_bytes() != saved  # what came after it is saved, too
    (share,) = finish(tmp_path, undisturbed)
    assert 0 < share < 100


def test_is_not_thrown_away(undisturbed, tmp_path):
    process = begin(tmp_path)
    process.kill()
    process.communicate()
    message = refused("run", *LONG, "-o", tmp_path)
    assert "holds 0 of 1 tasks" in message and "others begun" in message and "--force starts again" in message
    done = succeeds("run", *LONG, "-o", tmp_path, "--no-figure", "--force")
    assert shares(done.stderr) == []
    assert datasets(tmp_path) == datasets(undisturbed)
    assert contents(tmp_path) == contents(undisturbed)


# --- What is not to be gone on from -----------------------------------------------------


def head(folder, task=0):
    with h5py.File(folder / "results.h5") as file:
        return b"rck-file" + struct.pack("=QQ", int(file.attrs["study_hash"], 16), task)


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    folder = tmp_path_factory.mktemp("small")
    succeeds("run", *settings(SMALL), "-o", folder, "--no-figure")
    return folder


@pytest.mark.parametrize(
    "tail, reason",
    [
        (b"", "not a saved measurement"),
        (b"rck-sp\0\3" + struct.pack("=Q", 1 << 60) + bytes(64), "expected 1152921504606846976 bytes, found 80"),
        (b"rck-sp\0\3" + struct.pack("=Q", 80) + bytes(64), "checksum"),
        (None, "not of this task and study"),
    ],
    ids=["empty", "cut", "damaged", "foreign"],
)
def test_damage_is_told(tail, reason, small, tmp_path):
    (tmp_path / NAME).write_bytes(head(small, 1) if tail is None else head(small) + tail)
    done = succeeds("run", *settings(SMALL), "-o", tmp_path, "--no-figure", "--resume", "--quiet")
    assert "rnnchaos: task 0: begins again: " in done.stderr and NAME in done.stderr and reason in done.stderr
    assert datasets(tmp_path) == datasets(small)
    assert contents(tmp_path) == contents(small)


def test_of_another_study(small, tmp_path):
    """It is nobody's work; it is told and goes."""
    (tmp_path / NAME).write_bytes(b"rck-file" + bytes(200))
    done = succeeds("run", *settings(SMALL), "-o", tmp_path, "--no-figure")
    assert "begins again" in done.stderr
    assert contents(tmp_path) == contents(small)


def test_cannot_be_saved(undisturbed, tmp_path):
    (tmp_path / NAME).mkdir()
    done = succeeds("run", *LONG, "-o", tmp_path, "--no-figure", "--checkpoint", 1)
    assert f"{NAME}: cannot read" in done.stderr
    assert done.stderr.count("task 0: not saved") == 1
    assert datasets(tmp_path) == datasets(undisturbed)


def test_short_tasks_leave_the_disk_alone(tmp_path):
    process = start("run", *LONG, "-o", tmp_path, "--no-figure", "--threads", 1)
    time.sleep(1)
    process.terminate()
    process.communicate()
    assert process.returncode in {0, 3} and NAME not in contents(tmp_path)


@pytest.mark.parametrize("text", ["0", "-1", "soon", ""])
def test_bad_interval(text, tmp_path):
    assert f"--checkpoint '{text}': expected a time" in refused("run", "-o", tmp_path, "--checkpoint", text)
    assert command("run", "--help").stdout.count("--checkpoint") == 2
