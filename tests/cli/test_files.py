"""plot, export and info: what they make of results, and of files that are none."""

import csv
import pickle
import re
import shutil
import subprocess

import h5py
import numpy as np
import pytest
from command import SMALL, contents, refused, settings, succeeds

READERS = {
    "info": lambda results, out: ["info", results],
    "plot": lambda results, out: ["plot", results, "-o", out / "x.pdf"],
    "pickle": lambda results, out: ["export", results, "--to", "pickle", "-o", out / "x.pickle"],
    "npz": lambda results, out: ["export", results, "--to", "npz", "-o", out / "x.npz"],
    "csv": lambda results, out: ["export", results, "--to", "csv", "-o", out / "x.csv"],
}
reader = pytest.mark.parametrize("reader", READERS.values(), ids=READERS)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    path = tmp_path_factory.mktemp("results")
    succeeds("run", *settings(SMALL), "-o", path)
    return path


@pytest.fixture(scope="module")
def results(folder):
    return folder / "results.h5"


# --- What they make ---------------------------------------------------------------


@pytest.mark.parametrize("kind, start", [("pdf", b"%PDF-"), ("svg", b"<?xml"), ("png", b"\x89PNG"), ("PDF", b"%PDF-")])
def test_plot(kind, start, results, tmp_path):
    paths = [tmp_path / f"{number}.{kind}" for number in (1, 2)]
    for path in paths:
        done = succeeds("plot", results, "-o", path)
        assert (done.stdout, done.stderr) == ("", "")
    first, second = (path.read_bytes() for path in paths)
    assert first == second and first.startswith(start) and len(first) > 10000


def test_plot_draws_the_figure_of_the_run(folder, results, tmp_path):
    succeeds("plot", results, "-o", tmp_path / "x.pdf")
    assert (tmp_path / "x.pdf").read_bytes() == (folder / "results.pdf").read_bytes()


def test_fonts_are_embedded(folder):
    if not shutil.which("pdffonts"):
        pytest.skip("no pdffonts")
    text = subprocess.run(["pdffonts", folder / "results.pdf"], capture_output=True, text=True, check=True).stdout
    rows = text.splitlines()[2:]
    assert rows and all(re.search(r" yes +yes +(yes|no) +\d+ +\d+$", row) for row in rows), text


@pytest.mark.parametrize("name", ["x", "x.jpg", "x.pdf.txt"])
def test_plot_knows_three_formats(name, results, tmp_path):
    assert ".pdf, .svg or .png" in refused("plot", results, "-o", tmp_path / name)
    assert contents(tmp_path) == []


def test_export_pickle_is_the_one_of_the_run(folder, results, tmp_path):
    succeeds("export", results, "--to", "pickle", "-o", tmp_path / "x")
    assert (tmp_path / "x").read_bytes() == (folder / "data_curation.pickle").read_bytes()
    with open(tmp_path / "x", "rb") as file:
        assert set(pickle.load(file)) == {"instance", "session=1", "session=2", "Lyapunov_exponent"}


def test_export_npz(results, tmp_path):
    succeeds("export", results, "--to", "npz", "-o", tmp_path / "x")
    with np.load(tmp_path / "x") as data, h5py.File(results) as file:
        assert set(data.files) == set(file)
        for name in file:
            np.testing.assert_array_equal(data[name], file[name][()])


def test_export_csv(results, tmp_path):
    succeeds("export", results, "--to", "csv", "-o", tmp_path / "x")
    with open(tmp_path / "x", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(row["session"], row["gain"]) for row in rows] == [(s, g) for s in "12" for g in ("1", "13", "22")]
    with h5py.File(results) as file:
        found = [float(row["divergence_exponent (1/s)"]) for row in rows]
        np.testing.assert_array_equal(found, file["divergence_exponent"][()].ravel())


def test_exports_replace_files(results, tmp_path):
    (tmp_path / "x").write_text("old")
    succeeds("export", results, "--to", "csv", "-o", tmp_path / "x")
    assert (tmp_path / "x").read_text().startswith("session,")
    assert contents(tmp_path) == ["x"]


def test_info_tells_all(folder, results):
    text = succeeds("info", results).stdout
    assert (folder / "study.yaml").read_text() in text
    with h5py.File(results) as file:
        assert f"study hash {file.attrs['study_hash']}\n" in text
        for name in ("version", "commit", "compiler", "kernels", "libraries", "host", "started"):
            assert re.search(rf"^{name} +{re.escape(str(file.attrs[name]))}$", text, re.MULTILINE)
        for name, dataset in file.items():
            if dataset.attrs.get("CLASS") != b"DIMENSION_SCALE":
                assert f"  {name}(" in text and dataset.attrs["long_name"] in text
    assert "divergence exponent (1/s)" in text


# --- Files that cannot be read ------------------------------------------------------


@reader
def test_results_that_are_not_there(reader, tmp_path):
    missing = tmp_path / "reslts.h5"
    assert f"{missing}: cannot open it: No such file" in refused(*reader(missing, tmp_path))
    assert f"{tmp_path}: not a regular file" in refused(*reader(tmp_path, tmp_path))
    assert contents(tmp_path) == []


def damages(whole):
    yield "empty", b""
    yield "text", b"session,gain\n"
    yield "first byte", bytes([whole[0] ^ 1]) + whole[1:]
    yield "half", whole[: len(whole) // 2]
    yield "last byte missing", whole[:-1]
    yield "seal missing and more", whole[:-30]
    for share in (0.02, 0.3, 0.6, 0.9):
        at = int(share * len(whole))
        yield f"bit at {share}", whole[:at] + bytes([whole[at] ^ 4]) + whole[at + 1 :]
        yield f"zeros at {share}", whole[:at] + bytes(512) + whole[at + 512 :]
    yield "appended", whole + b"\0"


@reader
def test_damaged_results_are_said(reader, results, tmp_path):
    whole = results.read_bytes()
    damaged = tmp_path / "results.h5"
    for name, content in damages(whole):
        if content == whole:
            continue
        damaged.write_bytes(content)
        message = refused(*reader(damaged, tmp_path), status=1)
        assert message.startswith(f"rnnchaos: {damaged}: ") and message.count("\n") == 1, name
        assert contents(tmp_path) == ["results.h5"], name


@reader
def test_foreign_hdf5_is_said(reader, tmp_path):
    foreign = tmp_path / "foreign.h5"
    with h5py.File(foreign, "w") as file:
        file["divergence_exponent"] = np.zeros((5, 5))
    assert "foreign.h5" in refused(*reader(foreign, tmp_path), status=1)
    assert contents(tmp_path) == ["foreign.h5"]


@pytest.mark.parametrize("name", ["rates1", "divergence_exponent", "gain"])
def test_a_missing_variable_is_said(name, results, tmp_path):
    copy = tmp_path / "results.h5"
    shutil.copy(results, copy)
    with h5py.File(copy, "r+") as file:
        del file[name]
    assert name in refused("info", copy, status=1)


@reader
def test_a_place_that_cannot_be_written(reader, results, tmp_path):
    nowhere = tmp_path / "nowhere"
    if reader is READERS["info"]:
        pytest.skip("writes nothing")
    message = refused(*reader(results, nowhere), status=1)
    assert str(nowhere) in message and "No such file or directory" in message


def test_info_to_a_full_output(results):
    from command import command

    with open("/dev/full", "w") as full:
        done = command("info", results, stdout=full)
    assert done.returncode == 1 and "cannot write to standard output" in done.stderr
