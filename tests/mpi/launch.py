"""Running rnnchaos-mpi, and looking at what it leaves."""

import os
import pathlib
import re
import shutil
import subprocess
import time

import h5py
import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("RNNCHAOS_BUILD", ROOT / "build"))
PROGRAM = BUILD / "rnnchaos-mpi"

needs_mpi = pytest.mark.skipif(
    not PROGRAM.exists() or shutil.which("mpirun") is None, reason="built without MPI, or no mpirun"
)

# What Open MPI wants of root and of a machine with fewer cores than ranks; other MPIs ignore it.
ENVIRONMENT = {
    **os.environ,
    "OMPI_ALLOW_RUN_AS_ROOT": "1",
    "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1",
    "OMPI_MCA_rmaps_base_oversubscribe": "1",
    "OMPI_MCA_mpi_yield_when_idle": "1",
}

# 24 tasks with every part of the program in them, and 24 that take a while.
SMALL = ["--set", "dynamics.duration_ms=300", "--set", "sessions=[1,2,3]", "--set", "divergence.minimum_distance=1e-6",
         "--set", "trials=4", "--set", "exponents.count=2", "--set", "exponents.transient_ms=100",
         "--set", "exponents.duration_ms=300"]  # fmt: skip
LONGER = ["--set", "dynamics.duration_ms=8000", "--set", "sessions=[1,2,3]", "--set", "exponents.count=0",
          "--no-figure"]  # fmt: skip
ENDLESS = ["--set", "dynamics.duration_ms=3000000", "--set", "exponents.count=0"]


def nodes_of(ranks):
    """The environment in which every so many ranks are a node of their own."""
    return {**ENVIRONMENT, "RNNCHAOS_RANKS_PER_NODE": str(ranks)}


def mpirun(ranks, *arguments, env=ENVIRONMENT, **options):
    return subprocess.run(
        ["mpirun", "-np", str(ranks), PROGRAM, *map(str, arguments)],
        env=env, capture_output=True, text=True, timeout=300, **options,
    )  # fmt: skip


def start(ranks, *arguments, env=ENVIRONMENT):
    command = ["mpirun", "-np", str(ranks), PROGRAM, *map(str, arguments)]
    return subprocess.Popen(command, env=env, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def ranks_of(folder, n):
    """The processes of the run in this folder, by rank."""
    found = {}
    for _ in range(200):
        lines = subprocess.run(["pgrep", "-f", f"^{PROGRAM} run.*{folder}"], capture_output=True, text=True).stdout
        for process in map(int, lines.split()):
            try:
                environment = pathlib.Path(f"/proc/{process}/environ").read_bytes().decode(errors="replace")
            except OSError:
                continue
            rank = re.search(r"\0(?:OMPI_COMM_WORLD_RANK|PMI_RANK)=(\d+)\0", environment)
            if rank:
                found[int(rank.group(1))] = process
        if len(found) == n:
            return found
        time.sleep(0.05)
    raise AssertionError(f"{len(found)} ranks, not {n}")


def journals(folder):
    return sorted(path.name for path in folder.glob("journal*.rcj"))


def count_records(folder):
    return sum(path.read_bytes().count(b"rcj task") for path in folder.glob("journal*.rcj"))


def wait_for_tasks(folder, n, timeout=120):
    """Until n tasks are in the journals."""
    deadline = time.monotonic() + timeout
    while count_records(folder) < n:
        assert time.monotonic() < deadline
        time.sleep(0.02)


def datasets(folder):
    with h5py.File(folder / "results.h5") as file:
        return {name: (file[name].shape, file[name][()].tobytes()) for name in file}
