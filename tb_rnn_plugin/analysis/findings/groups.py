"""Groups findings by their cause, over layers, signals and kinds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tb_rnn_plugin.analysis.findings.finding import HIGH, Finding
from tb_rnn_plugin.log.schema import Finite

_CAUSES = {"frozen": ("no gradient", "not reached by the loss")}
"""Groups that explain a finding of another group about the same layer, and of which it becomes a part."""

_OF_ALL_LAYERS = ("no gradient",)
"""Groups of one finding about all layers."""


@dataclass(frozen=True, kw_only=True)
class Group:
    """The findings of one cause.

    Attributes:
        title: What people call it.
        severity: The severity of the worst finding.
        high: Whether it is a likely cause of a training that fails.
        more: What there is beside the first finding, `"46 more in 23 layers"`; empty if there is no more.
        findings: The worst first, those that name the cause before those that are its effects.
    """

    title: str
    severity: Finite
    high: bool
    more: str
    findings: tuple[Finding, ...]


def group(findings: Sequence[Finding]) -> tuple[Group, ...]:
    """Return findings by cause, the group with the most severe first; `findings` are in the order of `find`."""
    concerned = {(finding.group, finding.layer) for finding in findings}
    concerned |= {(title, other.layer) for title in _OF_ALL_LAYERS for other in findings if title in dict(concerned)}
    members: dict[str, list[Finding]] = {}
    for finding in findings:
        causes = (cause for cause in _CAUSES.get(finding.group, ()) if (cause, finding.layer) in concerned)
        members.setdefault(next(causes, finding.group), []).append(finding)
    return tuple(_group(title, found) for title, found in members.items())


def _group(title: str, found: list[Finding]) -> Group:
    severity = max(finding.severity for finding in found)
    ordered = tuple(sorted(found, key=lambda finding: finding.title != title))
    return Group(title=title, severity=severity, high=severity >= HIGH, more=_more(ordered[1:]), findings=ordered)


def _more(rest: Sequence[Finding]) -> str:
    if not rest:
        return ""
    layers = {finding.layer for finding in rest}
    return f"{len(rest)} more in {next(iter(layers)) if len(layers) == 1 else f'{len(layers)} layers'}"
