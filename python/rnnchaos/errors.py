"""What goes wrong besides ValueError, TypeError, MemoryError and OSError."""

from __future__ import annotations

__all__ = ["Error", "RunStopped"]


class Error(RuntimeError):
    """A measurement or a file that is not as it should be; the message says why.

    Raised where a state stopped being finite, a numerical method failed, or a file is damaged.
    """


class RunStopped(Error):
    """A call was ended before it was done, by a `progress` function that returned False."""
