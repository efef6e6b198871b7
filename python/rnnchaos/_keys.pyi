# Made by python/make_keys.py from src/study/schema.c; change it there.
from collections.abc import Sequence
from typing import Literal, TypedDict

class Keys(TypedDict, total=False):
    """Every key of a study, dots written as underscores."""
    seed: int
    """Entropy of every random stream; session s draws from NumPy's SeedSequence(seed,
    spawn_key=(s,)). It may well be larger than 2^64. Expected: an integer from 0, below 2^12800;
    default 1234."""
    sessions: Sequence[int]
    """Session numbers. A session is one random network with its initial states. Expected: a list of
    distinct integers from 0 to 4294967295, such as [1, 2, 3, 4, 5]; default (1, 2, 3, 4, 5)."""
    gains: Sequence[float]
    """Factors g on all weights; each session runs once at each gain. Expected: a list of distinct
    numbers from 0 up, such as [1, 4, 7, 10, 13, 16, 19, 22]; default (1, 4, 7, 10, 13, 16, 19,
    22)."""
    trials: int
    """Initial states of a session, the same for every gain. Each runs twice: as it is, and as its
    perturbed twin. Expected: an integer from 1 to 2147483648; default 20."""
    network_neurons: int
    """Number of neurons, N. Expected: an integer from 1 to 2147483648; default 200."""
    network_connection_probability: float
    """Probability p of each connection from one neuron to another. No neuron connects to itself.
    Expected: a number from 0 to 1; default 0.1."""
    network_weight_std: float
    """Standard deviation of the Gaussian weights of present connections, before their mean is
    subtracted. It is not the variance: the text of the published study says that 1/(Np) is the
    variance, but its program passes 1/(Np) = 0.05 as the standard deviation, and its numbers come
    from the program. For a variance of 1/(Np) write sqrt(1/(Np)) = 0.22360679774997896 (N = 200, p
    = 0.1). Expected: a number from 0 up; default 0.05."""
    network_streams: Literal["session", "row"]
    """Where the network's random numbers come from. session: one stream a session, a number for
    each of N(N - 1) pairs, as in the published study. row: one stream a receiving neuron, numbers
    for present connections only, and all cores draw: for large networks. The statistics are the
    same, the numbers are not. Expected: one of session, row; default session."""
    dynamics_tau_ms: float
    """Time constant tau of a neuron. In ms. Expected: a number above 0; default 20."""
    dynamics_dt_ms: float
    """Time step dt. It must be below 2 tau, where the Euler step becomes unstable. In ms. Expected:
    a number above 0; default 1."""
    dynamics_duration_ms: float
    """Simulated time of a trial: a whole number of time steps, at least one. In ms. Expected: a
    number above 0; default 7000."""
    perturbation: float
    """Added to the initial state of every neuron of the twin. Expected: a number other than 0;
    default 0.0001."""
    divergence_minimum_gain: float
    """No exponent is fitted, and no mean distance kept, below this gain. Expected: a number from 0
    up; default 10."""
    divergence_minimum_distance: float
    """A trial counts if its twin ends at least this far away (Euclidean norm over neurons).
    Expected: a number above 0; default 1."""
    divergence_saturation: float
    """The fit ends before the logarithm of the mean distance first reaches this share of its
    maximum. Expected: a number above 0 up to 1; default 0.8."""
    exponents_count: int | Literal["all"]
    """How many leading exponents of every trial; 0 measures none. More than there are neurons means
    all. Expected: an integer from 0 to 2147483648 or all; default 3."""
    exponents_transient_ms: float
    """Time for state and tangent frame to settle before anything is accumulated. In ms. Expected: a
    number from 0 up; default 5000."""
    exponents_duration_ms: float
    """The most time that is accumulated after the transient. In ms. Expected: a number above 0;
    default 28000."""
    exponents_target_error: float
    """Accumulation ends early when the standard error of every exponent is below this; 0 always
    accumulates the whole duration. In 1/s. Expected: a number from 0 up; default 0."""
    exponents_precision: Literal["double", "single"]
    """Of tangent vectors while they are advanced. single: about ten exponents take 0.6 of the time,
    all of them 0.7, a dense network half; what rounding adds is far below the error bars. States
    stay in double precision. Expected: one of double, single; default double."""
    record_session: int
    """One of sessions. Expected: an integer from 0 to 4294967295; default 1."""
    record_trial: int
    """Trial number, counted from 0. Expected: an integer from 0 to 2147483647; default 1."""
    record_neuron: int
    """Neuron number, counted from 0. Expected: an integer from 0 to 2147483647; default 100."""
    record_duration_ms: float
    """Recorded time from the start: a whole number of time steps, at most dynamics.duration_ms; 0
    records nothing. In ms. Expected: a number from 0 up; default 2000."""
