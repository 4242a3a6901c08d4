"""Units whose gate or state is nearly always at an end of its range."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Literal, TypeAlias

import numpy as np

from tb_rnn_plugin.analysis.findings.check import RunAtStep, check
from tb_rnn_plugin.analysis.findings.finding import Finding, Kind, Rule
from tb_rnn_plugin.analysis.findings.values import MIN_VALUES, finite, is_recurrent, label, of_units, ordered
from tb_rnn_plugin.analysis.saturation import saturated_counts
from tb_rnn_plugin.cells import find_spec
from tb_rnn_plugin.log.schema import Array, Interval, LayerTrace
from tb_rnn_plugin.log.statistics import saturation_thresholds

NEARLY_ALWAYS = 0.95
"""Share of its timesteps, over samples, from which a unit counts as saturated. Ours: Karpathy et al. (2015) plot the
shares of all units and draw no line; a unit at 0.95 and more is in the corners of their plot."""

Side: TypeAlias = Literal["low", "high"]

_KINDS: dict[Side, Kind] = {
    "low": Kind("saturated_low", rank=10, weight=0.6, group="saturation"),
    "high": Kind("saturated_high", rank=20, weight=0.6, group="saturation"),
}

_SOURCE = (
    "Karpathy, Johnson & Fei-Fei, Visualizing and Understanding Recurrent Networks (2015), section 4.2, for what "
    "counts as saturated; ours: 95 % of the timesteps."
)
_ADVICE = (
    "Scale the inputs, lower the learning rate, clip gradients, or start from smaller recurrent weights and another "
    "bias: a saturated gate has almost no slope, so it learns slowly."
)
_NOT_A_FAULT = "A unit that has learned a yes or a no may use both ends of its range and nothing between."


def saturated_units(values: Array, bounds: Interval | None) -> dict[Side, tuple[int, ...]]:
    """Return the units that are saturated at `NEARLY_ALWAYS` of their values or more, by end of the range.

    The thresholds are those of `saturation_thresholds`. A signal whose range lies on both sides of 0, a candidate or a
    state, is saturated at either end, even where it flips between them; the unit goes to the end it is at more often.

    Args:
        values: `[sample, time, unit]`, NaN where a value does not count. Units with fewer than `MIN_VALUES` are not
            judged.
        bounds: The signal's range; without one no unit is saturated.

    Returns:
        Indices by `"low"` and `"high"`: most of the time first, equal ones by index.
    """
    low, high, number = saturated_counts(values, bounds)
    judged = number >= MIN_VALUES
    with np.errstate(invalid="ignore", divide="ignore"):
        share_low, share_high = low / number, high / number
    if bounds is not None and bounds[0] < 0:
        either, mostly_low = share_low + share_high, share_low > share_high
        share_low, share_high = np.where(mostly_low, either, 0.0), np.where(mostly_low, 0.0, either)
    return {
        "low": ordered(np.flatnonzero(judged & (share_low >= NEARLY_ALWAYS)), share_low),
        "high": ordered(np.flatnonzero(judged & (share_high >= NEARLY_ALWAYS)), share_high),
    }


def _saturated(trace: LayerTrace, signal: str) -> dict[Side, tuple[int, ...]]:
    values = trace.signals[signal]
    # Masked values are NaN in a log; only where there is a mask must that be seen to.
    return saturated_units(values if trace.mask is None else finite(trace, values), trace.ranges.get(signal))


@check(*_KINDS.values())
def saturation(run: RunAtStep) -> Iterator[Finding]:
    """Yield what is saturated in each layer, at most two findings per signal. Severity: the share of its units."""
    for trace in run.layers:
        if not is_recurrent(trace):
            continue
        for signal in trace.signals:
            found = _saturated(trace, signal) if trace.ranges.get(signal) is not None else {}
            if not any(found.values()):
                continue
            trend = run.trend(trace.key, signal).items()
            earlier = {at: _saturated(past, signal) for at, past in trend if signal in past.signals}
            for side, units in found.items():
                if units:
                    before = {at: len(saturated[side]) for at, saturated in earlier.items()}
                    yield _finding(run, trace, signal, side, units, before)


def _finding(
    run: RunAtStep, trace: LayerTrace, signal: str, side: Side, units: tuple[int, ...], before: Mapping[int, int]
) -> Finding:
    """Return one finding; `before` has the number of saturated units at a few earlier steps."""
    bounds, total = trace.ranges[signal], trace.signals[signal].shape[2]
    low, high = saturation_thresholds(bounds)
    end = f"below {low:g}" if side == "low" else f"above {high:g}"
    either = bounds is not None and bounds[0] < 0
    where = f"below {low:g} or above {high:g}" if either else end
    by_step = {**before, run.step: len(units)}
    trend = ", ".join(f"{count or 'none'} at {run.unit} {at}" for at, count in by_step.items())
    rule = Rule(
        kind=_KINDS[side],
        rule=f"A unit counts when it is {where} at {NEARLY_ALWAYS * 100:g} % of its timesteps or more"
        + (f", and {end} more often than at the other end." if either else "."),
        source=_SOURCE,
        advice=_ADVICE,
        not_a_fault=_harmless(trace.cell, signal, side) or _NOT_A_FAULT,
    )
    message = (
        f"{label(signal)}: {of_units(len(units), total)} {where} at {NEARLY_ALWAYS * 100:g} % of the timesteps or more"
    )
    message += f", mostly {end}" if either else ""
    message += f"; {trend}." if before else "."
    steps = (*(at for at, count in before.items() if count), run.step)
    return rule.finding(trace.key, signal, message, steps=steps, share=len(units) / total, units=units)


def _harmless(cell: str, signal: str, side: Side) -> str | None:
    """Return when this end of a signal's range is no fault, or None where its cell has no sentence for it."""
    spec = find_spec(cell)
    known = spec.signal(signal) if spec else None
    if known is None:
        return None
    return known.harmless_low if side == "low" else known.harmless_high
