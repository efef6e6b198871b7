"""Made-up results in every format, written by the library for its readers."""

import os
import pathlib
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("RNNCHAOS_BUILD", ROOT / "build"))

SMALL = ["sessions=[1,2]", "gains=[0.5,4,10,13]", "trials=3", "dynamics.duration_ms=50", "exponents.count=2", "exponents.duration_ms=30000", "record.duration_ms=20"]


@pytest.fixture(scope="session")
def make_results(tmp_path_factory):
    """A function: settings of a study -> folder with its results in every format."""

    def make(*settings):
        folder = tmp_path_factory.mktemp("results")
        subprocess.run([BUILD / "tests/contract/make_results", folder, *settings], check=True)
        return folder

    return make


@pytest.fixture(scope="session")
def small(make_results):
    return make_results(*SMALL)


@pytest.fixture(scope="session")
def published(make_results):
    return make_results()
