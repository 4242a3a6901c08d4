"""Layers that training no longer changes."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import numpy as np

from tb_rnn_plugin.analysis.findings.check import RunAtStep, check
from tb_rnn_plugin.analysis.findings.finding import Finding, Kind, Rule
from tb_rnn_plugin.analysis.findings.values import MIN_VALUES, finite, finite_signal, label, main_signal
from tb_rnn_plugin.log.schema import Array, LayerTrace

STILL = 1e-3
"""Root mean square change of the state or output from one captured step to the next, divided by its own root mean
square, below which it does not change. Ours: rounding to float16, as logs are stored, changes each value by up to 5e-4
of it."""

PAIRS = 3
"""How many pairs of neighbouring captured steps must show it. Ours: a single one may be a pause in training."""

MIN_WEIGHTS = 100
"""How many weights must be the same for their layer to count as one that training does not move. Ours: rounding to
float16 hides a small change of one weight, and not of a hundred."""

_KIND = Kind("frozen", rank=110, weight=0.6)
_RULE = Rule(
    kind=_KIND,
    rule=f"Over {PAIRS + 1} captured steps in a row, the root mean square change of the hidden state or output is "
    f"below {STILL:g} of its root mean square, from each to the next and from the first to the last.",
    source="Ours: float16, as logs are stored, resolves 5e-4.",
    advice="See whether the layer is trainable and reaches the loss, whether the learning rate has gone to 0, and "
    "whether its units are dead or saturated.",
    not_a_fault="Training has converged, the layer is meant to stay as it is, or captured steps are too close together "
    "to show a change.",
)


_UNMOVED = Rule(
    kind=_KIND,
    rule=f"All weights of the layer, {MIN_WEIGHTS} or more, are the same at this captured step, the one before and the "
    "first: by their fingerprints, or as stored where an older log has none.",
    source="Ours: a fingerprint tells any change; float16, as logs are stored, resolves 5e-4 of a weight.",
    advice="See whether a gradient comes to the layer (gradients=True shows it), whether the layer is trainable, and "
    "whether the learning rate is 0.",
    not_a_fault="The layer is meant to stay as it is (trainable=False), or captured steps are too close together to "
    "show a change.",
)


def relative_change(before: Array, after: Array, enough: float = np.inf) -> float:
    """Return the root mean square of `after - before`, divided by that of `after`, over what is finite in both.

    Args:
        before: `[sample, time, unit]`, NaN where a value does not count.
        after: Likewise, of the same shape.
        enough: A change from which its exact size does not matter.

    Returns:
        Infinity as soon as it is sure to be `enough`; NaN if the shapes differ, fewer than `MIN_VALUES` values are
        left, or all of `after` is 0.
    """
    if before.shape != after.shape:
        return float("nan")
    largest, number, change, size = float(np.fmax.reduce(np.abs(after), axis=None, initial=0.0)), 0, 0.0, 0.0
    # Divided by the largest: squares of the largest numbers overflow. Sample by sample, which fits into a cache.
    with np.errstate(all="ignore"):
        for old, new in zip(before, after, strict=True):
            difference = np.ravel((new.astype(np.float64) - old) / largest)
            there = ~np.isnan(difference)
            number += int(there.sum())
            change += float(np.square(difference[there]).sum())
            size += float(np.square(new.ravel()[there].astype(np.float64) / largest).sum())
            if change > enough**2 * after.size:  # No value is larger than 1.
                return float("inf")
    return float(np.sqrt(change / size)) if number >= MIN_VALUES and size > 0 else float("nan")


@check(_KIND)
def frozen(run: RunAtStep) -> Iterator[Finding]:
    """Yield the layers that are frozen, each as a whole.

    The step before is read, and earlier ones as long as nothing changes.
    """
    for trace in run.layers:
        if same := _unmoved(run, trace):
            steps = tuple(dict.fromkeys((run.steps[0], run.before[-1], run.step)))
            exactly = all(_fingerprints(trace, past) for past in same)
            count = sum(values.size for values in trace.weights.values())
            stored = min((values.dtype for values in trace.weights.values()), key=lambda dtype: dtype.itemsize)
            limit, how = ("", "") if exactly else (f", as far as {stored} shows,", " as stored")
            message = (
                f"The weights have not moved{limit} since {run.unit} {steps[0]}, the first that was captured: all "
                f"{count} are the same{how}."
            )
            yield _UNMOVED.finding(trace.key, main_signal(trace) or "", message, steps=steps, share=1.0)
        elif len(run.before) >= PAIRS:
            yield from _of_layer(run, trace)


def _unmoved(run: RunAtStep, trace: LayerTrace) -> list[LayerTrace]:
    """Return the layer at the step before and at the first, if it has the same weights there; else nothing."""
    if not run.before or sum(values.size for values in trace.weights.values()) < MIN_WEIGHTS:
        return []
    same = []
    # The first step is read only if the weights are those of the step before.
    for step in dict.fromkeys((run.before[-1], run.steps[0])):
        past = run.layer_at(step, trace.key)
        if past is None or not _same_weights(trace, past):
            return []
        same.append(past)
    return same


def _same_weights(trace: LayerTrace, other: LayerTrace) -> bool:
    """Return whether two steps have the same weights, by their fingerprints if both have one: float16 hides changes."""
    if fingerprints := _fingerprints(trace, other):
        return fingerprints[0] == fingerprints[1]
    return trace.weights.keys() == other.weights.keys() and all(
        np.array_equal(values, other.weights[name]) for name, values in trace.weights.items()
    )


def _fingerprints(trace: LayerTrace, other: LayerTrace) -> tuple[str, str] | None:
    """Return the fingerprints of both; None if one has none."""
    if trace.fingerprint is None or other.fingerprint is None:
        return None
    return trace.fingerprint, other.fingerprint


def _of_layer(run: RunAtStep, trace: LayerTrace) -> Iterator[Finding]:
    signal = main_signal(trace)
    if signal is None:
        return
    values = [run.once(finite_signal, trace, signal)]
    for earlier in reversed(run.before[-PAIRS:]):
        past = run.layer_at(earlier, trace.key, signal)
        if past is None or signal not in past.signals:
            return
        values.append(finite(past, past.signals[signal]))
        if not relative_change(values[-1], values[-2], STILL) < STILL:
            return
    changes = [relative_change(older, newer) for newer, older in [*pairwise(values), (values[0], values[-1])]]
    if max(changes) < STILL:
        steps = (*run.before[-PAIRS:], run.step)
        message = (
            f"{label(signal)}: from {run.unit} {steps[0]} to {run.unit} {run.step} it has changed by at most "
            f"{max(changes):.1e} of its own root mean square."
        )
        yield _RULE.finding(trace.key, signal, message, steps=steps, share=1.0)
