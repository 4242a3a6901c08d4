"""What looks wrong at a step, and what one value is made of."""

from __future__ import annotations

from dataclasses import asdict
from math import isfinite
from typing import Any

from tb_rnn_plugin.analysis.saturation import saturated_shares
from tb_rnn_plugin.log.schema import Array
from tb_rnn_plugin.run import Run

MOST_NAMED = 256
"""How many units and timesteps of a finding, or units of a pattern, are sent; nobody looks through more, and a ConvLSTM
has very many."""


def list_findings(run: Run, step: int) -> dict[str, Any]:
    """Answer `/findings`."""
    return {"step": step, "findings": [_shortened(asdict(finding)) for finding in run.findings(step)]}


def read_saturation(run: Run, layer: str, step: int) -> dict[str, Array]:
    """Answer `/saturation`: of each signal with a range, the shares of a unit's time that it is at either end."""
    trace = run.trace(layer, step)
    shares: dict[str, Array] = {}
    for signal, values in trace.signals.items():
        bounds = trace.ranges.get(signal)
        if bounds is not None:
            low, high = saturated_shares(values, bounds)
            shares |= {f"low/{signal}": low, f"high/{signal}": high}
    return shares


def explain_value(
    run: Run, layer: str, signal: str, *, step: int, sample: int, timestep: int, unit: int
) -> dict[str, Any]:
    """Answer `/explain`."""
    explanation = run.explain(layer, signal, step=step, sample=sample, timestep=timestep, unit=unit)
    found = finite_json({**asdict(explanation), "text": str(explanation)})
    assert isinstance(found, dict)  # noqa: S101 - for the type checker
    return found


def finite_json(value: Any) -> Any:
    """Return JSON values with null for every number that JSON has none for."""
    if isinstance(value, float):
        return value if isfinite(value) else None
    if isinstance(value, dict):
        return {key: finite_json(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [finite_json(item) for item in value]
    return value


def _shortened(finding: dict[str, Any]) -> dict[str, Any]:
    units, timesteps = finding["units"], finding["timesteps"]
    return {
        **finding,
        "units": list(units[:MOST_NAMED]),
        "unit_count": len(units),
        "timesteps": list(timesteps[:MOST_NAMED]),
        "timestep_count": len(timesteps),
        "steps": list(finding["steps"]),
    }
