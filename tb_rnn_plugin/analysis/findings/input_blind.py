"""Units that are the same in all samples, whatever these hold."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from tb_rnn_plugin.analysis.findings.check import RunAtStep, check
from tb_rnn_plugin.analysis.findings.dead_constant import idle_units
from tb_rnn_plugin.analysis.findings.finding import Finding, Kind, Rule
from tb_rnn_plugin.analysis.findings.values import (
    MIN_VALUES,
    as_read,
    counting_units,
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
from tb_rnn_plugin.analysis.sequences import present
from tb_rnn_plugin.log.schema import Array, LayerTrace

BLIND = 1e-4
"""Variance between samples, divided by the variance over time, up to which a unit ignores what it reads. Ours: a
hundredth of the unit's movement, above what rounding to float16 adds."""

_KIND = Kind("input_blind_units", rank=60, weight=0.5)
_RULE = Rule(
    kind=_KIND,
    rule=f"A unit counts when its variance between samples, on average over timesteps, is at most {BLIND:g} of its "
    "variance over time; judged from the first timestep on at which the samples' inputs differ, at timesteps that all "
    "samples have. Dead and constant units do not count, nor do those that count timesteps in whole numbers.",
    source="Ours: the unit moves, but the same way in all samples, so it carries no information about them.",
    advice="Look at its input weights and at what saturates its gates; scale the inputs, or use fewer units.",
    not_a_fault="A unit that counts timesteps is a clock, which a position-dependent task needs.",
)


def blind_units(values: Array, inputs: Array) -> Array:
    """Return which units vary over time and not between samples, `[unit]` of bool, by `BLIND`.

    Args:
        values: `[sample, time, unit]` in the order that the layer computed them; NaN where a value does not count.
        inputs: `[sample, time, feature]`, what was read at those timesteps; NaN likewise.

    Returns:
        All False if no two samples have inputs that differ, or fewer than `MIN_VALUES` timesteps are left from there
        on.
    """
    none = np.zeros(values.shape[2], np.bool_)
    read = ~np.isnan(inputs).all(axis=(1, 2))  # Samples that are masked from end to end have no timestep to share.
    values, inputs = values[read], inputs[read]
    shared = np.asarray(~np.isnan(inputs).any(axis=(0, 2)))
    differing = np.flatnonzero((inputs != inputs[:1]).any(axis=(0, 2)) & shared)
    if not len(differing):
        return none
    judged = shared & (np.arange(len(shared)) >= differing[0])
    if judged.sum() < MIN_VALUES:
        return none
    found = _may_be_blind(values, np.flatnonzero(judged))
    wide = values[:, judged][..., found].astype(np.float64)
    # Squares of the largest numbers overflow. A unit that is NaN somewhere compares as False.
    with np.errstate(all="ignore"):
        over_time = wide.mean(axis=0).var(axis=0)
        between = wide.var(axis=0).mean(axis=0)
        found[found] = (over_time > 0) & (between <= BLIND * over_time)
    return found


_FEW = 16
"""How many timesteps are enough to see that most units are not blind."""


def _may_be_blind(values: Array, timesteps: Array) -> Array:
    """Return which units may be blind, `[unit]` of bool, by a few of the timesteps, which takes less time.

    The mean over all timesteps is at least the sum over the few divided by their number, and a variance is at most a
    quarter of the squared range: units that are beyond `BLIND` by these bounds are so by the numbers.
    """
    few = timesteps[:: max(1, len(timesteps) // _FEW)]
    with np.errstate(all="ignore"):
        span = np.fmax.reduce(values, axis=(0, 1)).astype(np.float64) - np.fmin.reduce(values, axis=(0, 1))
        between = values[:, few].astype(np.float64).var(axis=0).sum(axis=0) / len(timesteps)
        return np.asarray(~(between > BLIND * np.square(span) / 4))


@check(_KIND)
def blind(run: RunAtStep) -> Iterator[Finding]:
    """Yield the units of each layer's hidden state that ignore the input. Severity: their share."""
    for trace in run.layers:
        yield from _of_layer(run, trace)


def _of_layer(run: RunAtStep, trace: LayerTrace) -> Iterator[Finding]:
    signal = main_signal(trace)
    if signal is None or trace.inputs is None or not is_recurrent(trace):
        return
    values = run.once(finite_signal, trace, signal)
    if trace.inputs.shape[:2] != values.shape[:2] or not trace.inputs.size:
        return
    # Inputs that are masked are not read, so they must not count as a difference.
    inputs = finite(trace, trace.inputs)
    idle_dead, idle_constant = run.once(idle_units, trace, signal)
    found = blind_units(as_read(trace, values), as_read(trace, inputs)) & ~idle_dead & ~idle_constant
    found[found] &= ~counting_units(as_read(trace, values[..., found]))
    units = ordered(np.flatnonzero(found), largest(values))
    if units:
        read = int(present(trace, values).any(axis=1).sum())
        samples = f"{read} {'samples' if trace.row_samples is None else 'rows'}"
        message = (
            f"{label(signal)}: {of_units(len(units), len(found))} the same in all {samples} at each timestep, "
            f"though their inputs differ: {listed(units)}."
        )
        yield _RULE.finding(trace.key, signal, message, steps=(run.step,), share=len(units) / len(found), units=units)
