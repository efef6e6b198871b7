"""Networks of many neurons: what works, and what is left out in words."""

import h5py
import numpy as np
from command import datasets, settings, succeeds

LARGE = {
    "sessions": "[1]",
    "gains": "[1.5]",
    "trials": 2,
    "network.neurons": 20000,
    "network.connection_probability": 0.005,
    "network.weight_std": 0.1,
    "network.streams": "row",
    "dynamics.dt_ms": 20,
    "dynamics.duration_ms": 400,
    "divergence.minimum_gain": 0,
    "exponents.count": 0,
    "record.duration_ms": 0,
}


def run(folder, *arguments, **more):
    succeeds("run", "--quiet", *settings(LARGE, more), "-o", folder, *arguments)
    return datasets(folder)


def test_threads_share_one_task(tmp_path):
    """Two million connections: rows are drawn and summed by all threads."""
    one = run(tmp_path / "one", "--threads", 1)
    assert (np.frombuffer(one["final_distance"]) > 0).all()
    assert one == run(tmp_path / "three", "--threads", 3)


def test_exponents(tmp_path):
    measured = {"exponents.count": 2, "exponents.transient_ms": 400, "exponents.duration_ms": 1000}
    run(tmp_path / "x", **measured)
    with h5py.File(tmp_path / "x" / "results.h5") as file:
        assert np.isfinite(file["lyapunov_exponent"][()]).all()
    text = (tmp_path / "x" / "study.yaml").read_text()
    assert "  streams: row\n" in text


def write_ring(path, n):
    """Each neuron hears its neighbour, weight 0.5: stable, exponents ln|1/2| a step of dt = tau."""
    np.savez(path, format=b"csr", shape=(n, n), data=np.full(n, 0.5), indices=np.roll(np.arange(n), 1), indptr=np.arange(n + 1))


def test_no_fixed_point_is_looked_for(tmp_path):
    """Newton's method would need a dense matrix: that is said, and nothing fails."""
    write_ring(tmp_path / "ring.npz", 50000)
    done = succeeds("spectrum", "--weights", tmp_path / "ring.npz", "--exponents", 2, "--trials", 1, "--dt-ms", 20,
                    "--transient-ms", 600, "--duration-ms", 2000)
    assert "no fixed point is looked for in networks of more than 4000 neurons" in done.stdout
    assert "-34.657" in done.stdout  # ln(1/2) / 20 ms
