"""Picks one timestep of one sample out of a layer's trace: what the cell read, the state it had, and what it did."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from operator import index

from tb_rnn_plugin.analysis.equations import STATES
from tb_rnn_plugin.log.schema import Array, LayerTrace


@dataclass(frozen=True, eq=False)
class Moment:
    """One timestep of one sample.

    Attributes:
        x: `[feature]`, what the cell read.
        previous: By state, `[unit]`, what the cell came with.
        now: By signal, `[unit]`, what it did.
    """

    x: Array
    previous: dict[str, Array]
    now: dict[str, Array]


def moment(trace: LayerTrace, sample: int, timestep: int) -> Moment:
    """Return one timestep of one sample of an LSTM, GRU or SimpleRNN.

    Raises:
        IndexError: there is no such sample or timestep.
        ValueError: the timestep is masked, or the trace lacks what is needed.
    """
    samples, timesteps, _ = next(iter(trace.signals.values())).shape
    sample = checked_index(f"Samples of layer {trace.key!r}", sample, samples)
    timestep = checked_index(f"Timesteps of layer {trace.key!r}", timestep, timesteps)
    if trace.mask is not None and not trace.mask[sample, timestep]:
        raise ValueError(
            f"A value can be explained only at a timestep that layer {trace.key!r} read, got {timestep}, which is "
            "masked in this sample: choose one that the mask keeps."
        )
    absent = [state for state in STATES[trace.cell] if state not in trace.initial_states]
    if trace.inputs is None or absent:
        raise ValueError(f"The trace of layer {trace.key!r} must hold its inputs and initial states, got one without.")
    before = [
        _previous(trace, sample, timestep, trace.signals[state], trace.initial_states[state])
        for state in STATES[trace.cell]
    ]
    now = {name: values[sample, timestep] for name, values in trace.signals.items()}
    return Moment(trace.inputs[sample, timestep], dict(zip(STATES[trace.cell], before, strict=True)), now)


def checked_index(what: str, value: int, size: int) -> int:
    """Return an index, or raise an IndexError unless it is within `size`; none counts from the end."""
    if not 0 <= index(value) < size:
        raise IndexError(f"{what} are 0 to {size - 1}, got {value}.")
    return index(value)


def _previous(trace: LayerTrace, sample: int, timestep: int, state: Array, initial: Array) -> Array:
    """Return the state that the cell came to a timestep with.

    That is the state of the timestep it read last, masked ones not counted; or the initial state where the timestep is
    the first that was read of its sequence.
    """
    sequences = initial.shape[1] if initial.ndim == 3 else 1
    length, rest = divmod(state.shape[1], sequences)
    if rest:
        raise ValueError(
            f"The timesteps of layer {trace.key!r} must be those of sequences of equal length, "
            f"got {state.shape[1]} timesteps and initial states of {sequences} sequences."
        )
    sequence = timestep // length
    first, end = sequence * length, (sequence + 1) * length
    read: Iterable[int] = range(timestep + 1, end) if trace.config.get("go_backwards") else range(first, timestep)[::-1]
    before: Array = initial[sample, sequence] if initial.ndim == 3 else initial[sample]
    for other in read:
        if trace.mask is None or trace.mask[sample, other]:
            before = state[sample, other]
            break
    return before
