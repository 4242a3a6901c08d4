"""Keras' `ConvLSTMCell` as a step that returns its gates, which are maps as its states are."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from tb_rnn_plugin.cells.conv_lstm import CONV_LSTM
from tb_rnn_plugin.probe.backend import keras
from tb_rnn_plugin.probe.instrumented.base import KnownCell, Perturb, Step, Tensor, identity
from tb_rnn_plugin.probe.instrumented.dropout import dropout_masks, recurrent_dropout_masks
from tb_rnn_plugin.probe.instrumented.registry import instruments
from tb_rnn_plugin.probe.keras_internals import ConvLSTMCell

ops = keras.ops


@instruments(ConvLSTMCell)
class InstrumentedConvLSTM(KnownCell):
    """Keras' `ConvLSTMCell`, of any rank; see `tb_rnn_plugin.cells.conv_lstm`."""

    def __init__(self, cell: Any) -> None:
        super().__init__(cell, CONV_LSTM[cell.rank])
        self._channels = 1 if cell.data_format == "channels_first" else -1

    def step(self, inputs: Tensor, states: Sequence[Tensor], training: bool, perturb: Perturb = identity) -> Step:
        """Return the four gates and the two states, each a map as the layer's `data_format` lays it out."""
        cell, (h, c) = self.cell, states
        x = self._convolved(inputs, cell.kernel, dropout_masks(cell, inputs, 4, training), self._input_conv)
        masks = recurrent_dropout_masks(cell, h, 4, training)
        u = self._convolved(h, cell.recurrent_kernel, masks, cell.recurrent_conv)
        z_i, z_f, z_g, z_o = (a + b + bias for a, b, bias in zip(x, u, self._biases(len(h.shape)), strict=True))
        i, f, o = (cell.recurrent_activation(z) for z in (z_i, z_f, z_o))
        g = cell.activation(z_g)
        c = perturb("cell_state", f * c + i * g)
        h = perturb("hidden_state", o * cell.activation(c))
        names = (signal.name for signal in self.spec.signals)
        return dict(zip(names, (i, f, g, o, c, h), strict=True)), [h, c], h

    def _input_conv(self, x: Tensor, kernel: Tensor) -> Tensor:
        return self.cell.input_conv(x, kernel, padding=self.cell.padding)

    def _convolved(
        self, x: Tensor, kernel: Any, masks: Sequence[Tensor | None], convolve: Callable[[Tensor, Tensor], Tensor]
    ) -> list[Tensor]:
        """Return the convolution for each gate; all four are one where they have the same input."""
        kernel = ops.convert_to_tensor(kernel)
        if masks[0] is None:
            return list(ops.split(convolve(x, kernel), 4, axis=self._channels))
        kernels = ops.split(kernel, 4, axis=-1)
        return [convolve(x * mask, kernel) for mask, kernel in zip(masks, kernels, strict=True)]

    def _biases(self, rank: int) -> list[Tensor]:
        """Return the bias of each gate, in a shape that adds to maps of this rank; zeros if the cell has none."""
        if self.cell.bias is None:
            return [0.0] * 4
        shape = [1] * rank
        shape[self._channels] = self.cell.filters
        return [ops.reshape(bias, shape) for bias in ops.split(ops.convert_to_tensor(self.cell.bias), 4)]
