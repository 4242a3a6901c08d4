"""The sequences that a layer's time axis consists of: which timesteps were read, and in which order."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tb_rnn_plugin.analysis.errors import AnalysisError
from tb_rnn_plugin.log.schema import Array, LayerTrace


def present(trace: LayerTrace, values: Array) -> NDArray[np.bool_]:
    """Return `[sample, time]` of bool: True where a signal of this shape is not masked."""
    shape = values.shape[:2]
    if trace.mask is None or trace.mask.shape != shape:
        return np.ones(shape, np.bool_)
    return np.asarray(trace.mask, np.bool_)


def sequence_count(trace: LayerTrace, timesteps: int) -> int:
    """Return how many sequences of equal length, each with its own initial state, the timesteps consist of.

    A cell that was called by hand has an initial state for each timestep, and is one sequence: `timesteps_before` finds
    where the model passed its states on.

    Raises:
        AnalysisError: the timesteps do not divide into sequences of equal length.
    """
    counts = {state.shape[1] for state in trace.initial_states.values() if state.ndim == 3}
    count = counts.pop() if len(counts) == 1 else 1
    if count in (0, timesteps):
        return 1
    if timesteps % count:
        raise AnalysisError(
            f"The timesteps of layer {trace.key!r} must be those of sequences of equal length, "
            f"got {timesteps} timesteps and initial states of {count} sequences."
        )
    return count


def timesteps_before(trace: LayerTrace, sample: int, timestep: int) -> Array:
    """Return the timesteps whose states were passed on, one to the next, to the one given: the last one first.

    Masked ones are left out, and a layer that goes backwards read the later ones. If a cell was called by hand, the
    chain ends where the model passed it other states than the ones it had returned.

    Args:
        trace: What a layer with states did.
        sample: Index in the batch.
        timestep: Index on the input's time axis; not masked.
    """
    timesteps = next(iter(trace.signals.values())).shape[1]
    length = timesteps // sequence_count(trace, timesteps)
    first = timestep // length * length
    backwards = trace.config.get("go_backwards")
    before = np.arange(timestep + 1, first + length) if backwards else np.arange(first, timestep)[::-1]
    if trace.mask is not None:
        before = before[trace.mask[sample, before]]
    if called_by_hand(trace, timesteps):
        came_to = np.concatenate([[timestep], before])[: len(before)]
        broken = np.flatnonzero(~_passed_on(trace, sample, came_to, before))
        before = before[: broken[0]] if len(broken) else before
    return before


def called_by_hand(trace: LayerTrace, timesteps: int) -> bool:
    """Return whether the layer is a cell that the model called by hand: each timestep has its own initial state."""
    states = trace.initial_states.values()
    return bool(states) and all(state.ndim == 3 and state.shape[1] == timesteps for state in states)


def _passed_on(trace: LayerTrace, sample: int, later: Array, earlier: Array) -> NDArray[np.bool_]:
    """Return at which later timesteps the cell was passed the states that it had returned at the earlier ones."""
    passed = np.ones(len(later), np.bool_)
    for name, initial in trace.initial_states.items():
        given = np.asarray(initial[sample, later], np.float64)
        returned = np.asarray(trace.signals[name][sample, earlier], np.float64)
        # A log may have rounded only one of the two to float16.
        passed &= np.isclose(given, returned, rtol=2e-3, atol=1e-6, equal_nan=True).all(axis=1)
    return passed
