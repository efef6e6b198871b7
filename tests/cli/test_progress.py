"""Progress on stderr: a live line on a terminal, lines elsewhere, none when quiet."""

import fcntl
import os
import pty
import re
import select
import signal
import struct
import termios
import time

import pytest
from command import ENDLESS, ENVIRONMENT, SMALL, settings, start

LONG = (
    r"(\d+) of (\d+) tasks  (\d+) %  ([\d:]+) elapsed  ([\d:]+|\?) left  "
    r"([\d.e-]+) M state-steps/s  CPU (\d+) %  (\d+) MB"
)
# How long the numbers are depends on the machine's speed: words go first, then the memory.
BRIEF = (
    r"(\d+)(?: of |/)(\d+) tasks  (\d+) %  ([\d:]+)(?: elapsed)?  ([\d:]+|\?) left  ([\d.e-]+) M state-steps/s"
    r"  CPU (\d+) %(?:  (\d+) MB)?"
)


class Terminal:
    """A terminal on which a run shows its progress."""

    def __init__(self, columns, *arguments):
        self.screen, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
        self.process = start(*arguments, stderr=slave)
        os.close(slave)
        self.text = ""

    def read(self, seconds, until=lambda text: False):
        """What is written meanwhile; stops at the end of the process."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0 and not until(self.text):
            if not select.select([self.screen], [], [], left)[0]:
                continue
            try:
                self.text += os.read(self.screen, 65536).decode()
            except OSError:  # the other side is closed
                break
        return self.text

    def close(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.communicate()
        os.close(self.screen)


@pytest.fixture
def terminal():
    opened = []

    def open_terminal(*arguments):
        opened.append(Terminal(*arguments))
        return opened[-1]

    yield open_terminal
    for one in opened:
        one.close()


def live_lines(text):
    return re.findall(r"\r([^\r\n]+?)\x1b\[K", text)


def shown(line_count):
    return lambda text: len(live_lines(text)) >= line_count


@pytest.mark.parametrize("columns, pattern", [(120, LONG), (80, BRIEF), (76, BRIEF)])
def test_one_live_line(columns, pattern, terminal, tmp_path):
    view = terminal(columns, "run", *settings(ENDLESS), "-o", tmp_path, "--threads", "2")
    text = view.read(30, shown(6))
    lines = live_lines(text)
    assert len(lines) >= 6 and all(len(line) < columns for line in lines)
    found = [re.fullmatch(pattern, line) for line in lines]
    assert all(found), lines
    assert text.count("\n") == 1  # only after the announcement
    last = found[-1]
    assert (last[1], last[2], last[3]) == ("0", "40", "0")
    assert float(last[6]) > 0 and 0 < int(last[7]) < 250
    for line, parts in zip(lines, found):
        assert 1 < int(parts[8]) < 1000 if parts[8] else len(line) + len("  99 MB") >= columns


def test_a_narrow_terminal_gets_what_fits(terminal, tmp_path):
    view = terminal(30, "run", *settings(ENDLESS), "-o", tmp_path)
    lines = live_lines(view.read(30, shown(3)))
    assert all(len(line) < 30 and re.match(r"0/40 tasks  0 %", line) for line in lines)


def test_the_live_line_is_cleared_at_a_stop(terminal, tmp_path):
    view = terminal(80, "run", *settings(ENDLESS), "-o", tmp_path)
    view.read(30, shown(2))
    view.process.send_signal(signal.SIGINT)
    text = view.read(30)
    assert view.process.wait(30) == 3
    assert re.search(r"MB\x1b\[K\r\x1b\[Krnnchaos: stopped after 0 of 40 tasks; this goes on:\r\n  .* --resume\r\n$", text)


def test_the_live_line_is_cleared_at_the_end(terminal, tmp_path):
    middling = settings(SMALL, {"dynamics.duration_ms": 4000, "trials": 40})
    view = terminal(80, "run", *middling, "-o", tmp_path, "--threads", "1")
    text = view.read(120)
    assert view.process.wait(30) == 0
    percents = [int(re.search(r"(\d+) %", line)[1]) for line in live_lines(text)]
    assert percents == sorted(percents) and len(percents) >= 1 and percents[-1] <= 100
    assert re.search(r"\r\x1b\[Krnnchaos: 6 tasks in [\d.]+ s, .* M state-steps/s, CPU \d+ %, at most \d+ MB\r\n$", text)
    assert "tasks" not in view.process.stdout.read()


def test_quiet_on_a_terminal(terminal, tmp_path):
    view = terminal(80, "run", *settings(SMALL), "-o", tmp_path, "--quiet")
    assert view.read(60) == "" and view.process.wait(30) == 0


def test_lines_in_a_pipe(tmp_path):
    process = start("run", *settings(ENDLESS), "-o", tmp_path)
    assert "40 tasks on" in process.stderr.readline()
    begun = time.monotonic()
    line = process.stderr.readline()
    assert 2 < time.monotonic() - begun < 20
    assert re.fullmatch(LONG + "\n", line)
    process.terminate()
    output, rest = process.communicate(timeout=30)
    assert output == "" and "\r" not in line + rest and "\x1b" not in line + rest


def test_quiet_in_a_pipe(tmp_path):
    process = start("run", *settings(ENDLESS), "-o", tmp_path, "--quiet")
    time.sleep(6)
    process.terminate()
    assert process.communicate(timeout=30)[1].startswith("rnnchaos: stopped after")


def test_a_dumb_terminal_gets_lines(terminal, tmp_path, monkeypatch):
    monkeypatch.setitem(ENVIRONMENT, "TERM", "dumb")
    view = terminal(80, "run", *settings(SMALL), "-o", tmp_path)
    assert "\x1b" not in view.read(60)
