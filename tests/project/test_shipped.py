"""The data that the repository ships are what the code makes today, to the bit."""

import subprocess

import pytest


@pytest.fixture(scope="module")
def shipped(root):
    return (root / "data/data_curation.pickle").read_bytes()


@pytest.mark.parametrize("kernels, threads", [("scalar", 2), ("avx2", 1), ("avx512", 3)])
def test_shipped_data_are_remade(rnnchaos, shipped, tmp_path, kernels, threads):
    try:
        rnnchaos(
            "run", "-o", tmp_path, "--quiet", "--no-figure", "--kernels", kernels, "--threads", threads,
            "--set", "exponents.count=0",  # they are not in these data
        )
    except subprocess.CalledProcessError as error:
        if "this processor cannot run" not in error.stderr:
            raise
        pytest.skip(error.stderr.strip())
    assert (tmp_path / "data_curation.pickle").read_bytes() == shipped


def test_shipped_figure_is_one_page_with_its_fonts(root):
    """Not held to the bit: its bytes depend on the versions of Cairo, Pango and the fonts."""
    told = subprocess.run(["pdffonts", root / "figures/results.pdf"], check=True, capture_output=True, text=True).stdout
    fonts = told.splitlines()[2:]
    assert fonts and all(line.split()[-5] == "yes" for line in fonts)  # embedded
    about = subprocess.run(["pdfinfo", root / "figures/results.pdf"], check=True, capture_output=True, text=True).stdout
    assert "Pages:           1\n" in about
