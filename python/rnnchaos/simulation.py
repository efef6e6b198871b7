"""Trajectories, and how fast twins part."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

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
    real,
    states_of,
    step_cost,
)
from ._calls import Watch, check, text
from ._native import ffi, lib

if TYPE_CHECKING:
    from .progress import ProgressOption

__all__ = ["Divergence", "divergence", "simulate"]


def _steps(duration: float, dt: float) -> int:
    """A duration in whole steps."""
    duration, dt = real(duration, "duration"), real(dt, "dt")
    if not (dt > 0 and 0 <= duration / dt < 1e12):
        raise ValueError(f"duration = {duration:g}, dt = {dt:g}: expected dt above 0 and at most 1e12 steps")
    return int(duration / dt + 0.5)


def simulate(
    W: Weights,
    r0: ArrayLike,
    *,
    duration: float = 1000.0,
    gain: float = 1.0,
    form: str = "rate",
    input: ArrayLike | None = None,
    tau: float = 20.0,
    dt: float = 1.0,
    every: int = 1,
    kernels: str | None = None,
    progress: ProgressOption = None,
) -> Floats:
    """States of a network over time.

    ========== ===========================================
    form       a step, with f = dt/tau
    ========== ===========================================
    "rate"     r <- r + f (-r + tanh(g W r + b))
    "current"  x <- x + f (-x + g W tanh(x) + b)
    "map"      r <- tanh(g W r + b)
    ========== ===========================================

    Parameters
    ----------
    W : array_like, sparse matrix or path
        [neuron, neuron]; W[i, j] is the weight from neuron j to neuron i.
    r0 : array_like
        Initial states [neuron] or [trial, neuron]: r, or x for "current".
    duration : float
        Milliseconds; taken in whole steps, the nearest number of them.
    gain : float
        g, a factor on all weights.
    form : {"rate", "current", "map"}
        The equation, as above.
    input : array_like, optional
        b [neuron], constant; default 0.
    tau, dt : float
        Time constant and time step in milliseconds.
    every : int
        Keep every so many-th state.
    kernels : {"scalar", "avx2", "avx512", "neon"}, optional
        The instruction set; by default the fastest. States do not depend on it.
    progress : bool or callable, optional
        See `rnnchaos.ProgressOption`.

    Returns
    -------
    ndarray
        [time, neuron], or [trial, time, neuron] if r0 has trials. Times are 0, every dt, 2 every dt,
        ... up to the duration: the first state is r0.

    Raises
    ------
    ValueError, TypeError
        For what is not as above; the message names it.
    Error
        If a state stops being finite.

    Notes
    -----
    W, r0 and b are used where they lie if they are C-contiguous float64, else copied once. The same
    to the bit on every processor.
    """
    network = network_of(W)
    n_neurons = int(network[0].n_neurons)
    states, b = states_of(r0, n_neurons), input_of(input, n_neurons)
    n_trials = states.size // n_neurons
    plan = ffi.new("rc_simulation *")
    plan.form, plan.gain, plan.tau_ms, plan.dt_ms = form_of(form), real(gain, "gain"), real(tau, "tau"), real(dt, "dt")
    if b is not None:
        plan.input = held = pointer(b)  # noqa: F841 (lives as long as this call)
    plan.n_steps, plan.every = _steps(duration, dt), count(every, "every", 1)
    plan.kernels = kernels_of(kernels)
    n_kept = lib.rc_simulation_n_kept(plan)
    out = np.empty((n_trials, n_kept, n_neurons))
    watch = Watch(progress, "simulate", n_trials * plan.n_steps)

    def follow() -> None:
        plan.stop, plan.state_steps = watch.stop, watch.steps
        check(lib.rc_simulate(network[0], plan, n_trials, pointer(states), pointer(out)))

    watch.run(follow, step_cost(network, n_trials) * plan.n_steps)
    return out.reshape(states.shape[:-1] + out.shape[1:])


class Divergence(NamedTuple):
    """How fast twins part: what `divergence` returns."""

    exponent: float
    """1/s: the slope of ln(delta_mean) before it saturates; NaN unless fitted."""
    outcome: str
    """"fitted", or why not: "no_trial_kept", "too_short"."""
    n_kept: int
    """Trials whose twin ended far enough away."""
    fit_end_ms: float
    """The fit goes from 0 to here."""
    time_ms: Floats
    """[time]"""
    delta_mean: Floats
    """[time]: mean distance between state and twin over the trials kept."""
    distance: Floats
    """[time, trial]: Euclidean norm over neurons."""


def divergence(
    W: Weights,
    r0: ArrayLike | None = None,
    *,
    gain: float = 1.0,
    perturbation: float = 1e-4,
    duration: float = 7000.0,
    minimum_distance: float = 1.0,
    saturation: float = 0.8,
    trials: int = 20,
    seed: int = 1234,
    tau: float = 20.0,
    dt: float = 1.0,
    kernels: str | None = None,
    progress: ProgressOption = None,
) -> Divergence:
    """The divergence exponent: how fast twins part at first. Not yet chaos: see `spectrum` for that.

    Every trial runs beside a twin that begins `perturbation` away in every neuron, by
    r <- r + dt/tau (-r + tanh(g W r)), as in the published study (F. Razi, RNN_chaos). The exponent
    is the least-squares slope of ln(mean distance) before it first reaches `saturation` times its
    maximum; trials count if their twin ends at least `minimum_distance` away.

    Parameters
    ----------
    W : array_like, sparse matrix or path
        [neuron, neuron]; W[i, j] is the weight from neuron j to neuron i.
    r0 : array_like, optional
        Initial states [neuron] or [trial, neuron]; by default `trials` of them, uniform in [-1, 1).
    gain : float
        g, a factor on all weights.
    perturbation, minimum_distance, saturation : float
        As above; dimensionless.
    duration, tau, dt : float
        Milliseconds.
    trials, seed : int
        Of the initial states that are drawn if r0 is not given.
    kernels, progress
        As in `simulate`.

    Returns
    -------
    Divergence
    """
    network = network_of(W)
    n_neurons = int(network[0].n_neurons)
    states = drawn_states(seed, trials, n_neurons) if r0 is None else states_of(r0, n_neurons)
    n_trials = states.size // n_neurons
    n_steps, dt = _steps(duration, dt), float(dt)
    if n_steps == 0:
        raise ValueError(f"duration = {duration:g}: expected at least one step of {dt:g} ms")
    plan = ffi.new("rc_twins *")
    plan.gain, plan.tau_ms, plan.dt_ms = real(gain, "gain"), real(tau, "tau"), dt
    plan.perturbation, plan.n_steps, plan.kernels = real(perturbation, "perturbation"), n_steps, kernels_of(kernels)
    distance, mean = np.empty((n_steps, n_trials)), np.empty(n_steps)
    watch = Watch(progress, "divergence", 2 * n_trials * n_steps)

    def follow() -> None:
        plan.stop, plan.state_steps = watch.stop, watch.steps
        check(lib.rc_twins_follow(network[0], plan, n_trials, pointer(states), pointer(distance)))

    watch.run(follow, step_cost(network, 2 * n_trials) * n_steps)
    low, share = real(minimum_distance, "minimum_distance"), real(saturation, "saturation")
    fit = lib.rc_divergence_measure(pointer(distance), n_steps, n_trials, dt, low, share, pointer(mean))
    name = text(lib.rc_divergence_outcome_name(fit.outcome))
    time_ms: Floats = np.arange(n_steps, dtype=np.float64) * dt
    return Divergence(fit.exponent, name, int(fit.n_kept), fit.n_fit_steps * dt, time_ms, mean, distance)
