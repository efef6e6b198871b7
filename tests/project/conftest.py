import os
import pathlib
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("RNNCHAOS_BUILD", ROOT / "build"))


@pytest.fixture(scope="session")
def root():
    return ROOT


@pytest.fixture(scope="session")
def rnnchaos():
    """A function: arguments -> standard output of the command."""

    def run(*arguments):
        command = [BUILD / "rnnchaos", *map(str, arguments)]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout

    return run
