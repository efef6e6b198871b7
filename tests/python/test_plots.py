"""Figures: what is drawn are the numbers of the dataset, in the axes that were given."""

import pickle
import sys

import numpy as np
import pytest
from conftest import SMALL
from scipy.optimize import minimize
from scipy.sparse.csgraph import shortest_path

import rnnchaos
from rnnchaos import plots

matplotlib = pytest.importorskip("matplotlib")
matplotlib.use("Agg")
import matplotlib.pyplot as plt  # noqa: E402

from rnnchaos._design import piece_of  # noqa: E402

PANELS = [plots.design, plots.activity, plots.divergence, plots.divergence_exponent, plots.largest_exponent, plots.verdicts, plots.spectra, plots.running]
STUDY = {**SMALL, "gains": [22, 1, 13], "divergence_minimum_distance": 1e-4, "exponents_duration_ms": 8000}


@pytest.fixture(scope="module")
def results():
    return rnnchaos.Study(**STUDY).run(progress=False)


@pytest.fixture(scope="module")
def result():
    W = np.random.default_rng(5).standard_normal((50, 50)) / np.sqrt(50)
    return rnnchaos.spectrum(W, gain=6, k=5, trials=3, transient=500, duration=8000)


@pytest.fixture(autouse=True)
def no_figure_is_left():
    plt.close("all")
    yield
    plt.close("all")


def line(ax, label):
    (found,) = [line for line in ax.lines if line.get_label() == label]
    return found


def labelled(artists, label):
    return [artist for artist in artists if artist.get_label() == label]


def test_design(results):
    ax = plots.design(results)
    W, states = rnnchaos.network(1, rnnchaos.Study(**STUDY))
    piece = piece_of(W)
    chosen = np.ix_(piece.neurons, piece.neurons)
    among = W.toarray()[chosen]
    np.fill_diagonal(among, 0)
    found = np.zeros_like(among)
    found[piece.ends[:, 1], piece.ends[:, 0]] = piece.weights
    np.testing.assert_array_equal(found, among)
    # Twice, for W and for gW; six more explain.
    connections = labelled(ax.patches, "_connection")
    assert len(connections) == 2 * len(piece.weights) + 6 and len(piece.weights) > 8
    assert len(labelled(ax.patches, "_neuron")) == 2 * len(piece.neurons) + 1 == 21
    assert [len(labelled(ax.patches, label)) for label in ("_sheet", "_disc")] == [2 + 3, 3]
    heads = [type(patch.get_arrowstyle()).__name__ for patch in connections]
    assert heads.count("CurveFilledB") == 2 * (piece.weights > 0).sum() + 3
    (shown,) = [image for child in ax.child_axes for image in child.images]
    np.testing.assert_array_equal(shown.get_array()[:, 0], states[1])  # the recorded trial
    words = " ".join(text.get_text() for text in ax.texts)
    assert "Two sessions, each" in words and "three episodes, each" in words and "three trials, each" in words
    one = plots.design(results.sel(session=[2], gain=[22], trial=[2]))
    assert "One session\nwith its connectivity matrix" in [text.get_text() for text in one.texts]
    (shown,) = [image for child in one.child_axes for image in child.images]
    np.testing.assert_array_equal(shown.get_array()[:, 0], rnnchaos.network(2, rnnchaos.Study(**STUDY)).initial_states[2])


@pytest.mark.parametrize("seed", range(5))
def test_neurons_lie_where_their_stress_is_least(seed):
    piece = piece_of(rnnchaos.network(seed=seed).weights)
    n = len(piece.neurons)
    links = np.zeros((n, n))
    links[piece.ends[:, 0], piece.ends[:, 1]] = 1
    distance = shortest_path(links, directed=False, unweighted=True)
    pairs = np.triu_indices(n, 1)

    def stress(places):
        apart = np.linalg.norm(places.reshape(n, 1, 2) - places.reshape(1, n, 2), axis=2)
        return (((apart - distance) / distance.clip(1))[pairs] ** 2).sum()

    # They were stretched to a square; that is undone first.
    size = minimize(lambda size: stress(piece.positions * size), [2.0, 2.0], tol=1e-10).x
    best = minimize(stress, (piece.positions * size).ravel(), tol=1e-9)
    np.testing.assert_allclose(best.x.reshape(n, 2) - best.x.reshape(n, 2).mean(0), (piece.positions - piece.positions.mean(0)) * size, atol=1e-3)


def test_networks_with_nothing_to_draw(results):
    assert "Synaptic strength" in [ax.get_ylabel() for ax in plots.design(results).child_axes]
    bare = rnnchaos.Study(**{**STUDY, "network_connection_probability": 0}).run(progress=False)
    ax = plots.design(bare)
    assert len(labelled(ax.patches, "_connection")) == 6 and len(labelled(ax.patches, "_neuron")) == 21
    assert "Synaptic strength" not in [child.get_ylabel() for child in ax.child_axes]
    alone = piece_of(np.zeros((1, 1)))
    np.testing.assert_array_equal(alone.positions, [[0.5, 0.5]])


def test_the_drawing_can_be_pickled(results):
    figure = plots.design(results).figure
    figure.canvas.draw()
    sizes = [text.get_fontsize() for text in pickle.loads(pickle.dumps(figure)).axes[0].texts]
    assert sizes == [text.get_fontsize() for text in figure.axes[0].texts] and sizes


def test_the_drawing_fits_its_axes(results):
    for size in ((7, 2.4), (3.5, 4), (14, 5)):
        figure = plt.figure(figsize=size, layout="constrained")
        ax = plots.design(results, figure.subplots())
        figure.canvas.draw()
        renderer = figure.canvas.get_renderer()
        words = [text.get_window_extent(renderer) for text in ax.texts]
        assert not [(a, b) for i, a in enumerate(words) for b in words[:i] if a.shrunk(0.9, 0.7).overlaps(b.shrunk(0.9, 0.7))]
        assert all(figure.bbox.x0 <= box.x0 and box.x1 <= figure.bbox.x1 and box.y1 <= figure.bbox.y1 for box in words)


def test_activity(results):
    ax = plots.activity(results)
    for row, gain in enumerate([22, 1, 13]):
        solid, dashed = ax.lines[2 * row : 2 * row + 2]
        np.testing.assert_array_equal(solid.get_xdata(), results.record_time_ms / 1000)
        np.testing.assert_allclose(solid.get_ydata(), results.rates1.sel(gain=gain) - 3 * row, rtol=0, atol=1e-15)
        np.testing.assert_allclose(dashed.get_ydata(), results.rates2.sel(gain=gain) - 3 * row, rtol=0, atol=1e-15)
        assert solid.get_label() == f"$g$ = {gain}" and solid.get_color() == dashed.get_color()


@pytest.mark.parametrize("session", [None, 2])
def test_divergence(results, session):
    ax = plots.divergence(results, session=session)
    kept = 0
    for gain in results.gain.values:
        expected = results.delta_mean.sel(session=session or 1, gain=gain)
        if np.isfinite(expected).any():
            kept += 1
            drawn = line(ax, f"$g$ = {gain:g}")
            np.testing.assert_array_equal(drawn.get_xdata(), results.time_ms / 1000)
            np.testing.assert_array_equal(drawn.get_ydata(), expected)
    assert len(ax.lines) == kept > 0
    assert ax.get_legend().get_title().get_text() == f"Session {session or 1}"


def test_divergence_exponent(results):
    ax = plots.divergence_exponent(results)
    (mesh,) = ax.collections
    expected = results.divergence_exponent.sel(gain=[22, 13])
    np.testing.assert_array_equal(np.ma.filled(mesh.get_array().reshape(expected.shape), np.nan), expected)
    words = [text.get_text() for text in ax.texts]
    assert words == [f"{value:.1f}" for value in expected.values.ravel() if np.isfinite(value)] and words
    assert [text.get_text() for text in ax.get_xticklabels()] == ["22", "13"]


def test_largest_exponent(results):
    ax = plots.largest_exponent(results)
    order = np.argsort(results.gain.values)
    largest, errors = results.lyapunov_exponent[..., 0], results.lyapunov_error[..., 0]
    bars = [container for container in ax.containers if container.get_label().startswith("Session")]
    trials, diamonds = ([line for line in ax.lines if line.get_label() == label] for label in ("_trials", "_divergence"))
    assert len(bars) == len(trials) == len(diamonds) == 2
    for s in range(2):
        means, _, (stems,) = bars[s]
        np.testing.assert_allclose(means.get_ydata(), largest[s].mean("trial")[order])
        np.testing.assert_array_equal(trials[s].get_ydata(), largest[s].values.ravel())
        np.testing.assert_array_equal(diamonds[s].get_ydata(), results.divergence_exponent[s])
        own = (errors[s] ** 2).mean("trial")
        half = 1.96 * np.sqrt(np.maximum(largest[s].var("trial", ddof=1), own) / results.sizes["trial"])
        drawn = [np.ptp(segment[:, 1]) / 2 for segment in stems.get_segments()]
        np.testing.assert_allclose(drawn, half[order], rtol=1e-9, atol=1e-12)
        np.testing.assert_allclose(np.diff(means.get_xdata()), np.diff(np.sort(results.gain)))


def test_verdicts(results):
    ax = plots.verdicts(results)
    names = results.verdict.attrs["flag_meanings"].split()
    drawn = {container.get_label(): [bar.get_height() for bar in container] for container in ax.containers}
    for number, name in enumerate(names):
        share = 100 * (results.verdict == number).mean(("session", "trial")).sortby("gain")
        np.testing.assert_allclose(drawn.pop(name.replace("_", " "), [0, 0, 0]), share)
    assert not drawn
    tops = np.max([[bar.get_y() + bar.get_height() for bar in container] for container in ax.containers], axis=0)
    np.testing.assert_allclose(tops, 100)


def test_spectra(results):
    chaotic = results.copy()
    chaotic["verdict"] = chaotic.verdict.copy()
    chaotic.verdict[:] = 0
    chaotic.verdict[:, 2] = chaos = results.verdict.attrs["flag_meanings"].split().index("chaos")
    assert chaos > 0
    ax = plots.spectra(chaotic)
    drawn = line(ax, "$g$ = 13, $n$ = 6")
    np.testing.assert_allclose(drawn.get_ydata(), results.lyapunov_exponent[:, 2].mean(("session", "trial")))
    np.testing.assert_allclose(drawn.get_xdata(), np.array([1, 2]) / 60)
    spread = results.lyapunov_exponent[:, 2].std(("session", "trial"), ddof=1)
    heights = ax.collections[0].get_paths()[0].vertices[:, 1]
    np.testing.assert_allclose([heights.min(), heights.max()], [(drawn.get_ydata() - spread).min(), (drawn.get_ydata() + spread).max()])


def test_running_estimate_of_a_study(results):
    ax = plots.running(results, session=2, trial=1)
    cell = results.sel(session=2, gain=22, trial=1)
    (drawn,) = [line for line in ax.lines if str(line.get_label()).startswith("$g$ = 22")]
    windows = cell.lyapunov_window[:, 0].values
    known = np.isfinite(windows)
    np.testing.assert_allclose(drawn.get_ydata(), np.cumsum(windows[known]) / np.arange(1, known.sum() + 1))
    assert f"{cell.lyapunov_exponent[0].item():.1f}".replace("-", "−") in drawn.get_label()
    assert ax.get_legend().get_title().get_text().startswith("Session 2, trial 1")


def test_running_estimate_of_a_spectrum(result):
    ax = plots.running(result)
    running = result.running()
    drawn = [line for line in ax.lines if str(line.get_label()).startswith("trial")]
    assert len(drawn) == 3
    for shown in drawn:
        trial = int(shown.get_label()[6])
        at = np.searchsorted(running.time_s, shown.get_xdata() * (1 - 1e-9))
        np.testing.assert_allclose(shown.get_ydata(), running.exponent[trial, at, 0], rtol=1e-9)


def test_one_spectrum(result):
    ax = result.plot()
    assert len(ax.containers) == 3
    for trial, container in enumerate(ax.containers):
        values, _, (stems,) = container
        np.testing.assert_array_equal(values.get_ydata(), result.exponents[trial])
        np.testing.assert_array_equal(values.get_xdata(), [1, 2, 3, 4, 5])
        np.testing.assert_allclose([np.ptp(s[:, 1]) for s in stems.get_segments()], 2 * 1.96 * result.errors[trial], rtol=1e-9)
    labels = [text.get_text() for text in ax.get_legend().get_texts()]
    assert sorted(labels) == sorted({verdict.replace("_", " ") for verdict in result.verdict})


def test_axes_that_are_given(results, result):
    figure, axes = plt.subplots(3, 3)
    with matplotlib.rc_context({"axes.spines.top": True}):
        for panel, ax in zip(PANELS, axes.flat):
            assert panel(results, ax=ax) is ax and ax.has_data()
    assert result.plot(ax=axes[2, 1]) is axes[2, 1] and plots.running(result, axes[2, 2]) is axes[2, 2]
    assert plt.get_fignums() == [figure.number] and axes[0, 0].spines.top.get_visible()
    figure.canvas.draw()


def test_keywords_reach_the_artists(results, result):
    assert {line.get_linewidth() for line in plots.divergence(results, lw=3, color="g").lines} == {3}
    assert {patch.get_linestyle() for patch in labelled(plots.design(results, ls=":").patches, "_connection")} == {":", "solid"}
    assert plots.divergence_exponent(results, cmap="magma").collections[0].get_cmap().name == "magma"
    assert {bar.get_alpha() for bar in plots.verdicts(results, alpha=0.5).patches} == {0.5}
    assert {container[0].get_marker() for container in result.plot(marker="s").containers} == {"s"}


def test_whole_figures(results, tmp_path):
    for make, panels in ((plots.published, 4), (plots.exponents, 4)):
        figure = make(results)
        assert len([ax for ax in figure.axes if ax.get_title()]) == panels
        assert not [text for ax in figure.axes for text in ax.texts if text.get_text().startswith("No")]
        figure.savefig(tmp_path / "figure.pdf")
        assert (tmp_path / "figure.pdf").stat().st_size > 5000
        parts = plt.figure(figsize=(8, 10)).subfigures(2, 1)
        assert make(results, figure=parts[1]) is parts[1] and not parts[0].axes and not parts[0].subfigs
        inside = [ax for part in (parts[1], *parts[1].subfigs) for ax in part.axes]
        assert len(inside) >= panels and set(inside) == set(plt.gcf().axes)


def test_parts_of_a_dataset(results):
    one = results.sel(session=[2], gain=[22])
    assert plots.divergence(one).get_legend().get_title().get_text() == "Session 2"
    for panel in PANELS:
        panel(one)
    with pytest.raises(ValueError, match=r"select with brackets.*data\.sel\(session="):
        plots.verdicts(results.sel(session=2))


def test_nothing_is_drawn_on_failure(results, result):
    figure, ax = plt.subplots()
    before = set(ax.get_children())
    without = results.isel(index=slice(0, 0))
    failures = [
        (ValueError, "exponents_count is 0", lambda: plots.exponents(without)),
        (ValueError, "exponents_count is 0", lambda: plots.verdicts(without, ax=ax)),
        (ValueError, "no rates1", lambda: plots.published(results.drop_vars("rates1"))),
        (ValueError, r"session: expected one of \[1, 2\], found 7", lambda: plots.divergence(results, ax=ax, session=7)),
        (TypeError, "the dataset of a study", lambda: plots.divergence(result.to_xarray(), ax=ax)),
        (TypeError, "the dataset of a study", lambda: plots.published(7)),
    ]
    failures += [(AttributeError, "nonsense", lambda panel=panel: panel(results, ax=ax, nonsense=1)) for panel in PANELS]
    failures += [(AttributeError, "nonsense", lambda panel=panel: panel(results, nonsense=1)) for panel in PANELS]
    failures += [(AttributeError, "nonsense", lambda: result.plot(ax=ax, nonsense=1))]
    for kind, words, call in failures:
        with pytest.raises(kind, match=words):
            call()
        assert set(ax.get_children()) == before and not ax.child_axes and plt.get_fignums() == [figure.number]


def test_nothing_to_draw_is_said(results):
    quiet = rnnchaos.Study(**{**STUDY, "gains": [1], "record_duration_ms": 0}).run(progress=False)
    words = {panel: [text.get_text() for text in panel(quiet).texts] for panel in PANELS}
    assert words[plots.activity] == ["No activity was recorded."]
    assert words[plots.spectra] == ["No trial is chaotic."]
    assert words[plots.divergence] == ["In session 1 no twin\nended far enough away."]
    assert "No $g$ is" in words[plots.divergence_exponent][0]
    plots.exponents(quiet)
    plots.published(quiet)


def test_without_matplotlib(results, result, monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib.pyplot", None)
    for call in (result.plot, lambda: plots.published(results), lambda: plots.verdicts(results)):
        with pytest.raises(ImportError, match=r"pip install rnnchaos\[plot\]"):
            call()


def test_matplotlib_is_not_imported_before_it_is_needed():
    import subprocess

    from conftest import environment

    code = "import rnnchaos, sys; assert not [name for name in sys.modules if name.startswith('matplotlib')]"
    subprocess.run([sys.executable, "-c", code], env=environment(), check=True)
