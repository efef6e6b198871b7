"""Results files."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from . import _run

if TYPE_CHECKING:
    import xarray

__all__ = ["open"]


def open(path: str | os.PathLike[str]) -> xarray.Dataset:
    """Reads a results.h5, checked: what `Study.run` gave.

    Parameters
    ----------
    path : str or path
        A results.h5, or the folder of a run that has one.

    Returns
    -------
    xarray.Dataset
        In memory, with `units` and `long_name` on every variable and the study and its provenance
        as attributes (docs/file-formats.md). The file is closed.

    Raises
    ------
    OSError
        If it cannot be read.
    Error
        If it is damaged, or no results file.
    """
    path = os.fspath(path)
    if os.path.isdir(path):
        path = os.path.join(path, "results.h5")
    return _run.read(os.fsencode(path))
