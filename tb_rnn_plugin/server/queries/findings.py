"""The findings at a step, and the saturation of a layer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypedDict

from tb_rnn_plugin.analysis.findings import Finding
from tb_rnn_plugin.analysis.saturation import saturated_shares
from tb_rnn_plugin.log.schema import Array
from tb_rnn_plugin.run import Run

MAX_LISTED = 256
"""Units and timesteps of a finding, or units of a pattern, in an answer: a ConvLSTM has too many to look through."""


@dataclass(frozen=True, kw_only=True)
class ListedFinding(Finding):
    """A finding as it is sent: only its first units and timesteps are listed.

    Attributes:
        unit_count: The number of units concerned; `units` lists the strongest 256 at most.
        timestep_count: The number of timesteps that show it; `timesteps` lists the first 256 at most.
    """

    unit_count: int
    timestep_count: int


class Findings(TypedDict):
    """The findings at one step.

    Attributes:
        step: The step.
        findings: The most severe first.
    """

    step: int
    findings: list[ListedFinding]


def list_findings(run: Run, step: int) -> Findings:
    """Answer `/findings`."""
    return {"step": step, "findings": [_listed(finding) for finding in run.findings(step)]}


def read_saturation(run: Run, layer: str, step: int) -> dict[str, Array]:
    """Answer `/saturation`: the share of each unit's time at either end of each signal that has a range."""
    trace = run.trace(layer, step)
    shares: dict[str, Array] = {}
    for signal, values in trace.signals.items():
        bounds = trace.ranges.get(signal)
        if bounds is not None:
            low, high = saturated_shares(values, bounds)
            shares |= {f"low/{signal}": low, f"high/{signal}": high}
    return shares


def _listed(finding: Finding) -> ListedFinding:
    listed = {"units": finding.units[:MAX_LISTED], "timesteps": finding.timesteps[:MAX_LISTED]}
    return ListedFinding(
        **{**vars(finding), **listed}, unit_count=len(finding.units), timestep_count=len(finding.timesteps)
    )
