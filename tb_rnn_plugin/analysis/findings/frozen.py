"""Layers that training no longer changes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import pairwise

import numpy as np

from tb_rnn_plugin.analysis.findings.finding import Finding, Rule
from tb_rnn_plugin.analysis.findings.values import MIN_VALUES, finite, label, main_signal
from tb_rnn_plugin.log.schema import Array, LayerTrace

STILL = 1e-3
"""Change of the state or output from one captured step to the next, root mean square, in parts of its own, below which
it does not change. Ours: rounding to float16, as logs are stored, changes each value by up to 5e-4 of it."""

PAIRS = 3
"""How many pairs of neighbouring captured steps must show it. Ours: one may be a pause."""

_RULE = Rule(
    kind="frozen",
    weight=0.6,
    rule=f"Over {PAIRS + 1} captured steps in a row, the root mean square change of the hidden state or output is "
    f"below {STILL:g} of its root mean square, from each to the next and from the first to the last.",
    source="Ours: float16, as logs are stored, resolves 5e-4.",
    advice="See whether the layer is trainable and reaches the loss, whether the learning rate has gone to 0, and "
    "whether its units are dead or saturated.",
    not_a_fault="Training has converged, the layer is meant to stay as it is, or captured steps are too close together "
    "to show a change.",
)


def relative_change(before: Array, after: Array) -> float:
    """Return the root mean square of `after - before` by that of `after`, over what is finite in both.

    Args:
        before: `[sample, time, unit]`, NaN where a value does not count.
        after: Likewise, of the same shape.

    Returns:
        NaN where the shapes differ, fewer than `MIN_VALUES` values are left, or all of `after` is 0.
    """
    if before.shape != after.shape:
        return float("nan")
    both = ~np.isnan(before) & ~np.isnan(after)
    old, new = (values[both].astype(np.float64) for values in (before, after))
    largest = float(np.abs(new).max(initial=0.0))
    if new.size < MIN_VALUES or largest == 0:
        return float("nan")
    # In parts of the largest: squares of the largest numbers overflow.
    with np.errstate(all="ignore"):
        change, size = (np.sqrt(np.mean(np.square(values / largest))) for values in (new - old, new))
        return float(change / size)


def frozen(
    trace: LayerTrace, step: int, before: tuple[int, ...], at: Callable[[int], LayerTrace | None], unit: str = "epoch"
) -> Iterator[Finding]:
    """Yield that a layer is frozen. Severity: that of a whole layer.

    Args:
        trace: The layer.
        step: The captured step.
        before: The captured steps before it, the last `PAIRS` of which count, ascending.
        at: Returns the layer at one of these steps, or None; called for the latest first, and no further than needed.
        unit: What steps count, `"epoch"` or `"batch"`.
    """
    signal = main_signal(trace)
    if signal is None or len(before) < PAIRS:
        return
    values = [finite(trace, trace.signals[signal])]
    for earlier in reversed(before[-PAIRS:]):
        past = at(earlier)
        if past is None or signal not in past.signals:
            return
        values.append(finite(past, past.signals[signal]))
        if not relative_change(values[-1], values[-2]) < STILL:
            return
    changes = [relative_change(older, newer) for newer, older in [*pairwise(values), (values[0], values[-1])]]
    if max(changes) < STILL:
        steps = (*before[-PAIRS:], step)
        message = (
            f"{label(signal)}: from {unit} {steps[0]} to {unit} {step} it has changed by at most {max(changes):.1e} of "
            "its own root mean square."
        )
        yield _RULE.finding(trace.key, signal, message, steps=steps, share=1.0)
