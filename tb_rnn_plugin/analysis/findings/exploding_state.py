"""States without a bound that have grown too large to be of use."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from tb_rnn_plugin.analysis.findings.check import RunAtStep, check
from tb_rnn_plugin.analysis.findings.finding import Finding, Kind, Rule
from tb_rnn_plugin.analysis.findings.values import (
    as_read,
    counting_units,
    is_recurrent,
    label,
    largest,
    ordered,
)
from tb_rnn_plugin.analysis.sequences import present
from tb_rnn_plugin.log.rows import row_name
from tb_rnn_plugin.log.schema import Array, LayerTrace

CELL_STATE = 10.0
"""Absolute value of a cell state beyond which the slope of tanh around it, about `4 exp(-2 |c|)`, is below 1e-8."""

STATE = 100.0
"""Absolute value beyond which any other state without a range is too large, if it grows. Ours: a hundred times what
tanh gives, and what the layer above is initialised for."""

GROWTH = 2.0
"""Growth over a sequence: the largest absolute value of its last third, divided by that of its first. Ours: a state
that adds up evenly from 0 grows by 3, one that goes up and down stays at 1."""

_ADVICE = (
    "Clip gradients or the state, lower the learning rate, start from smaller or orthogonal recurrent weights, or "
    "regularise the state."
)
_COUNTERS = (
    "Counters: an LSTM, or a ReLU RNN, that counts lets a state grow with what it counts (Weiss, Goldberg & Yahav, On "
    "the Practical Computational Power of Finite Precision RNNs for Language Recognition, 2018)."
)
_KIND = Kind("exploding_state", rank=70, weight=0.8)
_CELL_RULE = Rule(
    kind=_KIND,
    rule=f"A unit counts when its cell state gets beyond {CELL_STATE:g} or -{CELL_STATE:g}.",
    source="The slope of tanh is 1 - tanh(c)^2, below 1e-8 from there on: no gradient comes back through the output. "
    "The effect: Hochreiter & Schmidhuber, Long Short-Term Memory (1997), on internal state drift.",
    advice=_ADVICE,
    not_a_fault=_COUNTERS,
)
_STATE_RULE = Rule(
    kind=_KIND,
    rule=f"A unit counts when its state gets beyond {STATE:g} or -{STATE:g}, and the largest absolute value of some "
    f"sample's last third of timesteps is at least {GROWTH:g} times that of its first third. A unit "
    "whose values are whole numbers that rise by one at most does not count.",
    source="Ours, for the numbers; Pascanu, Mikolov & Bengio, On the difficulty of training recurrent neural networks "
    "(2013), for what recurrent weights with an eigenvalue beyond one do.",
    advice=_ADVICE,
    not_a_fault=_COUNTERS,
)


def growing_units(values: Array) -> Array:
    """Return which units exceed `STATE` in a sample in which they grow by `GROWTH`, `[unit]` of bool.

    Args:
        values: `[sample, time, unit]` in the order that the layer computed them, NaN where a value does not count;
            infinite ones count. Samples with fewer than 3 timesteps do not grow.
    """
    sizes = np.abs(values)
    there = ~np.isnan(values).all(axis=2)
    total = there.sum(axis=1, keepdims=True)
    places = np.cumsum(there, axis=1) - 1
    first = _largest_where(sizes, there & (3 * places < total))
    last = _largest_where(sizes, there & (3 * places >= 2 * total))
    with np.errstate(all="ignore"):
        grows = (total >= 3) & (last >= GROWTH * first) & (last > STATE)
    return np.asarray(grows.any(axis=0))


@check(_KIND)
def exploding_states(run: RunAtStep) -> Iterator[Finding]:
    """Yield the states that have exploded, one finding per layer and state. Severity: the share of values beyond."""
    for trace in run.layers:
        yield from _of_layer(trace, run.step)


def _of_layer(trace: LayerTrace, step: int) -> Iterator[Finding]:
    if not is_recurrent(trace):
        return
    for signal, stored in trace.signals.items():
        if trace.ranges.get(signal) is not None or not _is_state(trace, signal):
            continue
        wide = np.asarray(stored, np.promote_types(stored.dtype, np.float32))
        values = np.where(present(trace, stored)[..., None], wide, np.nan)
        squashed = signal == "cell_state" and trace.config.get("activation") == "tanh"
        rule, limit = (_CELL_RULE, CELL_STATE) if squashed else (_STATE_RULE, STATE)
        sizes, peaks = np.abs(values), largest(values)
        found = peaks > limit if squashed else _growing(as_read(trace, values))
        units = ordered(np.flatnonzero(found), peaks)
        if units:
            beyond = (sizes > limit) & found
            sample, timestep = _furthest(values, units[0])
            yield rule.finding(
                trace.key,
                signal,
                _message(trace, signal, values, units, (sample, timestep), limit, squashed),
                steps=(step,),
                share=float(beyond.sum() / (~np.isnan(values)).sum()),
                units=units,
                timesteps=_timesteps(trace, beyond),
                sample=sample,
            )


def _growing(values: Array) -> Array:
    """Return which units grow and do not merely count, as a timestep does that a cell keeps as a state."""
    found = growing_units(values)
    return found & ~counting_units(values) if found.any() else found


def _furthest(values: Array, unit: int) -> tuple[int, int]:
    """Return the sample and timestep at which a unit is furthest from zero."""
    sizes = np.abs(values[..., unit])
    sample, timestep = np.unravel_index(np.nanargmax(sizes), sizes.shape)
    return int(sample), int(timestep)


def _message(
    trace: LayerTrace,
    signal: str,
    values: Array,
    units: tuple[int, ...],
    place: tuple[int, int],
    limit: float,
    squashed: bool,
) -> str:
    sample, timestep = place
    extreme = f"{values[sample, timestep, units[0]]:.3g}"
    why = ", where tanh around it has a slope below 1e-8" if squashed else ", and growing over time"
    return (
        f"{label(signal)}: {len(units)} of {values.shape[2]} units get beyond {limit:g} or -{limit:g}{why}. "
        f"The furthest is {extreme}, of unit {units[0]} at timestep {timestep} of "
        f"{row_name(trace.row_samples, sample)}."
    )


def _timesteps(trace: LayerTrace, beyond: Array) -> tuple[int, ...]:
    shown = beyond.any(axis=(0, 2))
    read = present(trace, beyond).any(axis=0)
    return () if (shown == read).all() else tuple(np.flatnonzero(shown).tolist())


def _is_state(trace: LayerTrace, signal: str) -> bool:
    return signal in trace.initial_states or signal in ("hidden_state", "cell_state") or signal.startswith("state_")


def _largest_where(sizes: Array, chosen: Array) -> Array:
    return np.asarray(np.fmax.reduce(np.where(chosen[..., None], sizes, np.nan), axis=1, initial=np.nan))
