"""Where Python meets C: statuses become exceptions, and long calls can be interrupted.

A call into the library releases the GIL. One that is long runs in a thread of its own, while the
thread that asked for it waits, shows progress and hears signals. What is raised there (Ctrl-C, or by
a `progress` function) sets the call's stop, and goes on once the call has returned; or a moment
later without it, where the library is in the middle of something that it cannot leave (eigenvalues of
a large matrix). Whatever the call uses lives until it has returned.
"""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from ._native import ffi, lib
from .errors import Error, RunStopped
from .progress import Display, Progress, ProgressOption, make_display

EVERY_S = 0.1  # between two looks
GRACE_S = 0.7  # for a call that has been stopped
SHORT = 1e7  # multiply-adds; more may take longer than a person waits gladly

_EXCEPTIONS: dict[int, type[Exception]] = {
    lib.RC_NO_MEMORY: MemoryError,
    lib.RC_INVALID: ValueError,
    lib.RC_BAD_STUDY: ValueError,
    lib.RC_CONFLICT: FileExistsError,
    lib.RC_STOPPED: RunStopped,
    lib.RC_IO: OSError,
    lib.RC_UNREADABLE: OSError,
}


def check(status: int) -> None:
    """Raises what a failed call of this thread means, with the library's own words."""
    if status == lib.RC_OK:
        return
    message = text(lib.rc_message()) or text(lib.rc_status_text(status))
    raise _EXCEPTIONS.get(status, Error)(message)


def text(pointer: Any) -> str:
    return str(ffi.string(pointer).decode("utf-8", "replace")) if pointer else ""


def taken_text(pointer: Any) -> str:
    """The text of a `char **`, which is freed."""
    try:
        return text(pointer[0])
    finally:
        lib.free(pointer[0])


class Watch:
    """How far a call has come, and how to stop it.

    Parameters
    ----------
    progress, title
        Who is told, and of what.
    total : int or callable
        Steps at the most.

    Attributes
    ----------
    stop, steps
        For the library; `call` of `run` reads them. NULL where there is nobody to use them.
    """

    stop = steps = ffi.NULL

    def __init__(self, progress: ProgressOption, title: str, total: int | Callable[[], int]) -> None:
        self._progress, self._title, self._total = progress, title, total
        self._display: Display | None = None

    def run(self, call: Callable[[], None], cost: float) -> None:
        """Calls it: at once if it is short and nobody wants to be told, else in a thread of its own.

        `call` raises what goes wrong; `cost` is about how many multiply-adds it takes.
        """
        if cost < SHORT and (self._progress is None or self._progress is False):
            call()
            return
        self.stop = self.stop or ffi.new("atomic_bool *")
        self.steps = self.steps or ffi.new("atomic_ullong *")
        worker = _Worker(call)
        try:
            worker.start()
            self._wait(worker)
        except BaseException:
            self.stop[0] = 1
            worker.done.wait(GRACE_S)
            raise
        finally:
            if self._display:
                self._display.close()
        worker.conclude()

    def _wait(self, worker: _Worker) -> None:
        begun = time.monotonic()
        while not worker.done.wait(EVERY_S):
            self._look(time.monotonic() - begun)

    def _look(self, elapsed_s: float) -> None:
        if self._display is None:
            self._display = make_display(self._progress, self._title, elapsed_s)
        if self._display is None:
            return
        total = self._total() if callable(self._total) else self._total
        if not self._display.show(Progress(min(int(self.steps[0]), total), total, elapsed_s)):
            raise RunStopped("stopped by progress")


class _Worker(threading.Thread):
    """Makes one call. The interpreter waits for it at the end, as for the thread that asked for it:
    a library that is unloaded while it computes would crash."""

    def __init__(self, call: Callable[[], None]) -> None:
        super().__init__(name="rnnchaos")
        self.done = threading.Event()
        self._call: Callable[[], None] | None = call
        self._error: BaseException | None = None

    def run(self) -> None:
        try:
            if self._call:
                self._call()
        except BaseException as error:
            self._error = error
        finally:
            self._call = None
            self.done.set()

    def conclude(self) -> None:
        """Raises here what the call raised."""
        error, self._error = self._error, None
        if error is not None:
            raise error


_hdf5 = threading.RLock()


@contextmanager
def hdf5_lock() -> Iterator[None]:
    """HDF5 is not for several threads at once; h5py, which may use the same one, has a lock of its own."""
    h5py = sys.modules.get("h5py._objects")
    phil = getattr(h5py, "phil", None)
    with _hdf5:
        if phil is None:
            yield
        else:
            with phil:
                yield
