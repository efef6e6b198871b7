"""What the library gives to a program and takes from it: names of ours only, nothing that prints or ends it."""

import fnmatch
import pathlib
import subprocess

import pytest
from conftest import BUILD

ALLOWED = [
    pattern
    for line in (pathlib.Path(__file__).parent / "symbols.txt").read_text().splitlines()
    if line and not line.startswith("#")
    for pattern in line.partition(" : ")[0].split()
]
LIBRARIES = {
    "static": (BUILD / "src/librnnchaos.a", []),
    "shared": (BUILD / "tests/contract/librnnchaos_contract.so", ["--dynamic"]),
}
library = pytest.mark.parametrize("path, options", LIBRARIES.values(), ids=LIBRARIES)


def symbols(path, *options):
    """(object, name) of each."""
    found = set()
    done = subprocess.run(["nm", "-A", "-P", *options, path], capture_output=True, text=True, check=True)
    for line in done.stdout.splitlines():
        place, _, rest = line.partition(": ")
        found.add((place, rest.split()[0].partition("@")[0]))
    assert found, done.stderr
    return found


def is_allowed(name):
    return any(fnmatch.fnmatchcase(name, pattern) for pattern in ALLOWED)


@library
def test_only_names_of_ours_are_exported(path, options):
    names = {name for _, name in symbols(path, "--defined-only", "--extern-only", *options)}
    assert len(names) > 80
    assert {name for name in names if not name.startswith("rc_")} == set()


def test_only_harmless_functions_are_called():
    found = symbols(BUILD / "src/librnnchaos.a", "--undefined-only")
    assert [row for row in sorted(found) if not is_allowed(row[1])] == []


@pytest.mark.parametrize(
    "name",
    "printf puts putchar vprintf fdopen perror stdout stderr exit _exit abort __assert_fail signal sigaction raise "
    "setlocale umask chdir fchdir setenv putenv fesetround feenableexcept fesetenv system popen execve dlopen fork "
    "setrlimit tmpfile mktemp rand srand longjmp __printf_chk __fprintf_chk atexit".split(),
)
def test_what_would_harm_is_not_on_the_list(name):
    assert not is_allowed(name)
