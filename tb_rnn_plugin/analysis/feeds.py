"""Which layer reads which, where the values in the log prove it."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TypeAlias

import numpy as np

from tb_rnn_plugin.analysis.sequences import present
from tb_rnn_plugin.log.schema import Array, LayerTrace

MAX_BACK = 8
"""How many layers called before a layer are compared with what it reads: a layer between two recurrent ones is rarely
captured, and each comparison costs a pass over the values."""

MAX_PLACES = 1000
"""At how many samples and timesteps two layers are compared at most: that many equal floats are no chance."""

_FEW = 8
"""At how many places one unit is looked for among the features first."""


Decided: TypeAlias = dict[tuple[str, str], bool]
"""By keys of two layers, whether the first reads the second, where values have decided it."""


def with_feeds(traces: Sequence[LayerTrace], decided: Decided | None = None) -> list[LayerTrace]:
    """Return the layers, each with the layers that it provably reads: see `proven_feeds`.

    Args:
        traces: The layers at one step, in the order of their calls.
        decided: What earlier steps with the same connections decided, which is not compared again; what this step
            decides is added to it.
    """
    known: Decided = {} if decided is None else decided
    return [replace(trace, reads=_read_by(traces, place, known)) for place, trace in enumerate(traces)]


def proven_feeds(traces: Sequence[LayerTrace]) -> dict[str, tuple[str, ...]]:
    """Return the layers whose output each layer reads, by key: proven where the values are equal, else not known.

    A log holds layers in the order of their calls, which is not the order of a chain where branches run beside each
    other. A layer reads another if some of its input's features equal all units of the other's hidden state or output,
    at every timestep that both read, or at `MAX_PLACES` of them. Layers between the two that change the values, such as
    normalization, a residual connection or dropout in training mode, hide the connection. Rounding to float16, as logs
    are stored, makes the smallest values 0, so the connections that were found before that count, if the log has them.

    Args:
        traces: The layers at one step, in the order of their calls.
    """
    return {
        trace.key: _read_by(traces, place, {}) if trace.reads is None else trace.reads
        for place, trace in enumerate(traces)
    }


def path(feeds: Mapping[str, Sequence[str]], lower: str, upper: str) -> tuple[str, ...]:
    """Return the shortest chain of layers from `lower` to `upper` of which each reads the one before, or none."""
    after = {upper: upper}
    queue = deque([upper])
    while queue:
        key = queue.popleft()
        if key == lower:
            chain = [key]
            while chain[-1] != upper:
                chain.append(after[chain[-1]])
            return tuple(chain)
        for read in feeds.get(key, ()):
            if read not in after:
                after[read] = key
                queue.append(read)
    return ()


def output_signal(trace: LayerTrace) -> str | None:
    """Return the signal that the layers above read: the hidden state, a custom cell's first, or the output."""
    for name in ("hidden_state", "output", "state_0"):
        if name in trace.signals:
            return name
    return next(iter(trace.signals), None)


def _read_by(traces: Sequence[LayerTrace], place: int, decided: Decided) -> tuple[str, ...]:
    upper, earlier = traces[place], traces[max(0, place - MAX_BACK) : place]
    for lower in earlier:
        if (upper.key, lower.key) not in decided:
            reads = _reads(upper, lower)
            if reads is not None:
                decided[upper.key, lower.key] = reads
    return tuple(lower.key for lower in earlier if decided.get((upper.key, lower.key)))


def _reads(upper: LayerTrace, lower: LayerTrace) -> bool | None:
    """Return whether a layer reads another; None if the values do not decide it."""
    signal = output_signal(lower)
    if upper.inputs is None or signal is None:
        return None
    output, inputs = lower.signals[signal], upper.inputs
    if output.shape[:2] != inputs.shape[:2] or not 0 < output.shape[2] <= inputs.shape[2]:
        return None
    read = np.argwhere(present(lower, output) & present(upper, inputs))
    places = read[np.linspace(0, len(read) - 1, min(len(read), MAX_PLACES)).astype(np.int64)]
    dtype = min(output.dtype, inputs.dtype, key=lambda dtype: dtype.itemsize)
    units = output.shape[2]
    # A few places of one unit first, at which most features differ.
    few = places[:: max(1, len(places) // _FEW)]
    first = _at(output, few, slice(0, 1), dtype)
    like_first = (_at(inputs, few, slice(None), dtype) == first).all(axis=0)
    starts = [start for start in np.flatnonzero(like_first).tolist() if start + units <= inputs.shape[2]]
    if not len(places):
        return None
    if not starts:
        return None if np.isnan(first).any() else False  # NaN is unlike NaN.
    whole = _at(output, places, slice(None), dtype)
    if any(np.array_equal(_at(inputs, places, slice(start, start + units), dtype), whole) for start in starts):
        # Constants are equal to each other without any connection.
        return None if (whole == whole[:1]).all() else True
    return None if np.isnan(whole).any() else False


def _at(values: Array, places: Array, features: slice, dtype: np.dtype[np.generic]) -> Array:
    """Return some features at some places, `[place, feature]`."""
    with np.errstate(over="ignore"):
        return np.asarray(values[places[:, 0], places[:, 1], features], dtype)
