"""`record`: what a cell with equations of its own says about itself."""

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
class _Listener:
    """What one step of one cell records."""

    key: str
    taken: Sequence[str]
    samples: int | None
    graph: object = field(default_factory=backend.current_graph)
    values: dict[str, Any] = field(default_factory=dict)


_listener: ContextVar[_Listener | None] = ContextVar("listener", default=None)


def record(name: str, tensor: T) -> T:
    """Add a signal to a cell: a gate, say, of equations that only the cell knows.

    Call it inside the `call` of a custom cell. Under `capture` and `RNNTimeline` the tensor becomes a signal of the
    cell beside its states; anywhere else nothing happens.

    Args:
        name: The signal's name, `"forget_gate"`; unique in the cell, without a slash.
        tensor: `[sample, unit]`, or any other shape with the samples first.

    Returns:
        The tensor, so that a value can be recorded where it is computed.

    Example:
        >>> f = record("forget_gate", ops.sigmoid(z))   # doctest: +SKIP

    Raises:
        ProbeError: only under a probe: the name or the shape breaks the rule above.
    """
    listener = _listener.get()
    if listener is not None:
        _check(listener, name, tensor)
        listener.values[name] = tensor
    return tensor


@contextmanager
def collecting(key: str, taken: Sequence[str], samples: int | None) -> Iterator[dict[str, Any]]:
    """Collect what is recorded meanwhile, by name.

    Args:
        key: Of the layer whose step it is, for the messages.
        taken: Names that are the cell's already.
        samples: Size of the batch, None where it is not known.
    """
    listener = _Listener(key, taken, samples)
    token = _listener.set(listener)
    try:
        yield listener.values
    finally:
        _listener.reset(token)


def _check(listener: _Listener, name: str, tensor: Any) -> None:
    said = f"record({name!r}, …) in layer {listener.key!r}"
    if not isinstance(name, str) or not name or "/" in name or gradient_state(name) is not None:
        raise ProbeError(f"{said}: the name must be a string without a slash, not empty, not of a gradient.")
    if name in listener.taken or name in listener.values:
        raise ProbeError(f"{said}: the name is taken, by a state of the cell or by another call; choose another.")
    shape = tuple(getattr(tensor, "shape", ()))
    if not shape or listener.samples not in (None, shape[0]):
        raise ProbeError(
            f"{said}: the tensor must have the {listener.samples} samples on its first axis, got the shape {shape}."
        )
    if backend.current_graph() != listener.graph:
        raise ProbeError(f"{said}: it is inside a graph loop or branch of the cell, whose values do not leave it.")
