"""Lyapunov spectra with error bars, and what they say."""

from __future__ import annotations

import os
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ._arrays import (
    Floats,
    Weights,
    count,
    drawn_states,
    form_of,
    input_of,
    kernels_of,
    network_of,
    pointer,
    precision_of,
    real,
    states_of,
    step_cost,
)
from ._calls import Watch, check, hdf5_lock, taken_text, text
from ._native import ffi, lib

if TYPE_CHECKING:
    import xarray
    from matplotlib.axes import Axes

    from .progress import ProgressOption

__all__ = ["Audit", "Rate", "Running", "Share", "Spectrum", "spectrum"]


class Share(NamedTuple):
    """n of some trials, with a 95 % interval (Wilson's, doi:10.1080/01621459.1927.10502953)."""

    n: int
    of: int
    value: float
    low: float
    high: float


class Rate(NamedTuple):
    """n events among `of` trials that were watched for `time` seconds together; 1/s, with a 95 %
    interval (Garwood's, doi:10.1093/biomet/28.3-4.437)."""

    n: int
    of: int
    time: float
    value: float
    low: float
    high: float


class Audit(NamedTuple):
    """Independent looks at the result of one trial. NaN where a check does not apply."""

    passed: bool
    text: str
    """What failed, or "passed"."""
    sum_rule: float
    """Relative residual between the sum of all ln R_ii and ln |det J|."""
    zero_exponent: float
    """1/s: the exponent nearest zero; a flow away from fixed points has one at zero."""
    twin_sigmas: float
    """|twin's exponent - largest exponent| in standard errors of the difference."""
    condition: float
    """Of the poorest frame: longest vector over least R_ii; its condition number is no smaller."""
    half_interval: float
    """Largest relative change of a piece's stretches when the QR interval is halved."""
    half_step: float
    """1/s: change of the leading exponent over a piece when dt is halved."""
    fixed_point: float
    """1/s: tangent run against eigenvalues."""


class Running(NamedTuple):
    """How the estimates settle: what `Spectrum.running` returns."""

    time_s: Floats
    """[block]: accumulated time."""
    exponent: Floats
    """[trial, block, index], 1/s: mean stretching so far; NaN after a trial's last block."""


class _Number:
    """An attribute: one number a trial, from the library's table."""

    def __init__(self, doc: str) -> None:
        self.__doc__ = doc

    def __set_name__(self, owner: type, name: str) -> None:
        self._name = name

    def __get__(self, spectrum: Any, owner: type) -> NDArray[Any]:
        if spectrum is None:
            return self  # type: ignore[return-value]
        numbers: dict[str, NDArray[Any]] = spectrum._numbers
        return numbers[self._name]


def _read_only(array: NDArray[Any]) -> NDArray[Any]:
    array.flags.writeable = False
    return array


class Spectrum:
    """Lyapunov exponents of some trials, with error bars and verdicts: what `spectrum` returns.

    Arrays have the trial first. Exponents are per second of model time and descend.
    ``print(result)`` prints what `rnnchaos spectrum` prints.
    """

    def __init__(self, network: Any, plan: Any, spectra: Any, n_trials: int, held: Any) -> None:
        self._network, self._plan, self._spectra, self._held = network, plan, spectra, held
        self.n_trials = n_trials

    # --- What was measured ---------------------------------------------------------

    @property
    def n_neurons(self) -> int:
        return int(self._network[0].n_neurons)

    @property
    def n_exponents(self) -> int:
        """The k of `spectrum`."""
        return int(self._plan.n_exponents)

    @property
    def gain(self) -> float:
        return float(self._plan.gain)

    @property
    def form(self) -> str:
        """"rate", "current" or "map"."""
        return text(lib.rc_form_name(self._plan.form))

    @property
    def precision(self) -> str:
        """"double" or "single"."""
        return text(lib.rc_precision_name(self._plan.precision))

    @property
    def tau_ms(self) -> float:
        return float(self._plan.tau_ms)

    @property
    def dt_ms(self) -> float:
        return float(self._plan.dt_ms)

    # --- Exponents -----------------------------------------------------------------

    def _estimates(self, field: str) -> Floats:
        """[trial, index, (value, error, n_effective)]"""
        estimates = np.empty((self.n_trials, self.n_exponents, 3))
        for t in range(self.n_trials):
            ffi.memmove(ffi.from_buffer(estimates[t]), getattr(self._spectra[t], field), estimates[t].nbytes)
        return estimates

    @cached_property
    def _exponent(self) -> Floats:
        return _read_only(self._estimates("exponent"))

    @property
    def exponents(self) -> Floats:
        """[trial, index], 1/s, descending. At a fixed point from its eigenvalues."""
        return self._exponent[:, :, 0]

    @property
    def errors(self) -> Floats:
        """[trial, index], 1/s: standard errors; value +- 1.96 error holds the long-run mean in 95 %
        of runs."""
        return self._exponent[:, :, 1]

    @property
    def n_effective(self) -> Floats:
        """[trial, index]: independent samples that each exponent is worth."""
        return self._exponent[:, :, 2]

    @cached_property
    def tangent_exponents(self) -> Floats:
        """[trial, index], 1/s: from the tangent run, whatever the verdict."""
        return _read_only(self._estimates("tangent")[:, :, 0])

    # --- Verdicts --------------------------------------------------------------------

    @cached_property
    def verdict(self) -> NDArray[np.str_]:
        """[trial]: "fixed_point", "limit_cycle", "torus", "chaos", "transient_chaos" or "undecided"."""
        return np.array([text(lib.rc_verdict_name(self._spectra[t].verdict)) for t in range(self.n_trials)])

    @cached_property
    def reason(self) -> tuple[str, ...]:
        """[trial]: the evidence, or what would decide it."""
        return tuple(text(self._spectra[t].reason) for t in range(self.n_trials))

    @cached_property
    def audit(self) -> tuple[Audit, ...]:
        """[trial]: whether the result holds under independent looks; if not, it is "undecided"."""
        found = []
        for t in range(self.n_trials):
            audit = self._spectra[t].audit
            numbers = (float(getattr(audit, name)) for name in Audit._fields[2:])
            found.append(Audit(bool(audit.passed), text(audit.text), *numbers))
        return tuple(found)

    @cached_property
    def _summary(self) -> Any:
        return lib.rc_spectra_summarise(self.n_trials, self._spectra)

    @property
    def chaotic(self) -> Share:
        """Trials that are chaotic."""
        return _share(self._summary.chaotic)

    @property
    def moving(self) -> Share:
        """Trials that had not settled when they were left."""
        return _share(self._summary.survival.moving)

    @property
    def escape(self) -> Rate:
        """The rate at which trials settle."""
        rate = self._summary.survival.escape
        return Rate(int(rate.n), int(rate.of), rate.time, rate.value, rate.low, rate.high)

    @property
    def n_attractors(self) -> int:
        """Distinct attractors among the trials, up to r -> -r if there is no input."""
        return int(self._summary.n_attractors)

    # --- Numbers, one a trial ----------------------------------------------------------

    @cached_property
    def _numbers(self) -> dict[str, NDArray[Any]]:
        table = [lib.rc_spectrum_numbers[k] for k in range(lib.rc_n_spectrum_numbers)]
        starts = [ffi.cast("char *", self._spectra[t]) for t in range(self.n_trials)]
        found = {}
        for number in table:
            kind = "size_t *" if number.is_count else "double *"
            values = [ffi.cast(kind, start + number.offset)[0] for start in starts]
            if number.is_count:
                values = [-1 if value == 2**64 - 1 else value for value in values]
            found[text(number.name)] = _read_only(np.array(values, np.int64 if number.is_count else np.float64))
        return found

    twin_exponent = _Number("1/s: the largest exponent from a renormalised twin, an independent check.")
    twin_error = _Number("1/s: standard error of twin_exponent.")
    exponent_sum = _Number("1/s: sum of the exponents that are known.")
    exponent_sum_error = _Number("1/s: its standard error.")
    entropy_rate = _Number("1/s: sum of the positive exponents (Pesin's bound).")
    entropy_rate_error = _Number("1/s: its standard error.")
    kaplan_yorke_dimension = _Number("Kaplan-Yorke dimension; NaN if the known exponents do not tell it.")
    kaplan_yorke_error = _Number("Its standard error.")
    participation_ratio = _Number("Effective dimension of the activity: (tr C)^2 / tr C^2.")
    autocorrelation_ms = _Number("ms: autocorrelation time of the activity.")
    speed = _Number("1/s: mean of ||dr/dt||.")
    growth = _Number("ln of the largest growth of a perturbation from time 0 on.")
    growth_ms = _Number("ms: how long perturbations grew.")
    transient_exponent = _Number("1/s: their mean growth rate until then.")
    transient_error = _Number("1/s: its standard error.")
    measured_s = _Number("s: time accumulated.")
    needed_s = _Number("s: more time for the target error; 0 if reached, NaN if none was asked.")
    interval_s = _Number("s: time between orthonormalisations.")
    period_ms = _Number("ms: period of a limit cycle.")
    lifetime_ms = _Number("ms: lifetime of transient chaos.")
    rest_ms = _Number("ms: when the trial came to rest.")
    attractor_id = _Number("Attractor of the trial; -1: unknown.")
    n_positive = _Number("Exponents above zero by more than 1.96 errors.")
    n_positive_least = _Number("The fewest that errors allow.")
    n_positive_most = _Number("The most that errors allow.")

    # --- Over time -------------------------------------------------------------------

    @cached_property
    def log_stretch(self) -> Floats:
        """[trial, block, index]: ln R_ii of every block, directions in the order of the frame; NaN
        after a trial's last block."""
        n_blocks, k = max(int(self._spectra[t].n_blocks) for t in range(self.n_trials)), self.n_exponents
        stretch = np.full((self.n_trials, n_blocks, k), np.nan)
        for t in range(self.n_trials):
            n = int(self._spectra[t].n_blocks)
            if n:
                ffi.memmove(ffi.from_buffer(stretch[t, :n]), self._spectra[t].log_stretch, 8 * n * k)
        return _read_only(stretch)

    @cached_property
    def block_s(self) -> Floats:
        """[trial], s: model time of one block."""
        return np.array([self._spectra[t].block_s for t in range(self.n_trials)])

    def running(self) -> Running:
        """The estimates as they settle: mean stretching from the end of the transient on."""
        stretch = self.log_stretch
        blocks = np.arange(1, stretch.shape[1] + 1)
        time_s = blocks * self.block_s[0]
        each = blocks[None, :, None] * self.block_s[:, None, None]
        return Running(time_s, np.cumsum(stretch, axis=1) / each)

    @cached_property
    def autocorrelation(self) -> Floats:
        """[trial, lag]: normalised autocorrelation of the neurons together; lags are lag_ms apart."""
        rows = [list(self._spectra[t].activity.autocorrelation) for t in range(self.n_trials)]
        return _read_only(np.array(rows))

    @property
    def lag_ms(self) -> float:
        """ms: between lags of `autocorrelation`."""
        return float(self._spectra[0].activity.lag_ms)

    @cached_property
    def final_states(self) -> Floats:
        """[trial, neuron]: r (x for "current") where the trials ended."""
        states = np.empty((self.n_trials, self.n_neurons))
        for t in range(self.n_trials):
            ffi.memmove(ffi.from_buffer(states[t]), self._spectra[t].state, states[t].nbytes)
        return _read_only(states)

    # --- Elsewhere -------------------------------------------------------------------

    def to_xarray(self) -> xarray.Dataset:
        """Everything as a dataset with units: what `rnnchaos spectrum -o FILE.h5` writes, but for
        the whole numbers, which are integers here, and verdicts with their reasons as text."""
        from ._dataset import spectrum_dataset

        return spectrum_dataset(self)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Writes the HDF5 file that `rnnchaos spectrum -o FILE.h5` writes: whole or not at all."""
        with hdf5_lock():
            check(lib.rc_spectra_write(self._plan, self.n_trials, self._spectra, os.fsencode(path)))

    def plot(self, ax: Axes | None = None, **options: Any) -> Axes:
        """The exponents with their error bars, a colour a verdict; see `rnnchaos.plots.spectrum`."""
        from . import plots

        return plots.spectrum(self, ax=ax, **options)

    def __str__(self) -> str:
        out = ffi.new("char **")
        check(lib.rc_spectra_describe(self._network[0], self._plan, self.n_trials, self._spectra, out))
        return taken_text(out)

    def __repr__(self) -> str:
        head = f"Spectrum of {self.n_trials} trial{'s' * (self.n_trials != 1)}: {self.n_neurons} neurons, gain {self.gain:g}, form {self.form}"
        rows = [f"{'trial':>5}  {'verdict':<15} {'lambda (1/s)':>12} {'error':>8}  audit"]
        for t, verdict in enumerate(self.verdict):
            value, error = self.exponents[t, 0], self.errors[t, 0]
            rows.append(f"{t:>5}  {verdict:<15} {value:>12.5g} {error:>8.2g}  {self.audit[t].text}")
        chaotic = self.chaotic
        share = f"share {chaotic.value:.2f}, 95 % interval {chaotic.low:.2f} to {chaotic.high:.2f}"
        return "\n".join([head, *rows, f"chaotic: {chaotic.n} of {chaotic.of} trials; {share}"])

    def _repr_html_(self) -> str:
        from ._html import spectrum_table

        return spectrum_table(self)


def _share(share: Any) -> Share:
    return Share(int(share.n), int(share.of), share.value, share.low, share.high)


def _n_exponents(k: int | str | None, n_neurons: int) -> int:
    if k is None:
        return min(10, n_neurons)
    if isinstance(k, str):
        if k == "all":
            return n_neurons
        raise ValueError(f"k: expected a whole number from 1 to {n_neurons} (neurons) or 'all', found {k!r}")
    return count(k, "k", 1, n_neurons)


def _room(n_trials: int) -> Any:
    """An `rc_spectrum **`; the spectra are destroyed with its last reference."""
    array = ffi.new("rc_spectrum *[]", n_trials)

    def destroy(spectra: Any) -> None:
        for t in range(len(array)):
            lib.rc_spectrum_destroy(spectra + t)

    return ffi.gc(ffi.cast("rc_spectrum **", array), destroy)


def spectrum(
    W: Weights,
    *,
    k: int | str | None = None,
    gain: float = 1.0,
    form: str = "rate",
    input: ArrayLike | None = None,
    r0: ArrayLike | None = None,
    trials: int = 8,
    seed: int = 1234,
    tau: float = 20.0,
    dt: float = 1.0,
    transient: float = 10000.0,
    duration: float = 50000.0,
    target_error: float = 0.0,
    target_share: float = 0.0,
    precision: str = "double",
    kernels: str | None = None,
    progress: ProgressOption = None,
) -> Spectrum:
    """Is this network chaotic, how strongly, and how sure are we?

    Follows small perturbations of some trials in tangent space (Benettin et al. 1980,
    doi:10.1007/BF02128236), gives the leading Lyapunov exponents with error bars, audits them, and
    says what each trial is. What `rnnchaos spectrum` does, to the bit; docs/numerics-exponents.md
    has the equations.

    Parameters
    ----------
    W : array_like, sparse matrix or path
        [neuron, neuron]; W[i, j] is the weight from neuron j to neuron i. NumPy array, SciPy sparse
        matrix or array, CPU tensor, or the path of a .npy, .npz, Matrix Market or HDF5 file.
    k : int or "all", optional
        How many leading exponents; by default 10, or N if that is smaller.
    gain : float
        g, a factor on all weights.
    form : {"rate", "current", "map"}
        The equation; see `simulate`.
    input : array_like, optional
        b [neuron], constant; default 0.
    r0 : array_like, optional
        Initial states [neuron] or [trial, neuron] (x for "current"). By default `trials` of them,
        uniform in [-1, 1) from `seed`.
    trials, seed : int
        Of the initial states that are drawn if r0 is not given.
    tau, dt : float
        Time constant and time step in milliseconds; for "map" a step counts as dt.
    transient, duration : float
        Milliseconds before anything is accumulated, and the most that is accumulated.
    target_error, target_share : float
        Stop when every standard error is below target_error (1/s) + target_share |exponent|; 0 for
        both: the whole duration.
    precision : {"double", "single"}
        Of tangent vectors while they are advanced. "single" takes 0.5 to 0.7 of the time; what
        rounding adds is far below the error bars. All else is in double precision.
    kernels : {"scalar", "avx2", "avx512", "neon"}, optional
        The instruction set; by default the fastest. Results do not depend on it.
    progress : bool or callable, optional
        See `rnnchaos.ProgressOption`.

    Returns
    -------
    Spectrum

    Raises
    ------
    ValueError, TypeError
        For what is not as above; the message names it.
    Error
        If a state stops being finite, or a numerical method fails.
    RunStopped
        If `progress` returned False.

    Notes
    -----
    W, r0 and b are used where they lie if they are C-contiguous float64, else copied once. One
    thread; the GIL is released, so that several threads may call it. Cost: docs/performance.md.

    Examples
    --------
    >>> result = rnnchaos.spectrum(np.load("my_weights.npy"), gain=1.5)
    >>> result.verdict, result.exponents[:, 0], result.errors[:, 0]
    >>> result.plot()
    """
    network = network_of(W)
    n_neurons = int(network[0].n_neurons)
    states = drawn_states(seed, trials, n_neurons) if r0 is None else states_of(r0, n_neurons)
    b = input_of(input, n_neurons)
    n_trials = states.size // n_neurons
    plan = ffi.new("rc_spectrum_plan *")
    form_, tau, dt = form_of(form), real(tau, "tau"), real(dt, "dt")
    transient, duration = real(transient, "transient"), real(duration, "duration")
    n_steps = n_trials * _n_steps(form_, tau, dt, transient, duration)
    plan.form, plan.tau_ms, plan.dt_ms, plan.transient_ms, plan.duration_ms = form_, tau, dt, transient, duration
    plan.gain, plan.n_exponents = real(gain, "gain"), (n_exponents := _n_exponents(k, n_neurons))
    plan.target_error, plan.target_error_share = real(target_error, "target_error"), real(target_share, "target_share")
    plan.precision = precision_of(precision)
    if kernels is not None:
        plan.kernels = kernels_of(kernels)
    held = None if b is None else pointer(b)
    if held is not None:
        plan.input = held
    spectra = _room(n_trials)
    watch = Watch(progress, "spectrum", n_steps)

    def measure() -> None:
        plan.stop, plan.state_steps = watch.stop, watch.steps
        check(lib.rc_spectrum_measure(network[0], plan, n_trials, pointer(states), spectra))
        check(lib.rc_spectrum_judge(network[0], plan, n_trials, spectra))
        lib.rc_attractors_match(plan, n_trials, spectra)

    eigenvalues = 30.0 * n_trials * n_neurons**3
    watch.run(measure, eigenvalues + 3 * n_steps * step_cost(network, n_exponents + 2))
    return Spectrum(network, plan, spectra, n_trials, (held, watch))


def _n_steps(form: int, tau: float, dt: float, transient: float, duration: float) -> int:
    """Steps of a trial at the most; refuses what the command refuses, too."""
    if not (dt > 0 and tau > 0):
        raise ValueError(f"tau = {tau:g}, dt = {dt:g}: expected positive times")
    if form != lib.RC_FORM_MAP and dt >= 2 * tau:
        raise ValueError(f"dt = {dt:g}: expected less than twice tau = {tau:g}")
    if not (transient + duration) / dt < 1e12:
        raise ValueError(f"transient = {transient:g}, duration = {duration:g}: expected at most 1e12 steps")
    return int((transient + duration) / dt)
