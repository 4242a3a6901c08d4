"""Which layer reads which, where the values in the log prove it."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import replace

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


def with_feeds(traces: Sequence[LayerTrace], known: Mapping[str, Sequence[str]] | None = None) -> list[LayerTrace]:
    """Return the layers, each with the layers that it provably reads: see `proven_feeds`.

    Args:
        traces: The layers at one step, in the order of their calls.
        known: By layer, layers that it reads, proven before.
    """
    proven = known or {}
    return [
        replace(trace, reads=_read_by(traces, place, proven.get(trace.key, ()))) for place, trace in enumerate(traces)
    ]


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
        trace.key: _read_by(traces, place, ()) if trace.reads is None else trace.reads
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


def _read_by(traces: Sequence[LayerTrace], place: int, known: Sequence[str]) -> tuple[str, ...]:
    earlier = traces[max(0, place - MAX_BACK) : place]
    return tuple(lower.key for lower in earlier if lower.key in known or _reads(traces[place], lower))


def _reads(upper: LayerTrace, lower: LayerTrace) -> bool:
    signal = output_signal(lower)
    if upper.inputs is None or signal is None:
        return False
    output, inputs = lower.signals[signal], upper.inputs
    if output.shape[:2] != inputs.shape[:2] or not 0 < output.shape[2] <= inputs.shape[2]:
        return False
    read = np.argwhere(present(lower, output) & present(upper, inputs))
    places = read[np.linspace(0, len(read) - 1, min(len(read), MAX_PLACES)).astype(np.int64)]
    dtype = min(output.dtype, inputs.dtype, key=lambda dtype: dtype.itemsize)
    units = output.shape[2]
    # A few places of one unit first, at which most features differ.
    few = places[:: max(1, len(places) // _FEW)]
    like_first = (_at(inputs, few, slice(None), dtype) == _at(output, few, slice(0, 1), dtype)).all(axis=0)
    starts = [start for start in np.flatnonzero(like_first).tolist() if start + units <= inputs.shape[2]]
    if not len(places) or not starts:
        return False
    whole = _at(output, places, slice(None), dtype)
    if (whole == whole[:1]).all():
        return False  # Constants are equal to each other without any connection.
    return any(np.array_equal(_at(inputs, places, slice(start, start + units), dtype), whole) for start in starts)


def _at(values: Array, places: Array, features: slice, dtype: np.dtype[np.generic]) -> Array:
    """Return some features at some places, `[place, feature]`."""
    with np.errstate(over="ignore"):
        return np.asarray(values[places[:, 0], places[:, 1], features], dtype)
