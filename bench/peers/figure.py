"""Draws the bars of script/bench peers:  figure.py OUT.svg <PANELS

PANELS: JSON, [{"title", "unit", "groups": [{"threads", "times": {tool: value}}]}]."""
import json
import math
import sys

import matplotlib
from matplotlib import pyplot
from matplotlib.ticker import LogLocator, NullFormatter

OURS, THEIRS = ("#0b6e6e", "#6fb5b1"), ("#4d4d4d", "#b3b3b3")  # one thread, all threads
BAR = 0.38

matplotlib.rcParams.update({
    "font.family": "sans-serif", "font.sans-serif": ["Liberation Sans", "Arial", "DejaVu Sans"], "font.size": 7,
    "axes.linewidth": 0.5, "legend.fontsize": 6.5, "xtick.major.width": 0.5, "xtick.minor.width": 0.3, "svg.hashsalt": "rnnchaos",
})


def draw_bars(axes, tools, group, which, n_groups):
    """The values of one group; beside each bar how many times ours it is."""
    ours = group["times"]["rnnchaos"]
    for row, tool in enumerate(tools):
        value = group["times"].get(tool)
        if value is None:
            continue
        y = row + (which - (n_groups - 1) / 2) * BAR
        colors = OURS if tool == "rnnchaos" else THEIRS
        axes.barh(y, value, BAR * 0.92, color=colors[which], linewidth=0)
        ratio = value / ours
        label = axes.unit_of(value) if tool == "rnnchaos" else f"{ratio:,.0f}×" if ratio >= 9.95 else f"{ratio:.1f}×"
        axes.annotate(label, (value, y), (2, 0), textcoords="offset points", va="center", fontsize=5.5, color="#333333")


def draw_panel(axes, panel, letter):
    groups = panel["groups"]
    first = groups[0]["times"]
    tools = sorted(first, key=lambda tool: (tool != "rnnchaos", first[tool]))
    axes.unit_of = lambda value: f"{value:.3g} {panel['unit'].split()[0]}"
    axes.set_xscale("log")
    for which, group in enumerate(groups):
        draw_bars(axes, tools, group, which, len(groups))
    values = [value for group in groups for value in group["times"].values()]
    axes.set_xlim(10 ** math.floor(math.log10(min(values))), max(values) * 3.5)
    axes.set_ylim(len(tools) - 0.4, -0.6)
    axes.set_yticks(range(len(tools)), tools)
    axes.get_yticklabels()[0].set_fontweight("bold")
    axes.tick_params(axis="y", length=0, pad=3)
    axes.xaxis.set_major_locator(LogLocator(10, numticks=12))
    axes.xaxis.set_minor_formatter(NullFormatter())
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.grid(axis="x", which="major", color="#d9d9d9", linewidth=0.4)
    axes.set_axisbelow(True)
    unit, _, of = panel["unit"].partition(" per ")
    axes.set_xlabel(f"Time of a {of} ({unit})")
    axes.set_title(panel["title"], fontsize=7, loc="left", pad=5)
    axes.annotate(letter, (0, 1), (-38, 5), xycoords="axes fraction", textcoords="offset points", fontsize=9,
                  fontweight="bold")


def main(out, panels):
    figure, all_axes = pyplot.subplots(1, len(panels), figsize=(7.2, 2.5), layout="constrained")
    for axes, panel, letter in zip(all_axes, panels, "abcdef"):
        draw_panel(axes, panel, letter)
    names = [group["threads"] for group in panels[0]["groups"]]
    handles = [pyplot.Rectangle((0, 0), 1, 1, facecolor=THEIRS[i], linewidth=0) for i in range(len(names))]
    all_axes[0].legend(handles, names, loc="upper right", frameon=False, handlelength=1, handleheight=0.8, borderpad=0)
    figure.savefig(out, metadata={"Date": None, "Title": "rnnchaos and other tools, the same work"})


if __name__ == "__main__":
    main(sys.argv[1], json.load(sys.stdin))
