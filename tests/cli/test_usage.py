"""How the command is called, and what it says when it is called wrongly."""

import re
import subprocess

import pytest
from command import COMMANDS, PROGRAM, ROOT, command, refused, start, succeeds


@pytest.mark.parametrize("word", ["--help", "-h", "help"])
def test_help_names_every_command(word):
    done = succeeds(word)
    assert done.stderr == ""
    for name in COMMANDS:
        assert re.search(rf"^  {name} +\S", done.stdout, re.MULTILINE)
    assert "exit status" in done.stdout


@pytest.mark.parametrize("name", COMMANDS)
@pytest.mark.parametrize("word", ["--help", "-h"])
def test_help_of_a_command(name, word):
    done = succeeds(name, word)
    assert done.stdout.startswith(f"usage: rnnchaos {name}") and done.stderr == ""
    assert max(map(len, done.stdout.splitlines())) <= 80


def test_help_of_run_tells_every_option():
    text = succeeds("run", "--help").stdout
    for option in "--output --set --threads --kernels --resume --force --quiet --no-figure".split():
        assert option in text


def test_help_wins_over_other_arguments():
    assert succeeds("run", "--help", "--threads", "0").stdout.startswith("usage:")


def test_version():
    version = re.search(r"version: '(.*?)'", (ROOT / "meson.build").read_text())[1]
    assert re.fullmatch(rf"rnnchaos {re.escape(version)} \(.+\)\n", succeeds("--version").stdout)


def test_no_command():
    message = refused()
    assert "no command given" in message and "usage: rnnchaos COMMAND" in message


@pytest.mark.parametrize("word", ["simulate", "", "Run", "--frobnicate", "-x"])
def test_unknown_command(word):
    message = refused(word)
    assert f"unknown command '{word}'" in message and "usage:" in message


@pytest.mark.parametrize("name", COMMANDS)
def test_unknown_option(name):
    for option, said in [("--frobnicate", "'--frobnicate'"), ("-x", "'-x'"), ("-xo", "'-x'"), ("--help=3", "--help")]:
        message = refused(name, option)
        assert message.startswith("rnnchaos: ") and said in message and f"usage: rnnchaos {name}" in message


@pytest.mark.parametrize("option", ["--output", "-o", "--set", "--threads", "--kernels"])
def test_missing_value(option, tmp_path):
    message = refused("run", option, cwd=tmp_path)
    assert f"option '{option}' needs a value" in message and "usage:" in message
    assert list(tmp_path.iterdir()) == []


def test_flags_take_no_value():
    assert "option '--quiet' takes no value" in refused("run", "--quiet=3")


def test_options_of_other_commands_are_unknown():
    assert "--threads" in refused("plot", "--threads", "2")
    assert "-o" in refused("info", "-o", "x")


@pytest.mark.parametrize(
    "arguments, said",
    [
        (["run", "a.yaml", "b.yaml"], "unexpected argument 'b.yaml'"),
        (["init", "a.yaml"], "unexpected argument 'a.yaml'"),
        (["info"], "expected a results file"),
        (["plot"], "expected a results file and -o FILE"),
        (["plot", "results.h5"], "expected a results file and -o FILE"),
        (["export", "results.h5", "-o", "x"], "expected a results file, --to FORMAT and -o FILE"),
        (["export", "results.h5", "--to", "npz"], "expected a results file, --to FORMAT and -o FILE"),
        (["export", "results.h5", "--to", "xls", "-o", "x"], "expected pickle, npz or csv"),
        (["network", "-o", "x.npz"], "expected --session S and -o FILE.npz"),
        (["network", "--session", "1"], "expected --session S and -o FILE.npz"),
        (["network", "--session", "one", "-o", "x.npz"], "--session 'one': expected a whole number"),
        (["network", "--session", "-1", "-o", "x.npz"], "expected a whole number"),
        (["network", "--session", "4294967296", "-o", "x.npz"], "expected a whole number"),
        (["run", "-o", ""], "expected the name of a folder"),
    ],
)
def test_wrong_arguments(arguments, said, tmp_path):
    message = refused(*arguments, cwd=tmp_path)
    assert said in message and "usage:" in message
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "option, value", [("--threads", v) for v in ["0", "-1", "+2", " 2", "two", "2x", "", "1e3", "65537", "9" * 30]]
    + [("--kernels", v) for v in ["", "sse2", "AVX2"]],
)
def test_wrong_choices_leave_no_folder(option, value, tmp_path):
    message = refused("run", option, value, cwd=tmp_path)
    assert f"'{value}'" in message and "expected" in message
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("arguments", [["--help"], ["--version"], ["init"], ["init", "--reference"], ["run", "--help"]])
def test_a_full_standard_output_is_said(arguments):
    with open("/dev/full", "w") as full:
        done = command(*arguments, stdout=full)
    assert done.returncode == 1
    assert "cannot write to standard output: No space left on device" in done.stderr


def test_a_closed_standard_output_is_said():
    done = subprocess.run(["sh", "-c", f"'{PROGRAM}' init >&-"], capture_output=True, text=True)
    assert done.returncode == 1 and "cannot write to standard output" in done.stderr


def test_a_reader_that_goes_away_ends_it_silently():
    process = start("init")
    process.stdout.close()
    assert process.stderr.read() == ""
    assert process.wait(10) in (-13, 0, 1)
