"""What the documents say is what the program does."""

import re
import shutil
import subprocess

import pytest

COMMANDS = ["run", "spectrum", "merge", "plot", "export", "info", "init", "network"]
FOLDERS = "src|include|tests|script|docs|examples|data|figures|bench|fuzz|slurm"


@pytest.fixture(scope="module")
def manual(root):
    """The manual as plain text, a command's part under its name."""
    if not shutil.which("mandoc"):
        pytest.skip("no mandoc")
    text = subprocess.run(
        ["mandoc", "-T", "ascii", "-O", "width=200", root / "docs/man/rnnchaos.1"], check=True, capture_output=True
    ).stdout.decode()
    return re.sub(".\b", "", text)


def part_of(manual, command):
    return re.search(rf"^   {command}\n(.*?)^( {{0,3}}\S|\Z)", manual, re.MULTILINE | re.DOTALL).group(1)


def options_in(text):
    return set(re.findall(r"(?<![\w-])(--?[a-z][a-z-]*)", text))


def test_help_lists_every_command(rnnchaos):
    listed = re.findall(r"^  (\w+)  ", rnnchaos("--help"), re.MULTILINE)
    assert listed == COMMANDS


@pytest.mark.parametrize("command", COMMANDS)
def test_manual_and_help_have_the_same_options(rnnchaos, manual, command):
    assert options_in(part_of(manual, command)) == options_in(rnnchaos(command, "--help"))


def test_manual_is_well_formed(root):
    if not shutil.which("mandoc"):
        pytest.skip("no mandoc")
    lint = subprocess.run(["mandoc", "-T", "lint", "-W", "warning", root / "docs/man/rnnchaos.1"], capture_output=True)
    complaints = [line for line in lint.stdout.decode().splitlines() if "missing date" not in line]
    assert complaints == []


def test_reference_of_study_files_is_the_programs(root, rnnchaos):
    assert (root / "docs/study-file.md").read_text() == rnnchaos("init", "--reference")


def markdown(root):
    names = subprocess.run(["git", "ls-files", "*.md"], cwd=root, check=True, capture_output=True, text=True).stdout
    return [root / name for name in names.split()]


def test_links_between_documents_lead_somewhere(root):
    broken = []
    for document in markdown(root):
        for target in re.findall(r"\]\(([^)\s]+)\)", document.read_text()):
            path = target.split("#")[0]
            if not re.match(r"https?:|mailto:", target) and path and not (document.parent / path).exists():
                broken.append(f"{document.relative_to(root)}: {target}")
    assert broken == []


def test_paths_in_documents_exist(root):
    """`src/...`, `script/...` and the like in backquotes."""
    missing = []
    for document in markdown(root):
        for path in re.findall(rf"`((?:{FOLDERS})/[\w./-]*)`", document.read_text()):
            if not (root / path).exists():
                missing.append(f"{document.relative_to(root)}: {path}")
    assert missing == []


def test_version_is_the_same_everywhere(root, rnnchaos):
    version = re.search(r"version: '([\d.]+)'", (root / "meson.build").read_text()).group(1)
    assert rnnchaos("--version").split()[1] == version
    assert f"\nversion: {version}\n" in (root / "CITATION.cff").read_text()


def test_readme_shows_todays_exponents(root, rnnchaos):
    """Its table is that of the shipped data, rounded."""
    import pickle

    with open(root / "data/data_curation.pickle", "rb") as file:
        exponents = pickle.load(file)["Lyapunov_exponent"]
    rows = re.findall(r"^\| ([1-5]) \|((?: [\d.]+ \|){5})$", (root / "README.md").read_text(), re.MULTILINE)
    shown = [[float(cell) for cell in row.split("|") if cell.strip()] for _, row in rows]
    assert shown == [[round(float(x), 2) for x in row] for row in exponents]
