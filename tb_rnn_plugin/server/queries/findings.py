"""What looks wrong at a step, and what one value is made of."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from tb_rnn_plugin.analysis.saturation import saturated_shares
from tb_rnn_plugin.log.schema import Array
from tb_rnn_plugin.run import Run

MAX_LISTED = 256
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
    fields = (
        "layer", "signal", "sample", "timestep", "unit", "step", "read_before", "equation", "activation", "value",
        "captured", "pre_activation", "parts", "numbers",
    )  # fmt: skip
    return {
        **{name: getattr(explanation, name) for name in fields},
        "contributions": [asdict(contribution) for contribution in explanation.contributions],
        "text": str(explanation),
    }


def _shortened(finding: dict[str, Any]) -> dict[str, Any]:
    units, timesteps = finding["units"], finding["timesteps"]
    return {
        **finding,
        "units": units[:MAX_LISTED],
        "unit_count": len(units),
        "timesteps": timesteps[:MAX_LISTED],
        "timestep_count": len(timesteps),
    }
