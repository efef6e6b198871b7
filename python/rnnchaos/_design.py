"""How a study is made up: sheets for sessions with a piece of their network, discs for gains, sheets for trials.

Lengths are points, from the top left corner of a drawing WIDTH wide; all of it, text too, is as much
larger or smaller as the axes are. Needs matplotlib from its import on, which the package else does not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from matplotlib.artist import Artist
from matplotlib.cm import ScalarMappable
from matplotlib.colors import Normalize
from matplotlib.lines import Line2D
from matplotlib.patches import Circle, Ellipse, FancyArrowPatch, Patch, PathPatch, Rectangle
from matplotlib.path import Path
from matplotlib.text import Text

from ._arrays import Floats, Weights, network_of
from ._calls import check
from ._native import ffi, lib
from ._style import Data, diverging, style
from .networks import network

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from numpy.typing import NDArray

WIDTH, HEIGHT = 502.0, 165.0
_TOP = 22.0  # below the captions
_NEURON = 5.0
_TEXT = 6.3
_WORDS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen twenty"
).split()


class Piece(NamedTuple):
    """Some neurons of a network with all the connections among them."""

    neurons: NDArray[np.uint32]
    """[place]: numbers in the network."""
    positions: Floats
    """[place, 2]: where to draw them, x and y (downward) from 0 to 1."""
    ends: NDArray[np.intp]
    """[connection, 2]: the places from where and to where."""
    weights: Floats
    """[connection]"""


def piece_of(W: Weights) -> Piece:
    """The piece that can be drawn most clearly."""
    made, piece = network_of(W), ffi.new("rc_piece *")
    check(lib.rc_piece_choose(made[0], piece))
    places, links = range(piece.n_neurons), [piece.connection[k] for k in range(piece.n_connections)]
    return Piece(
        np.array([piece.neuron[i] for i in places], np.uint32),
        np.array([(piece.x[i], piece.y[i]) for i in places], np.float64).reshape(-1, 2),
        np.array([(getattr(link, "from"), link.to) for link in links], np.intp).reshape(-1, 2),
        np.array([link.weight for link in links], np.float64),
    )


class _Box(NamedTuple):
    x: float
    y: float
    width: float
    height: float


class _Drawing:
    """Axes as a sheet of paper."""

    def __init__(self, ax: Axes, options: dict[str, Any]) -> None:
        ax.set(xlim=(0, WIDTH), ylim=(HEIGHT, 0), aspect="equal")
        ax.set_axis_off()
        self.ax, self.options = ax, options

    def text(self, x: float, y: float, words: str, across: str = "left", along: str = "center_baseline", **more: Any) -> None:
        self.ax.text(x, y, words, ha=across, va=along, fontsize=_TEXT, **more)

    def line(self, x: list[float], y: list[float], width: float, colour: Any = "k") -> None:
        self.ax.plot(x, y, color=colour, linewidth=width, solid_capstyle="butt", label="_line")

    def neuron(self, x: float, y: float) -> None:
        self.ax.add_patch(Circle((x, y), _NEURON, facecolor="0.5", edgecolor="none", label="_neuron", zorder=3))

    def connection(self, start: Any, end: Any, weight: float, bend: float = 0.0, gaps: tuple[float, float] = (0.0, 0.0), **given: Any) -> None:
        """An arrow for a positive weight, else a bar at the end; gaps are left free at both ends."""
        size = given.pop("linewidth")
        head = f"-|>,head_length={3.2 + 1.4 * size:.3g},head_width={1.3 + 0.8 * size:.3g}"
        bar = f"|-|,widthA=0,widthB={2.2 + 0.8 * size:.3g}"
        ours = {
            "arrowstyle": head if weight > 0 else bar,
            "connectionstyle": f"arc3,rad={bend}",
            "mutation_scale": 1.0,
            "shrinkA": gaps[0],
            "shrinkB": gaps[1],
            "linewidth": size,
            "joinstyle": "miter",
            "capstyle": "butt",
            "label": "_connection",
            "zorder": 2,
        }
        self.ax.add_patch(FancyArrowPatch(start, end, **(ours | given)))

    def _inset(self, box: _Box) -> Axes:
        return self.ax.inset_axes((box.x / WIDTH, 1 - (box.y + box.height) / HEIGHT, box.width / WIDTH, box.height / HEIGHT))

    def bar(self, box: _Box, strongest: float, label: str, side: str) -> None:
        """A colour bar from -strongest to strongest."""
        ax = self._inset(box)
        colours = ScalarMappable(Normalize(-strongest, strongest), diverging())
        bar = self.ax.figure.colorbar(colours, cax=ax, ticks=[-strongest, 0, strongest], format=_plain)
        bar.outline.set_linewidth(0.6)
        self._label(ax, label, side)
        ax.yaxis.set_ticks_position("right")

    def strip(self, box: _Box, states: Floats) -> None:
        """A cell a neuron, the first at the bottom."""
        n = len(states)
        ax = self._inset(box)
        ax.imshow(states[:, None], cmap=diverging(), vmin=-1, vmax=1, origin="lower", aspect="auto", extent=(0, 1, 0.5, n + 0.5), interpolation="nearest", label="_states")
        ax.set(xticks=[], yticks=[1, n] if n > 1 else [1])
        ax.spines[:].set_visible(True)
        ax.spines[:].set_linewidth(0.6)
        self._label(ax, "Neuron id", "left", pad=-5)  # between the two ticks

    def _label(self, ax: Axes, label: str, side: str, pad: float = 1) -> None:
        ax.tick_params(labelsize=_TEXT, length=2.5, width=0.6, pad=1.5)
        ax.set_ylabel(label, fontsize=_TEXT, labelpad=pad)
        ax.yaxis.set_label_position(side)


def _plain(value: float, _: int | None = None) -> str:
    return f"{value:.5g}".replace("-", "−")


class _Scale(Artist):  # type: ignore[misc]
    """Makes text and lines as much larger or smaller as the axes become; they are given the sizes of WIDTH
    points. Drawn before all others: only then is it known where a layout has put the axes."""

    def __init__(self, ax: Axes) -> None:
        super().__init__()
        parts: list[Artist] = [*ax.texts, *ax.lines, *ax.patches, *ax.child_axes]
        self.artists = [artist for part in parts for artist in part.findobj()]
        self.scale = 1.0
        self.set_zorder(-1000)

    def draw(self, renderer: Any) -> None:
        now = self.axes.get_window_extent(renderer).width * 72 / self.axes.get_figure().dpi / WIDTH
        change, self.scale = now / self.scale, now
        for artist in self.artists:
            if isinstance(artist, Text):
                artist.set_fontsize(artist.get_fontsize() * change)
            if isinstance(artist, (Line2D, Patch)):
                artist.set_linewidth(artist.get_linewidth() * change)
            if isinstance(artist, Line2D):  # ticks are markers
                artist.set_markersize(artist.get_markersize() * change)
            if isinstance(artist, FancyArrowPatch):
                artist.set_mutation_scale(artist.get_mutation_scale() * change)
                artist.shrinkA *= change
                artist.shrinkB *= change


# --- Parts --------------------------------------------------------------------------------


def _pile(drawing: _Drawing, box: _Box, n: int, step: float, most: float, shape: str) -> _Box:
    """n equal things, each behind another further to the left and down, in at most the share `most` of
    the width; of very many, as many as can be told apart. Returns the one in front."""
    behind = min(n - 1, int(most * box.width / 1.3))
    step = min(step, most * box.width / behind) if behind else 0.0
    depth = step * behind
    front = _Box(box.x + depth, box.y, box.width - depth, box.height - depth)
    for i in range(behind, -1, -1):
        x, y = front.x - i * step, front.y + i * step
        look = {"facecolor": "0.90" if i else "0.985", "edgecolor": "0.45", "linewidth": 0.7, "label": f"_{shape}", "zorder": 1}
        if shape == "disc":
            drawing.ax.add_patch(Ellipse((x + front.width / 2, y + front.height / 2), front.width, front.height, **look))
        else:
            drawing.ax.add_patch(Rectangle((x, y), front.width, front.height, **look))
    return front


def _brace(drawing: _Drawing, start: float, box: _Box) -> None:
    """A line from `start` to the tip of a brace that opens to the right."""
    left, top, right, bottom = box.x, box.y, box.x + box.width, box.y + box.height
    middle, tip, turn = (left + right) / 2, (top + bottom) / 2, box.width
    drawing.line([start, left + 0.3], [tip, tip], 1.2)
    points = [(right, top), (middle, top), (middle, top + turn), (middle, tip - turn), (middle, tip), (left, tip)]
    points += [(middle, tip), (middle, tip + turn), (middle, bottom - turn), (middle, bottom), (right, bottom)]
    codes = [Path.MOVETO, Path.CURVE3, Path.CURVE3, Path.LINETO, Path.CURVE3, Path.CURVE3, Path.CURVE3, Path.CURVE3, Path.LINETO, Path.CURVE3, Path.CURVE3]
    drawing.ax.add_patch(PathPatch(Path(points, codes), fill=False, linewidth=1.2, label="_brace"))


def _caption(drawing: _Drawing, x: float, before: str, n: int, noun: str, what: str) -> None:
    number = _WORDS[n] if n < len(_WORDS) else str(n)
    words = f"{before}{number} {noun}\nwith its {what}" if n == 1 else f"{before}{number} {noun}s, each\nwith a unique {what}"
    drawing.text(x, _TOP - 5, words[0].upper() + words[1:], "center", "bottom", linespacing=1.1)


def _network(drawing: _Drawing, box: _Box, piece: Piece, strongest: float, line_width: float) -> None:
    at = np.array([box.x, box.y]) + piece.positions * [box.width, box.height]
    pairs = {(start, end) for start, end in piece.ends.tolist()}
    colours = diverging()
    for (start, end), weight in zip(piece.ends.tolist(), piece.weights.tolist()):
        bend = -0.24 if (end, start) in pairs else 0.0
        ours = style(drawing.options, FancyArrowPatch, linewidth=line_width, color=colours(0.5 + 0.5 * weight / strongest))
        drawing.connection(at[start], at[end], weight, bend, (_NEURON + 1.0, _NEURON + 1.6), **ours)
    for x, y in at:
        drawing.neuron(x, y)


def _session(drawing: _Drawing, sheet: _Box, piece: Piece, strongest: float) -> None:
    key_x, key_y = sheet.x + (sheet.width - 144) / 2, sheet.y + 12
    drawing.neuron(key_x + _NEURON, key_y)
    drawing.text(key_x + 13, key_y, "Rate neuron", along="center")
    for x, weight, words in ((64, -1, "INH"), (108, 1, "EXC")):
        drawing.connection((key_x + x, key_y), (key_x + x + 15.5, key_y), weight, linewidth=1.0, color="0.4")
        drawing.text(key_x + x + 19.5, key_y, words, along="center")
    left, right = (58.0, 14.0) if strongest else (36.0, 36.0)  # room for the colour bar
    network = _Box(sheet.x + left, sheet.y + 32, sheet.width - left - right, sheet.height - 46)
    if strongest:
        drawing.bar(_Box(sheet.x + 17, network.y + 4, 6, network.height - 8), strongest, "Synaptic strength", "left")
    _network(drawing, network, piece, strongest, 1.0)


def _episode(drawing: _Drawing, disc: _Box, piece: Piece, strongest: float) -> None:
    middle = disc.x + disc.width / 2
    x = middle - 26
    for below, weight in ((12, 1), (23, -1)):
        y = disc.y + below
        drawing.text(x, y, "$g$ ×", along="center")
        drawing.connection((x + 16, y), (x + 28, y), weight, linewidth=1.0, color="0.4")
        drawing.text(x + 31, y, "=", along="center")
        drawing.connection((x + 39, y), (x + 52, y), weight, linewidth=2.0, color="0.4")
    box = _Box(middle - 0.3 * disc.width, disc.y + 39, 0.6 * disc.width, disc.height - 65)
    _network(drawing, box, piece, strongest, 2.0)


def _trial(drawing: _Drawing, sheet: _Box, states: Floats) -> None:
    middle, height = sheet.x + sheet.width / 2, sheet.height - 24
    drawing.strip(_Box(middle - 15, sheet.y + 12, 15, height), states)
    drawing.bar(_Box(middle + 5, sheet.y + 12, 5, height), 1.0, "Firing rate (au)", "right")


def _strongest(weights: Floats) -> float:
    """The largest size, rounded up to one digit; 0 without connections."""
    largest = float(np.abs(weights).max(initial=0.0))
    if largest == 0.0:
        return 0.0
    digit = float(10.0 ** np.floor(np.log10(largest)))
    return float(np.ceil(largest / digit - 1e-9) * digit)


def draw(ax: Axes, whole: Data, options: dict[str, Any]) -> None:
    """Shows a piece of the first session of the dataset, and the initial state of the recorded trial, or of the first."""
    study, trials = whole.study, whole.set.trial.values.tolist()
    weights, states = network(int(whole.set.session.values[0]), study, progress=False)
    state = states[study.record_trial if study.record_trial in trials else trials[0]]
    piece = piece_of(weights)
    drawing, height, strongest = _Drawing(ax, options), HEIGHT - _TOP - 3, _strongest(piece.weights)
    sizes = whole.set.sizes
    _caption(drawing, 95, "", sizes["session"], "session", "connectivity matrix")
    _caption(drawing, 288, "One session contains ", sizes["gain"], "episode", "synaptic upscaling factor $g$")
    _caption(drawing, 436, "One episode contains ", sizes["trial"], "trial", "network initialization")
    session = _pile(drawing, _Box(3, _TOP, 184, height), sizes["session"], 6.0, 0.15, "sheet")
    episode = _pile(drawing, _Box(214, _TOP, 148, height), sizes["gain"], 2.2, 0.11, "disc")
    trial = _pile(drawing, _Box(386, _TOP, 115, height), sizes["trial"], 2.0, 0.3, "sheet")
    _brace(drawing, session.x + session.width, _Box(196, _TOP, 12, height))
    _brace(drawing, episode.x + episode.width, _Box(369, _TOP, 12, height))
    _session(drawing, session, piece, strongest)
    _episode(drawing, episode, piece, strongest)
    _trial(drawing, trial, state)
    ax.add_artist(_Scale(ax))
