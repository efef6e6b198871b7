"""A program that uses the library finds its surroundings as they were."""

import os
import re
import subprocess

import pytest
from conftest import BUILD, ROOT


def use(folder, mode):
    """The changes that a program in odd surroundings reports, and what came on its outputs."""
    report = folder / "report"
    with open(folder / "stdout", "wb") as out, open(folder / "stderr", "wb") as err:
        done = subprocess.run(
            [BUILD / "tests/contract/host", folder, report, *mode],
            stdout=out,
            stderr=err,
            preexec_fn=lambda: os.close(0),
            timeout=300,
        )
    assert done.returncode in (0, 1), (folder / "stderr").read_text()
    text = report.read_text()
    assert (done.returncode == 0) == (text == ""), text
    return text, (folder / "stdout").read_bytes() + (folder / "stderr").read_bytes()


@pytest.mark.parametrize("mode", [[], ["rounding"]], ids=["usual", "rounding"])
def test_the_library_leaves_its_host_alone(mode, tmp_path):
    assert use(tmp_path, mode) == ("", b"")


CHANGES = {
    "locale": "LC_NUMERIC=C",
    "thread's locale": "0x",
    "umask": "22",
    "environment": "RNNCHAOS_HOST=changed",
    "folder": "/",
    "signal 2": "handler 0x1",
    "signal 8": "handler (nil)",
    "rounding": str(0x400),
    "SSE control word": "3d80",
    "file": "/open.h5",
    "HDF5's error handler": "(nil)",
    "HDF5's open objects": "2",
    "name": "changed",
}


def test_a_library_that_did_not_would_be_found_out(tmp_path):
    text, output = use(tmp_path, ["misbehave"])
    changed = [line.removeprefix("after: ") for line in text.splitlines() if line.startswith("after: ")]
    for name, value in CHANGES.items():
        assert any(line.startswith(name) and value in line for line in changed), (name, text)
    assert output == b"a worda word"
    if os.path.isdir(ROOT / ".venv/locale/de_DE.UTF-8") and os.environ.get("LOCPATH"):
        assert re.search("^before: locale: .*de_DE", text, re.MULTILINE)


def test_the_program_calls_every_public_function():
    program = (ROOT / "tests/contract/host_calls.c").read_text()
    for header in (ROOT / "include/rnnchaos").glob("*.h"):
        text = re.sub(r"/\*.*?\*/|\btypedef [^;{}]*;", "", header.read_text(), flags=re.DOTALL)
        names = re.findall(r"\b(rc_\w+)\((?=[^;{}]*\);)", text)
        assert names or header.name == "rnnchaos.h"
        for name in names:
            assert f"{name}(" in program, name
