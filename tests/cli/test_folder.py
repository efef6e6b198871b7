"""The output folder: other people's results, full disks, places where nothing can be written."""

import contextlib
import os
import subprocess

import h5py
import pytest
from command import PRODUCTS, SMALL, command, contents, datasets, refused, settings, succeeds

SMALLEST = settings(SMALL, {"sessions": "[1]", "gains": "[13]"})
OTHER = [*SMALLEST, "--set", "seed=99"]


def bytes_of(folder):
    return {name: (folder / name).read_bytes() for name in contents(folder)}


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    """A function: path -> a copy of the folder of a finished run."""
    folder = tmp_path_factory.mktemp("finished")
    succeeds("run", *SMALLEST, "-o", folder)
    original = bytes_of(folder)

    def copy(path):
        path.mkdir(exist_ok=True)
        for name, content in original.items():
            (path / name).write_bytes(content)
        return path

    return copy


# --- Results of another study --------------------------------------------------------


def test_another_study_is_refused(finished, tmp_path):
    before = bytes_of(finished(tmp_path))
    message = refused("run", *OTHER, "-o", tmp_path, "--quiet")
    assert str(tmp_path) in message and "another study" in message and "--force" in message
    assert bytes_of(tmp_path) == before
    assert refused("run", *OTHER, "-o", tmp_path, "--quiet", "--resume") == message


@pytest.mark.parametrize("left", PRODUCTS)
def test_any_one_file_of_another_study_is_refused(left, finished, tmp_path):
    finished(tmp_path)
    for name in set(PRODUCTS) - {left}:
        (tmp_path / name).unlink()
    before = bytes_of(tmp_path)
    assert left in refused("run", *OTHER, "-o", tmp_path, "--quiet")
    assert bytes_of(tmp_path) == before
    succeeds("run", *OTHER, "-o", tmp_path, "--quiet", "--force")
    assert contents(tmp_path) == PRODUCTS


@pytest.mark.parametrize("name, content", [("study.yaml", b"shopping: list\n"), ("results.h5", b"\x89HDF\r\n\x1a\n")])
def test_foreign_files_of_these_names_are_refused(name, content, tmp_path):
    (tmp_path / name).write_bytes(content)
    assert f"{name} cannot be read" in refused("run", *SMALLEST, "-o", tmp_path, "--quiet")
    assert bytes_of(tmp_path) == {name: content}


def test_other_files_do_not_matter(tmp_path):
    (tmp_path / "notes.txt").write_text("mine")
    succeeds("run", *SMALLEST, "-o", tmp_path)
    assert contents(tmp_path) == sorted([*PRODUCTS, "notes.txt"])


def test_force_replaces_everything(finished, tmp_path):
    before = bytes_of(finished(tmp_path))
    succeeds("run", *OTHER, "-o", tmp_path, "--force")
    after = bytes_of(tmp_path)
    assert list(after) == PRODUCTS and all(after[name] != before[name] for name in PRODUCTS)
    assert b"seed: 99\n" in after["study.yaml"]


def test_force_leaves_no_figure_of_another_study(finished, tmp_path):
    finished(tmp_path)
    succeeds("run", *OTHER, "-o", tmp_path, "--force", "--no-figure")
    assert "results.pdf" not in contents(tmp_path)


def test_a_failed_forced_run_leaves_the_other_study(finished, tmp_path):
    before = bytes_of(finished(tmp_path))
    doomed = [*OTHER, "--set", "gains=[1e308]", "--set", "network.weight_std=1e10"]
    refused("run", *doomed, "-o", tmp_path, "--force", status=1)
    assert bytes_of(tmp_path) == before


# --- Resuming what is finished ---------------------------------------------------------


def started(folder):
    with h5py.File(folder / "results.h5") as file:
        return file.attrs["started"], file.attrs["wall_time_s"]


def test_resume_keeps_finished_results(finished, tmp_path):
    before, clock = bytes_of(finished(tmp_path)), started(tmp_path)
    (tmp_path / "results.pdf").unlink()
    done = succeeds("run", *SMALLEST, "-o", tmp_path, "--resume")
    assert "has the results of this study" in done.stderr
    assert started(tmp_path) == clock and bytes_of(tmp_path) == before
    assert done.stdout.count(str(tmp_path)) == 5


def test_resume_without_results_runs(tmp_path):
    succeeds("run", *SMALLEST, "-o", tmp_path, "--resume")
    assert contents(tmp_path) == PRODUCTS


def test_resume_makes_damaged_results_again(finished, tmp_path):
    before = datasets(finished(tmp_path))
    with open(tmp_path / "results.h5", "r+b") as file:
        file.truncate(3000)
    done = succeeds("run", *SMALLEST, "-o", tmp_path, "--resume")
    assert "making it again" in done.stderr and "results.h5" in done.stderr
    assert datasets(tmp_path) == before


# --- Where nothing can be written ------------------------------------------------------


@contextlib.contextmanager
def tmpfs(path, options):
    path.mkdir(exist_ok=True)
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", options, "none", path], capture_output=True, text=True)
    if done.returncode:
        pytest.skip(f"cannot mount a file system: {done.stderr}")
    try:
        yield path
    finally:
        subprocess.run(["umount", path], check=True)


def test_a_file_in_the_way(tmp_path):
    (tmp_path / "file").write_text("mine")
    assert "it is a file" in refused("run", *SMALLEST, "-o", tmp_path / "file", status=1)
    assert "cannot make the output folder" in refused("run", *SMALLEST, "-o", tmp_path / "file/sub", status=1)
    assert (tmp_path / "file").read_text() == "mine"


def test_a_place_without_room_for_folders():
    message = refused("run", *SMALLEST, "-o", "/proc/rnnchaos", status=1)
    assert "/proc/rnnchaos: cannot make the output folder" in message


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_without_permission(tmp_path):
    tmp_path.chmod(0o500)
    try:
        assert "cannot write into the output folder" in refused("run", *SMALLEST, "-o", tmp_path, status=1)
    finally:
        tmp_path.chmod(0o700)


def test_a_read_only_file_system(tmp_path):
    with tmpfs(tmp_path / "disk", "ro") as disk:
        assert "Read-only file system" in refused("run", *SMALLEST, "-o", disk, status=1)
        assert "Read-only file system" in refused("run", *SMALLEST, "-o", disk / "sub", status=1)


def test_a_folder_in_the_way_of_a_file(tmp_path):
    (tmp_path / "data_curation.pickle").mkdir()
    message = refused("run", *SMALLEST, "-o", tmp_path, "--quiet")
    assert "data_curation.pickle" in message
    assert contents(tmp_path) == ["data_curation.pickle"]


def check_full(disk, done_files, message):
    assert "No space left on device" in message and str(disk) in message
    assert set(contents(disk)) - {"filling"} <= set(done_files)
    assert not list(disk.glob("*.tmp-*"))


def test_a_full_disk(tmp_path):
    big = settings(SMALL, {"dynamics.duration_ms": 20000})
    succeeds("run", "--quiet", *big, "-o", tmp_path / "undisturbed", "--no-figure")
    with tmpfs(tmp_path / "disk", "size=512k") as disk:
        done = command("run", "--quiet", *big, "-o", disk, "--no-figure")
        assert done.returncode == 1
        check_full(disk, ["journal.rcj"], done.stderr)
        assert "tasks are safe in" in done.stderr and "--resume\n" in done.stderr
        # room again: it goes on
        subprocess.run(["mount", "-o", "remount,size=16m", disk], check=True)
        done = succeeds("run", *big, "-o", disk, "--no-figure", "--resume")
        assert "found in the journal" in done.stderr
        assert datasets(disk) == datasets(tmp_path / "undisturbed")


def test_a_disk_that_is_full_from_the_start(tmp_path):
    with tmpfs(tmp_path / "disk", "size=64k") as disk:
        with pytest.raises(OSError), open(disk / "filling", "wb", buffering=0) as file:
            while True:
                file.write(bytes(4096))
        done = command("run", "--quiet", *SMALLEST, "-o", disk)
        assert done.returncode == 1
        check_full(disk, [], done.stderr)


@pytest.mark.parametrize("size", [8, 12, 16, 20, 24, 32, 40, 48, 56])
def test_whole_files_or_none_on_small_disks(size, finished, tmp_path):
    """Wherever the disk runs full, what stands under a final name is whole."""
    whole = bytes_of(finished(tmp_path / "whole"))
    with tmpfs(tmp_path / "disk", f"size={size}k") as disk:
        done = command("run", "--quiet", *SMALLEST, "-o", disk)
        found = bytes_of(disk)
        assert set(found) <= set(PRODUCTS)
        assert (done.returncode == 0) == (set(found) == set(PRODUCTS)), done.stderr
        for name in set(found) - {"results.h5"}:
            assert found[name] == whole[name]
        if "results.h5" in found:
            succeeds("info", disk / "results.h5")
        if done.returncode:
            assert done.returncode == 1 and "No space left on device" in done.stderr


def test_exports_to_a_full_disk(finished, tmp_path):
    results = finished(tmp_path / "whole") / "results.h5"
    with tmpfs(tmp_path / "disk", "size=4k") as disk:
        for arguments in (
            ["export", results, "--to", "pickle", "-o", disk / "x.pickle"],
            ["export", results, "--to", "npz", "-o", disk / "x.npz"],
            ["plot", results, "-o", disk / "x.pdf"],
            ["plot", results, "-o", disk / "x.png"],
            ["network", "--session", "1", "-o", disk / "x.npz"],
        ):
            assert "No space left on device" in refused(*arguments, status=1)
            assert contents(disk) == []


def test_devices_are_not_replaced(finished, tmp_path):
    results = finished(tmp_path) / "results.h5"
    for arguments in (
        ["export", results, "--to", "csv", "-o", "/dev/null"],
        ["export", results, "--to", "npz", "-o", tmp_path],
        ["network", "--session", "1", "-o", "/dev/null"],
    ):
        assert "not a regular file" in refused(*arguments)
    assert os.path.exists("/dev/null") and not os.path.isfile("/dev/null")
