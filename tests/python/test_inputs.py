"""Arrays of every kind give the same answer, or a clear refusal."""

import warnings

import numpy as np
import pytest
from conftest import SHORT, random_matrix
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy import sparse

import rnnchaos

few = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
INTEGERS = np.random.default_rng(2).integers(-3, 4, (8, 8))
R0 = np.random.default_rng(3).uniform(-1, 1, 8)


def states(W, r0=R0, **options):
    return rnnchaos.simulate(W, r0, gain=0.3, duration=20, **options)


def strided(array):
    wide = np.full((2 * array.shape[0], 3 * array.shape[1]), np.nan)
    wide[::2, ::3] = array
    return wide[::2, ::3]


def misaligned(array):
    raw = np.empty(array.nbytes + 1, np.uint8)
    view = raw[1:].view(np.float64).reshape(array.shape)
    view[...] = array
    assert not view.flags.aligned
    return view


def read_only(array):
    copy = array.copy()
    copy.flags.writeable = False
    return copy


LAYOUTS = {
    "C": lambda a: a.astype(float),
    "Fortran": lambda a: np.asfortranarray(a.astype(float)),
    "strided": lambda a: strided(a.astype(float)),
    "backwards": lambda a: a.astype(float)[::-1, ::-1].copy()[::-1, ::-1],
    "read-only": lambda a: read_only(a.astype(float)),
    "misaligned": lambda a: misaligned(a.astype(float)),
    "byte-swapped": lambda a: a.astype(">f8"),
    "float32": lambda a: a.astype(np.float32),
    "float16": lambda a: a.astype(np.float16),
    "longdouble": lambda a: a.astype(np.longdouble),
    "int8": lambda a: a.astype(np.int8),
    "int64": lambda a: a.astype(np.int64),
    "list": lambda a: a.tolist(),
    "unmasked": lambda a: np.ma.array(a.astype(float), mask=False),
}
SPARSE = {
    "csr_matrix": sparse.csr_matrix,
    "csr_array": sparse.csr_array,
    "csc_matrix": sparse.csc_matrix,
    "coo_array": sparse.coo_array,
    "lil_matrix": sparse.lil_matrix,
    "dia_matrix": sparse.dia_matrix,
    "float32": lambda a: sparse.csr_matrix(a.astype(np.float32)),
    "ints": lambda a: sparse.csr_matrix(a.astype(np.int32)),
}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_any_layout_and_type(layout):
    W = LAYOUTS[layout](INTEGERS)
    before = np.array(W, dtype=float)
    assert states(W).tobytes() == states(INTEGERS.astype(float)).tobytes()
    np.testing.assert_array_equal(np.array(W, dtype=float), before)


@pytest.mark.parametrize("kind", SPARSE)
def test_any_sparse_matrix(kind):
    assert states(SPARSE[kind](INTEGERS)).tobytes() == states(INTEGERS.astype(float)).tobytes()


def test_sparse_rows_that_are_unsorted_or_repeated():
    dense = np.array([[0, 2.0, 1], [0, 0, 0], [4, 0, -1]])
    W = sparse.csr_array((np.array([1.0, 1.5, 0.5, -1, 4, 0]), np.array([2, 1, 1, 2, 0, 1]), np.array([0, 3, 3, 6])), (3, 3))
    before = [part.copy() for part in (W.data, W.indices, W.indptr)]
    assert states(W, R0[:3]).tobytes() == states(dense, R0[:3]).tobytes()
    for part, old in zip((W.data, W.indices, W.indptr), before):
        np.testing.assert_array_equal(part, old)


@few
@given(hnp.arrays(np.float64, st.integers(1, 6).map(lambda n: (n, n)), elements=st.floats(-1e3, 1e3)), st.data())
def test_dense_and_sparse_agree(W, data):
    r0 = data.draw(hnp.arrays(np.float64, W.shape[0], elements=st.floats(-1, 1)))
    assert states(W, r0).tobytes() == states(sparse.csr_matrix(W), r0).tobytes()


@few
@given(
    hnp.arrays(
        st.sampled_from([np.dtype(t) for t in ("f8", "f4", "i2", "u1", "?", ">f8", ">i4", "c16", "S3", "U2", "M8[s]")]),
        hnp.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=4),
    )
)
def test_any_array_is_an_answer_or_a_refusal(W):
    n = W.shape[0] if W.ndim else 1
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            out = rnnchaos.simulate(W, np.zeros(max(n, 1)), duration=3)
        except (TypeError, ValueError) as error:
            assert str(error)
            sound = W.ndim == 2 and W.shape[0] == W.shape[1] > 0 and W.dtype.kind in "fiub"
            assert not (sound and np.isfinite(W).all())
        else:
            assert out.shape == (4, n) and np.isfinite(out).all()


def test_no_copy_of_what_is_right_already():
    from rnnchaos import _arrays

    W = np.zeros((3, 3))
    for array in (W, read_only(W)):
        assert _arrays.real_array(array, "W", (2,), "") is array
    for layout in set(LAYOUTS) - {"C", "read-only", "unmasked"}:
        assert not np.shares_memory(_arrays.real_array(LAYOUTS[layout](INTEGERS), "W", (2,), ""), LAYOUTS[layout](INTEGERS))


W = random_matrix(5)
REFUSED = [
    (dict(W=np.zeros((2, 3))), ValueError, "square matrix"),
    (dict(W=np.zeros((0, 0))), ValueError, "at least one neuron"),
    (dict(W=np.zeros(4)), ValueError, "square matrix"),
    (dict(W=np.zeros((2, 2, 2))), ValueError, "square matrix"),
    (dict(W=1.0), ValueError, "square matrix"),
    (dict(W=None), TypeError, "real numbers, found an array of object"),
    (dict(W=W * 1j), TypeError, "complex128"),
    (dict(W=W.astype(object)), TypeError, "object"),
    (dict(W=W.astype("S8")), TypeError, "real numbers"),
    (dict(W=np.where(np.eye(5), np.nan, W)), ValueError, r"weight \[0, 0\]"),
    (dict(W=np.where(np.eye(5), np.inf, W)), ValueError, r"weight \[0, 0\] is inf"),
    (dict(W=np.ma.array(W, mask=np.eye(5))), ValueError, "masked"),
    (dict(W=sparse.csr_matrix((3, 4))), ValueError, "square matrix"),
    (dict(W=sparse.csr_matrix((0, 0)) if hasattr(sparse, "csr_matrix") else None), ValueError, "at least one neuron"),
    (dict(W=sparse.csr_matrix(W * 1j)), TypeError, "complex128"),
    (dict(W=sparse.csr_matrix(np.where(np.eye(5), np.nan, W))), ValueError, r"weight \[0, 0\]"),
    (dict(W="/nowhere/W.npy"), OSError, "/nowhere/W.npy"),
    (dict(k=0), ValueError, "k: expected 1 to 5, found 0"),
    (dict(k=6), ValueError, "k: expected 1 to 5, found 6"),
    (dict(k=2.0), TypeError, "k: expected a whole number"),
    (dict(k="most"), ValueError, "'all'"),
    (dict(form="spiking"), ValueError, "expected 'rate', 'current' or 'map'"),
    (dict(form=3), TypeError, "form"),
    (dict(precision="half"), ValueError, "precision: expected 'double' or 'single'"),
    (dict(precision=32), TypeError, "precision"),
    (dict(gain=np.nan), ValueError, "gain"),
    (dict(gain="2"), TypeError, "gain: expected a number"),
    (dict(gain=1j), TypeError, "gain"),
    (dict(input=np.zeros(4)), ValueError, "input: expected 5 numbers"),
    (dict(input=np.full(5, np.nan)), ValueError, r"input \[0\] is nan: expected a finite number"),
    (dict(r0=np.zeros(4)), ValueError, "r0: expected"),
    (dict(r0=np.zeros((2, 4))), ValueError, "r0: expected"),
    (dict(r0=np.zeros((0, 5))), ValueError, "r0: expected"),
    (dict(r0=[[0, 0, np.inf, 0, 0]]), ValueError, r"initial state \[0, 2\] is inf: expected a finite number"),
    (dict(trials=0), ValueError, "trials: expected 1 or more"),
    (dict(seed=-1), ValueError, "seed: expected 0 or more"),
    (dict(seed=1.5), TypeError, "seed"),
    (dict(tau=0), ValueError, "tau"),
    (dict(dt=0), ValueError, "dt"),
    (dict(dt=40), ValueError, "less than twice tau"),
    (dict(transient=-1), ValueError, "transient"),
    (dict(duration=0), ValueError, "duration"),
    (dict(duration=np.inf), ValueError, "duration"),
    (dict(duration=1e300), ValueError, "duration"),
    (dict(target_error=-1), ValueError, "target_error"),
    (dict(kernels="sse9"), ValueError, "sse9"),
]


@pytest.mark.parametrize("options, kind, words", REFUSED, ids=[words for _, _, words in REFUSED])
def test_refusals_say_what_was_expected(options, kind, words):
    with pytest.raises(kind, match=words):
        rnnchaos.spectrum(**{"W": W} | SHORT | options)


def test_refusals_of_simulate_and_divergence():
    with pytest.raises(ValueError, match="every: expected 1 or more"):
        rnnchaos.simulate(W, np.zeros(5), every=0)
    with pytest.raises(ValueError, match="duration"):
        rnnchaos.simulate(W, np.zeros(5), duration=-1)
    with pytest.raises(ValueError, match="at least one step"):
        rnnchaos.divergence(W, duration=0)
    with pytest.raises(ValueError, match="perturbation"):
        rnnchaos.divergence(W, perturbation=np.nan)
    with pytest.raises(rnnchaos.Error, match="not finite"):
        rnnchaos.simulate(np.eye(2) * 1e308, np.ones(2), gain=1e10, form="current", duration=200)


def test_memory_that_is_not_there():
    with pytest.raises(MemoryError):
        rnnchaos.simulate(W, np.zeros(5), duration=9e11)


def test_one_state_and_many():
    assert states(INTEGERS).shape == (21, 8)
    assert states(INTEGERS, R0[None]).shape == (1, 21, 8)
    one = rnnchaos.spectrum(W, r0=np.zeros(5), **SHORT)
    assert one.n_trials == 1 and one.exponents.shape == (1, 5)


def test_the_smallest_network():
    result = rnnchaos.spectrum([[0.0]], **SHORT)
    np.testing.assert_allclose(result.exponents, 1000 * np.log(0.95), rtol=1e-9)
    assert result.verdict.tolist() == ["fixed_point"] * 2


def test_seeds_of_any_size_are_numpys():
    for seed in (0, 1, 1234, 2**40 + 5, 10**60):
        drawn = rnnchaos.spectrum(W, seed=seed, transient=0, duration=1, trials=3)
        wanted = np.random.default_rng(np.random.SeedSequence(seed)).uniform(-1, 1, (3, 5))
        assert str(drawn) == str(rnnchaos.spectrum(W, r0=wanted, transient=0, duration=1))


def test_results_cannot_be_changed_by_mistake():
    result = rnnchaos.spectrum(W, **SHORT)
    for array in (result.exponents, result.errors, result.log_stretch, result.twin_exponent):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 0
