"""Folders that others can write to: links, pipes, devices and odd permissions harm nobody."""

import os
import shutil
import stat
import subprocess

import pytest
from command import ENVIRONMENT, PRODUCTS, PROGRAM, SMALL, command, contents, refused, settings, succeeds

SMALLEST = settings(SMALL, {"sessions": "[1]", "gains": "[13]"})
OTHER = [*SMALLEST, "--set", "seed=99"]
WHOLE = [name for name in PRODUCTS if name != "journal.rcj"]  # written whole under a temporary name
SECRET = b"mine, and not to be touched\n"


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    folder = tmp_path_factory.mktemp("finished")
    succeeds("run", *SMALLEST, "-o", folder)
    return folder


@pytest.fixture
def victim(tmp_path):
    """A file elsewhere, to which links lead."""
    path = tmp_path / "elsewhere"
    path.mkdir()
    (path / "victim").write_bytes(SECRET)
    (path / "victim").chmod(0o600)
    return path / "victim"


def untouched(victim):
    assert victim.read_bytes() == SECRET and contents(victim.parent) == ["victim"]
    assert stat.S_IMODE(victim.stat().st_mode) == 0o600
    return True


# --- Links ---------------------------------------------------------------------------------


@pytest.mark.parametrize("name", WHOLE)
def test_a_link_is_replaced_not_followed(name, victim, tmp_path):
    folder = tmp_path / "out"
    folder.mkdir()
    (folder / name).symlink_to(victim)
    refused("run", *SMALLEST, "-o", folder, "--quiet")  # what it leads to is no file of ours
    assert (folder / name).is_symlink() and untouched(victim)
    succeeds("run", *SMALLEST, "-o", folder, "--force", "--quiet")
    assert not (folder / name).is_symlink() and untouched(victim)
    assert contents(folder) == PRODUCTS


@pytest.mark.parametrize("name", WHOLE)
def test_a_link_that_leads_nowhere_is_replaced(name, tmp_path):
    folder = tmp_path / "out"
    folder.mkdir()
    (folder / name).symlink_to(tmp_path / "nowhere")
    succeeds("run", *SMALLEST, "-o", folder, "--quiet", "--force")
    assert not (tmp_path / "nowhere").exists() and not (folder / name).is_symlink()


def test_a_link_to_ones_own_results_elsewhere(finished, tmp_path):
    """They are read, and a new run replaces the link, not what it leads to."""
    kept = tmp_path / "kept.h5"
    shutil.copy(finished / "results.h5", kept)
    folder = tmp_path / "out"
    shutil.copytree(finished, folder)
    (folder / "results.h5").unlink()
    (folder / "results.h5").symlink_to(kept)
    before = kept.read_bytes()
    succeeds("run", *OTHER, "-o", folder, "--quiet", "--force")
    assert kept.read_bytes() == before and not (folder / "results.h5").is_symlink()


@pytest.mark.parametrize("arguments", [("plot", "x.pdf"), ("export", "--to", "csv", "x.csv")], ids=lambda a: a[0])
def test_one_files_link_is_replaced_too(arguments, finished, victim, tmp_path):
    out = tmp_path / arguments[-1]
    out.symlink_to(victim)
    succeeds(arguments[0], finished / "results.h5", *arguments[1:-1], "-o", out)
    assert not out.is_symlink() and untouched(victim)


def journal_link(folder, target):
    folder.mkdir(exist_ok=True)
    (folder / "journal.rcj").symlink_to(target)


@pytest.mark.parametrize("option", ["--resume", "--force"])
def test_a_journal_that_is_a_link_is_not_written(option, tmp_path):
    (tmp_path / "victim").write_bytes(b"")  # as empty as a journal that was never begun
    journal_link(tmp_path / "out", tmp_path / "victim")
    message = refused("run", *SMALLEST, "-o", tmp_path / "out", "--quiet", option)
    assert "is a symbolic link" in message and (tmp_path / "victim").read_bytes() == b""


def test_a_journal_that_is_a_link_to_nowhere(tmp_path):
    journal_link(tmp_path / "out", tmp_path / "nowhere")
    refused("run", *SMALLEST, "-o", tmp_path / "out", "--quiet", "--force", status=None)
    assert contents(tmp_path) == ["out"]


def test_force_removes_the_link_to_another_journal(finished, tmp_path):
    shutil.copy(finished / "journal.rcj", tmp_path / "kept.rcj")
    journal_link(tmp_path / "out", tmp_path / "kept.rcj")
    succeeds("run", *OTHER, "-o", tmp_path / "out", "--quiet", "--force")
    assert not (tmp_path / "out/journal.rcj").is_symlink()
    assert (tmp_path / "kept.rcj").read_bytes() == (finished / "journal.rcj").read_bytes()


def test_temporary_names_that_are_taken_already(finished, victim, tmp_path):
    """Somebody guesses the names of temporary files, process number and all."""
    folder = tmp_path / "out"
    folder.mkdir()
    traps = """import os, sys
folder, victim, *command = sys.argv[1:]
for name in ("study.yaml", "results.h5", "data_curation.pickle", "results.pdf", "exponents.pdf"):
    for number in range(12):
        os.symlink(victim, f"{folder}/{name}.tmp-{os.getpid()}-{number}")
os.execv(command[0], command)"""
    run = [PROGRAM, "run", *SMALLEST, "-o", folder, "--quiet"]
    done = subprocess.run(
        ["python3", "-c", traps, folder, victim, *run], env=ENVIRONMENT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert untouched(victim)
    for name in WHOLE:
        assert (folder / name).read_bytes()[:16] == (finished / name).read_bytes()[:16]
        assert not (folder / name).is_symlink()


def test_the_folder_itself_may_be_a_link(tmp_path):
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to("real")
    succeeds("run", *SMALLEST, "-o", tmp_path / "link", "--quiet")
    assert contents(tmp_path / "real") == PRODUCTS and (tmp_path / "link").is_symlink()


def test_force_removes_no_other_files(victim, tmp_path):
    folder = tmp_path / "out"
    succeeds("run", *SMALLEST, "-o", folder, "--quiet")
    (folder / "notes").mkdir()
    (folder / "notes/results.h5").write_bytes(SECRET)
    (folder / "link").symlink_to(victim)
    (folder / "results.h5.backup").write_bytes(SECRET)
    succeeds("run", *OTHER, "-o", folder, "--quiet", "--force")
    assert contents(folder) == sorted([*PRODUCTS, "notes", "link", "results.h5.backup"])
    assert (folder / "notes/results.h5").read_bytes() == SECRET and untouched(victim)


# --- What is no file -------------------------------------------------------------------------


def make_pipe(path):
    os.mkfifo(path)


def make_device(path):
    try:
        os.mknod(path, 0o600 | stat.S_IFCHR, os.makedev(1, 5))  # /dev/zero
    except PermissionError:
        pytest.skip("only root makes devices")


def link_to_device(path):
    path.symlink_to("/dev/zero")


KINDS = {"pipe": make_pipe, "device": make_device, "link to a device": link_to_device, "folder": os.mkdir}


@pytest.mark.parametrize("name", [*WHOLE, "journal.rcj"])
@pytest.mark.parametrize("make", KINDS.values(), ids=KINDS)
def test_what_is_no_file_is_refused_before_the_run(make, name, tmp_path):
    """A pipe is not waited for, a folder is not found in the way after hours; --force spares them, too."""
    folder = tmp_path / "out"
    folder.mkdir()
    make(folder / name)
    endless = ["--set", "dynamics.duration_ms=30000000", "--set", "exponents.duration_ms=3000000000"]
    for more in ([], ["--force"], ["--resume"]):
        message = refused("run", *SMALLEST, *endless, "-o", folder, "--quiet", *more, status=None, timeout=60)
        assert name in message, message
        assert contents(folder) == [name]


@pytest.mark.parametrize("make", [make_pipe, os.mkdir], ids=["pipe", "folder"])
@pytest.mark.parametrize(
    "arguments",
    [("info",), ("export", "--to", "csv", "-o", "out"), ("plot", "-o", "out.pdf")],
    ids=lambda arguments: arguments[0],
)
def test_results_that_are_no_file(make, arguments, tmp_path):
    make(tmp_path / "x")
    message = refused(arguments[0], tmp_path / "x", *arguments[1:], cwd=tmp_path, timeout=60)
    assert "not a regular file" in message and contents(tmp_path) == ["x"]


def test_a_checkpoint_that_is_a_pipe_is_not_waited_for(tmp_path):
    make_pipe(tmp_path / "checkpoint-0.rck")
    for more in ([], ["--resume"], ["--force"]):
        done = command("run", *SMALLEST, "-o", tmp_path, "--quiet", *more, timeout=60)
        assert done.returncode in (0, 2), done.stderr


def test_weights_from_a_pipe_are_not_waited_for(tmp_path):
    make_pipe(tmp_path / "x.npy")
    message = refused("spectrum", "--weights", tmp_path / "x.npy", status=1, timeout=60)
    assert "not a regular file" in message


# --- Permissions ---------------------------------------------------------------------------


def as_nobody(*arguments):
    """Runs the command as somebody who owns nothing."""
    words = [PROGRAM, *map(str, arguments)]
    if os.geteuid() == 0:
        if not shutil.which("setpriv"):
            pytest.skip("no setpriv")
        words = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--no-new-privs", *words]
    done = subprocess.run(words, env=ENVIRONMENT | {"HOME": "/nonexistent"}, capture_output=True, text=True)
    if "Permission denied" in done.stderr and "setpriv" in done.stderr:
        pytest.skip("the program is where nobody may run it")
    return done


@pytest.fixture
def open_folder():
    """One that everybody may enter, unlike pytest's own."""
    import tempfile

    with tempfile.TemporaryDirectory() as path:
        os.chmod(path, 0o755)
        yield type(PROGRAM)(path)


def test_a_folder_without_write_permission(open_folder):
    folder = open_folder / "out"
    folder.mkdir()
    folder.chmod(0o555)
    done = as_nobody("run", *SMALLEST, "-o", folder)
    assert done.returncode == 1 and "cannot write into the output folder" in done.stderr
    assert contents(folder) == []


@pytest.mark.skipif(os.geteuid() != 0, reason="only root makes files of others")
def test_a_sticky_folder_with_files_of_others(finished, open_folder):
    """As in /tmp: what belongs to others stays, and is said."""
    folder = open_folder / "out"
    shutil.copytree(finished, folder)
    for path in folder.iterdir():
        path.chmod(0o644)
    folder.chmod(0o1777)
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    done = as_nobody("run", *OTHER, "-o", folder, "--quiet", "--force")
    assert done.returncode == 1 and "Operation not permitted" in done.stderr
    assert {path.name: path.read_bytes() for path in folder.iterdir() if path.name in before} == before
    assert not list(folder.glob("*.tmp-*"))


@pytest.mark.skipif(os.geteuid() != 0, reason="only root makes files of others")
def test_files_that_may_not_be_read(finished, open_folder):
    folder = open_folder / "out"
    shutil.copytree(finished, folder)
    folder.chmod(0o777)
    for path in folder.iterdir():
        path.chmod(0o600)
    done = as_nobody("run", *SMALLEST, "-o", folder, "--quiet")
    assert done.returncode == 2 and "cannot be read" in done.stderr
    done = as_nobody("info", folder / "results.h5")
    assert done.returncode == 2 and "Permission denied" in done.stderr


def test_the_umask_is_heeded(tmp_path):
    succeeds("run", *SMALLEST, "-o", tmp_path / "out", "--quiet", preexec_fn=lambda: os.umask(0o077))
    assert stat.S_IMODE((tmp_path / "out").stat().st_mode) == 0o700
    for path in (tmp_path / "out").iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600, path
