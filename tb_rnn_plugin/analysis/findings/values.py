"""What the rules have in common: a trace's present values, the order they were computed in, and words for messages."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from tb_rnn_plugin.analysis.feeds import output_signal
from tb_rnn_plugin.analysis.sequences import present, sequence_count
from tb_rnn_plugin.analysis.signals import signal_label
from tb_rnn_plugin.log.schema import Array, LayerTrace, gradient_state

MIN_VALUES = 8
"""How many values a unit must have, over samples and timesteps, to be judged. Ours: 95 % of fewer is all of them, and a
unit with a single value is always constant."""

_LISTED = 5
"""How many units a message names."""


def is_recurrent(trace: LayerTrace) -> bool:
    """Return whether a layer has states; the log holds only the outputs of any other."""
    return bool(trace.initial_states) or trace.inputs is not None


def main_signal(trace: LayerTrace) -> str | None:
    """Return the signal that the layers above read: the hidden state, a custom cell's first, or the output.

    Of a custom cell's signals the first that does not only count: a timestep that it keeps as a state says nothing of
    what it does.
    """
    first = output_signal(trace)
    if first in (None, "hidden_state", "output"):
        return first
    others = (name for name, values in trace.signals.items() if not counting_units(finite(trace, values)).all())
    return next(others, first)


def finite(trace: LayerTrace, values: Array) -> Array:
    """Return `[sample, time, unit]` of float32 or wider: NaN where masked and where training produced NaN or inf."""
    wide = np.asarray(values, np.promote_types(values.dtype, np.float32))
    kept = np.isfinite(wide) & present(trace, values)[..., None]
    return wide if kept.all() else np.where(kept, wide, np.nan)


def finite_signal(trace: LayerTrace, signal: str) -> Array:
    """Return a signal as `finite` does."""
    return finite(trace, trace.signals[signal])


def as_read(trace: LayerTrace, values: Array) -> Array:
    """Return values in the order in which the layer computed them, `[sample * sequence, time, …]`.

    A layer that goes backwards reads the last timestep first. A time axis that is made of several sequences, each with
    its own initial state, becomes several samples; a cell that the model called by hand once per timestep stays one
    sequence.

    Args:
        trace: The layer.
        values: `[sample, time, …]`.
    """
    samples, timesteps = values.shape[:2]
    sequences = sequence_count(trace, timesteps)
    folded = values.reshape(samples * sequences, timesteps // sequences, *values.shape[2:])
    return folded[:, ::-1] if trace.config.get("go_backwards") else folded


def input_timesteps(trace: LayerTrace, shown: Array, timesteps: int) -> tuple[int, ...]:
    """Return the input's timesteps, ascending, for places in the order of `as_read`.

    Args:
        trace: The layer.
        shown: `[time]` of bool, in the order of `as_read`.
        timesteps: How many timesteps the input has.
    """
    forward = shown[::-1] if trace.config.get("go_backwards") else shown
    return tuple(np.flatnonzero(np.tile(forward, sequence_count(trace, timesteps))).tolist())


def counting_units(values: Array) -> Array:
    """Return which units count, `[unit]` of bool: whole numbers that rise by one at most, or fall back towards 0.

    Args:
        values: `[sample, time, unit]` in the order that the layer computed them, NaN where a value does not count.
            Units that never get to `MIN_VALUES` do not count: 0 and 1 are whole numbers, too.
    """
    sizes = np.abs(values)
    with np.errstate(all="ignore"):
        whole = (np.isnan(values) | (values == np.round(values))).all(axis=(0, 1))
        if not whole.any():
            return np.asarray(whole)
        # float16, as logs are stored, resolves a thousandth.
        leaps = np.diff(sizes, axis=1) > 1 + 1e-3 * sizes[:, 1:]
        return np.asarray(whole & ~leaps.any(axis=(0, 1)) & (largest(values) >= MIN_VALUES))


def counts(values: Array) -> Array:
    """Return how many of its values are not NaN, for each unit: `[unit]`."""
    return np.asarray((~np.isnan(values)).sum(axis=(0, 1)))


def largest(values: Array) -> Array:
    """Return each unit's largest absolute value, `[unit]`; NaN where it has none."""
    return np.asarray(np.fmax.reduce(np.abs(values), axis=(0, 1), initial=np.nan))


def ordered(units: Array, strength: Array) -> tuple[int, ...]:
    """Return indices of units, the strongest first, equal ones by index.

    Args:
        units: Indices.
        strength: `[unit]`, of all units.
    """
    return tuple(units[np.argsort(-strength[units], kind="stable")].tolist())


def named(signal: str) -> str:
    """Return a signal's name inside a sentence: `"forget gate"`, `"gradient by the cell state"`."""
    state = gradient_state(signal)
    return signal_label(signal) if state is None else f"gradient by the {signal_label(state)}"


def label(signal: str) -> str:
    """Return a signal's name at the beginning of a sentence: `"Forget gate"`."""
    name = named(signal)
    return name[:1].upper() + name[1:]


def of_units(count: int, total: int) -> str:
    """Return `"1 of 8 units is"`, `"3 of 8 units are"`."""
    return f"{count} of {total} units {'is' if count == 1 else 'are'}"


def listed(units: Iterable[int]) -> str:
    """Return the first few units as text: `"unit 3"`, `"units 3, 4, 9, 2, 7 and 11 more"`."""
    numbers = list(units)
    named, more = ", ".join(map(str, numbers[:_LISTED])), len(numbers) - _LISTED
    return f"unit{'s' if len(numbers) > 1 else ''} {named}" + (f" and {more} more" if more > 0 else "")
