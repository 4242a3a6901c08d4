"""The findings at a step, and the saturation of a layer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypedDict

from tb_rnn_plugin.analysis.findings import Finding, Group, group
from tb_rnn_plugin.analysis.saturation import saturated_shares
from tb_rnn_plugin.log.schema import Array, Finite
from tb_rnn_plugin.run import Run

MAX_LISTED = 256
"""Units and timesteps of a finding, or units of a pattern, in an answer: a ConvLSTM has too many to look through."""

MAX_IN_GROUP = 100
"""Findings of one cause in an answer: a model of a thousand layers has thousands."""


@dataclass(frozen=True, kw_only=True)
class ListedFinding(Finding):
    """A finding as it is sent: only its first units and timesteps are listed.

    Attributes:
        unit_count: The number of units concerned; `units` lists the strongest 256 at most.
        timestep_count: The number of timesteps that show it; `timesteps` lists the first 256 at most.
    """

    unit_count: int
    timestep_count: int


class FindingGroup(TypedDict):
    """The findings of one cause, over layers, signals and kinds.

    Attributes:
        title: What people call it.
        severity: The severity of the worst finding.
        high: Whether it is a likely cause of a training that fails.
        more: What there is beside the first finding, `"46 more in 23 layers"`; empty if there is no more.
        findings: The first 100 at most: the worst first, those that name the cause before those that are its effects.
        finding_count: The number of all of them.
    """

    title: str
    severity: Finite
    high: bool
    more: str
    findings: list[ListedFinding]
    finding_count: int


class Findings(TypedDict):
    """The findings at one step.

    Attributes:
        step: The step.
        groups: The one with the most severe finding first.
    """

    step: int
    groups: list[FindingGroup]


def list_findings(run: Run, step: int) -> Findings:
    """Answer `/findings`."""
    return {"step": step, "groups": [_listed_group(found) for found in group(run.findings(step))]}


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


def _listed_group(found: Group) -> FindingGroup:
    return {
        "title": found.title,
        "severity": found.severity,
        "high": found.high,
        "more": found.more,
        "findings": [_listed(finding) for finding in found.findings[:MAX_IN_GROUP]],
        "finding_count": len(found.findings),
    }


def _listed(finding: Finding) -> ListedFinding:
    listed = {"units": finding.units[:MAX_LISTED], "timesteps": finding.timesteps[:MAX_LISTED]}
    return ListedFinding(
        **{**vars(finding), **listed}, unit_count=len(finding.units), timestep_count=len(finding.timesteps)
    )
