"""Keras' `LSTMCell` as a step that returns its gates."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tb_rnn_plugin.cells.lstm import LSTM
from tb_rnn_plugin.probe.backend import keras
from tb_rnn_plugin.probe.instrumented.base import KnownCell, Perturb, Step, Tensor, identity, is_from_keras
from tb_rnn_plugin.probe.instrumented.dropout import dropout_masks, product, recurrent_dropout_masks
from tb_rnn_plugin.probe.instrumented.registry import instruments

ops = keras.ops


@instruments(keras.layers.LSTMCell)
class InstrumentedLSTM(KnownCell):
    """Keras' `LSTMCell`; see `tb_rnn_plugin.cells.lstm` for its equations."""

    def __init__(self, cell: Any) -> None:
        super().__init__(cell, LSTM)
        self._defers = is_from_keras(cell.activation) and is_from_keras(cell.recurrent_activation)

    def step(self, inputs: Tensor, states: Sequence[Tensor], training: bool, perturb: Perturb = identity) -> Step:
        """Return the gates, or the sums that they are made of, `[sample, 4 * unit]`, and the two states."""
        cell, (h, c) = self.cell, states
        z = product(inputs, cell.kernel, dropout_masks(cell, inputs, 4, training))
        z = z + product(h, cell.recurrent_kernel, recurrent_dropout_masks(cell, h, 4, training))
        z = z if cell.bias is None else z + ops.convert_to_tensor(cell.bias)
        gates = self._gates(z)
        c = perturb("cell_state", gates["forget_gate"] * c + gates["input_gate"] * gates["candidate"])
        h = perturb("hidden_state", gates["output_gate"] * cell.activation(c))
        return {**({"sums": z} if self._defers else gates), "cell_state": c, "hidden_state": h}, [h, c], h

    def signals(self, parts: dict[str, Tensor]) -> dict[str, Tensor]:
        """Return the four gates and the two states, `[…, unit]` each."""
        made = {**parts, **self._gates(parts["sums"])} if self._defers else parts
        return {signal.name: made[signal.name] for signal in self.spec.signals}

    def _gates(self, sums: Tensor) -> dict[str, Tensor]:
        i, f, g, o = ops.split(sums, 4, axis=-1)
        sigma = self.cell.recurrent_activation
        return {
            "input_gate": sigma(i),
            "forget_gate": sigma(f),
            "candidate": self.cell.activation(g),
            "output_gate": sigma(o),
        }
