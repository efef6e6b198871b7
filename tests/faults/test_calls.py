"""Every call of the system that a run makes for its files fails, one after the other."""

import pytest
from laboratory import LIBRARY_DEATHS, Fault

# What is said of it in the table, the call, what it does, how many calls in a row (0: all from then on).
FAULTS = [
    ("disk full for one `write`", "write", "ENOSPC", 1),
    ("disk full from one `write` on", "write", "ENOSPC", 0),
    ("quota reached from one `write` on", "write", "EDQUOT", 0),
    ("`write` fails (EIO)", "write", "EIO", 1),
    ("`write` is interrupted (EINTR)", "write", "EINTR", 1),
    ("`write` is short", "write", "short", 1),
    ("every `write` is short", "write", "short", 0),
    ("`fsync` fails (EIO)", "sync", "EIO", 1),
    ("`fsync` fails (ENOSPC)", "sync", "ENOSPC", 0),
    ("`fsync` is interrupted (EINTR)", "sync", "EINTR", 1),
    ("`close` fails (EIO)", "close", "EIO", 1),
    ("`close` is interrupted (EINTR)", "close", "EINTR", 1),
    ("`rename` fails (EIO)", "rename", "EIO", 1),
    ("`rename` fails (ENOSPC)", "rename", "ENOSPC", 0),
    ("`unlink` fails (EIO)", "unlink", "EIO", 1),
    ("`ftruncate` fails (EIO)", "truncate", "EIO", 1),
    ("`open` fails (EIO)", "open", "EIO", 1),
    ("`open` fails (too many files, EMFILE)", "open", "EMFILE", 0),
    ("`open` is interrupted (EINTR)", "open", "EINTR", 1),
    ("`open` of a new file fails (ENOSPC)", "create", "ENOSPC", 1),
    ("`open` of a new file fails (read-only disk)", "create", "EROFS", 0),
    ("`open` of a new file is interrupted (EINTR)", "create", "EINTR", 1),
    ("`mkdir` fails (ENOSPC)", "mkdir", "ENOSPC", 1),
    ("`read` fails (EIO)", "read", "EIO", 1),
    ("`read` is interrupted (EINTR)", "read", "EINTR", 1),
    ("`read` is short", "read", "short", 1),
    ("every `read` is short", "read", "short", 0),
    ("a file lock fails (ENOLCK)", "lock", "ENOLCK", 0),
    ("a file lock is interrupted (EINTR)", "lock", "EINTR", 1),
    ("`mmap` fails (ENOMEM)", "mmap", "ENOMEM", 1),
    ("`pthread_create` fails (EAGAIN)", "own-thread", "EAGAIN", 1),
    ("`pthread_create` fails from then on", "own-thread", "EAGAIN", 0),
    ("`pthread_create` inside a library fails (EAGAIN)", "library-thread", "EAGAIN", 1),
]
# A run goes on after these as if nothing had been.
HARMLESS = {("write", "EINTR"), ("write", "short"), ("read", "EINTR"), ("read", "short"), ("sync", "EINTR"), ("close", "EINTR")}


@pytest.mark.parametrize("text, call, deed, times", FAULTS, ids=[f"{c}-{d}-{t}" for _, c, d, t in FAULTS])
def test_a_call_fails(text, call, deed, times, lab, scenes, counts, table):
    cases = [(scene, n) for name, scene in scenes.items() for n in range(1, counts[name][call] + 1)]
    if not cases:
        pytest.skip(f"no run calls {call}")
    deaths = LIBRARY_DEATHS if call == "library-thread" else ()
    jobs = [
        lambda scene=scene, n=n, k=k: lab.try_fault(scene, Fault(call, n, deed, times), k, deaths)
        for k, (scene, n) in enumerate(lab.choose(cases, long=150, short=1))
    ]
    outcomes = lab.try_all(jobs)
    for outcome in outcomes:
        if (call, deed) in HARMLESS and outcome.kind == "refused":
            outcome.kind, outcome.why = "wrong", f"refused after {deed} of {call}"
    table.add(text, outcomes)
