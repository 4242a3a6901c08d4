"""Units whose gate or state is at an end of its range nearly always."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Literal

import numpy as np

from tb_rnn_plugin.analysis.findings.finding import Finding, Rule
from tb_rnn_plugin.analysis.findings.values import MIN_VALUES, counts, finite, is_recurrent, label, of_units, ordered
from tb_rnn_plugin.analysis.saturation import saturated_shares
from tb_rnn_plugin.log.schema import Array, Interval, LayerTrace
from tb_rnn_plugin.log.statistics import saturation_thresholds

NEARLY_ALWAYS = 0.95
"""Share of a unit's timesteps, over samples, at which it is saturated. Ours: Karpathy et al. (2015) plot the shares of
all units and draw no line; a unit at 0.95 and more is in the corners of their plot."""

Side = Literal["low", "high"]

_SOURCE = (
    "Karpathy, Johnson & Fei-Fei, Visualizing and Understanding Recurrent Networks (2015), section 4.2, for what "
    "counts as saturated; ours: 95 % of the timesteps."
)
_ADVICE = (
    "Scale the inputs, lower the learning rate, clip gradients, or start from smaller recurrent weights and another "
    "bias: a saturated gate has almost no slope, so it learns slowly."
)
_NOT_A_FAULT: Mapping[tuple[str, Side], str] = {
    ("forget_gate", "high"): (
        "Long memory needs a forget gate near one (Gu et al., Improving the Gating Mechanism of Recurrent Neural "
        "Networks, 2019, arXiv 1910.09890); with an input gate that is nearly always shut the unit is a memory cell."
    ),
    ("update_gate", "high"): (
        "Long memory needs an update gate near one, which in Keras' GRU keeps the state (Gu et al., Improving the "
        "Gating Mechanism of Recurrent Neural Networks, 2019, arXiv 1910.09890)."
    ),
    ("input_gate", "low"): "With a forget gate near one, an input gate that is nearly always shut is a memory cell.",
    ("forget_gate", "low"): "A unit that answers to the current timestep alone needs no memory.",
    ("update_gate", "low"): "A unit that answers to the current timestep alone needs no memory.",
}
_NOT_A_FAULT_ELSE = "A unit that has learned a yes or a no may use both ends of its range and nothing between."


def saturated_units(values: Array, bounds: Interval | None) -> dict[Side, tuple[int, ...]]:
    """Return the units that are saturated at `NEARLY_ALWAYS` of their values or more, by the end that they are at.

    The thresholds are those of `saturation_thresholds`. A signal whose range lies on both sides of 0, a candidate or a
    state, is saturated at either end, even where it flips between them; the unit goes to the end it is at more often.

    Args:
        values: `[sample, time, unit]`, NaN where a value does not count. Fewer than `MIN_VALUES`: skipped.
        bounds: The signal's range; None, and no unit is saturated.

    Returns:
        Indices by `"low"` and `"high"`: most of the time first, equal ones by index.
    """
    share_low, share_high = saturated_shares(values, bounds)
    judged = counts(values) >= MIN_VALUES
    if bounds is not None and bounds[0] < 0:
        either, mostly_low = share_low + share_high, share_low > share_high
        share_low, share_high = np.where(mostly_low, either, 0.0), np.where(mostly_low, 0.0, either)
    return {
        "low": ordered(np.flatnonzero(judged & (share_low >= NEARLY_ALWAYS)), share_low),
        "high": ordered(np.flatnonzero(judged & (share_high >= NEARLY_ALWAYS)), share_high),
    }


def saturation(
    trace: LayerTrace, step: int, earlier: Callable[[], Mapping[int, LayerTrace]], unit: str = "epoch"
) -> Iterator[Finding]:
    """Yield what is saturated in a layer, at most two findings per signal. Severity: the share of its units.

    Args:
        trace: The layer.
        step: The captured step.
        earlier: Returns the layer at a few earlier steps, ascending, to say how it came about; called only where
            something is saturated.
        unit: What steps count, `"epoch"` or `"batch"`.
    """
    if not is_recurrent(trace):
        return
    for signal, values in trace.signals.items():
        bounds = trace.ranges.get(signal)
        if bounds is None:
            continue
        for side, units in saturated_units(finite(trace, values), bounds).items():
            if units:
                before = {
                    at: len(saturated_units(finite(past, past.signals[signal]), past.ranges.get(signal))[side])
                    for at, past in earlier().items()
                    if signal in past.signals
                }
                yield _finding(trace, signal, side, units, before, step, unit)


def _finding(
    trace: LayerTrace, signal: str, side: Side, units: tuple[int, ...], before: Mapping[int, int], step: int, unit: str
) -> Finding:
    bounds, total = trace.ranges[signal], trace.signals[signal].shape[2]
    low, high = saturation_thresholds(bounds)
    end = f"below {low:g}" if side == "low" else f"above {high:g}"
    either = bounds is not None and bounds[0] < 0
    where = f"below {low:g} or above {high:g}" if either else end
    trend = "".join(f", {count or 'none'} at {unit} {at}" for at, count in [*before.items(), (step, len(units))])
    rule = Rule(
        kind="saturated_low" if side == "low" else "saturated_high",
        weight=0.6,
        rule=f"A unit counts when it is {where} at {NEARLY_ALWAYS * 100:g} % of its timesteps or more"
        + (f", and {end} more often than at the other end." if either else "."),
        source=_SOURCE,
        advice=_ADVICE,
        not_a_fault=_NOT_A_FAULT.get((signal, side), _NOT_A_FAULT_ELSE),
    )
    message = (
        f"{label(signal)}: {of_units(len(units), total)} {where} at {NEARLY_ALWAYS * 100:g} % of the timesteps or more"
    )
    message += f", mostly {end}" if either else ""
    message += f"; {trend[2:]}." if before else "."
    steps = (*(at for at, count in before.items() if count), step)
    return rule.finding(trace.key, signal, message, steps=steps, share=len(units) / total, units=units)
