"""Spectra as datasets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ._calls import text
from ._native import lib

if TYPE_CHECKING:
    import xarray

    from .spectra import Rate, Share, Spectrum


def spectrum_dataset(spectrum: Spectrum) -> xarray.Dataset:
    import xarray

    by_index, by_block = ("trial", "index"), ("trial", "block_ms", "index")
    data: dict[str, Any] = {
        "lyapunov_exponent": (by_index, spectrum.exponents, _about("1/s", "Lyapunov exponents, descending")),
        "lyapunov_error": (by_index, spectrum.errors, _about("1/s", "standard error of lyapunov_exponent")),
        "log_stretch": (
            by_block,
            spectrum.log_stretch,
            _about("1", "ln R_ii of every block; directions in the order of the frame"),
        ),
        "autocorrelation": (
            ("trial", "lag_ms"),
            spectrum.autocorrelation,
            _about("1", "normalised autocorrelation of the neurons together; NaN at rest"),
        ),
        "verdict": ("trial", spectrum.verdict, _about("1", "what the trial is")),
        "verdict_reason": (
            "trial",
            np.array(spectrum.reason),
            _about("1", "what the verdict rests on, or what would decide it"),
        ),
        "audit_passed": (
            "trial",
            np.array([audit.passed for audit in spectrum.audit]),
            _about("1", "every check of the measurement passed"),
        ),
    }
    for k in range(lib.rc_n_spectrum_numbers):
        number = lib.rc_spectrum_numbers[k]
        name = text(number.name)
        data[name] = ("trial", spectrum._numbers[name], _about(text(number.units), text(number.long_name)))
    return xarray.Dataset(data, _coordinates(spectrum), _attributes(spectrum))


def _about(units: str, long_name: str) -> dict[str, str]:
    return {"units": units, "long_name": long_name}


def _coordinates(spectrum: Spectrum) -> dict[str, Any]:
    block_ms = 1000 * spectrum.block_s[0] * np.arange(spectrum.log_stretch.shape[1])
    lag_ms = spectrum.lag_ms * np.arange(spectrum.autocorrelation.shape[1])
    return {
        "trial": ("trial", np.arange(spectrum.n_trials), _about("1", "trial, from 0")),
        "index": ("index", np.arange(spectrum.n_exponents), _about("1", "number of the exponent, from 0")),
        "block_ms": ("block_ms", block_ms, _about("ms", "start of a block")),
        "lag_ms": ("lag_ms", lag_ms, _about("ms", "lag of the autocorrelation")),
    }


def _attributes(spectrum: Spectrum) -> dict[str, Any]:
    shares: dict[str, Share | Rate] = {"chaos_probability": spectrum.chaotic, "escape_rate": spectrum.escape, "survival": spectrum.moving}
    attributes: dict[str, Any] = {"form": spectrum.form, "precision": spectrum.precision, "gain": spectrum.gain}
    attributes |= {"tau_ms": spectrum.tau_ms, "dt_ms": spectrum.dt_ms}
    for name, share in shares.items():
        attributes |= {name: share.value, f"{name}_low": share.low, f"{name}_high": share.high}
    return attributes
