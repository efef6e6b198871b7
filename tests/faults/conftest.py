"""The scenes, and the table of what was tried."""

import collections
import pathlib
import shutil

import laboratory
import pytest
from laboratory import LONG, OTHER, ROOT, SEED, SHIM, SMALL, Fault, Laboratory, Scene, fingerprints, run, settings

DOCUMENT = ROOT / "docs/reliability.md"
BEGIN, END = "<!-- faults -->", "<!-- /faults -->"
COLUMNS = ["finished", "refused", "killed"]

if not SHIM.exists():
    collect_ignore_glob = ["test_*.py"]


class Table:
    """One row a test."""

    def __init__(self):
        self.rows = []

    def add(self, fault, outcomes):
        """Fails the test if any outcome is wrong."""
        assert outcomes, "nothing was tried"
        counts = collections.Counter(outcome.kind for outcome in outcomes)
        self.rows.append((fault, len(outcomes), counts, sum(outcome.lost for outcome in outcomes)))
        wrong = [outcome.why for outcome in outcomes if outcome.kind == "wrong"]
        assert not wrong, f"{len(wrong)} of {len(outcomes)} (seed {SEED}):\n" + "\n".join(wrong[:10])

    def lines(self):
        yield "| fault | tried | finished all the same | refused, then resumed | killed, then resumed | wrong |"
        yield "|---|--:|--:|--:|--:|--:|"
        total = collections.Counter()
        for fault, n, counts, _ in self.rows:
            yield "| " + " | ".join([fault, str(n), *(str(counts[name]) for name in (*COLUMNS, "wrong"))]) + " |"
            total += counts
        n = sum(row[1] for row in self.rows)
        yield "| **all** | " + " | ".join(f"**{x}**" for x in (n, *(total[name] for name in (*COLUMNS, "wrong")))) + " |"


TABLE = Table()


@pytest.fixture(scope="session")
def table():
    return TABLE


def pytest_terminal_summary(terminalreporter):
    if not TABLE.rows:
        return
    terminalreporter.write_line(f"faults, {'long' if LONG else 'short'} form, seed {SEED}")
    for line in TABLE.lines():
        terminalreporter.write_line(line)


def pytest_sessionfinish(session):
    """The long form, whole, ends up in the document."""
    if not LONG or session.config.option.keyword or session.testsfailed or not DOCUMENT.exists():
        return
    text = DOCUMENT.read_text()
    before, rest = text.split(BEGIN)
    _, after = rest.split(END)
    DOCUMENT.write_text("\n".join([before + BEGIN, *TABLE.lines(), END + after]))


@pytest.fixture(scope="session")
def lab(tmp_path_factory):
    return Laboratory(tmp_path_factory.mktemp("faults"))


@pytest.fixture(scope="session")
def reference(lab):
    """The folder of an undisturbed run."""
    folder = lab.folder / "reference"
    done = run("run", *settings(SMALL), "-o", folder)
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture(scope="session")
def scenes(lab, reference):
    """By name."""
    after = fingerprints(reference)
    plain = {name: content for name, content in after.items() if not name.endswith(".pdf")}
    command = ["run", *settings(SMALL), "-o", "FOLDER", "--quiet"]
    n_tasks = 6

    half = lab.folder / "half"
    fault = Fault("write", 4, "kill-after")
    run("run", *settings(SMALL), "-o", half, "--threads", "1", environment=fault.environment(half))

    bare = lab.folder / "bare"
    bare.mkdir()
    for name in ("study.yaml", "results.h5"):
        shutil.copy(reference / name, bare)

    other = lab.folder / "other"
    done = run("run", *settings(OTHER), "-o", other)
    assert done.returncode == 0, done.stderr
    resume = [*command, "--no-figure", "--resume"]
    made = [
        Scene("run", None, [*command, "--no-figure"], plain, again=resume, n_tasks=n_tasks),
        Scene("resume", half, resume, plain, n_tasks=n_tasks),
        Scene("products", bare, [*command, "--resume"], after, old=fingerprints(bare)),
        Scene("replace", other, [*command, "--force"], after, old=fingerprints(other)),
    ]
    return {scene.name: scene for scene in made}


@pytest.fixture(scope="session")
def counts(lab, scenes):
    return {name: lab.count(scene) for name, scene in scenes.items()}
