"""The notebooks run, and print what they are stored with."""

import os
import sys

import pytest
from conftest import PACKAGE, ROOT

sys.path.insert(0, str(ROOT / "notebooks"))
nbformat = pytest.importorskip("nbformat")
pytest.importorskip("nbclient")
import execute  # noqa: E402


def test_there_are_three():
    assert [path.stem for path in execute.NOTEBOOKS] == ["is_my_network_chaotic", "my_own_weights", "reproduce_the_published_study"]


@pytest.mark.parametrize("path", execute.NOTEBOOKS, ids=lambda path: path.stem)
def test_it_runs_and_prints_what_it_is_stored_with(path, monkeypatch):
    if PACKAGE:
        monkeypatch.setenv("PYTHONPATH", os.pathsep.join([PACKAGE, os.environ.get("PYTHONPATH", "")]).strip(os.pathsep))
    monkeypatch.setenv("JUPYTER_PATH", os.environ.get("JUPYTER_PATH", ""))
    stored = nbformat.read(path, as_version=4)
    assert execute.printed(execute.execute(path)) == execute.printed(stored)
    assert any(execute.printed(stored)) and path.stat().st_size <= execute.LARGEST
    pictures = [output for cell in stored.cells if cell.cell_type == "code" for output in cell.outputs if "image/png" in output.get("data", {})]
    assert pictures
