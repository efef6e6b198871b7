"""The scenes, and the table of what was tried."""

import collections
import pathlib
import shutil

import pytest
from laboratory import (
    LONG, LONG_TASKS, OTHER, ROOT, SEED, SHIM, SMALL, Fault, Journal, Laboratory, Scene, fingerprints, run, settings,
)  # fmt: skip

DOCUMENT = ROOT / "docs/reliability.md"
BEGIN, END = "<!-- faults -->", "<!-- /faults -->"
COLUMNS = ["finished", "refused", "killed", "wrong"]
HEADINGS = ["fault", "tried", "finished all the same", "refused or told, then resumed", "killed, then resumed", "wrong",
            "bytes of finished tasks lost"]
EXPORTS = {
    "export-pickle": ["export", "FOLDER/results.h5", "--to", "pickle", "-o", "FOLDER/made"],
    "export-npz": ["export", "FOLDER/results.h5", "--to", "npz", "-o", "FOLDER/made"],
    "export-csv": ["export", "FOLDER/results.h5", "--to", "csv", "-o", "FOLDER/made"],
    "plot": ["plot", "FOLDER/results.h5", "-o", "FOLDER/made.png"],
    "network": ["network", "FOLDER/study.yaml", "--session", "1", "-o", "FOLDER/made"],
}

if not SHIM.exists():
    collect_ignore_glob = ["test_*.py"]


class Table:
    """One row a test: tried, finished, refused, killed, wrong, bytes lost."""

    def __init__(self):
        self.rows = {}

    def add(self, fault, outcomes):
        """Fails the test if any outcome is wrong."""
        assert outcomes, "nothing was tried"
        counts = collections.Counter(outcome.kind for outcome in outcomes)
        lost = sum(outcome.lost for outcome in outcomes)
        self.rows[fault] = [len(outcomes), *(counts[name] for name in COLUMNS), lost]
        wrong = [outcome.why for outcome in outcomes if outcome.kind == "wrong"]
        assert not wrong, f"{len(wrong)} of {len(outcomes)} (seed {SEED}):\n" + "\n".join(wrong[:10])


def lines_of(rows):
    yield f"| {' | '.join(HEADINGS)} |"
    yield "|---|" + "--:|" * (len(HEADINGS) - 1)
    for fault, numbers in {**rows, "**all**": map(sum, zip(*rows.values()))}.items():
        yield f"| {fault} | " + " | ".join(f"{number:,}" for number in numbers) + " |"


def rows_of(text):
    """The rows of a table, without the last, the sum."""
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines() if line[:1] == "|"]
    return {row[0]: [int(cell.replace(",", "")) for cell in row[1:]] for row in cells[2:-1]}


TABLE = Table()


@pytest.fixture(scope="session")
def table():
    return TABLE


def pytest_terminal_summary(terminalreporter):
    if not TABLE.rows:
        return
    terminalreporter.write_line(f"faults, {'long' if LONG else 'short'} form, seed {SEED}")
    for line in lines_of(TABLE.rows):
        terminalreporter.write_line(line)


def pytest_sessionfinish(session):
    """The long form ends up in the document; of a part of it, the rows that were tried."""
    if not LONG or not TABLE.rows:
        return
    before, rest = DOCUMENT.read_text().split(BEGIN)
    table, after = rest.split(END)
    is_part = session.config.option.keyword or any(".py" in word for word in session.config.args)
    rows = (rows_of(table) if is_part else {}) | TABLE.rows
    DOCUMENT.write_text("\n".join([before + BEGIN, *lines_of(rows), END + after]))


@pytest.fixture(scope="session")
def lab(tmp_path_factory):
    return Laboratory(tmp_path_factory.mktemp("faults"))


@pytest.fixture(scope="session")
def reference(lab):
    """The folder of an undisturbed run."""
    folder = lab.folder / "reference"
    done = run("run", *settings(SMALL), "-o", folder, "--threads", "1")
    assert done.returncode == 0, done.stderr
    return folder


def saving_scene(lab):
    """Tasks that save what they have so far every second, of a clock that runs fast."""
    folder = lab.folder / "saving"
    command = ["run", *settings(LONG_TASKS), "-o", "FOLDER", "--quiet", "--no-figure", "--checkpoint", "1"]
    done = run(*[word.replace("FOLDER", str(folder)) for word in command])
    assert done.returncode == 0, done.stderr
    again = [*command, "--resume"]
    return Scene(
        "saving", None, command, fingerprints(folder), again=again, environment={"FAULTS_CLOCK": "200"},
        journal=Journal(folder / "journal.rcj"),
    )  # fmt: skip


@pytest.fixture(scope="session")
def scenes(lab, reference):
    """By name."""
    after = fingerprints(reference)
    plain = {name: content for name, content in after.items() if not name.endswith(".pdf")}
    command = ["run", *settings(SMALL), "-o", "FOLDER", "--quiet"]

    half = lab.folder / "half"  # three tasks, and a part of the fourth
    fault = Fault("write", 12, "kill-half")
    run("run", *settings(SMALL), "-o", half, "--threads", "1", environment=fault.environment(half))
    journal = Journal(reference / "journal.rcj")
    assert journal.n_header < journal.bytes_kept(half) < (half / "journal.rcj").stat().st_size

    shards = lab.folder / "shards"
    for shard in ("1/2", "2/2"):
        done = run("run", *settings(SMALL), "-o", shards, "--shard", shard)
        assert done.returncode == 0, done.stderr

    bare = lab.folder / "bare"
    bare.mkdir()
    for name in ("study.yaml", "results.h5"):
        shutil.copy(reference / name, bare)

    other = lab.folder / "other"
    done = run("run", *settings(OTHER), "-o", other)
    assert done.returncode == 0, done.stderr
    resume = [*command, "--no-figure", "--resume"]
    made = [
        Scene("run", None, [*command, "--no-figure"], plain, again=resume, journal=journal),
        Scene("resume", half, resume, plain, journal=journal),
        Scene("products", bare, [*command, "--resume"], after, old=fingerprints(bare)),
        Scene("replace", other, [*command, "--force"], after, old=fingerprints(other)),
        Scene("merge", shards, ["merge", "FOLDER"], after, old=fingerprints(shards)),
    ]
    made.append(saving_scene(lab))
    for name, words in EXPORTS.items():
        folder = lab.folder / name
        shutil.copytree(bare, folder)
        (folder / words[-1].split("/")[-1]).write_text("old")
        scene = Scene(name, folder, words, {}, old=fingerprints(folder))
        done = run(*scene.arguments(shutil.copytree(folder, f"{folder}.done")))
        assert done.returncode == 0, done.stderr
        scene.after = fingerprints(pathlib.Path(f"{folder}.done"))
        made.append(scene)
    return {scene.name: scene for scene in made}


@pytest.fixture(scope="session")
def counts(lab, scenes):
    return {name: lab.count(scene) for name, scene in scenes.items()}
