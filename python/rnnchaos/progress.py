"""How far a long call has come: tqdm where it is installed, else a line of our own."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any, NamedTuple, TextIO, Union

__all__ = ["Progress", "ProgressOption"]

PATIENCE_S = 1.0


class Progress(NamedTuple):
    """What a `progress` function is given, about ten times a second.

    Attributes
    ----------
    done, total : int
        Steps of states (one state advanced by one time step) so far, and at the most: trials that
        come to rest, or reach a target error, end early.
    elapsed_s : float
        Seconds since the call began.
    """

    done: int
    total: int
    elapsed_s: float

    @property
    def fraction(self) -> float:
        """From 0 to 1."""
        return self.done / self.total if self.total else 1.0


ProgressOption = Union[bool, Callable[[Progress], object], None]
"""True: a bar. False: nothing. None: a bar after the first second, if a terminal or a notebook shows
it. A function: called with a `Progress`; if it returns False, the call ends with `RunStopped`, and
what it raises ends the call, too."""


class Display:
    """Somebody who is told. `show` returns whether the call goes on."""

    def show(self, progress: Progress) -> bool:
        raise NotImplementedError

    def close(self) -> None:
        """Called once, when the call has ended."""


class _Function(Display):
    def __init__(self, function: Callable[[Progress], object]) -> None:
        self._function = function

    def show(self, progress: Progress) -> bool:
        return self._function(progress) is not False


class _Bar(Display):
    def __init__(self, tqdm: Any, title: str) -> None:
        self._bar = tqdm(desc=title, unit="step", unit_scale=True, leave=False)

    def show(self, progress: Progress) -> bool:
        self._bar.total = progress.total
        self._bar.n = progress.done
        self._bar.refresh()
        return True

    def close(self) -> None:
        self._bar.close()


class _Line(Display):
    """One line that is written over: what is done, and how long the rest takes."""

    def __init__(self, title: str, stream: TextIO) -> None:
        self._title, self._stream, self._shown = title, stream, 0

    def _write(self, line: str) -> None:
        self._stream.write("\r" + line.ljust(self._shown) + ("\r" if not line else ""))
        self._stream.flush()
        self._shown = len(line)

    def show(self, progress: Progress) -> bool:
        share = progress.fraction
        left = f"{progress.elapsed_s * (1 - share) / share:.0f} s left" if share > 0 else "? left"
        self._write(f"{self._title}: {100 * share:.0f} %, {progress.elapsed_s:.0f} s, {left}")
        return True

    def close(self) -> None:
        self._write("")


def _in_notebook() -> bool:
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    return shell is not None and hasattr(shell, "kernel")


def _is_seen() -> bool:
    try:
        return sys.stderr.isatty() or _in_notebook()
    except (AttributeError, ValueError):  # no stderr, or a closed one
        return False


def make_display(option: ProgressOption, title: str, elapsed_s: float) -> Display | None:
    """What shows progress; None: nothing (yet)."""
    if callable(option):
        return _Function(option)
    if option is None and (elapsed_s < PATIENCE_S or not _is_seen()):
        return None
    if option is False or sys.stderr is None:
        return None
    try:
        from tqdm.auto import tqdm
    except ImportError:
        return _Line(title, sys.stderr)
    return _Bar(tqdm, title)
