"""Figures in matplotlib, for those who want to restyle them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ._html import _COLOURS as COLOURS

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from .spectra import Spectrum

__all__ = ["spectrum"]


def spectrum(result: Spectrum, ax: Axes | None = None, **options: Any) -> Axes:
    """Exponents by index with error bars (1.96 standard errors), a line a trial, coloured by verdict.

    Parameters
    ----------
    result : Spectrum
    ax : matplotlib Axes, optional
        By default the current one of a new figure.
    **options
        For `Axes.errorbar`.

    Returns
    -------
    matplotlib Axes
    """
    if ax is None:
        import matplotlib.pyplot as plt

        ax = plt.figure(layout="constrained").subplots()
    index = np.arange(1, result.n_exponents + 1)
    named: set[str] = set()
    for trial, verdict in enumerate(result.verdict.tolist()):
        label = None if verdict in named else verdict.replace("_", " ")
        named.add(verdict)
        style: dict[str, Any] = {"marker": "o", "markersize": 3, "linewidth": 1, "capsize": 2, "color": COLOURS[verdict]} | options
        ax.errorbar(index, result.exponents[trial], 1.96 * result.errors[trial], label=label, **style)
    ax.axhline(0, color="0.6", linewidth=0.8, zorder=0)
    ax.set_xlabel("index")
    ax.set_ylabel("Lyapunov exponent (1/s)")
    ax.legend()
    return ax
