"""Runs the command under a fault, and judges what is left of it.

A run ends in one of three ways that are fine: it finished all the same, it refused with a message, or it was
killed. In the last two the same command is given again, without the fault, and must give equal bits. Whatever
else happens is wrong."""

import collections
import concurrent.futures
import dataclasses
import hashlib
import os
import pathlib
import random
import re
import shlex
import shutil
import signal
import struct
import subprocess
import zlib

import h5py

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("RNNCHAOS_BUILD", ROOT / "build"))
PROGRAM = BUILD / "rnnchaos"
SHIM = BUILD / "tests/faults/libfaults.so"
LONG = os.environ.get("RNNCHAOS_FAULTS") == "long"
SEED = int(os.environ.get("RNNCHAOS_FAULTS_SEED", random.SystemRandom().randrange(10**6)))
PATIENCE_S = 120

# Libraries may die when a thread or memory is denied to them (OpenBLAS by SIGINT, HDF5 by exit(-1)): their way, not
# ours. Nothing may be lost, though. Signals, and exit statuses as negative numbers.
LIBRARY_DEATHS = {-255, signal.SIGINT, signal.SIGSEGV, signal.SIGABRT, signal.SIGTRAP, signal.SIGBUS}

ENVIRONMENT = {
    name: value
    for name, value in os.environ.items()
    if not name.startswith("FAULTS") and name not in ("OMP_NUM_THREADS", "SLURM_CPUS_PER_TASK")
}

# A study of a tenth of a second with several tasks and all that a study can have.
SMALL = {
    "sessions": "[1,2]",
    "gains": "[1,13,22]",
    "trials": 2,
    "network.neurons": 10,
    "network.connection_probability": 0.3,
    "dynamics.duration_ms": 200,
    "divergence.minimum_distance": 0.01,
    "exponents.count": 2,
    "exponents.transient_ms": 50,
    "exponents.duration_ms": 200,
    "record.duration_ms": 100,
}
OTHER = SMALL | {"seed": 7}
LARGER = SMALL | {"sessions": "[1,2,3]", "gains": "[1,4,7,10,13,16,19,22]", "exponents.duration_ms": 1000}
RANKED = SMALL | {
    "sessions": str(list(range(1, 31))),
    "gains": "[1,4,7,10,13,16,19,22]",
    "exponents.duration_ms": 20000,
}
LONG_TASKS = SMALL | {"sessions": "[1]", "gains": "[13,22]", "network.neurons": 40, "exponents.duration_ms": 20000}
LARGE = SMALL | {"dynamics.duration_ms": 20000, "record.duration_ms": 20000}  # megabytes of results


def settings(study):
    return [word for key, value in study.items() for word in ("--set", f"{key}={value}")]


def run(*arguments, environment=None, program=PROGRAM, **options):
    options = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "timeout": PATIENCE_S} | options
    command = [str(word) for word in (program, *arguments)]
    return subprocess.run(command, text=True, errors="replace", env=ENVIRONMENT | (environment or {}), **options)


def has_kernels(name):
    return run("run", *settings(SMALL), "--kernels", name, "-o", "/dev/null").stderr.count("kernels") == 0


# --- what a folder holds ----------------------------------------------------------

# Provenance: right for every run, and different.
VARYING = {"wall_time_s", "started", "host", "kernels", "threads", "ranks"}


def attributes(thing, varying=()):
    return {name: str(value) for name, value in thing.attrs.items() if name not in varying}


def read_h5(path):
    with h5py.File(path) as file:
        content = {name: (str(file[name].dtype), file[name].shape, file[name][()].tobytes()) for name in file}
        content |= {f"{name}:": attributes(file[name], {"DIMENSION_LIST", "REFERENCE_LIST"}) for name in file}
        return content | {":": attributes(file, VARYING)}


KNOWN = {}  # contents by their bytes but for the times in them: reading all of a file takes a while


def read_results(path):
    """Everything in a sealed results.h5, but for provenance."""
    data = path.read_bytes()
    seal = data[-24:]
    if len(data) < 24 or seal != b"rnnchaos" + struct.pack("<QII", len(data) - 24, zlib.crc32(data[:-24]), 0):
        return "its seal is wrong"
    with h5py.File(path) as file:
        times = struct.pack("<d", file.attrs["wall_time_s"]), file.attrs["started"].encode()
    key = data[:-24]
    for time in times:
        key = key.replace(time, bytes(len(time)))
    key = hashlib.sha256(key).digest()
    if key not in KNOWN:
        KNOWN[key] = read_h5(path)
    return KNOWN[key]


def fingerprint(path):
    """What must be equal in two files of the same results."""
    if path.name != "results.h5":
        return path.read_bytes()
    try:
        return read_results(path)
    except (OSError, KeyError, RuntimeError) as error:
        return f"not readable: {error}"


def fingerprints(folder):
    return {path.name: fingerprint(path) for path in folder.iterdir() if not is_working_file(path.name)}


def png_header(data):
    """Of a whole PNG: its size and kind; None of anything else."""
    header, kind, at = None, b"", 8
    while at + 12 <= len(data) and data[:8] == b"\x89PNG\r\n\x1a\n":
        n, kind = struct.unpack(">I4s", data[at : at + 8])
        chunk, checksum = data[at + 4 : at + 8 + n], data[at + 8 + n : at + 12 + n]
        if zlib.crc32(chunk) != int.from_bytes(checksum, "big"):
            return None
        header = header or chunk
        at += 12 + n
    return header if kind == b"IEND" and at == len(data) else None


def say_the_same(name, figure, other):
    """Two whole PDFs with the same words in the same order, or two whole pictures of the same size and kind."""
    if name.endswith(".png"):
        return png_header(figure) is not None and png_header(figure) == png_header(other)
    texts = [subprocess.run(["pdftotext", "-raw", "-", "-"], input=pdf, capture_output=True) for pdf in (figure, other)]
    return not any(text.returncode or text.stderr for text in texts) and texts[0].stdout == texts[1].stdout


def is_temporary(name):
    return ".tmp-" in name


def has_living_owner(name):
    """A temporary file NAME.tmp-PID-N whose PID is in use again is rightly left alone."""
    return os.path.exists(f"/proc/{name.split('.tmp-')[1].split('-')[0]}")


def is_working_file(name):
    """Of a run under way; its reader judges it."""
    return is_temporary(name) or name.endswith((".rcj", ".rck"))


# --- how much of finished tasks is there --------------------------------------------


class Journal:
    """The records of a study's tasks, which are the same in each of its journals."""

    def __init__(self, path):
        data = path.read_bytes()
        at = self.n_header = int.from_bytes(data[12:16], "little")
        self.records = []
        while at < len(data):
            n = 40 + int.from_bytes(data[at + 8 : at + 16], "little")
            self.records.append(data[at : at + n])
            at += n

    def bytes_kept(self, folder):
        """Bytes of all journals in the folder that are a header or whole records."""
        kept = 0
        for path in folder.glob("*.rcj") if folder and folder.exists() else ():
            data = path.read_bytes()
            kept += self.n_header if data[:8] == b"\x89RCJ\r\n\x1a\n" else 0
            kept += sum(len(record) for record in self.records if record in data)
        return kept

    def most_lost(self):
        """By a process that dies: the record that it was writing, or the header."""
        return max(self.n_header, *map(len, self.records))


# --- scenes ------------------------------------------------------------------------


@dataclasses.dataclass
class Scene:
    """A command in a folder that holds `before`, and what it leaves there when all is well."""

    name: str
    before: pathlib.Path | None
    command: list
    after: dict
    old: dict = dataclasses.field(default_factory=dict)  # fingerprints in `before`
    again: list | None = None  # the command that goes on; None: the same
    environment: dict = dataclasses.field(default_factory=dict)  # besides that of the fault
    journal: "Journal | None" = None  # of the finished run

    def arguments(self, folder, words=None):
        return [word.replace("FOLDER", str(folder)) for word in (words or self.command)]

    def prepare(self, folder):
        if self.before:
            shutil.copytree(self.before, folder)

    def bytes_lost(self, folder, counts):
        """Written into journals, before or by the process that made these counts, and no longer there."""
        written = re.search(r"^journal-bytes (\d+)$", counts.read_text(), re.MULTILINE) if counts.exists() else None
        if not self.journal or not written:
            return 0
        return max(0, self.journal.bytes_kept(self.before) + int(written.group(1)) - self.journal.bytes_kept(folder))

    def complaints(self, folder, is_done, may_leave_temporary=False, figures_alike=False):
        """Files that are wrong: under a final name only old or new ones may be, and new ones if it is done.
        figures_alike: a figure is right if it says the same; fontconfig without memory leaves some settings out."""
        found = []
        names = {path.name for path in folder.iterdir()} if folder.exists() else set()
        for name in names - self.after.keys() - self.old.keys():
            if is_temporary(name) and not may_leave_temporary and not has_living_owner(name):
                found.append(f"left {name}")
            if not is_working_file(name):
                found.append(f"made {name}")
        for name in (self.after.keys() | self.old.keys()) & names:
            content = fingerprint(folder / name)
            is_figure = name.endswith((".pdf", ".png"))
            if figures_alike and is_figure and say_the_same(name, content, self.after.get(name, b"")):
                continue
            if content != self.after.get(name) and (is_done or content != self.old.get(name)):
                found.append(f"{name} is wrong: {content if isinstance(content, str) else 'other content'}")
        if is_done:
            found += [f"left {name}" for name in names if name.endswith(".rck")]
            found += [f"{name} is missing" for name in self.after.keys() - names]
        return found


# --- faults and outcomes -------------------------------------------------------------


@dataclasses.dataclass
class Fault:
    call: str = ""
    n: int = 0
    deed: str = ""
    times: int = 1  # 0: from then on
    loss: str = "keep"

    def environment(self, folder):
        return {
            "LD_PRELOAD": str(SHIM),
            "FAULTS": f"{self.call}:{self.n}:{self.times}:{self.deed}",
            "FAULTS_FOLDER": str(folder),
            "FAULTS_LOSS": self.loss,
            "FAULTS_KEPT": f"{folder}.kept",
        }

    @property
    def kills(self):
        return self.deed.startswith("kill")


@dataclasses.dataclass
class Outcome:
    kind: str  # finished, refused, killed, or wrong
    why: str = ""
    lost: int = 0  # bytes of finished tasks


def words_of(environment, arguments):
    shown = " ".join(f"{name}={shlex.quote(value)}" for name, value in environment.items())
    return f"{shown} {shlex.join([str(PROGRAM), *map(str, arguments)])}"


def ending_of(done, killed_by=()):
    """(kind, complaint) of a process that ended."""
    if done.returncode == 0:  # a run whose figure cannot be drawn for want of a font says so, and has all else
        return "refused" if re.search(r"^no \S+\.pdf: ", done.stderr, re.MULTILINE) else "finished", None
    if -done.returncode in killed_by:
        return "killed", None
    if done.returncode < 0:
        return "wrong", f"ended by {signal.Signals(-done.returncode).name}: {done.stderr[-800:]}"
    if done.returncode not in (1, 2, 3):
        return "wrong", f"exit status {done.returncode}: {done.stderr[-800:]}"
    if not re.search(r"^[\w-]+: .+", done.stderr, re.MULTILINE):
        return "wrong", f"exit status {done.returncode} without a message: {done.stderr!r}"
    return "refused", None


class Laboratory:
    def __init__(self, folder):
        self.folder = folder
        self.n_cases = 0
        self.random = random.Random(SEED)
        self.kernels = [name for name in ("scalar", "avx2", "avx512") if has_kernels(name)]

    def new_folder(self):
        self.n_cases += 1
        return self.folder / f"case-{self.n_cases}"

    def choose(self, cases, long=10**9, short=2):
        """All of them, or as many as the form of the suite has time for."""
        n = min(long if LONG else short, len(cases))
        return list(cases) if n == len(cases) else [cases[k] for k in sorted(self.random.sample(range(len(cases)), n))]

    def crossing(self, arguments, k):
        """Another kernel and another number of threads each time; results must not care."""
        if arguments[0] != "run":
            return arguments
        return [*arguments, "--kernels", self.kernels[k % len(self.kernels)], "--threads", str(1 + k // 2 % 3)]

    def count(self, scene):
        """How often the undisturbed command makes each call."""
        folder = self.new_folder()
        scene.prepare(folder)
        counts = folder.with_suffix(".count")
        environment = Fault("open", 0, "EIO").environment(folder) | {"FAULTS_COUNT": str(counts)} | scene.environment
        done = run(*scene.arguments(folder), "--threads", "1", environment=environment) if scene.command[0] == "run" else run(
            *scene.arguments(folder), environment=environment
        )
        assert done.returncode == 0, done.stderr
        assert scene.complaints(folder, is_done=True) == []
        shutil.rmtree(folder)
        return collections.Counter({name: int(n) for name, n in map(str.split, counts.read_text().splitlines())})

    def go_on(self, scene, folder, k):
        """The command again, without a fault; None, or what is wrong with it."""
        done = run(*self.crossing(scene.arguments(folder, scene.again), k))
        if done.returncode != 0:
            return f"going on ended with {done.returncode}: {done.stderr[-800:]}"
        may_leave = scene.command[0] not in ("run", "merge")  # these sweep the folder
        wrong = scene.complaints(folder, is_done=True, may_leave_temporary=may_leave)
        return f"after going on: {'; '.join(wrong)}" if wrong else None

    def judge(self, scene, folder, done, k, killed_by=(), figures_alike=False):
        kind, complaint = ending_of(done, killed_by)
        is_killed = kind == "killed"
        wrong = [complaint] if complaint else []
        wrong += scene.complaints(folder, kind == "finished", is_killed, figures_alike)
        if not wrong and kind != "finished":
            complaint = self.go_on(scene, folder, k + 1)
            wrong = [complaint] if complaint else []
        return Outcome("wrong", "; ".join(wrong)) if wrong else Outcome(kind)

    def try_fault(self, scene, fault, k=0, killed_by=()):
        folder = self.new_folder()
        kept = pathlib.Path(f"{folder}.kept")
        kept.mkdir()
        scene.prepare(folder)
        counts = folder.with_suffix(".count")
        arguments = self.crossing(scene.arguments(folder), k)
        environment = fault.environment(folder) | {"FAULTS_COUNT": str(counts)} | scene.environment
        try:
            done = run(*arguments, environment=environment)
            lost = 0 if done.returncode == 0 else scene.bytes_lost(folder, counts)
            killed_by = killed_by or ({signal.SIGKILL} if fault.kills else ())
            outcome = self.judge(scene, folder, done, k, killed_by, figures_alike=fault.call == "library-memory")
        except subprocess.TimeoutExpired:
            outcome = Outcome("wrong", f"hangs for {PATIENCE_S} s")
            outcome.lost = lost
            if fault.loss == "keep" and lost and lost > scene.journal.most_lost():
                outcome = Outcome("wrong", f"lost {lost} bytes of finished tasks")
        if outcome.kind == "wrong":
            outcome.why += f"\n    {scene.name}: {words_of(environment, arguments)}"
        else:
            shutil.rmtree(folder, ignore_errors=True)
            shutil.rmtree(kept)
            counts.unlink(missing_ok=True)
        return outcome

    def try_all(self, jobs):
        """Calls jobs, on all cores, which also wait for disks; their outcomes."""
        with concurrent.futures.ThreadPoolExecutor(2 * os.cpu_count()) as pool:
            return list(pool.map(lambda job: job(), jobs))
