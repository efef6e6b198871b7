"""What notebooks show."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .spectra import Spectrum
    from .study import Key

_COLOURS = {
    "fixed_point": "#3b6ea5",
    "limit_cycle": "#3d8f63",
    "torus": "#8a6bb1",
    "chaos": "#c0392b",
    "transient_chaos": "#d08a2e",
    "undecided": "#777777",
}


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    header = "".join(f"<th>{cell}</th>" for cell in head)
    body = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in rows)
    return f"<table><thead><tr>{header}</tr></thead><tbody>{body}</tbody></table>"


def study_table(values: Mapping[str, Any], keys: Mapping[str, Key]) -> str:
    """Every key; bold where it differs from the published study."""
    rows = []
    for name, value in values.items():
        key = keys[name]
        shown = escape(str(list(value) if isinstance(value, tuple) else value))
        shown = shown if value == key.default else f"<b>{shown}</b>"
        rows.append((f'<span title="{escape(key.meaning)}">{name}</span>', shown, key.unit or ""))
    return _table(("key", "value", "unit"), rows)


def _verdict(name: str) -> str:
    return f'<span style="color:{_COLOURS.get(name, "inherit")}">{name.replace("_", " ")}</span>'


def spectrum_table(spectrum: Spectrum) -> str:
    """A row a trial, and the shares over trials."""
    rows = []
    for trial, verdict in enumerate(spectrum.verdict):
        audit = spectrum.audit[trial]
        rows.append(
            (
                str(trial),
                f'<span title="{escape(spectrum.reason[trial])}">{_verdict(verdict)}</span>',
                f"{spectrum.exponents[trial, 0]:.4g} ± {spectrum.errors[trial, 0]:.2g}",
                f"{spectrum.kaplan_yorke_dimension[trial]:.3g}",
                f"{spectrum.entropy_rate[trial]:.3g}",
                "passed" if audit.passed else f"<b>{escape(audit.text)}</b>",
            )
        )
    chaotic = spectrum.chaotic
    head = ("trial", "verdict", "λ₁ (1/s)", "Kaplan–Yorke dimension", "entropy rate (1/s)", "audit")
    summary = (
        f"<p>{spectrum.n_neurons} neurons, gain {spectrum.gain:g}, form {spectrum.form}; chaotic: {chaotic.n} of "
        f"{chaotic.of} trials, share {chaotic.value:.2f} (95 %: {chaotic.low:.2f} to {chaotic.high:.2f})</p>"
    )
    return summary + _table(head, rows)
