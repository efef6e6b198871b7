"""Runs the command as a user would."""

import os
import pathlib
import signal
import subprocess

import h5py

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("RNNCHAOS_BUILD", ROOT / "build"))
PROGRAM = BUILD / "rnnchaos"
QUICK = ROOT / "examples/quick.yaml"
COMMANDS = ["run", "spectrum", "merge", "plot", "export", "info", "init", "network"]
PRODUCTS = ["data_curation.pickle", "exponents.pdf", "journal.rcj", "results.h5", "results.pdf", "study.yaml"]

# A study of hundredths of a second with every outcome of the fit.
SMALL = {
    "sessions": "[1,2]",
    "gains": "[1,13,22]",
    "trials": 3,
    "network.neurons": 60,
    "network.connection_probability": 0.3,
    "dynamics.duration_ms": 400,
    "divergence.minimum_distance": 0.01,
    "exponents.count": 2,
    "exponents.transient_ms": 100,
    "exponents.duration_ms": 400,
    "record.duration_ms": 100,
}
# One that nobody waits for.
ENDLESS = {"dynamics.duration_ms": 3000000, "trials": 2}

ENVIRONMENT = os.environ | {"TERM": "xterm"}
for name in ("OMP_NUM_THREADS", "SLURM_CPUS_PER_TASK"):
    ENVIRONMENT.pop(name, None)


def settings(*studies, **more):
    """--set for every key; later ones win."""
    merged = {}
    for study in (*studies, more):
        merged |= study
    return [word for key, value in merged.items() for word in ("--set", f"{key}={value}")]


def default_signals():
    """What a shell's foreground gives; background jobs may have SIGINT ignored."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGUSR1, signal.SIGPIPE):
        signal.signal(number, signal.SIG_DFL)


def command(*arguments, environment=None, **options):
    options = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "timeout": 300} | options
    return subprocess.run(
        [PROGRAM, *map(str, arguments)], text=True, env=ENVIRONMENT | (environment or {}), **options
    )


def start(*arguments, **options):
    options = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE} | options
    return subprocess.Popen(
        [PROGRAM, *map(str, arguments)], text=True, env=ENVIRONMENT, preexec_fn=default_signals, **options
    )


def succeeds(*arguments, **options):
    done = command(*arguments, **options)
    assert done.returncode == 0, done.stderr
    return done


def refused(*arguments, status=2, **options):
    """Its one message; nothing on stdout. Status None: 1 or 2."""
    done = command(*arguments, **options)
    assert done.returncode == status or (status is None and done.returncode in (1, 2)), done.stderr
    assert done.stdout == ""
    return done.stderr


def contents(folder):
    return sorted(path.name for path in folder.iterdir())


def datasets(folder):
    """Every dataset of results.h5, as bytes."""
    with h5py.File(folder / "results.h5") as file:
        return {name: file[name][()].tobytes() for name in file}
