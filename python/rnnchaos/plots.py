"""Figures in matplotlib, for those who want to restyle them: `published` and `exponents` are those of
the command, every other function is one panel.

Panels take what `Study.run` and `rnnchaos.open` return (or a part of it, ``data.sel(session=[1])``) and
matplotlib Axes; without, they make a figure of their own in `STYLE`. Further keywords go to the artists
that show the data. A call that fails draws nothing.

>>> results = rnnchaos.Study(sessions=[1], trials=5).run()
>>> rnnchaos.plots.exponents(results).savefig("exponents.pdf")
>>> axes = rnnchaos.plots.divergence(results, linewidth=2)
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np

from . import _style
from ._native import ffi, lib
from ._style import ERROR_BAR, STYLE, VERDICT_COLOURS, VERDICTS, Data, line_colour, shown, style, thing_colour

if TYPE_CHECKING:
    import xarray
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure, SubFigure

    from .spectra import Spectrum

__all__ = [
    "STYLE",
    "VERDICT_COLOURS",
    "activity",
    "design",
    "divergence",
    "divergence_exponent",
    "exponents",
    "largest_exponent",
    "published",
    "running",
    "spectra",
    "spectrum",
    "verdicts",
]

GAIN = "Synaptic upscaling factor $g$"
_LEGEND = {"loc": "upper left", "bbox_to_anchor": (1.02, 1.0), "borderaxespad": 0.0, "frameon": False, "handlelength": 1.6, "alignment": "left"}


# --- Figures -----------------------------------------------------------------------


@contextmanager
def _figure(figure: Figure | SubFigure | None, height: float) -> Iterator[Figure | SubFigure]:
    """The figure that was given, or one of our own: two columns of a journal wide, `height` inches high."""
    plt = _style.pyplot()
    with plt.rc_context(STYLE):
        own = plt.figure(figsize=(7.08, height), layout="constrained") if figure is None else None
        try:
            yield own or figure
        except BaseException:
            if own:
                plt.close(own)
            raise


def _head(ax: Axes, letter: str, title: str, pad: float = 6) -> None:
    ax.set_title(title, fontweight="bold", pad=pad)
    ax.annotate(letter, (0, 1), xytext=(-30, pad), xycoords="axes fraction", textcoords="offset points", fontweight="bold", fontsize=9)


def published(data: xarray.Dataset, figure: Figure | SubFigure | None = None) -> Figure | SubFigure:
    """The published figure: `design`, `activity`, `divergence` and `divergence_exponent`, the first in a
    subfigure of its own, which is as wide as the page.

    Parameters
    ----------
    data : xarray.Dataset
        What `Study.run` or `rnnchaos.open` returned.
    figure : matplotlib Figure or SubFigure, optional
        Where to draw; by default a new one.

    Returns
    -------
    matplotlib Figure or SubFigure
    """
    Data(data).need("rates1", "rates2", "delta_mean", "divergence_exponent")
    with _figure(figure, 6.7) as page:
        top, rest = page.subfigures(2, 1, height_ratios=[2.45, 4.25])
        axes = {"a": top.subplots()} | rest.subplot_mosaic([["b", "c"], ["b", "d"]], width_ratios=[1.1, 1])
        design(data, axes["a"])
        activity(data, axes["b"])
        divergence(data, axes["c"])
        divergence_exponent(data, axes["d"])
        _head(axes["a"], "a", "Experimental Design")
        _head(axes["b"], "b", "Spontaneous Activity of a Typical Neuron", pad=16)
        _head(axes["c"], "c", "Mean Divergence Magnitude Across Trials")
        _head(axes["d"], "d", "Divergence Exponents")
    return page


def exponents(data: xarray.Dataset, figure: Figure | SubFigure | None = None) -> Figure | SubFigure:
    """The figure of exponents: `largest_exponent`, `verdicts`, `spectra` and `running`.

    Parameters and what is returned are those of `published`.

    Raises
    ------
    ValueError
        If no exponents were measured.
    """
    Data(data).need_exponents()
    with _figure(figure, 4.7) as page:
        axes = page.subplot_mosaic([["a", "b"], ["c", "d"]], width_ratios=[1.2, 1])
        largest_exponent(data, axes["a"])
        verdicts(data, axes["b"])
        spectra(data, axes["c"])
        running(data, axes["d"])
        _head(axes["a"], "a", "Largest Lyapunov Exponent")
        _head(axes["b"], "b", "Verdicts on All Trials")
        _head(axes["c"], "c", "Spectra of Chaotic Trials")
        _head(axes["d"], "d", "Running Estimate of $\\lambda_1$")
    return page


# --- Panels of the published figure ---------------------------------------------------


def design(data: xarray.Dataset, ax: Axes | None = None, **options: Any) -> Axes:
    """How the study is made up: its sessions, each with a network of which a piece is shown; the gains
    of a session; the initial states of a gain, of which the recorded trial's is shown.

    Parameters
    ----------
    data : xarray.Dataset
    ax : matplotlib Axes, optional
        About three times as wide as high; text is as much larger or smaller as the drawing is.
    **options
        For the connections (`FancyArrowPatch`).

    Returns
    -------
    matplotlib Axes
        Neurons are those of the command's figure, in the same places.
    """
    whole = Data(data)
    with _style.axes(ax, (7.08, 2.4)) as ax:
        from . import _design

        _design.draw(ax, whole, options)
    return ax


def activity(data: xarray.Dataset, ax: Axes | None = None, **options: Any) -> Axes:
    """The recorded neuron at every g: its rate in the state (solid) and in the twin (dashed).

    Parameters
    ----------
    data : xarray.Dataset
    ax : matplotlib Axes, optional
    **options
        For `Axes.plot`.

    Returns
    -------
    matplotlib Axes
        The traces are 3 apart, the first g at the top.
    """
    whole = Data(data).need("rates1", "rates2")
    with _style.axes(ax) as ax:
        time_s = whole.set.record_time_ms.values / 1000
        if not np.isfinite(whole.set.rates1).any():
            return _style.message(ax, "No activity was recorded.")
        gains = [(int(i), whole.gains[i]) for i in shown(len(whole.gains))]
        places = -3.0 * np.arange(len(gains))
        for (index, gain), place in zip(gains, places):
            colour = line_colour(index, len(whole.gains))
            for rates, label, line in ((whole.set.rates1, f"$g$ = {gain:.5g}", "-"), (whole.set.rates2, None, "--")):
                ax.plot(time_s, place + rates.values[index], **style(options, color=colour, linestyle=line, label=label))
        ax.set_yticks(np.ravel(places[:, None] + [-1, 0, 1]), ["−1", "0", "1"] * len(places))
        ax.set(xlabel="Time (s)", ylabel="Firing rate (au)", xlim=(0, whole.study.record_duration_ms / 1000), ylim=(places[-1] - 1.2, 1.2))
        right = ax.secondary_yaxis("right")
        right.set_yticks(places, [f"{gain:.5g}" for _, gain in gains])
        right.set_ylabel(GAIN)
        right.spines["right"].set_visible(False)
        handles = [ax.plot([], [], color="0.25", linestyle=line, label=label)[0] for line, label in (("-", "state"), ("--", "twin, slightly perturbed at 0 s"))]
        ax.legend(handles=handles, loc="lower left", bbox_to_anchor=(0, 1), ncols=2, frameon=False, borderaxespad=0.2)
    return ax


def divergence(data: xarray.Dataset, ax: Axes | None = None, *, session: int | None = None, **options: Any) -> Axes:
    """Mean distance between states and twins against time, a line a g.

    Parameters
    ----------
    data : xarray.Dataset
    ax : matplotlib Axes, optional
    session : int, optional
        By default the recorded one.
    **options
        For `Axes.plot`.

    Returns
    -------
    matplotlib Axes
    """
    whole = Data(data).need("delta_mean")
    session = whole.session(session)
    with _style.axes(ax) as ax:
        time_s = whole.set.time_ms.values / 1000
        distance = whole.set.delta_mean.sel(session=session).values
        kept = np.flatnonzero(np.isfinite(distance).any(axis=1))
        if not len(kept):
            return _style.message(ax, f"In session {session} no twin\nended far enough away.")
        for index in kept[shown(len(kept))][::-1]:
            line = style(options, color=line_colour(index, len(whole.gains)), label=f"$g$ = {whole.gains[index]:.5g}")
            ax.plot(time_s, distance[index], **line)
        ax.set(xlabel="Time (s)", ylabel="$\\Vert\\delta\\Vert$", xlim=(0, time_s[-1]))
        ax.set_ylim(bottom=0)
        ax.legend(title=f"Session {session}", **_LEGEND)
    return ax


def divergence_exponent(data: xarray.Dataset, ax: Axes | None = None, **options: Any) -> Axes:
    """Divergence exponents by session and g, as a heat map with its colour bar; hatched where undefined.

    Parameters
    ----------
    data : xarray.Dataset
    ax : matplotlib Axes, optional
    **options
        For `Axes.pcolormesh`.

    Returns
    -------
    matplotlib Axes
    """
    whole = Data(data).need("divergence_exponent")
    least = whole.study.divergence_minimum_gain
    sought = np.flatnonzero(whole.gains >= least)
    with _style.axes(ax) as ax:
        if not len(sought):
            return _style.message(ax, f"No $g$ is {least:.5g} or more, where\ndivergence exponents are fitted.")
        values = whole.set.divergence_exponent.values[:, sought]
        ax.patch.set(facecolor="0.93", edgecolor="0.6", hatch="////", linewidth=0)
        low, high = _style.round_range(values)
        colours = {"cmap": "viridis", "vmin": low, "vmax": high, "edgecolors": "w", "linewidth": 0.7}
        mesh = ax.pcolormesh(np.where(np.isfinite(values), values, np.nan), **(colours | options))
        if values.size <= 200:
            for (row, column), value in np.ndenumerate(values):
                if np.isfinite(value):
                    ink = _style.ink_on(mesh.to_rgba(value))
                    ax.text(column + 0.5, row + 0.5, f"{value:.1f}", ha="center", va="center", color=ink, fontsize="smaller")
        _columns(ax, whole.gains[sought])
        rows = shown(values.shape[0], 20)
        ax.set_yticks(rows + 0.5, [f"{whole.set.session.values[row]}" for row in rows])
        ax.set(xlabel=GAIN, ylabel="Session")
        ax.spines[:].set_visible(False)
        ax.figure.colorbar(mesh, cax=ax.inset_axes([1.03, 0, 0.04, 1]), label="Divergence exponent (s$^{-1}$)")
    return ax


def _columns(ax: Axes, gains: Sequence[float] | Any) -> None:
    places = shown(len(gains), 12)
    ax.set_xticks(places + 0.5, [f"{gains[place]:.5g}" for place in places])


# --- Panels of the exponents ------------------------------------------------------------


def largest_exponent(data: xarray.Dataset, ax: Axes | None = None, **options: Any) -> Axes:
    """The largest Lyapunov exponent against g, session by session, beside the divergence exponent.

    Discs are means over trials with 1.96 standard errors (of the spread between trials, or of their
    own errors where those are larger), dots are trials, diamonds divergence exponents. Sessions stand
    side by side at each g. What lies far below zero is marked by a triangle at the lower edge.

    Parameters
    ----------
    data : xarray.Dataset
    ax : matplotlib Axes, optional
    **options
        For the means (`Axes.errorbar`).

    Returns
    -------
    matplotlib Axes
    """
    whole = Data(data).need_exponents()
    largest, errors = (whole.set[name].values[..., 0] for name in ("lyapunov_exponent", "lyapunov_error"))
    divergence = whole.set.divergence_exponent.values
    means, mean_errors = _style.summary(largest, errors)
    n_sessions, order = len(largest), np.argsort(whole.gains)
    pitch = min(0.16, 0.75 / n_sessions) * _style.smallest_step(whole.gains)
    with _style.axes(ax) as ax:
        if not np.isfinite(largest).any():
            return _style.message(ax, "No trial has a largest exponent.")
        bars = ERROR_BAR * mean_errors
        low, high = _style.exponent_range([largest, divergence, means - bars, means + bars], whole.study.dynamics_tau_ms)
        ax.axhline(0, color="0.55", linewidth=0.5, zorder=0)
        for s, session in enumerate(whole.set.session.values):
            colour = thing_colour(s, n_sessions)
            x = whole.gains + (s - (n_sessions - 1) / 2) * pitch
            everywhere = np.repeat(x, largest.shape[-1])
            ax.plot(x, divergence[s], "D", markersize=3.6, markerfacecolor="w", markeredgecolor=colour, markeredgewidth=0.6, label="_divergence")
            ax.plot(everywhere, largest[s].ravel(), ".", color=colour, alpha=0.45, markersize=2.4, markeredgewidth=0, label="_trials")
            mean = style(options, color=colour, fmt="o", markersize=3.2, elinewidth=0.6, capsize=1.5, label=f"Session {session}")
            ax.errorbar(x[order], means[s, order], bars[s, order], **mean)
            below = means[s] < low
            ax.plot(x[order], np.where(below, np.nan, means[s])[order], color=colour, alpha=0.5, linewidth=0.4, label="_lead")
            ax.plot(x[below], np.full(below.sum(), low), "v", color=colour, markersize=3.2, clip_on=False, label="_below")
        ax.set(xlabel=GAIN, ylabel="Exponent (s$^{-1}$)", ylim=(low, high))
        ticks = shown(len(order), 12)
        ax.set_xticks(whole.gains[order][ticks], [f"{gain:.5g}" for gain in whole.gains[order][ticks]])
        _explain(ax, bool((means < low).any()))
    return ax


def _explain(ax: Axes, some_below: bool) -> None:
    ink = "0.25"
    keys: list[Any] = [
        ax.errorbar([], [], [], color=ink, fmt="o", markersize=3.2, elinewidth=0.6, label="$\\lambda_1$, mean over trials\n± 1.96 standard errors"),
        ax.plot([], [], ".", color=ink, alpha=0.45, markersize=2.4, label="$\\lambda_1$ of one trial")[0],
        ax.plot([], [], "D", markerfacecolor="w", markeredgecolor=ink, markersize=3.6, markeredgewidth=0.6, label="divergence exponent")[0],
    ]
    if some_below:
        keys.append(ax.plot([], [], "v", color=ink, markersize=3.2, label="below the axis")[0])
    handles, labels = ax.get_legend_handles_labels()
    sessions = [handle for handle, label in zip(handles, labels) if label.startswith("Session")]
    ax.legend(handles=keys + [sessions[i] for i in shown(len(sessions), 8)], **_LEGEND)


def verdicts(data: xarray.Dataset, ax: Axes | None = None, **options: Any) -> Axes:
    """What the trials of all sessions are, as shares in per cent at each g.

    Parameters
    ----------
    data : xarray.Dataset
    ax : matplotlib Axes, optional
    **options
        For `Axes.bar`.

    Returns
    -------
    matplotlib Axes
    """
    whole = Data(data).need_exponents()
    order = np.argsort(whole.gains)
    names = whole.verdicts()[:, order]
    n_trials = names.shape[0] * names.shape[2]
    with _style.axes(ax) as ax:
        bottom = np.zeros(len(order))
        for name in VERDICTS:
            share = 100 * (names == name).sum(axis=(0, 2)) / n_trials
            if not share.any():
                continue
            hatch = {"hatch": "/////", "edgecolor": "0.6", "linewidth": 0} if name == "undecided" else {"edgecolor": "w", "linewidth": 0.4}
            bar = {"width": 0.8, "color": VERDICT_COLOURS[name], "label": name.replace("_", " ")} | hatch | options
            ax.bar(np.arange(len(order)) + 0.5, share, bottom=bottom, **bar)
            bottom += share
        _columns(ax, whole.gains[order])
        ax.set(xlabel=GAIN, ylabel="Trials (%)", ylim=(0, 100), xlim=(0, len(order)), yticks=range(0, 101, 25))
        handles, _ = ax.get_legend_handles_labels()
        ax.legend(handles=handles[::-1], title=f"{n_trials} trial{'s' * (n_trials > 1)} a bar", **_LEGEND)
    return ax


def spectra(data: xarray.Dataset, ax: Axes | None = None, **options: Any) -> Axes:
    """Exponents of chaotic trials against i/N: means over the trials of all sessions, a line a g,
    within a band of one standard deviation.

    Parameters
    ----------
    data : xarray.Dataset
    ax : matplotlib Axes, optional
    **options
        For `Axes.plot`.

    Returns
    -------
    matplotlib Axes
    """
    whole = Data(data).need_exponents()
    is_chaos = (whole.verdicts() == "chaos") & np.isfinite(whole.set.lyapunov_exponent.values[..., 0])
    at = (whole.set.index.values + 1) / whole.study.network_neurons
    with _style.axes(ax) as ax:
        gains = np.flatnonzero(is_chaos.any(axis=(0, 2)))
        if not len(gains):
            return _style.message(ax, "No trial is chaotic.")
        ax.axhline(0, color="0.55", linewidth=0.5, zorder=0)
        for index in gains[shown(len(gains))][::-1]:
            chaotic = whole.set.lyapunov_exponent.values[:, index][is_chaos[:, index]]
            mean, spread = chaotic.mean(axis=0), chaotic.std(axis=0, ddof=1) if len(chaotic) > 1 else 0 * chaotic[0]
            colour = line_colour(index, len(whole.gains))
            label = f"$g$ = {whole.gains[index]:.5g}, $n$ = {len(chaotic)}"
            marker = "o" if len(at) < 40 else "none"
            line = ax.plot(at, mean, **style(options, color=colour, marker=marker, markersize=3.2, label=label))[0]
            ax.fill_between(at, mean - spread, mean + spread, color=line.get_color(), alpha=0.2, linewidth=0)
        ax.set(xlabel="Index over network size, $i$ / $N$", ylabel="$\\lambda_i$ (s$^{-1}$)")
        ax.set_xlim(0, 1 if len(at) == whole.study.network_neurons else at[-1] + 0.5 * at[0])
        ax.legend(title="mean of $n$ trials;\nband: ± s.d.", **_LEGEND)
    return ax


def running(
    data: xarray.Dataset | Spectrum,
    ax: Axes | None = None,
    *,
    session: int | None = None,
    trial: int | None = None,
    **options: Any,
) -> Axes:
    """How the largest exponent settles: its mean so far, within 1.96 standard errors.

    Parameters
    ----------
    data : xarray.Dataset or Spectrum
        Of a dataset one trial is followed, a line a g; of a spectrum all trials.
    ax : matplotlib Axes, optional
    session, trial : int, optional
        Of a dataset; by default the recorded one.
    **options
        For `Axes.plot`.

    Returns
    -------
    matplotlib Axes
    """
    runs = _runs(data, session, trial) if hasattr(data, "data_vars") else _runs_of_spectrum(data)
    with _style.axes(ax) as ax:
        if not runs[1]:
            return _style.message(ax, f"{runs[0]}:\nno exponent was followed over time.")
        ax.axhline(0, color="0.55", linewidth=0.5, zorder=0)
        settled = []
        for label, colour, time_s, stretching in runs[1][::-1]:
            mean, error = _so_far(stretching)
            line = ax.plot(time_s, mean, **style(options, color=colour, label=label))[0]
            ax.fill_between(time_s, mean - error, mean + error, color=line.get_color(), alpha=0.2, linewidth=0)
            tenth, quarter = len(mean) // 10, len(mean) // 4
            settled += [mean[tenth:], (mean - error)[quarter:], (mean + error)[quarter:]]
        ax.set(xlabel="Time measured (s)", ylabel="$\\lambda_1$ (s$^{-1}$)", ylim=_style.exponent_range(settled, runs[2]))
        ax.set_xlim(left=0)
        ax.legend(title=f"{runs[0]}\n$\\lambda_1$ ± 1.96 s.e.", **_LEGEND)
    return ax


_Runs = tuple[str, list[tuple[str, Any, Any, Any]], float]


def _runs(data: Any, session: int | None, trial: int | None) -> _Runs:
    """Title; label, colour, ends of windows and stretching in each, of every line; tau in ms."""
    whole = Data(data).need_exponents()
    session = whole.session(session)
    trial = whole.study.record_trial if trial is None else trial
    cell = whole.set.sel(session=session, trial=trial)
    found = []
    for index in range(len(whole.gains)):
        stretching = cell.lyapunov_window.values[index, :, 0]
        known = np.isfinite(stretching)
        if known.any():
            words = _style.measured(cell.lyapunov_exponent.values[index, 0], cell.lyapunov_error.values[index, 0])
            label = f"$g$ = {whole.gains[index]:.5g}: {words}"
            time_s = whole.set.window_ms.values[known] / 1000
            found.append((label, line_colour(index, len(whole.gains)), time_s, stretching[known]))
    return f"Session {session}, trial {trial}", [found[i] for i in shown(len(found))], whole.study.dynamics_tau_ms


def _runs_of_spectrum(result: Any) -> _Runs:
    found = []
    for trial in range(result.n_trials):
        stretch = result.log_stretch[trial, :, 0] / result.block_s[trial]
        stretch = stretch[np.isfinite(stretch)]
        width = max(1, len(stretch) // 50)  # 50 windows, as in a study
        windows = stretch[: len(stretch) // width * width].reshape(-1, width).mean(axis=1)
        if len(windows):
            words = _style.measured(result.exponents[trial, 0], result.errors[trial, 0])
            time_s = width * result.block_s[trial] * np.arange(1, len(windows) + 1)
            found.append((f"trial {trial}: {words}", thing_colour(trial, result.n_trials), time_s, windows))
    return f"$g$ = {result.gain:.5g}", [found[i] for i in shown(len(found))], result.tau_ms


def _so_far(stretching: Any) -> tuple[Any, Any]:
    """Means of the first 1, 2, ... windows, and 1.96 standard errors; NaN while not known."""
    values = np.ascontiguousarray(stretching, dtype=np.float64)
    pointer = ffi.from_buffer("double[]", values)
    estimates = [lib.rc_series_mean(pointer, n, 1) for n in range(1, len(values) + 1)]
    return np.array([e.value for e in estimates]), ERROR_BAR * np.array([e.error for e in estimates])


# --- One spectrum -------------------------------------------------------------------------


def spectrum(result: Spectrum, ax: Axes | None = None, **options: Any) -> Axes:
    """Exponents by index with error bars (1.96 standard errors), a line a trial, coloured by verdict.

    Parameters
    ----------
    result : Spectrum
    ax : matplotlib Axes, optional
    **options
        For `Axes.errorbar`.

    Returns
    -------
    matplotlib Axes
    """
    with _style.axes(ax) as ax:
        index = np.arange(1, result.n_exponents + 1)
        ax.axhline(0, color="0.55", linewidth=0.5, zorder=0)
        named: set[str] = set()
        for trial, verdict in enumerate(result.verdict.tolist()):
            colour = VERDICT_COLOURS[verdict] if verdict != "undecided" else "0.5"
            label = f"_{verdict}" if verdict in named else verdict.replace("_", " ")
            named.add(verdict)
            line = style(options, color=colour, label=label, marker="o", markersize=3.2, elinewidth=0.6, capsize=1.5)
            ax.errorbar(index, result.exponents[trial], ERROR_BAR * result.errors[trial], **line)
        ax.set(xlabel="Index", ylabel="Lyapunov exponent (s$^{-1}$)")
        ax.xaxis.get_major_locator().set_params(integer=True)
        ax.legend(frameon=False)
    return ax
