"""A peer is timed only if its results are ours: bench/peers/, with NumPy and SciPy as peers of a loop written here."""

import contextlib
import importlib
import re

import pytest

np = pytest.importorskip("numpy")
pytest.importorskip("scipy")

GAIN, N, K, TRIALS = 3.0, 12, 4, 2
F = 1 / 20


@pytest.fixture
def peers(root, monkeypatch):
    """A function: the name of a module of bench/peers."""
    monkeypatch.syspath_prepend(str(root / "bench" / "peers"))
    return importlib.import_module


@pytest.fixture
def network():
    random = np.random.default_rng(5)
    return np.where(random.random((N, N)) < 0.4, random.normal(size=(N, N)), 0.0), random.normal(size=(TRIALS, N))


@pytest.fixture(params=[1, 2])
def steps(request, peers, network, tmp_path):
    """20 steps of the states and of their twins, in twice as many for two threads."""
    W, initial = network
    r = np.concatenate([initial + i * 1e-4 for i in range(2 * request.param)]).T
    expected = []
    for _ in range(20):
        r = r + F * (np.tanh(GAIN * W @ r) - r)
        expected.append(r)
    np.savez(tmp_path / "network.npz", weights=W, initial_states=initial)
    np.array(expected).tofile(tmp_path / "states")
    return peers("work").Steps(tmp_path / "network.npz", tmp_path / "states", GAIN, request.param)


@pytest.fixture(params=[1, 2])
def spectrum(request, peers, network, tmp_path):
    """Two blocks of 10 steps and one QR each."""
    W, states = network
    frame = np.linalg.qr(np.random.default_rng(6).normal(size=(N, K)))[0]
    sums = []
    for r in states:
        Q, total = frame, 0
        for _ in range(2):
            for _ in range(10):
                target = np.tanh(GAIN * W @ r)
                Q = (1 - F) * Q + F * (1 - target**2)[:, None] * (GAIN * W @ Q)
                r = r + F * (target - r)
            Q, R = np.linalg.qr(Q)
            total = total + np.log(abs(np.diag(R)))
        sums.append(total)
    row, column = np.nonzero(W)
    start = np.concatenate([[0], np.cumsum(np.count_nonzero(W, axis=1))])
    np.concatenate([[N, len(row)], start, column, W[row, column]]).tofile(tmp_path / "network")
    np.concatenate([states.ravel(), frame.T.ravel(), np.ravel(sums)]).tofile(tmp_path / "start")
    return peers("work").Spectrum(tmp_path / "network", tmp_path / "start", GAIN, K, TRIALS, 10, 2, request.param)


def prepare(peers, tool, work):
    serve = peers("serve")
    return serve.prepare(peers("with_" + tool).kinds(work), work, serve.taker(1), lambda n: contextlib.nullcontext())


@pytest.mark.parametrize("tool", ["numpy", "scipy", "python"])
def test_steps_of_all_kinds_are_the_same(peers, steps, tool):
    ready, about = prepare(peers, tool, steps)
    assert ready.keys() == about.keys()
    assert len(ready) > 0 or (tool == "python" and steps.n_threads > 1)
    assert all(peer["gap"] < 1e-13 for peer in about.values())
    assert all(once() > 0 for once, _ in ready.values())


@pytest.mark.parametrize("tool", ["numpy", "scipy"])
def test_spectra_of_all_kinds_are_the_same(peers, spectrum, tool):
    ready, about = prepare(peers, tool, spectrum)
    assert ready.keys() == about.keys() and len(ready) > 0
    assert all(peer["gap"] < 1e-10 for peer in about.values())
    assert all(once() > 0 for once, _ in ready.values())


def test_what_differs_is_not_timed(peers, steps, spectrum):
    for work, change in (steps, 1e-11), (spectrum, 1e-7):
        work.expected[-1, 0] += change
        with pytest.raises(SystemExit, match=re.escape("away from rnnchaos, expected at most")):
            prepare(peers, "numpy", work)


def test_a_kind_that_fails_is_told(peers, steps):
    class Broken:
        label = "a tool that lacks something"

        def __init__(self, work):
            raise RuntimeError("no compiler\nand more")

    serve = peers("serve")
    ready, about = serve.prepare([Broken], steps, serve.taker(1), lambda n: contextlib.nullcontext())
    assert ready == {}
    assert about == {Broken.label: {"missing": "RuntimeError: no compiler"}}


def test_the_fastest_way_of_each_tool(root, monkeypatch):
    monkeypatch.syspath_prepend(str(root / "bench"))
    best = importlib.import_module("part_peers").best_of_tools
    times = {"a1": ("a", 3.0), "a2": ("a", 2.0), "b1": ("b", 1.0)}
    assert best({label: {"tool": tool, "ns": {"min": ns}} for label, (tool, ns) in times.items()}, "ns") == \
        {"b": "b1", "a": "a2"}
