"""Several threads at once: the same results, the GIL released."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import h5py
import numpy as np
import pytest
from conftest import SHORT, SMALL, random_matrix

import rnnchaos


def test_many_calls_at_once_give_the_same():
    matrices = [random_matrix(30, radius=1.0 + 0.5 * i, seed=i) for i in range(8)]

    def measure(W):
        result = rnnchaos.spectrum(W, k=3, **SHORT)
        return str(result), rnnchaos.simulate(W, np.ones(30), duration=50).tobytes()

    alone = [measure(W) for W in matrices]
    with ThreadPoolExecutor(8) as pool:
        for _ in range(5):
            assert list(pool.map(measure, matrices)) == alone


def test_errors_belong_to_their_threads():
    def refused(i):
        with pytest.raises(ValueError, match=rf"weight \[{i}, {i}\]"):
            W = np.zeros((20, 20))
            W[i, i] = np.nan
            rnnchaos.spectrum(W)

    with ThreadPoolExecutor(8) as pool:
        for _ in range(20):
            list(pool.map(refused, range(20)))


def test_other_threads_run_meanwhile():
    """While the library computes, another thread counts on."""
    W, ticks, done = random_matrix(200, radius=3.0), [], threading.Event()

    def tick():
        while not done.wait(0.005):
            ticks.append(time.monotonic())

    thread = threading.Thread(target=tick)
    thread.start()
    began = time.monotonic()
    rnnchaos.spectrum(W, k=10, transient=0, duration=6000)
    ended = time.monotonic()
    done.set()
    thread.join()
    inside = [t for t in ticks if began < t < ended]
    assert len(inside) > 0.1 * (ended - began) / 0.005


def test_studies_at_once():
    study = rnnchaos.Study(**SMALL)
    alone = study.run(threads=1)
    with ThreadPoolExecutor(3) as pool:
        for results in pool.map(lambda _: study.run(threads=2), range(6)):
            assert results.equals(alone)


def test_files_at_once_with_h5py(tmp_path):
    """HDF5 that is not for threads: ours and h5py's calls take turns."""
    result = rnnchaos.spectrum(random_matrix(10), k=3, **SHORT)
    result.save(tmp_path / "first.h5")

    def work(i):
        if i % 2:
            result.save(tmp_path / f"{i}.h5")
        with h5py.File(tmp_path / (f"{i}.h5" if i % 2 else "first.h5")) as file:
            return {name: file[name][()].tobytes() for name in file}

    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(work, range(200)))
    assert len(found[0]) > 30 and all(one == found[0] for one in found)
