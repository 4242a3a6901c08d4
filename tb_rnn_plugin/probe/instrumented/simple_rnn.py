"""Keras' `SimpleRNNCell` as a step that goes through `perturb`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tb_rnn_plugin.cells.simple_rnn import SIMPLE_RNN
from tb_rnn_plugin.probe.backend import keras
from tb_rnn_plugin.probe.instrumented.base import KnownCell, Perturb, Step, Tensor, identity
from tb_rnn_plugin.probe.instrumented.dropout import dropout_masks, product, recurrent_dropout_masks
from tb_rnn_plugin.probe.instrumented.registry import instruments

ops = keras.ops


@instruments(keras.layers.SimpleRNNCell)
class InstrumentedSimpleRNN(KnownCell):
    """Keras' `SimpleRNNCell`; see `tb_rnn_plugin.cells.simple_rnn` for its equation."""

    def __init__(self, cell: Any) -> None:
        super().__init__(cell, SIMPLE_RNN)

    def step(self, inputs: Tensor, states: Sequence[Tensor], training: bool, perturb: Perturb = identity) -> Step:
        """Return the state, `[sample, unit]`."""
        cell, h = self.cell, states[0]
        x = product(inputs, cell.kernel, dropout_masks(cell, inputs, 1, training))
        x = x if cell.bias is None else x + ops.convert_to_tensor(cell.bias)
        h = x + product(h, cell.recurrent_kernel, recurrent_dropout_masks(cell, h, 1, training))
        h = perturb("hidden_state", h if cell.activation is None else cell.activation(h))
        return {"hidden_state": h}, [h], h
