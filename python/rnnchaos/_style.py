"""How figures look, and what panels share: the colours, ranges and words of the command's figures."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    import xarray
    from matplotlib.axes import Axes

    from .study import Study

STYLE: dict[str, Any] = {
    "figure.dpi": 150,
    "font.size": 7,
    "axes.titlesize": 7,
    "axes.labelsize": 7,
    "axes.linewidth": 0.6,
    "axes.spines.right": False,
    "axes.spines.top": False,
    "xtick.labelsize": 7,
    "xtick.major.size": 2.5,
    "xtick.major.width": 0.6,
    "ytick.labelsize": 7,
    "ytick.major.size": 2.5,
    "ytick.major.width": 0.6,
    "legend.fontsize": 7,
    "legend.title_fontsize": 7,
    "lines.linewidth": 0.9,
    "hatch.linewidth": 0.4,
    "pdf.fonttype": 42,
    "svg.fonttype": "none",
}
"""rcParams of the figures: for two columns of a journal, text of 7 points."""

VERDICT_COLOURS = {
    "fixed_point": (0.16, 0.27, 0.46),
    "limit_cycle": (0.33, 0.60, 0.78),
    "torus": (0.70, 0.86, 0.90),
    "transient_chaos": (0.97, 0.68, 0.42),
    "chaos": (0.80, 0.25, 0.15),
    "undecided": (0.93, 0.93, 0.93),
}
"""Cold colours for what repeats itself, warm ones for chaos."""
VERDICTS = tuple(VERDICT_COLOURS)  # from the bottom of a bar to its top

ERROR_BAR = 1.96
_INFERNO = ("0d0829", "210c4a", "57106e", "8a226a", "bc3754", "e45a31", "f98e09")
_DIVERGING = ("0a3a82", "2f74bd", "79a6d0", "c4c6c8", "dd9079", "c8503f", "86121f")
_VIRIDIS = ("440154", "472d7b", "3b528b", "2c728e", "21918c", "28ae80", "5ec962", "addc30", "fde725")


def pyplot() -> Any:
    try:
        import matplotlib.pyplot as plt
    except ImportError as error:
        raise ImportError("figures need matplotlib: pip install rnnchaos[plot], or pip install matplotlib") from error
    return plt


@contextmanager
def axes(ax: Axes | None, size: tuple[float, float] = (3.54, 2.4)) -> Iterator[Axes]:
    """The axes that were given, or those of a new figure in our style, of a size in inches. What fails leaves neither a
    figure nor artists."""
    plt = pyplot()
    if ax is None:
        with plt.rc_context(STYLE):
            figure = plt.figure(figsize=size, layout="constrained")
            try:
                yield figure.subplots()
            except BaseException:
                plt.close(figure)
                raise
        return
    before = set(ax.get_children())
    try:
        yield ax
    except BaseException:
        for artist in set(ax.get_children()) - before:
            artist.remove()
        raise


def message(ax: Axes, words: str) -> Axes:
    """Grey words where there is nothing to draw."""
    ax.text(0.5, 0.5, words, transform=ax.transAxes, ha="center", va="center", color="0.35")
    ax.set_axis_off()
    return ax


def style(options: Mapping[str, Any], artist: Any = None, **ours: Any) -> dict[str, Any]:
    """Ours, but for what the caller says, by whatever name (lw, linewidth); for lines, or for a class of artists."""
    from matplotlib.cbook import normalize_kwargs
    from matplotlib.lines import Line2D

    given: dict[str, Any] = normalize_kwargs(dict(options), artist or Line2D)
    return ours | given


# --- Colours --------------------------------------------------------------------------


def _between(anchors: Sequence[str], share: float) -> tuple[float, float, float]:
    rgb = np.array([[int(anchor[i : i + 2], 16) / 255 for i in (0, 2, 4)] for anchor in anchors])
    red, green, blue = (float(np.interp(share * (len(anchors) - 1), np.arange(len(anchors)), channel)) for channel in rgb.T)
    return red, green, blue


def line_colour(index: int, n: int) -> tuple[float, float, float]:
    """Of line `index` of n ordered lines: from near black over purple to orange."""
    return _between(_INFERNO, index / (n - 1) if n > 1 else 0.0)


def thing_colour(index: int, n: int) -> tuple[float, float, float]:
    """Of thing `index` of n: from violet to green."""
    return _between(_VIRIDIS, 0.8 * index / (n - 1) if n > 1 else 0.3)


def diverging() -> Any:
    """A colour map for signed values: blue, light grey in the middle, red."""
    from matplotlib.colors import LinearSegmentedColormap

    return LinearSegmentedColormap.from_list("rnnchaos", ["#" + anchor for anchor in _DIVERGING])


def ink_on(background: Sequence[float]) -> str:
    """Black or white, whichever is read better."""
    red, green, blue = (channel**2.2 for channel in background[:3])
    return "w" if 0.2126 * red + 0.7152 * green + 0.0722 * blue < 0.22 else "k"


# --- Numbers ----------------------------------------------------------------------------


def shown(n: int, most: int = 10) -> Any:
    """Indices of at most `most` of n things, evenly spaced, both ends among them."""
    return np.round(np.linspace(0, n - 1, min(n, most))).astype(int) if n else np.arange(0)


def smallest_step(gains: Any) -> float:
    return float(np.diff(np.sort(gains)).min()) if len(gains) > 1 else 1.0


def summary(values: Any, errors: Any) -> tuple[Any, Any]:
    """[..., trial] -> means and their standard errors: of the spread between trials, or of the
    trials' own errors where those are larger."""
    known = np.isfinite(values)
    n = known.sum(axis=-1)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = np.where(known, values, 0).sum(axis=-1) / n
        spread = np.where(known, (values - mean[..., None]) ** 2, 0).sum(axis=-1) / np.maximum(n - 1, 1)
        own = np.where(known & np.isfinite(errors), errors**2, 0).sum(axis=-1) / n
        return mean, np.sqrt(np.maximum(spread, own) / n)


def exponent_range(arrays: Sequence[Any], tau_ms: float) -> tuple[float, float]:
    """Holds all values and zero, but not what lies far below zero: deep fixed points would leave no
    room for anything else."""
    values = np.concatenate([np.ravel(array) for array in arrays])
    values = values[np.isfinite(values)]
    low, high = min(0.0, values.min(initial=0)), max(0.0, values.max(initial=0))
    if high > 0:
        low = max(low, -max(0.6 * high, 0.2 * 1000 / tau_ms))
    air = 0.04 * (high - low) or 0.5
    return low - air, high + air


def round_range(values: Any) -> tuple[float, float]:
    """Holds all values and zero, and ends at round numbers."""
    from matplotlib.ticker import MaxNLocator

    known = values[np.isfinite(values)]
    ticks = MaxNLocator(5).tick_values(known.min(initial=0.0), known.max(initial=0.0) or 1.0)
    return float(ticks[0]), float(ticks[-1])


def measured(value: float, error: float) -> str:
    reach = ERROR_BAR * error
    decimals = 2 if reach < 0.095 else 1
    return f"{value:.{decimals}f} ± {reach:.{decimals}f}".replace("-", "−") if np.isfinite(reach) else f"{value:.1f} ± ?"


# --- Data --------------------------------------------------------------------------------


class Data:
    """A dataset of results, or some sessions, gains and trials of one."""

    def __init__(self, data: xarray.Dataset) -> None:
        if "study" not in getattr(data, "attrs", {}):
            raise TypeError("expected the dataset of a study, as Study.run() and rnnchaos.open() return it")
        for dim in ("session", "gain", "trial"):
            if dim not in data.dims:
                raise ValueError(f"expected the dimension {dim}; select with brackets, which keep it: data.sel({dim}=[...])")
        self.set = data

    def need(self, *names: str) -> Data:
        for name in names:
            if name not in self.set:
                raise ValueError(f"the dataset has no {name}, which this figure shows")
        return self

    def need_exponents(self) -> Data:
        self.need("lyapunov_exponent", "lyapunov_error", "lyapunov_window", "verdict", "divergence_exponent")
        if self.set.sizes["index"] == 0:
            raise ValueError("no exponents were measured: exponents_count is 0 in this study")
        return self

    @property
    def study(self) -> Study:
        from .study import Study

        return Study.from_yaml(self.set.attrs["study"])

    @property
    def gains(self) -> Any:
        """[gain]"""
        return self.set.gain.values

    def session(self, wanted: int | None) -> int:
        """The wanted one; by default the recorded one, or the first if that is not in the dataset."""
        sessions = self.set.session.values.tolist()
        if wanted is None:
            recorded = self.study.record_session
            return int(recorded if recorded in sessions else sessions[0])
        if wanted not in sessions:
            raise ValueError(f"session: expected one of {sessions}, found {wanted!r}")
        return int(wanted)

    def verdicts(self) -> Any:
        """[session, gain, trial], by name; a number that is no verdict is undecided."""
        names = [*self.set.verdict.attrs["flag_meanings"].split(), "undecided"]
        numbers = self.set.verdict.values
        return np.array(names)[np.where((numbers >= 0) & (numbers < len(names) - 1), numbers, len(names) - 1)]
