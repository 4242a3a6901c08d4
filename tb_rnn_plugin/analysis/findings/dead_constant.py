"""Units that do nothing: dead ones stay at 0, constant ones at another value."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from tb_rnn_plugin.analysis.findings.check import RunAtStep, check
from tb_rnn_plugin.analysis.findings.finding import DEPTH, Finding, Kind, Rule
from tb_rnn_plugin.analysis.findings.values import (
    MIN_VALUES,
    as_read,
    counts,
    finite,
    finite_signal,
    is_recurrent,
    label,
    largest,
    listed,
    main_signal,
    of_units,
    ordered,
)
from tb_rnn_plugin.log.schema import Array, Interval, LayerTrace

DEAD = 0.01
"""Largest absolute value of a dead unit, divided by that of its range. Ours: a hundredth of what it could be."""

DEAD_UNBOUNDED = 1e-4
"""Likewise for a signal without a range, divided by the layer's largest absolute value. Ours: a dead ReLU is at 0, and
one unit that explodes must not make the others look dead."""

SMALL_INPUT = 0.1
"""Largest absolute value of what a dead layer reads of another, up to which it is dead because of that. Ours: an LSTM
at the start of training hands on a quarter of what it reads."""

CONSTANT = 0.01
"""Span of a constant unit's values, largest minus smallest, divided by its own largest absolute value. Ours: float16,
as logs are stored, resolves 0.001."""

TRANSIENT = 0.1
"""Share of a sequence's timesteps, at least one, after which a unit that settles has settled. Ours."""

_DEAD_KIND = Kind("dead_units", rank=30, weight=0.7)
_CONSTANT_KIND = Kind("constant_units", rank=40, weight=0.5)
_DEAD = Rule(
    kind=_DEAD_KIND,
    rule=f"A unit counts when it never gets further from 0 than {DEAD:g} of the furthest end of its range, or "
    f"{DEAD_UNBOUNDED:g} of the layer's largest absolute value where the signal has no range; the output of a layer "
    "that is not recurrent counts when it is 0.",
    source="Ours, after what is known of ReLU: Lu, Shin, Su & Karniadakis, Dying ReLU and Initialization (2019), "
    "arXiv 1903.06733; next to the others such a unit adds nothing to what is read of the layer.",
    advice="Use fewer units, lower the learning rate, weaken regularisation, or look at the gate that keeps it shut.",
    not_a_fault="Before training small inputs and small weights keep all units near 0; units that wait for something "
    "that the probe does not hold are at rest.",
)
_CONSTANT = Rule(
    kind=_CONSTANT_KIND,
    rule=f"A unit counts when it is not dead, and its values, after the first {TRANSIENT * 100:g} % of each sample's "
    f"timesteps, differ by at most {CONSTANT:g} of its own largest absolute value.",
    source="Ours: it adds no more than a bias to what is read of the layer, and float16 resolves 0.001.",
    advice="Use fewer units, or look for a saturated gate or candidate that holds it there.",
    not_a_fault="A unit that waits for something that the probe does not hold is at rest.",
)


def dead_units(values: Array, bounds: Interval | None) -> Array:
    """Return which units stay at 0, `[unit]` of bool, by `DEAD` or `DEAD_UNBOUNDED`.

    Args:
        values: `[sample, time, unit]`, NaN where a value does not count. Units with fewer than `MIN_VALUES` are not
            judged.
        bounds: The signal's range, or None.
    """
    peaks = largest(values)
    limit = DEAD * max(map(abs, bounds)) if bounds else DEAD_UNBOUNDED * np.fmax.reduce(peaks, initial=0.0)
    return np.asarray((peaks <= limit) & (counts(values) >= MIN_VALUES))


def constant_units(values: Array) -> Array:
    """Return which units stay at one value, zero or another, `[unit]` of bool, by `CONSTANT` and after `TRANSIENT`.

    Args:
        values: `[sample, time, unit]` in the order that the layer computed them, NaN where a value does not count.
            Units with fewer than `MIN_VALUES` after the transient are not judged.
    """
    settled = _settled(values)
    highest = np.fmax.reduce(settled, axis=(0, 1), initial=np.nan)
    lowest = np.fmin.reduce(settled, axis=(0, 1), initial=np.nan)
    with np.errstate(over="ignore"):
        return np.asarray((highest - lowest <= CONSTANT * largest(settled)) & (counts(settled) >= MIN_VALUES))


def idle_units(trace: LayerTrace, signal: str) -> tuple[Array, Array]:
    """Return which units of a signal are dead, and which are constant and not dead, `[unit]` of bool each."""
    values = finite(trace, trace.signals[signal])
    dead = dead_units(values, trace.ranges.get(signal))
    return dead, constant_units(as_read(trace, values)) & ~dead


@check(_DEAD_KIND)
def dead(run: RunAtStep) -> Iterator[Finding]:
    """Yield the dead units of each layer's hidden state or output. Severity: their share."""
    for trace in run.layers:
        yield from _dead_of_layer(run, trace)


def _dead_of_layer(run: RunAtStep, trace: LayerTrace) -> Iterator[Finding]:
    signal = main_signal(trace)
    if signal is None:
        return
    values = run.once(finite_signal, trace, signal)
    peaks = largest(values)
    if is_recurrent(trace):
        found, _ = run.once(idle_units, trace, signal)
    else:
        found = (peaks == 0) & (counts(values) >= MIN_VALUES)
    units = ordered(np.flatnonzero(found), -peaks)
    if units:
        furthest = float(peaks[list(units)].max())
        behaviour = "0 throughout" if furthest == 0 else f"never further than {furthest:.2g} from 0"
        message = f"{label(signal)}: {of_units(len(units), len(peaks))} {behaviour}: {listed(units)}."
        faded = 2 * len(units) >= len(peaks) and _reads_little(trace, furthest)
        if faded:
            message += " What it reads of the layer below is next to 0, too."
        group = DEPTH if faded else ""
        yield _DEAD.finding(
            trace.key,
            signal,
            message,
            steps=(run.step,),
            share=len(units) / len(peaks),
            units=units,
            group=group,
        )


def _reads_little(trace: LayerTrace, furthest: float) -> bool:
    """Return whether a layer reads another one whose output is small, and is no larger itself."""
    if not trace.reads or trace.inputs is None:
        return False
    peak = float(np.fmax.reduce(np.abs(finite(trace, trace.inputs)), axis=None, initial=0.0))
    return furthest <= peak <= SMALL_INPUT


@check(_CONSTANT_KIND)
def constant(run: RunAtStep) -> Iterator[Finding]:
    """Yield the constant units of each recurrent layer's hidden state. Severity: their share."""
    for trace in run.layers:
        yield from _constant_of_layer(run, trace)


def _constant_of_layer(run: RunAtStep, trace: LayerTrace) -> Iterator[Finding]:
    signal = main_signal(trace)
    if signal is None or not is_recurrent(trace):
        return
    _, found = run.once(idle_units, trace, signal)
    if found.any():
        values = _settled(as_read(trace, run.once(finite_signal, trace, signal)[..., found]))
        places = ordered(np.arange(values.shape[2]), largest(values))
        units = tuple(np.flatnonzero(found)[list(places)].tolist())
        first = values[..., places[0]]
        level = float(first[~np.isnan(first)][-1])
        message = (
            f"{label(signal)}: {of_units(len(units), len(found))} constant to within {CONSTANT * 100:g} % after the "
            f"first timesteps: {listed(units)}. Unit {units[0]} stays at {level:.2g}."
        )
        share = len(units) / len(found)
        yield _CONSTANT.finding(trace.key, signal, message, steps=(run.step,), share=share, units=units)


def _settled(values: Array) -> Array:
    """Return values with NaN for the first `TRANSIENT` of the timesteps that each sample has."""
    there = ~np.isnan(values).all(axis=2)
    places = np.cumsum(there, axis=1)
    skipped = np.maximum(1, np.floor(TRANSIENT * there.sum(axis=1, keepdims=True)))
    return np.where((places > skipped)[..., None], values, np.nan)
