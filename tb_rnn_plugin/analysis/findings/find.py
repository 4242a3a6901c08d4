"""All that looks wrong in a run at one captured step."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import chain

import numpy as np

from tb_rnn_plugin.analysis.errors import AnalysisError
from tb_rnn_plugin.analysis.findings.dead_constant import constant, dead
from tb_rnn_plugin.analysis.findings.duplicates import duplicates
from tb_rnn_plugin.analysis.findings.exploding_state import exploding_states
from tb_rnn_plugin.analysis.findings.finding import KINDS, Finding
from tb_rnn_plugin.analysis.findings.frozen import frozen
from tb_rnn_plugin.analysis.findings.gradients import gradients
from tb_rnn_plugin.analysis.findings.input_blind import blind
from tb_rnn_plugin.analysis.findings.non_finite import non_finite
from tb_rnn_plugin.analysis.findings.saturation import saturation
from tb_rnn_plugin.log.schema import LayerTrace

_LOOKED_BACK = 4
"""How many earlier steps a trend is made of: the first, and up to three spread between it and the step."""

_OF_ONE_STEP = (dead, constant, duplicates, blind, exploding_states, gradients)


def find(
    step: int, steps: Sequence[int], read: Callable[[int], Sequence[LayerTrace]], unit: str = "epoch"
) -> tuple[Finding, ...]:
    """Return what looks wrong in a run at one captured step, the most severe first.

    Findings of one severity are in the order of `KINDS`, then of the model's layers; layers that are not finite are
    in the order in which they broke. A value that is not finite is left out of all other rules.

    Reading: the step itself and, for what it shows, a few before it, each once. The one before it for `frozen`, and
    the two before that while nothing changes; four for the trend of what is saturated; for what is not finite, those
    back to where it began, see `episode_start`.

    Args:
        step: The captured step.
        steps: All captured steps, ascending.
        read: Returns every layer's trace at a captured step, all samples, in the model's order.
        unit: What steps count, `"epoch"` or `"batch"`: messages say it.

    Raises:
        AnalysisError: `step` is not one of the steps.
        Exception: whatever `read` raises. It may return no layers for a step before that cannot be read.
    """
    if step not in steps:
        known = f"{len(steps)} from {steps[0]} to {steps[-1]}" if len(steps) else "none"
        raise AnalysisError(f"Findings are of a captured step, of which there are {known}, got {step}.")
    known_layers: dict[int, dict[str, LayerTrace]] = {}

    def layers(at: int) -> dict[str, LayerTrace]:
        if at not in known_layers:
            known_layers[at] = {trace.key: trace for trace in read(at)}
        return known_layers[at]

    before = tuple(earlier for earlier in steps if earlier < step)
    found = list(non_finite([*layers(step).values()], step, steps, lambda at: [*layers(at).values()], unit))
    for key, trace in layers(step).items():

        def past(key: str = key) -> Mapping[int, LayerTrace]:
            return {at: layers(at)[key] for at in _spread(before) if key in layers(at)}

        def at(earlier: int, key: str = key) -> LayerTrace | None:
            return layers(earlier).get(key)

        found += saturation(trace, step, past, unit)
        found += chain.from_iterable(check(trace, step) for check in _OF_ONE_STEP)
        found += frozen(trace, step, before, at, unit)
    # Stable: what is equal stays in the order in which it was found.
    return tuple(sorted(found, key=lambda finding: (-finding.severity, KINDS.index(finding.kind))))


def _spread(before: tuple[int, ...]) -> list[int]:
    """Return the first of the steps before, and up to three spread evenly between it and the step."""
    places = np.linspace(0, len(before), _LOOKED_BACK + 1)[:-1].astype(np.int64)
    return [before[place] for place in sorted(set(places.tolist()))] if before else []
