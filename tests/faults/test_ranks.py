"""MPI ranks that die, hang or are slow; and going on with other ranks and other kernels."""

import contextlib
import os
import pathlib
import random
import shutil
import signal
import subprocess
import threading
import time

import pytest
from laboratory import (
    BUILD, ENVIRONMENT, LONG, RANKED, Fault, Outcome, Scene, fingerprints, run, settings,
)  # fmt: skip

PROGRAM = BUILD / "rnnchaos-mpi"
RANKS = [1, 2, 3, 4, 8]
PATIENCE_S = 180  # until a run ends whatever happens
STOP_S = 20  # until it ends after it was told to

pytestmark = pytest.mark.skipif(
    not PROGRAM.exists() or shutil.which("mpirun") is None, reason="built without MPI, or no mpirun"
)

# What Open MPI wants of root and of a machine with fewer cores than ranks; other MPIs ignore it.
MPI = ENVIRONMENT | {
    "OMPI_ALLOW_RUN_AS_ROOT": "1",
    "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1",
    "OMPI_MCA_rmaps_base_oversubscribe": "1",
    "OMPI_MCA_mpi_yield_when_idle": "1",
}


@pytest.fixture(scope="module")
def scene(lab):
    folder = lab.folder / "ranked"
    command = ["run", *settings(RANKED), "-o", "FOLDER", "--no-figure", "--resume"]
    done = run(*[word.replace("FOLDER", str(folder)) for word in command])
    assert done.returncode == 0, done.stderr
    return Scene("ranked", None, command, fingerprints(folder))


class Job:
    """mpirun and its ranks."""

    def __init__(self, lab, scene, folder, n, k, environment=None):
        kernels = lab.kernels[k % len(lab.kernels)]
        words = ["mpirun", "-np", str(n)]
        for name, value in (environment or {}).items():
            words += ["-x", f"{name}={value}"]
        words += [str(PROGRAM), *scene.arguments(folder), "--kernels", kernels]
        self.folder, self.errors = folder, []
        self.begun = threading.Event()
        self.process = subprocess.Popen(
            words, env=MPI, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, errors="replace"
        )
        self.reader = threading.Thread(target=self.read)
        self.reader.start()

    def read(self):
        for line in self.process.stderr:
            self.errors.append(line)
            if "tasks on" in line:
                self.begun.set()
        self.begun.set()

    def ranks(self):
        """Process by rank."""
        found = {}
        for folder in pathlib.Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                words = (folder / "cmdline").read_bytes().split(b"\0")
                if words[0] != str(PROGRAM).encode() or str(self.folder).encode() not in words:
                    continue
                for line in (folder / "environ").read_bytes().split(b"\0"):
                    name, _, value = line.partition(b"=")
                    if name in (b"OMPI_COMM_WORLD_RANK", b"PMI_RANK"):
                        found[int(value)] = int(folder.name)
        return found

    def wait(self, seconds=PATIENCE_S):
        """The exit status; None if it hangs."""
        try:
            status = self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            status = None
            for process in [*self.ranks().values(), self.process.pid]:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(process, signal.SIGKILL)
            self.process.wait()
        self.reader.join()
        return status

    def wait_for_end(self, sleeper, seconds):
        """As wait(); but a rank that sleeps when the results are there is woken: it sleeps after its last word, in
        MPI_Finalize or behind it, and mpirun waits for it as long as it exists."""
        end = time.monotonic() + seconds
        while self.process.poll() is None and time.monotonic() < end:
            if any(" tasks in " in line for line in self.errors):
                send(sleeper, signal.SIGCONT)
            time.sleep(0.1)
        return self.wait(0.1)

    def said(self):
        return "".join(self.errors)[-1500:]


def send(process, number):
    with contextlib.suppress(ProcessLookupError):
        os.kill(process, number)


def go_on(lab, scene, folder, n, k):
    """With n ranks, 0: with threads."""
    if n == 0:
        return lab.go_on(scene, folder, k)
    job = Job(lab, scene, folder, n, k)
    status = job.wait()
    if status != 0:
        return f"going on with {n} ranks ended with {status}: {job.said()}"
    wrong = scene.complaints(folder, is_done=True)
    return f"after going on with {n} ranks: {'; '.join(wrong)}" if wrong else None


def conclude(lab, scene, job, status, kinds, n, k):
    """What came of a job whose faults are over; kinds: how it may have ended."""
    kind = "finished" if status == 0 else "refused" if status == 3 else "killed"
    wrong = [] if kind in kinds else [f"ended with {status}, not {' or '.join(kinds)}: {job.said()}"]
    if status is None:
        wrong = [f"hangs: {job.said()}"]
    wrong += scene.complaints(job.folder, kind == "finished", may_leave_temporary=kind == "killed")
    if not wrong and kind != "finished":
        complaint = go_on(lab, scene, job.folder, n, k)
        wrong += [complaint] if complaint else []
    if wrong:
        return Outcome("wrong", f"{'; '.join(wrong)}\n    in {job.folder}")
    shutil.rmtree(job.folder)
    return Outcome(kind)


def add(table, text, outcomes):
    if not outcomes:
        pytest.skip("takes a while: script/test faults")
    table.add(text, outcomes)


def pairs(lab, short):
    """(ranks before, a rank of them, ranks after)."""
    cases = [(before, after) for before in RANKS for after in [0, *RANKS]]
    return [(before, lab.random.randrange(before), after) for before, after in lab.choose(cases, short=short)]


def begin(lab, scene, n, k, at_work=False):
    """at_work: with a first task in a journal. Before, all ranks have to take part in making what they share: one that
    hangs then keeps the others until they are told to stop."""
    job = Job(lab, scene, lab.new_folder(), n, k)
    assert job.begun.wait(60)
    end = time.monotonic() + 60
    while at_work and not any(b"rcj task" in path.read_bytes() for path in job.folder.glob("journal*.rcj")):
        assert time.monotonic() < end and job.process.poll() is None
        time.sleep(0.01)
    chance = random.Random(lab.random.randrange(10**9))
    return job, chance


def test_a_rank_is_killed(lab, scene, table):
    outcomes = []
    for k, (n, rank, after) in enumerate(pairs(lab, 1)):
        job, chance = begin(lab, scene, n, k)
        time.sleep(chance.uniform(0, 1.5))
        send(job.ranks().get(rank, 2**22), signal.SIGKILL)
        outcomes.append(conclude(lab, scene, job, job.wait(), ("finished", "killed"), after, k + 1))
    add(table, "a rank is killed at any time; resumed with 1, 2, 3, 4, 8 ranks or threads", outcomes)


def test_all_ranks_are_killed(lab, scene, table):
    outcomes = []
    for k, (n, _, after) in enumerate(pairs(lab, 0)):
        job, chance = begin(lab, scene, n, k)
        time.sleep(chance.uniform(0, 1.5))
        for process in [*job.ranks().values(), job.process.pid]:
            send(process, signal.SIGKILL)
        outcomes.append(conclude(lab, scene, job, job.wait(), ("finished", "killed"), after, k + 1))
    add(table, "all ranks and `mpirun` are killed at any time; resumed in the same ways", outcomes)


def test_a_rank_gets_a_signal_to_stop(lab, scene, table):
    outcomes = []
    for k, (n, rank, after) in enumerate(pairs(lab, 0)):
        job, chance = begin(lab, scene, n, k)
        time.sleep(chance.uniform(0, 1.0))
        send(job.ranks().get(rank, 2**22), signal.SIGTERM)
        outcomes.append(conclude(lab, scene, job, job.wait(STOP_S), ("finished", "refused"), after, k + 1))
    add(table, "SIGTERM to one rank; resumed in the same ways", outcomes)


def test_a_rank_hangs_and_the_run_is_stopped(lab, scene, table):
    """SIGSTOP; the others must stop when they are told to, and what is done must stay."""
    outcomes = []
    cases = [(n, rank) for n in RANKS[1:] for rank in range(n)]
    for k, (n, rank) in enumerate(lab.choose(cases, short=1)):
        job, chance = begin(lab, scene, n, k)
        time.sleep(chance.uniform(0, 1.0))
        ranks = job.ranks()
        if rank not in ranks:  # it has finished
            outcomes.append(conclude(lab, scene, job, job.wait(), ("finished",), 0, k))
            continue
        send(ranks[rank], signal.SIGSTOP)
        time.sleep(0.3)
        send(ranks[(rank + 1) % n], signal.SIGTERM)
        # A leader that hangs tells nobody anything: the others end by themselves, what mpirun makes of it is its own.
        kinds = ("finished", "refused") if rank else ("finished", "refused", "killed")
        if rank == 0:
            time.sleep(STOP_S / 2)
            send(job.process.pid, signal.SIGTERM)
        status = job.wait_for_end(ranks[rank], STOP_S)
        outcomes.append(conclude(lab, scene, job, status, kinds, RANKS[k % len(RANKS)], k + 1))
    add(table, "a rank hangs (SIGSTOP) and the run is told to stop", outcomes)


def test_a_rank_hangs_for_good(lab, scene, table):
    """SIGSTOP; the others do its tasks, too."""
    outcomes = []
    cases = [(n, rank) for n in RANKS[1:] for rank in range(1, n)]
    for k, (n, rank) in enumerate(lab.choose(cases, long=6, short=0)):
        job, chance = begin(lab, scene, n, k, at_work=True)
        time.sleep(chance.uniform(0, 1.0))
        send(job.ranks().get(rank, 2**22), signal.SIGSTOP)
        outcomes.append(conclude(lab, scene, job, job.wait(), ("finished", "refused", "killed"), 2, k + 1))
    add(table, "a rank hangs for good", outcomes)


def hold(process, job, share, slice_s=0.05):
    """The process gets only a share of the time."""
    while job.process.poll() is None:
        send(process, signal.SIGSTOP)
        time.sleep(slice_s * (1 - share))
        send(process, signal.SIGCONT)
        time.sleep(slice_s * share)


def test_a_rank_hangs_for_a_while_or_is_slow(lab, scene, table):
    outcomes = []
    cases = [(n, rank, is_slow) for n in RANKS for rank in {0, n - 1} for is_slow in (False, True)]
    for k, (n, rank, is_slow) in enumerate(lab.choose(cases, short=1)):
        job, chance = begin(lab, scene, n, k)
        process = job.ranks().get(rank)
        if process and is_slow:
            hold(process, job, share=0.1)
        elif process:
            time.sleep(chance.uniform(0, 0.5))
            send(process, signal.SIGSTOP)
            time.sleep(2)
            send(process, signal.SIGCONT)
        outcomes.append(conclude(lab, scene, job, job.wait(), ("finished",), 0, k))
    add(table, "a rank hangs for two seconds, or is slow (a tenth of the time)", outcomes)


# In rank 0, who writes for its node, or in another: the disk, memory, a kill in the middle of a record.
INSIDE = [
    ("write", "ENOSPC", 0, 0, 40),
    ("write", "EIO", 1, 0, 40),
    ("write", "short", 0, 0, 20),
    ("sync", "EIO", 1, 0, 6),
    ("write", "kill-half", 1, 0, 40),
    ("own-memory", "ENOMEM", 1, 0, 400),
    ("own-memory", "ENOMEM", 1, 1, 400),
]


def test_a_call_of_a_rank_fails(lab, scene, table):
    outcomes = []
    cases = [(*what, n) for what in INSIDE for n in (2, 3) for _ in range(4)]
    for k, (call, deed, times, rank, most, n) in enumerate(lab.choose(cases, short=1)):
        folder = lab.new_folder()
        fault = Fault(call, lab.random.randint(1, most), deed, times)
        environment = fault.environment(folder) | {"FAULTS_RANK": str(rank)}
        job = Job(lab, scene, folder, n, k, environment)
        status = job.wait()
        outcome = conclude(lab, scene, job, status, ("finished", "refused", "killed"), RANKS[k % len(RANKS)], k + 1)
        outcome.why += f"\n    {environment}" if outcome.kind == "wrong" else ""
        outcomes.append(outcome)
    add(table, "disk full, EIO, short writes, no memory, or SIGKILL inside a rank", outcomes)
