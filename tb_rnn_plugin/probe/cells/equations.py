"""The equations of Keras' cells, written so that a step returns its gates beside its states.

Each class here follows one Keras cell to the letter of its configuration, and differs in one thing: a step returns
every signal, not only the states. The product with the input kernel stays inside the step, as in Keras: taken
for all timesteps at once, before the loop, it measured 1.2 times slower under XLA on a CPU.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tb_rnn_plugin.log.schema import Interval
from tb_rnn_plugin.probe.backend import keras
from tb_rnn_plugin.probe.cells.cell import Step, Tensor
from tb_rnn_plugin.probe.cells.functions import activation_name, activation_range

ops = keras.ops


class LSTM:
    """Keras' `LSTMCell`: Hochreiter & Schmidhuber 1997 with the forget gate of Gers et al. 2000, no peepholes.

    i, f, o = sigma(W x + U h + b) each,  g = tanh(W_g x + U_g h + b_g),  c = f * c + i * g,  h = o * tanh(c)
    """

    kind = "LSTM"

    def __init__(self, cell: Any) -> None:
        self.cell = cell
        self.ranges = lstm_ranges(cell)
        self.config = {
            "activation": activation_name(cell.activation),
            "recurrent_activation": activation_name(cell.recurrent_activation),
        }

    def name_states(self, states: Sequence[Tensor]) -> dict[str, Tensor]:
        """Return the two states, `[sample, unit]` each, by name."""
        return lstm_states(states)

    def step(self, inputs: Tensor, states: Sequence[Tensor], training: bool) -> Step:
        """Return the four gates and the two states, `[sample, unit]` each."""
        cell, (h, c) = self.cell, states
        z = _product(inputs, cell.kernel, dropout_masks(cell, inputs, 4, training))
        z = z + _product(h, cell.recurrent_kernel, recurrent_dropout_masks(cell, h, 4, training))
        z = z if cell.bias is None else z + ops.convert_to_tensor(cell.bias)
        z_i, z_f, z_g, z_o = ops.split(z, 4, axis=-1)
        i, f, o = (cell.recurrent_activation(z) for z in (z_i, z_f, z_o))
        g = cell.activation(z_g)
        c = f * c + i * g
        h = o * cell.activation(c)
        return dict(zip(self.ranges, (i, f, g, o, c, h), strict=True)), [h, c], h


class GRU:
    """Keras' `GRUCell`: Cho et al. 2014, or with `reset_after` cuDNN's variant, with a second bias inside the product.

    z, r = sigma(W x + U h + b) each,  g = tanh(W_g x + b_g + U_g (r * h)),  h = z * h + (1 - z) * g;
    with `reset_after`,  g = tanh(W_g x + b_g + r * (U_g h + b'_g))
    """

    kind = "GRU"

    def __init__(self, cell: Any) -> None:
        self.cell = cell
        gate, squashed = activation_range(cell.recurrent_activation), activation_range(cell.activation)
        self.ranges = {
            "update_gate": gate,
            "reset_gate": gate,
            "candidate": squashed,
            # A weighted mean of candidates, and of the initial state.
            "hidden_state": squashed if gate == (0.0, 1.0) else None,
        }
        self.config = {
            "activation": activation_name(cell.activation),
            "recurrent_activation": activation_name(cell.recurrent_activation),
            "reset_after": bool(cell.reset_after),
        }

    def name_states(self, states: Sequence[Tensor]) -> dict[str, Tensor]:
        """Return the one state, `[sample, unit]`, by name."""
        return {"hidden_state": states[0]}

    def step(self, inputs: Tensor, states: Sequence[Tensor], training: bool) -> Step:
        """Return the two gates, the candidate and the state, `[sample, unit]` each."""
        cell, h = self.cell, states[0]
        bias, recurrent_bias = self._biases()
        x = _product(inputs, cell.kernel, dropout_masks(cell, inputs, 3, training))
        x_z, x_r, x_g = ops.split(x if bias is None else x + bias, 3, axis=-1)
        masks = recurrent_dropout_masks(cell, h, 3, training)
        if cell.reset_after:
            u = _product(h, cell.recurrent_kernel, masks)
            u_z, u_r, u_g = ops.split(u if recurrent_bias is None else u + recurrent_bias, 3, axis=-1)
        else:
            k_z, k_r, k_g = ops.split(ops.convert_to_tensor(cell.recurrent_kernel), 3, axis=-1)
            u_z, u_r = _product(h, k_z, masks[:1]), _product(h, k_r, masks[1:2])
        z, r = cell.recurrent_activation(x_z + u_z), cell.recurrent_activation(x_r + u_r)
        g = cell.activation(x_g + (r * u_g if cell.reset_after else _product(r * h, k_g, masks[2:])))
        h = z * h + (1 - z) * g
        return dict(zip(self.ranges, (z, r, g, h), strict=True)), [h], h

    def _biases(self) -> tuple[Tensor | None, Tensor | None]:
        if self.cell.bias is None:
            return None, None
        bias = ops.convert_to_tensor(self.cell.bias)
        return (bias[0], bias[1]) if self.cell.reset_after else (bias, None)


class SimpleRNN:
    """Keras' `SimpleRNNCell`: Elman 1990, h = tanh(W x + U h + b)."""

    kind = "SimpleRNN"

    def __init__(self, cell: Any) -> None:
        self.cell = cell
        self.ranges = {"hidden_state": activation_range(cell.activation)}
        self.config = {"activation": activation_name(cell.activation)}

    def name_states(self, states: Sequence[Tensor]) -> dict[str, Tensor]:
        """Return the one state, `[sample, unit]`, by name."""
        return {"hidden_state": states[0]}

    def step(self, inputs: Tensor, states: Sequence[Tensor], training: bool) -> Step:
        """Return the state, `[sample, unit]`."""
        cell, h = self.cell, states[0]
        x = _product(inputs, cell.kernel, dropout_masks(cell, inputs, 1, training))
        x = x if cell.bias is None else x + ops.convert_to_tensor(cell.bias)
        h = x + _product(h, cell.recurrent_kernel, recurrent_dropout_masks(cell, h, 1, training))
        h = h if cell.activation is None else cell.activation(h)
        return {"hidden_state": h}, [h], h


def lstm_ranges(cell: Any) -> dict[str, Interval | None]:
    """Return the ranges of an LSTM's signals, in the order in which a step returns them."""
    gate, squashed = activation_range(cell.recurrent_activation), activation_range(cell.activation)
    return {
        "input_gate": gate,
        "forget_gate": gate,
        "candidate": squashed,
        "output_gate": gate,
        "cell_state": None,
        "hidden_state": squashed if gate == (0.0, 1.0) and squashed == (-1.0, 1.0) else None,
    }


def lstm_states(states: Sequence[Tensor]) -> dict[str, Tensor]:
    """Return an LSTM's states by name, in the order in which Keras keeps them."""
    h, c = states
    return {"hidden_state": h, "cell_state": c}


def _product(x: Tensor, kernel: Tensor, masks: Sequence[Tensor | None]) -> Tensor:
    """Return `x @ kernel`, where each mask multiplies the `x` of its own share of the kernel's columns."""
    kernel, first = ops.convert_to_tensor(kernel), masks[0]
    if all(mask is first for mask in masks):
        return ops.matmul(x if first is None else x * first, kernel)
    kernels = ops.split(kernel, len(masks), axis=-1)
    return ops.concatenate([ops.matmul(x * m, k) for m, k in zip(masks, kernels, strict=True)], axis=-1)


def dropout_masks(cell: Any, x: Tensor, parts: int, training: bool) -> list[Tensor | None]:
    """Return the mask that each gate multiplies the input with: the cell's own, drawn by the layer for this batch."""
    applies = training and 0.0 < cell.dropout < 1.0
    return _one_per_gate(cell.get_dropout_mask(x) if applies else None, parts)


def recurrent_dropout_masks(cell: Any, h: Tensor, parts: int, training: bool) -> list[Tensor | None]:
    """Return the mask that each gate multiplies the hidden state with, likewise."""
    applies = training and 0.0 < cell.recurrent_dropout < 1.0
    return _one_per_gate(cell.get_recurrent_dropout_mask(h) if applies else None, parts)


def _one_per_gate(masks: Any, parts: int) -> list[Tensor | None]:
    return list(masks) if isinstance(masks, list) else [masks] * parts
