"""What layers did in one pass, collected call by call."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from tb_rnn_plugin.log.schema import Axes, Interval
from tb_rnn_plugin.probe.backend import keras
from tb_rnn_plugin.probe.errors import ProbeError
from tb_rnn_plugin.probe.instrumented import Tensor
from tb_rnn_plugin.probe.one_pass.perturbations import Zeros

ops = keras.ops


@dataclass(frozen=True)
class LayerCall:
    """One call of one layer; holds tensors while the pass is traced.

    Attributes:
        kind: The log's name for the cell, or for the layer if it is not recurrent.
        signals: By name, `[time, sample, unit]`.
        ranges: By signal, the interval it cannot leave, or None.
        config: What the cell's equations depend on beside its weights.
        inputs: `[time, sample, feature]`; None for a layer that is not recurrent.
        states: The initial states by name, `[sample, unit]`; `[sample, sequence, unit]` for a call joined from several.
        mask: `[sample, time]`, or None.
        zeros: What the loss is differentiated by, one for each joined call, in time order; empty without gradients.
        cell: The Keras cell that ran; None for a layer that is not recurrent.
        axes: By signal, its axes if they are not those of a recurrent layer.
        unmasked: Signals to which the mask does not apply.
        layer: The layer that ran, if it is not recurrent.
    """

    kind: str
    signals: dict[str, Tensor]
    ranges: Mapping[str, Interval | None] = field(default_factory=dict)
    config: Mapping[str, Any] = field(default_factory=dict)
    inputs: Tensor | None = None
    states: dict[str, Tensor] = field(default_factory=dict)
    mask: Tensor | None = None
    zeros: tuple[Zeros, ...] = ()
    cell: Any = None
    axes: Mapping[str, Axes] = field(default_factory=dict)
    unmasked: frozenset[str] = frozenset()
    layer: Any = None


class Scope:
    """Calls by key. The second call of a layer is `key#2`; calls that are timesteps of one sequence are joined.

    Args:
        includes: Returns whether calls of a key are kept.
    """

    def __init__(self, includes: Callable[[str], bool]) -> None:
        self._includes = includes
        self._calls: dict[str, list[Callable[[], LayerCall | None]]] = {}

    def add(self, key: str, call: LayerCall | Callable[[], LayerCall | None]) -> None:
        """Add a call of its own, or a function that returns it when the pass is over, None if there is none."""
        if self._includes(key):
            number = 1
            while (name := key if number == 1 else f"{key}#{number}") in self._calls:
                number += 1
            self._calls[name] = [call if callable(call) else lambda: call]

    def add_step(self, key: str, call: LayerCall) -> None:
        """Add a call that continues the last one of this key in time."""
        if self._includes(key):
            self._calls.setdefault(key, []).append(lambda: as_sequence(call))

    def finished(self) -> dict[str, LayerCall]:
        """Return the calls in the order in which they began."""
        made = {key: [call() for call in calls] for key, calls in self._calls.items()}
        found = {key: [call for call in calls if call is not None] for key, calls in made.items()}
        return {key: joined(key, calls) for key, calls in found.items() if calls}


def as_sequence(call: LayerCall) -> LayerCall:
    """Return a call as one of several to join: its initial states are `[sample, 1, unit]`."""
    states = {name: s if len(s.shape) == 3 else ops.expand_dims(s, 1) for name, s in call.states.items()}
    return replace(call, states=states)


def joined(key: str, calls: Sequence[LayerCall]) -> LayerCall:
    """Return calls that follow each other in time, each with its own initial state, as one.

    Raises:
        ProbeError: their shapes differ.
    """
    first = calls[0]
    if len(calls) == 1:
        return first
    shapes = [{name: tuple(signal.shape[1:]) for name, signal in call.signals.items()} for call in calls]
    if any(other != shapes[0] for other in shapes):
        raise ProbeError(
            f"Layer {key!r} is called step by step, and its batch size, its width or what it records changes from one "
            "step to the next: they make no sequence. Choose the other layers with layers=."
        )
    return replace(
        first,
        signals={name: ops.concatenate([call.signals[name] for call in calls], axis=0) for name in first.signals},
        inputs=None if first.inputs is None else ops.concatenate([call.inputs for call in calls], axis=0),
        states={name: ops.concatenate([call.states[name] for call in calls], axis=1) for name in first.states},
        mask=None if first.mask is None else ops.concatenate([call.mask for call in calls], axis=1),
        zeros=tuple(zeros for call in calls for zeros in call.zeros),
    )
