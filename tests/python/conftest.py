"""The package as it lies in the build folder, and the command that it has to agree with."""

import os
import pathlib
import subprocess
import sys

import numpy as np
import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("RNNCHAOS_BUILD", ROOT / "build"))
# RNNCHAOS_INSTALLED=1: the package that this Python has, such as a wheel's.
PACKAGE = None if os.environ.get("RNNCHAOS_INSTALLED") else str(BUILD / "python")
if PACKAGE:
    sys.path.insert(0, PACKAGE)

SHORT = {"transient": 500.0, "duration": 2000.0, "trials": 2}
SHORT_OPTIONS = ["--transient-ms", "500", "--duration-ms", "2000", "--trials", "2"]

# A study of hundredths of a second with every outcome of the fit.
SMALL = {
    "sessions": [1, 2],
    "gains": [1, 13, 22],
    "trials": 3,
    "network_neurons": 60,
    "network_connection_probability": 0.3,
    "dynamics_duration_ms": 400,
    "divergence_minimum_distance": 0.01,
    "exponents_count": 2,
    "exponents_transient_ms": 100,
    "exponents_duration_ms": 400,
    "record_duration_ms": 100,
}


def command(*arguments):
    """What the command prints."""
    done = subprocess.run([BUILD / "rnnchaos", *map(str, arguments)], capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    return done.stdout


def study_options(keys):
    """Keywords of Study as options of the command."""
    import rnnchaos

    names = {name: key.yaml_name for name, key in rnnchaos.keys().items()}
    return [word for name, value in keys.items() for word in ("--set", f"{names[name]}={value}")]


def random_matrix(n=40, radius=0.8, seed=1):
    W = np.random.default_rng(seed).standard_normal((n, n)) / np.sqrt(n)
    return W * radius / np.abs(np.linalg.eigvals(W)).max()


def environment():
    """For a Python of its own."""
    path = os.pathsep.join(part for part in (PACKAGE, os.environ.get("PYTHONPATH")) if part)
    return os.environ | {"PYTHONPATH": path}


@pytest.fixture(scope="session")
def chaotic():
    """A small network that is chaotic: (W, gain)."""
    W = random_matrix(40, radius=1.0, seed=3)
    W[np.abs(W) < 0.05] = 0
    return W, 6.0
