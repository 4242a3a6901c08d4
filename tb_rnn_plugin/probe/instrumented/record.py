"""`record`: adds signals to a cell whose equations are its own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, TypeVar

from tb_rnn_plugin.log.schema import gradient_state
from tb_rnn_plugin.probe.backend import backend
from tb_rnn_plugin.probe.errors import ProbeError

T = TypeVar("T")


@dataclass
class _Recording:
    """What one step of one cell records."""

    key: str
    reserved: Sequence[str]
    samples: int | None
    graph: object = field(default_factory=backend.current_graph)
    values: dict[str, Any] = field(default_factory=dict)


_current: ContextVar[_Recording | None] = ContextVar("current", default=None)


def record(name: str, tensor: T) -> T:
    """Add a signal to a custom cell, such as a gate.

    Call it inside the `call` of a custom cell. Under `capture` and `RNNTimeline` the tensor becomes a signal of the
    cell beside its states; anywhere else it does nothing.

    Args:
        name: The signal's name, `"forget_gate"`; unique in the cell, without a slash.
        tensor: `[sample, unit]`, or any other shape with the samples on its first axis.

    Returns:
        The tensor itself, so that it can be recorded where it is computed.

    Example:
        >>> f = record("forget_gate", ops.sigmoid(z))   # doctest: +SKIP

    Raises:
        ProbeError: under a probe, the name or the shape breaks the rules above.
    """
    recording = _current.get()
    if recording is not None:
        _check(recording, name, tensor)
        recording.values[name] = tensor
    return tensor


@contextmanager
def collecting(key: str, reserved: Sequence[str], samples: int | None) -> Iterator[dict[str, Any]]:
    """Collect by name what is recorded inside the `with` block.

    Args:
        key: The layer's key, for messages.
        reserved: Names of the cell's own signals.
        samples: Size of the batch, None where it is not known.
    """
    recording = _Recording(key, reserved, samples)
    token = _current.set(recording)
    try:
        yield recording.values
    finally:
        _current.reset(token)


def _check(recording: _Recording, name: str, tensor: Any) -> None:
    where = f"record({name!r}, …) in layer {recording.key!r}"
    if not isinstance(name, str) or not name or "/" in name or gradient_state(name) is not None:
        raise ProbeError(f"{where}: the name must be a string without a slash, not empty, not of a gradient.")
    if name in recording.reserved or name in recording.values:
        raise ProbeError(f"{where}: the name is taken, by a state of the cell or by another call; choose another.")
    shape = tuple(getattr(tensor, "shape", ()))
    if not shape or recording.samples not in (None, shape[0]):
        raise ProbeError(
            f"{where}: the tensor must have the {recording.samples} samples on its first axis, got the shape {shape}."
        )
    if backend.current_graph() != recording.graph:
        raise ProbeError(f"{where}: it is inside a graph loop or branch of the cell, whose values do not leave it.")
