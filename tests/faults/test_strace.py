"""A second opinion, without our shim: the kernel itself refuses, also what the loader and the C library ask for."""

import collections
import re
import shutil
import subprocess

import pytest
from laboratory import LIBRARY_DEATHS, LONG, PROGRAM, Outcome, ending_of, run

CALLS = {
    "write": ["ENOSPC", "EIO", "EINTR"],
    "pwrite64": ["ENOSPC", "EIO", "EINTR"],
    "fsync": ["EIO", "ENOSPC"],
    "rename": ["EIO"],
    "openat": ["EIO", "EMFILE"],
    "ftruncate": ["EIO"],
    "flock": ["ENOLCK"],
    "unlink": ["EIO"],
    "mkdir": ["ENOSPC"],
    "read": ["EIO", "EINTR"],
    "pread64": ["EIO"],
    "close": ["EIO"],
    "mmap": ["ENOMEM"],
    "brk": ["ENOMEM"],
    "clone3": ["EAGAIN"],
}
TRACE = ["strace", "-f", "-qq", "-o"]


def can_inject():
    try:
        probe = [*TRACE, "/dev/null", "-e", "inject=chdir:error=EIO", "true"]
        return subprocess.run(probe, capture_output=True, timeout=60).returncode == 0
    except FileNotFoundError:
        return False


def count(lab, scene):
    """How often each call is made by the whole process, its start included."""
    folder = lab.new_folder()
    scene.prepare(folder)
    log = folder.with_suffix(".strace")
    done = run(*TRACE[1:], log, PROGRAM, *scene.arguments(folder), "--threads", "1", program="strace")
    assert done.returncode == 0, done.stderr
    return collections.Counter(re.findall(r"^\d+ +(\w+)\(", log.read_text(), re.MULTILINE))


def try_call(lab, scene, call, error, n, k):
    folder = lab.new_folder()
    scene.prepare(folder)
    injection = f"inject={call}:error={error}:when={n}"
    arguments = [PROGRAM, *lab.crossing(scene.arguments(folder), k)]
    done = run(*TRACE[1:], "/dev/null", "-e", f"trace={call}", "-e", injection, *arguments, program="strace")
    is_silent = call == "write" and done.returncode == 1  # it was the message that could not be written
    if done.returncode == 127 or is_silent:  # 127: the loader could not even start it
        done.returncode, done.stderr = 1, f"rnnchaos: {done.stderr}"
    outcome = lab.judge(scene, folder, done, k, LIBRARY_DEATHS)
    if outcome.kind == "wrong":
        outcome.why += f"\n    {injection} in {folder}"
    else:
        shutil.rmtree(folder, ignore_errors=True)
    return outcome


def test_calls_as_the_kernel_refuses_them(lab, scenes, table):
    if not can_inject():
        pytest.skip("no strace, or ptrace is forbidden here")
    cases = []
    for scene in (scenes["run"], scenes["resume"]):
        counts = count(lab, scene)
        cases += [
            (scene, call, error, n)
            for call, errors in CALLS.items()
            for error in errors
            for n in lab.choose(range(1, counts[call] + 1), long=8, short=1)
        ]
    jobs = [
        lambda scene=scene, call=call, error=error, n=n, k=k: try_call(lab, scene, call, error, n, k)
        for k, (scene, call, error, n) in enumerate(lab.choose(cases, short=2))
    ]
    table.add("calls refused by the kernel (`strace -e inject`), also before `main`", lab.try_all(jobs))
