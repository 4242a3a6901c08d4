"""The equations of Keras' cells, written so that a step returns its gates beside its states.

Each class here follows one Keras cell to the letter of its configuration, and differs in one thing: a step returns
every signal, not only the states. The product with the input kernel stays inside the step, as in Keras: taken
for all timesteps at once, before the loop, it measured 1.2 times slower under XLA on a CPU.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol, TypeAlias, cast

from tb_rnn_plugin.log.schema import Interval
from tb_rnn_plugin.probe.backend import keras

ops = keras.ops
Tensor: TypeAlias = Any
Step: TypeAlias = tuple[Sequence[Tensor], Any, Tensor]
"""The signals, each `[sample, …]`; the new states, nested as the cell nests them; the output, `[sample, …]`."""


class InstrumentedCell(Protocol):
    """A cell whose step returns its signals.

    Attributes:
        kind: What the cell is called in the log.
        ranges: By signal, in the order in which `step` returns them, the interval it cannot leave, or None.
    """

    kind: str
    ranges: dict[str, Interval | None]

    def step(self, inputs: Tensor, states: Sequence[Tensor], training: bool) -> Step:
        """Take one step from the inputs, `[sample, feature]`, and the states, `[sample, unit]` each."""

    @property
    def state_names(self) -> Sequence[str]:
        """Names of the states, flat, in the cell's order."""


class LSTM:
    """Keras' `LSTMCell`: Hochreiter & Schmidhuber 1997 with the forget gate of Gers et al. 2000, no peepholes.

    i, f, o = sigma(W x + U h + b) each,  g = tanh(W_g x + U_g h + b_g),  c = f * c + i * g,  h = o * tanh(c)
    """

    kind = "LSTM"
    state_names = ("hidden_state", "cell_state")

    def __init__(self, cell: Any) -> None:
        self._cell = cell
        gate, squashed = activation_range(cell.recurrent_activation), activation_range(cell.activation)
        self.ranges = {
            "input_gate": gate,
            "forget_gate": gate,
            "candidate": squashed,
            "output_gate": gate,
            "cell_state": None,
            "hidden_state": squashed if gate == (0.0, 1.0) and squashed == (-1.0, 1.0) else None,
        }

    def step(self, inputs: Tensor, states: Sequence[Tensor], training: bool) -> Step:
        """Return the four gates and the two states, `[sample, unit]` each."""
        cell, (h, c) = self._cell, states
        z = _product(inputs, cell.kernel, _dropout_masks(cell, inputs, 4, training))
        z = z + _product(h, cell.recurrent_kernel, _recurrent_dropout_masks(cell, h, 4, training))
        z = z if cell.bias is None else z + ops.convert_to_tensor(cell.bias)
        z_i, z_f, z_g, z_o = ops.split(z, 4, axis=-1)
        i, f, o = (cell.recurrent_activation(z) for z in (z_i, z_f, z_o))
        g = cell.activation(z_g)
        c = f * c + i * g
        h = o * cell.activation(c)
        return (i, f, g, o, c, h), [h, c], h


class GRU:
    """Keras' `GRUCell`: Cho et al. 2014, or with `reset_after` cuDNN's variant, with a second bias inside the product.

    z, r = sigma(W x + U h + b) each,  g = tanh(W_g x + b_g + U_g (r * h)),  h = z * h + (1 - z) * g;
    with `reset_after`,  g = tanh(W_g x + b_g + r * (U_g h + b'_g))
    """

    kind = "GRU"
    state_names = ("hidden_state",)

    def __init__(self, cell: Any) -> None:
        self._cell = cell
        gate, squashed = activation_range(cell.recurrent_activation), activation_range(cell.activation)
        self.ranges = {
            "update_gate": gate,
            "reset_gate": gate,
            "candidate": squashed,
            # A weighted mean of candidates, and of the initial state.
            "hidden_state": squashed if gate == (0.0, 1.0) else None,
        }

    def step(self, inputs: Tensor, states: Sequence[Tensor], training: bool) -> Step:
        """Return the two gates, the candidate and the state, `[sample, unit]` each."""
        cell, h = self._cell, states[0]
        bias, recurrent_bias = self._biases()
        x = _product(inputs, cell.kernel, _dropout_masks(cell, inputs, 3, training))
        x_z, x_r, x_g = ops.split(x if bias is None else x + bias, 3, axis=-1)
        masks = _recurrent_dropout_masks(cell, h, 3, training)
        if cell.reset_after:
            u = _product(h, cell.recurrent_kernel, masks)
            u_z, u_r, u_g = ops.split(u if recurrent_bias is None else u + recurrent_bias, 3, axis=-1)
        else:
            k_z, k_r, k_g = ops.split(ops.convert_to_tensor(cell.recurrent_kernel), 3, axis=-1)
            u_z, u_r = _product(h, k_z, masks[:1]), _product(h, k_r, masks[1:2])
        z, r = cell.recurrent_activation(x_z + u_z), cell.recurrent_activation(x_r + u_r)
        g = cell.activation(x_g + (r * u_g if cell.reset_after else _product(r * h, k_g, masks[2:])))
        h = z * h + (1 - z) * g
        return (z, r, g, h), [h], h

    def _biases(self) -> tuple[Tensor | None, Tensor | None]:
        if self._cell.bias is None:
            return None, None
        bias = ops.convert_to_tensor(self._cell.bias)
        return (bias[0], bias[1]) if self._cell.reset_after else (bias, None)


class SimpleRNN:
    """Keras' `SimpleRNNCell`: Elman 1990, h = tanh(W x + U h + b)."""

    kind = "SimpleRNN"
    state_names = ("hidden_state",)

    def __init__(self, cell: Any) -> None:
        self._cell = cell
        self.ranges = {"hidden_state": activation_range(cell.activation)}

    def step(self, inputs: Tensor, states: Sequence[Tensor], training: bool) -> Step:
        """Return the state, `[sample, unit]`."""
        cell, h = self._cell, states[0]
        x = _product(inputs, cell.kernel, _dropout_masks(cell, inputs, 1, training))
        x = x if cell.bias is None else x + ops.convert_to_tensor(cell.bias)
        h = x + _product(h, cell.recurrent_kernel, _recurrent_dropout_masks(cell, h, 1, training))
        h = h if cell.activation is None else cell.activation(h)
        return (h,), [h], h


class OtherCell:
    """Any other cell: called as it is, its states are its signals, `state_0`, `state_1`, …."""

    def __init__(self, cell: Any) -> None:
        self._cell = cell
        self.kind = type(cell).__name__
        self.state_names = [f"state_{i}" for i, _ in enumerate(keras.tree.flatten(cell.state_size))]
        self.ranges: dict[str, Interval | None] = dict.fromkeys(self.state_names)
        self._takes_training = isinstance(cell, keras.Layer) and cell._call_has_training_arg

    def step(self, inputs: Tensor, states: Sequence[Tensor], training: bool) -> Step:
        """Return the new states, whatever their shapes."""
        arguments = {"training": training} if self._takes_training else {}
        output, states = self._cell(inputs, states, **arguments)
        states = states if keras.tree.is_nested(states) else [states]
        return keras.tree.flatten(states), states, output


def instrument(cell: Any) -> InstrumentedCell:
    """Return the instrumented form of a cell.

    A subclass that overrides the computation of its Keras parent is not that parent: never are equations applied to it
    that are not its own.
    """
    known = {keras.layers.LSTMCell: LSTM, keras.layers.GRUCell: GRU, keras.layers.SimpleRNNCell: SimpleRNN}
    computations = ("call", "__call__", "_compute_carry_and_output", "_compute_carry_and_output_fused")
    for base, equations in known.items():
        own = type(cell)
        if isinstance(cell, base) and all(getattr(own, c, None) is getattr(base, c, None) for c in computations):
            return cast(InstrumentedCell, equations(cell))
    return OtherCell(cell)


def activation_range(activation: Any) -> Interval | None:
    """Return the interval that an activation function's values lie in, or None where it is not bounded."""
    a = keras.activations
    if activation in (a.sigmoid, a.hard_sigmoid, a.softmax):
        return 0.0, 1.0
    if activation in (a.tanh, a.hard_tanh, a.softsign):
        return -1.0, 1.0
    return None


def _product(x: Tensor, kernel: Tensor, masks: Sequence[Tensor | None]) -> Tensor:
    """Return `x @ kernel`, where each mask multiplies the `x` of its own share of the kernel's columns."""
    kernel, first = ops.convert_to_tensor(kernel), masks[0]
    if all(mask is first for mask in masks):
        return ops.matmul(x if first is None else x * first, kernel)
    kernels = ops.split(kernel, len(masks), axis=-1)
    return ops.concatenate([ops.matmul(x * m, k) for m, k in zip(masks, kernels, strict=True)], axis=-1)


def _dropout_masks(cell: Any, x: Tensor, parts: int, training: bool) -> list[Tensor | None]:
    """Return the mask that each gate multiplies the input with: the cell's own, drawn by the layer for this batch."""
    applies = training and 0.0 < cell.dropout < 1.0
    return _one_per_gate(cell.get_dropout_mask(x) if applies else None, parts)


def _recurrent_dropout_masks(cell: Any, h: Tensor, parts: int, training: bool) -> list[Tensor | None]:
    """Return the mask that each gate multiplies the hidden state with, likewise."""
    applies = training and 0.0 < cell.recurrent_dropout < 1.0
    return _one_per_gate(cell.get_recurrent_dropout_mask(h) if applies else None, parts)


def _one_per_gate(masks: Any, parts: int) -> list[Tensor | None]:
    return list(masks) if isinstance(masks, list) else [masks] * parts
