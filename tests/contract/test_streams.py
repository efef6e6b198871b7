"""The library's random streams, sums and networks are NumPy's, to the bit."""

import math

import numpy as np
import pytest

from native import Stream, generate, pairwise_sum

SEEDS = [0, 1, 1234, 2**32 - 1, 2**32, 2**32 + 5, 2**64 - 1, 2**64 + 5, 2**128 - 1, 2**128 + 7, 2**160, 2**300 + 12345]
KEYS = [(), (0,), (1,), (5,), (2**32 - 1,), (2**32 + 1,), (3, 0, 7), (1, 2**70, 4)]


def generator(seed, key):
    return np.random.default_rng(np.random.SeedSequence(entropy=seed, spawn_key=key))


def assert_same_bits(found, expected):
    assert found.shape == expected.shape
    np.testing.assert_array_equal(found.view(np.uint64), expected.view(np.uint64))


@pytest.mark.parametrize("key", KEYS, ids=str)
@pytest.mark.parametrize("seed", SEEDS)
def test_every_seed_and_key_opens_the_same_stream(seed, key):
    bits = generator(seed, key).bit_generator.random_raw(1000)
    np.testing.assert_array_equal(Stream(seed, key).draw("bits", 1000), bits)


@pytest.mark.parametrize("seed, key", [(0, ()), (1234, (1,)), (2**64 + 5, (3,)), (2**300 + 12345, (2, 9))])
def test_a_million_of_each(seed, key):
    ours, theirs = Stream(seed, key), generator(seed, key)
    assert_same_bits(ours.draw("uniforms", 10**6), theirs.random(10**6))
    assert_same_bits(ours.draw("normals", 10**6), theirs.standard_normal(10**6))
    assert_same_bits(ours.draw("exponentials", 10**6), theirs.standard_exponential(10**6))
    assert_same_bits(ours.draw("uniforms", 10), theirs.random(10))  # nothing drawn too much


def test_normals_of_many_streams():
    for seed in range(300):
        theirs = generator(seed, (seed % 7,))
        ours = Stream(seed, (seed % 7,))
        assert_same_bits(ours.draw("normals", 999), theirs.standard_normal(999))
        assert_same_bits(ours.draw("bits", 1), theirs.bit_generator.random_raw(1))


SUMS_WHOLE = np.lib.NumpyVersion(np.__version__) >= "2.3.0"


def numpy_sum(values):
    """NumPy's pairwise sum. Before 2.3, sum() made one of every 8192 values and added those one by one."""
    if len(values) <= 8192 or SUMS_WHOLE:
        return values.sum()
    half = len(values) // 2 - len(values) // 2 % 8
    return numpy_sum(values[:half]) + numpy_sum(values[half:])


LENGTHS = [*range(301), *range(1000, 1040), 4015, 8191, 8192, 8193, 40000, 10**6, 10**6 + 13]


def test_sums_and_means():
    """Values of many sizes and both signs, so that any other order of the sum differs."""
    random = np.random.default_rng(20260101)
    values = random.standard_normal(max(LENGTHS) + 3) * 10.0 ** random.integers(-8, 8, max(LENGTHS) + 3)
    for n in LENGTHS:
        for start in range(3):  # aligned or not
            part = values[start : start + n]
            assert pairwise_sum(part) == numpy_sum(part), n
            if 0 < n <= 8192 or n and SUMS_WHOLE:
                assert pairwise_sum(part) / n == part.mean(), n
    assert any(pairwise_sum(values[:n]) != sum(values[:n]) for n in LENGTHS[:301])


def described_network(seed, session, n_neurons, probability, std, n_trials):
    """One session of the study as docs/numerics.md describes it, in NumPy."""
    draw = generator(seed, (session,))
    present = np.zeros((n_neurons, n_neurons), bool)
    present[~np.eye(n_neurons, dtype=bool)] = draw.random(n_neurons**2 - n_neurons) > 1 - probability
    weights = draw.normal(0, std, np.count_nonzero(present))
    if weights.size:
        weights -= numpy_sum(weights) / weights.size
    row_start = np.append(0, np.cumsum(np.count_nonzero(present, axis=1)))
    return row_start, np.nonzero(present)[1], weights, 2 * draw.random((n_trials, n_neurons)) - 1


def described_rows(seed, session, n_neurons, probability, std, n_trials):
    """The same with `network.streams: row`: row i from the stream of spawn key (session, 0, i)."""
    rate, columns, weights = -math.log1p(-probability) if probability < 1 else math.inf, [], []
    for i in range(n_neurons):
        draw, row, next_ = generator(seed, (session, 0, i)), [], 0
        while True:
            exponential = draw.standard_exponential()
            next_ += math.floor(exponential / rate) if rate else n_neurons
            if next_ >= n_neurons - 1:
                break
            row.append(next_ + (next_ >= i))  # leaves out i itself
            next_ += 1
        columns.append(np.array(row, np.uint32))
        weights.append(draw.normal(0, std, len(row)))
    total = numpy_sum(np.array([numpy_sum(row) for row in weights]))
    row_start = np.append(0, np.cumsum([len(row) for row in columns]))
    weights = np.concatenate(weights)
    if weights.size:
        weights -= total / weights.size
    states = [2 * generator(seed, (session, 1, t)).random(n_neurons) - 1 for t in range(n_trials)]
    return row_start, np.concatenate(columns), weights, np.array(states)


def assert_network_is_described(seed, session, n_neurons, probability, std, n_trials, settings, by=described_network):
    expected = by(seed, session, n_neurons, probability, std, n_trials)
    row_start, column, weight, states = generate(settings, session, n_trials)
    np.testing.assert_array_equal(row_start, expected[0])
    np.testing.assert_array_equal(column, expected[1])
    assert_same_bits(weight, expected[2])
    assert_same_bits(states, expected[3])


@pytest.mark.parametrize("session", [1, 2, 3, 4, 5])
def test_the_published_networks(session):
    assert_network_is_described(1234, session, 200, 0.1, 0.05, 20, [])


OTHERS = [
    (20260101, 2, 123, 0.37, 0.08, 20),
    (20260101, 4294967295, 50, 0.5, 2.5, 3),
    (2**64 + 5, 1, 200, 0.1, 0.05, 20),
    (2**300 + 12345, 7, 64, 0.9, 1e-3, 1),
    (1234, 1, 30, 0, 0.05, 2),
    (1234, 1, 30, 1, 0.05, 2),
    (1234, 1, 30, 0.5, 0, 2),
    (1234, 1, 1, 0.5, 0.05, 4),
    (1234, 1, 2, 1, 0.05, 4),
    (1234, 1, 2, 0.5, 0.05, 4),
    (1234, 3, 1000, 0.02, 0.05, 2),
]


def settings_of(seed, session, n_neurons, probability, std, n_trials):
    return [
        f"seed={seed}",
        f"sessions=[{session}]",
        f"trials={n_trials}",
        f"network.neurons={n_neurons}",
        f"network.connection_probability={probability}",
        f"network.weight_std={std}",
        f"record.session={session}",
        "record.trial=0",
        "record.neuron=0",
    ]


@pytest.mark.parametrize("case", OTHERS, ids=str)
def test_other_networks(case):
    assert_network_is_described(*case, settings_of(*case))


@pytest.mark.parametrize("case", [*OTHERS, (1234, 1, 20000, 0.005, 0.1, 1)], ids=str)
def test_networks_with_a_stream_for_each_row(case):
    settings = [*settings_of(*case), "network.streams=row"]
    assert_network_is_described(*case, settings, by=described_rows)
