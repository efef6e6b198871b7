"""Executes notebooks, each in a Python of its own, with the package of the build folder:  script/notebooks

Writes what they show into them. What is printed is the same everywhere, since results are the same to the bit; the tests
hold the stored notebooks to it.
"""

import json
import os
import pathlib
import sys
import tempfile

import nbformat
from nbclient import NotebookClient

HERE = pathlib.Path(__file__).resolve().parent
NOTEBOOKS = sorted(HERE.glob("*.ipynb"))
LARGEST = 300_000  # bytes of a notebook with its pictures


def _use_this_python(folder):
    """A kernel `ours` in a folder that Jupyter searches first; notebooks name the usual one."""
    kernel = pathlib.Path(folder) / "kernels" / "ours"
    kernel.mkdir(parents=True)
    command = [sys.executable, "-Xfrozen_modules=off", "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    (kernel / "kernel.json").write_text(json.dumps({"argv": command, "display_name": "ours", "language": "python"}))
    os.environ["JUPYTER_PATH"] = os.pathsep.join([str(folder), os.environ.get("JUPYTER_PATH", "")]).strip(os.pathsep)


def execute(path):
    """A notebook with new outputs. Raises CellExecutionError where a cell fails."""
    notebook = nbformat.read(path, as_version=4)
    with tempfile.TemporaryDirectory() as folder:
        _use_this_python(folder)
        client = NotebookClient(notebook, kernel_name="ours", timeout=300, resources={"metadata": {"path": str(HERE)}})
        client.execute()
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)  # the time of day
    notebook.metadata = {
        "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
        "language_info": {"name": "python"},
    }
    return notebook


def printed(notebook):
    """[code cell]: everything that was printed, without pictures."""
    cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    return ["".join(output.text for output in cell.outputs if output.output_type == "stream") for cell in cells]


def main():
    for path in NOTEBOOKS:
        notebook = execute(path)
        text = nbformat.writes(notebook) + "\n"
        if len(text) > LARGEST:
            return f"{path.name}: {len(text)} bytes, expected at most {LARGEST}"
        path.write_text(text)
        print(f"{path.name}: {len(text)} bytes")


if __name__ == "__main__":
    sys.exit(main())
