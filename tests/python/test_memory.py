"""No leak over 10^4 calls."""

import gc
import os

import numpy as np
import pytest
from conftest import SMALL, random_matrix
from scipy import sparse

import rnnchaos

W = random_matrix(10, radius=2.0)
SPARSE = sparse.csr_matrix(random_matrix(10, radius=2.0))
REST = np.array([[0, 0.3], [-0.2, 0]])
R0 = np.ones(10)
STUDY = rnnchaos.Study(**SMALL | {"dynamics_duration_ms": 20, "record_duration_ms": 1, "exponents_count": 0})


def refused():
    with pytest.raises(ValueError):
        rnnchaos.simulate(np.full((10, 10), np.nan), R0)


def stopped():
    with pytest.raises(rnnchaos.RunStopped):
        rnnchaos.simulate(W, R0, every=10**9, duration=1e9, progress=lambda p: False)


CALLS = {
    "simulate": (10000, lambda: rnnchaos.simulate(W, R0, duration=20)),
    "sparse": (10000, lambda: rnnchaos.simulate(SPARSE, R0, duration=20)),
    "divergence": (10000, lambda: rnnchaos.divergence(W, trials=2, duration=20)),
    "spectrum": (10000, lambda: rnnchaos.spectrum(REST, trials=2, transient=0, duration=1000).exponents),
    "everything of a spectrum": (
        300,
        lambda: (lambda s: (str(s), repr(s), s.to_xarray()))(rnnchaos.spectrum(W, trials=2, transient=0, duration=20)),
    ),
    "study": (10000, lambda: rnnchaos.Study(trials=3)),
    "run": (100, lambda: STUDY.run(threads=1)),
    "network": (2000, lambda: rnnchaos.network(network_neurons=30, trials=2, record_trial=0)),
    "refused": (10000, refused),
    "stopped": (10, stopped),
}


def resident_kb():
    gc.collect()
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGESIZE") // 1024


@pytest.mark.parametrize("name", CALLS)
def test_memory_does_not_grow(name):
    """The second half of the calls may take no more than 100 bytes a call, nor than 512 KB at all."""
    n, call = CALLS[name]
    for _ in range(n // 2):
        call()
    before = resident_kb()
    for _ in range(n - n // 2):
        call()
    grown = resident_kb() - before
    assert grown <= max(512, n / 2 * 100 / 1024)
