import os
import pathlib
import resource
import signal
import subprocess

import pytest
from cluster import Cluster, programs
from jobs import Job, datasets

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("RNNCHAOS_BUILD", ROOT / "build"))
PROGRAM = BUILD / "rnnchaos"

# 40 tasks. exponents.duration_ms, which follows, says how long they take.
STUDY = """\
sessions: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]
gains: [13, 16, 19, 22]
trials: 4
network: {{neurons: 100, connection_probability: 0.2}}
dynamics: {{duration_ms: 500}}
record: {{duration_ms: 0}}
exponents: {{count: 4, transient_ms: 100, duration_ms: {duration_ms}}}
"""


# --- The cluster ---------------------------------------------------------------


@pytest.fixture(scope="session")
def cluster(tmp_path_factory):
    lacking = [name for name, path in programs().items() if path is None]
    if lacking:
        pytest.skip(f"no Slurm here: {', '.join(lacking)} not found; script/setup --slurm installs it")
    cluster = Cluster(tmp_path_factory.mktemp("cluster") / "slurm")
    signal.signal(signal.SIGTERM, lambda *_: pytest.exit("terminated"))  # no process stays behind
    try:
        cluster.start()
        yield cluster
    finally:
        cluster.stop()


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    """A failure shows the ends of all logs."""
    outcome = yield
    report = outcome.get_result()
    cluster = getattr(item, "funcargs", {}).get("cluster")
    if report.failed and cluster:
        for path in [*cluster.logs(), *sorted(item.funcargs["tmp_path"].rglob("*.log"))]:
            report.sections.append((path.name, path.read_text(errors="replace")[-5000:]))


@pytest.fixture
def submit(cluster, tmp_path):
    """A function: options of sbatch, script, its arguments -> Job, or for an array the list of its jobs."""
    tree = tmp_path / "rnnchaos"
    tree.mkdir()
    (tree / "slurm").symlink_to(ROOT / "slurm")
    (tree / "build").symlink_to(BUILD)
    environment = {
        # What Open MPI wants of root, and of two nodes that are one host
        "OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1",
        "OMPI_MCA_btl": "self,tcp", "OMPI_MCA_btl_tcp_if_include": "lo", "OMPI_MCA_mpi_yield_when_idle": "1",
    }
    names = []

    def submit(options, script, *arguments, n_jobs=None):
        name = cluster.run("sbatch", "--parsable", *options, tree / "slurm" / script, *arguments, cwd=tree,
                           environment=environment).strip()
        names.append(name)
        if n_jobs is None:
            return Job(cluster, name, tree / f"rnnchaos-{name}.log")
        return [Job(cluster, f"{name}_{k}", tree / f"rnnchaos-{name}_{k}.log") for k in range(1, n_jobs + 1)]

    yield submit
    for name in names:
        cluster.run("scancel", name)


# --- Studies --------------------------------------------------------------------


def run_here(study, folder, *options):
    """Undisturbed, without Slurm. The seconds of computing that it took, however many others compute here."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime
    subprocess.run([PROGRAM, "run", study, "-o", folder, "--no-figure", "--quiet", *options], check=True, capture_output=True)
    return resource.getrusage(resource.RUSAGE_CHILDREN).ru_utime - before


@pytest.fixture(scope="session")
def study_and_datasets(tmp_path_factory):
    """A study that takes about 15 seconds of one core, wherever this is, and what an undisturbed run leaves."""
    top = tmp_path_factory.mktemp("studies")

    def write(duration_ms):
        path = top / f"{duration_ms}.yaml"
        path.write_text(STUDY.format(duration_ms=duration_ms))
        return path

    def seconds_of(duration_ms):
        """From a fifth of the study."""
        return 5 * run_here(write(duration_ms), top / f"try-{duration_ms}", "--set", "sessions=[1,2]")

    shorter, longer = seconds_of(1000), seconds_of(9000)
    ms_per_s = 8000 / max(longer - shorter, 0.1)
    study = write(1000 + int(max(15 - shorter, 1) * ms_per_s))
    run_here(study, top / "undisturbed")
    return study, datasets(top / "undisturbed")
