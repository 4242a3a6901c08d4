"""All that looks wrong in a run at one captured step."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from tb_rnn_plugin.analysis.errors import AnalysisError
from tb_rnn_plugin.analysis.findings.check import Peek, RunAtStep, checks, kinds
from tb_rnn_plugin.analysis.findings.finding import Finding
from tb_rnn_plugin.log.schema import LayerTrace, ProbeBatch


def find(
    step: int,
    steps: Sequence[int],
    read: Callable[[int], Sequence[LayerTrace]],
    unit: str = "epoch",
    batch: ProbeBatch | None = None,
    peek: Peek | None = None,
) -> tuple[Finding, ...]:
    """Return what looks wrong in a run at one captured step, the most severe first.

    Findings of equal severity are in the order of `KINDS`, then of the model's layers; layers that are not finite are
    in the order in which they broke. A value that is not finite is left out of all other rules.

    Reads the step itself and, for what it shows, a few before it, each once: for `frozen` the step before, and the two
    before that while nothing changes; for the trend of what is saturated four; for what is not finite the steps back to
    where it began, see `episode_start`.

    Args:
        step: The captured step.
        steps: All captured steps, ascending.
        read: Returns every layer's trace at a captured step, all samples, in the model's order.
        unit: What steps count, `"epoch"` or `"batch"`, for messages.
        batch: The probe batch; None if it cannot be read.
        peek: Reads a part of an earlier step, see `RunAtStep`.

    Raises:
        AnalysisError: `step` is not one of the steps.
        Exception: whatever `read` raises. It may return no layers for an earlier step that cannot be read.
    """
    if step not in steps:
        known = f"{len(steps)} from {steps[0]} to {steps[-1]}" if len(steps) else "none"
        raise AnalysisError(f"Findings are of a captured step, of which there are {known}, got {step}.")
    run, order = RunAtStep(step, steps, read, unit, batch, peek), kinds()
    found = [finding for check in checks() for finding in check(run)]
    # The sort is stable: findings that are equal stay in the order of the layers.
    return tuple(sorted(found, key=lambda finding: (-finding.severity, order.index(finding.kind))))
