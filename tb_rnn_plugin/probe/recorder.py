"""Listens to the recurrent layers of a model while it is called once."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from tb_rnn_plugin.probe import loop
from tb_rnn_plugin.probe.backend import keras
from tb_rnn_plugin.probe.cells import InstrumentedCell, Tensor, instrument

_ABSENT = object()


@dataclass(frozen=True)
class LayerCall:
    """What one call of one recurrent layer read and did; tensors while it is being traced.

    Attributes:
        cell: The instrumented cell that ran.
        inputs: `[sample, time, feature]`.
        states: The initial states by name.
        mask: `[sample, time]`, or None.
        signals: By name, `[time, sample, unit]`.
    """

    cell: InstrumentedCell
    inputs: Tensor
    states: dict[str, Tensor]
    mask: Tensor | None
    signals: dict[str, Tensor]


@dataclass
class Recorder:
    """Collects the calls of recurrent layers.

    Attributes:
        layers: The layers to listen to, by key.
        initial_states: By key, states to start from instead of those the layer would start from.
        calls: What was heard, by key; the second call of a layer is `key#2`.
    """

    layers: Mapping[str, Any]
    initial_states: Mapping[str, Any] = field(default_factory=dict)
    calls: dict[str, LayerCall] = field(default_factory=dict)

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Replace the loop of each layer by one that records, and put everything back afterwards."""
        changed = []
        try:
            for key, layer in self.layers.items():
                # `use_cudnn` off, because cuDNN's kernels return no gates, and Bidirectional's would bypass the loop.
                for name, value in (("inner_loop", self._inner_loop(key, layer)), ("use_cudnn", False)):
                    if hasattr(layer, name):
                        changed.append((layer, name, layer.__dict__.get(name, _ABSENT)))
                        layer.__dict__[name] = value  # Not setattr: Keras would track it as part of the layer.
            yield
        finally:
            for layer, name, before in reversed(changed):
                if before is _ABSENT:
                    del layer.__dict__[name]
                else:
                    layer.__dict__[name] = before

    def _inner_loop(self, key: str, layer: Any) -> Any:
        def inner_loop(sequences: Tensor, initial_state: Any, mask: Any, training: bool = False) -> Any:
            cell = instrument(layer.cell)
            mask = mask[0] if keras.tree.is_nested(mask) else mask
            states = self.initial_states.get(key, initial_state)
            states = states if keras.tree.is_nested(states) else [states]
            # Keras hands on a stateful layer's own variables; read now, while the scope says what they hold.
            states = keras.tree.map_structure(lambda s: s.value if isinstance(s, keras.Variable) else s, states)
            result = loop.run(layer, cell, sequences, states, mask, bool(training))
            named = dict(zip(cell.state_names, keras.tree.flatten(states), strict=True))
            self.calls[self._next_key(key)] = LayerCall(cell, sequences, named, mask, result.signals)
            return result.output

        return inner_loop

    def _next_key(self, key: str) -> str:
        number = 1
        while (name := key if number == 1 else f"{key}#{number}") in self.calls:
            number += 1
        return name
