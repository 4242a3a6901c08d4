"""The equations of Keras' cells, written so that a step returns its gates beside its states.

Each class here follows one Keras cell to the letter of its configuration, and differs in two things: the product of
all inputs with the input kernel is taken once, before the loop; and a step returns every signal, not only the states.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol, cast

from tb_rnn_plugin.log.schema import Interval
from tb_rnn_plugin.probe.backend import keras

ops = keras.ops
Tensor = Any


class InstrumentedCell(Protocol):
    """A cell in two parts: what can be computed for all timesteps at once, and one step.

    Attributes:
        kind: What the cell is called in the log.
        ranges: By signal, in the order in which `step` returns them, the interval it cannot leave, or None.
    """

    kind: str
    ranges: dict[str, Interval | None]

    def project(self, sequences: Tensor, training: bool) -> Tensor:
        """Return what the steps read, `[sample, time, …]`, from the layer's input, `[sample, time, feature]`."""

    def step(self, inputs: Tensor, states: Sequence[Tensor], training: bool) -> tuple[Sequence[Tensor], Any, Tensor]:
        """Return the signals, each `[sample, …]`, the new states, and the output."""

    @property
    def state_names(self) -> Sequence[str]:
        """Names of the states, flat, in the cell's order."""


class LSTM:
    """Keras' `LSTMCell`: Hochreiter & Schmidhuber 1997 with the forget gate of Gers et al. 2000, no peepholes.

    i, f, o = sigma(W x + U h + b) each,  g = tanh(W_g x + U_g h + b_g)
    c = f * c + i * g,  h = o * tanh(c)
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

    def project(self, sequences: Tensor, training: bool) -> Tensor:
        """Return `W x + b` of all gates, `[sample, time, 4 units]`."""
        return _project(self._cell, sequences, self._cell.bias, 4, training)

    def step(self, inputs: Tensor, states: Sequence[Tensor], training: bool) -> tuple[Sequence[Tensor], Any, Tensor]:
        """Return the four gates and two states, `[sample, unit]` each."""
        cell, (h, c) = self._cell, states
        z = inputs + _recur(cell, h, 4, training)
        i, f, g, o = ops.split(z, 4, axis=-1)
        i, f, g, o = (
            cell.recurrent_activation(i),
            cell.recurrent_activation(f),
            cell.activation(g),
            cell.recurrent_activation(o),
        )
        c = f * c + i * g
        h = o * cell.activation(c)
        return (i, f, g, o, c, h), [h, c], h


class GRU:
    """Keras' `GRUCell`: Cho et al. 2014, or with `reset_after` cuDNN's variant, with a second bias inside the product.

    z, r = sigma(W x + U h + b) each,  h = z * h + (1 - z) * g
    g = tanh(W_g x + b_g + U_g (r * h)),  with reset_after  g = tanh(W_g x + b_g + r * (U_g h + b'_g))
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

    def project(self, sequences: Tensor, training: bool) -> Tensor:
        """Return `W x + b` of both gates and the candidate, `[sample, time, 3 units]`."""
        bias = self._cell.bias
        if bias is not None and self._cell.reset_after:
            bias = ops.convert_to_tensor(bias)[0]
        return _project(self._cell, sequences, bias, 3, training)

    def step(self, inputs: Tensor, states: Sequence[Tensor], training: bool) -> tuple[Sequence[Tensor], Any, Tensor]:
        """Return the two gates, the candidate and the state, `[sample, unit]` each."""
        cell, h = self._cell, states[0]
        x_z, x_r, x_g = ops.split(inputs, 3, axis=-1)
        if cell.reset_after:
            u = _recur(cell, h, 3, training)
            if cell.bias is not None:
                u = u + ops.convert_to_tensor(cell.bias)[1]
            u_z, u_r, u_g = ops.split(u, 3, axis=-1)
            z, r = cell.recurrent_activation(x_z + u_z), cell.recurrent_activation(x_r + u_r)
            g = cell.activation(x_g + r * u_g)
        else:
            masks = _dropout_masks(cell, h, 3, training, recurrent=True)
            kernels = ops.split(ops.convert_to_tensor(cell.recurrent_kernel), 3, axis=-1)
            h_z, h_r, h_g = (h if mask is None else h * mask for mask in masks)
            z = cell.recurrent_activation(x_z + ops.matmul(h_z, kernels[0]))
            r = cell.recurrent_activation(x_r + ops.matmul(h_r, kernels[1]))
            g = cell.activation(x_g + ops.matmul(r * h_g, kernels[2]))
        h = z * h + (1 - z) * g
        return (z, r, g, h), [h], h


class SimpleRNN:
    """Keras' `SimpleRNNCell`: Elman 1990, `h = tanh(W x + U h + b)`."""

    kind = "SimpleRNN"
    state_names = ("hidden_state",)

    def __init__(self, cell: Any) -> None:
        self._cell = cell
        self.ranges = {"hidden_state": activation_range(cell.activation)}

    def project(self, sequences: Tensor, training: bool) -> Tensor:
        """Return `W x + b`, `[sample, time, unit]`."""
        return _project(self._cell, sequences, self._cell.bias, 1, training)

    def step(self, inputs: Tensor, states: Sequence[Tensor], training: bool) -> tuple[Sequence[Tensor], Any, Tensor]:
        """Return the state, `[sample, unit]`."""
        h = inputs + _recur(self._cell, states[0], 1, training)
        h = self._cell.activation(h) if self._cell.activation is not None else h
        return (h,), [h], h


class OtherCell:
    """Any other cell: called as it is, its states are its signals, `state_0`, `state_1`, …."""

    def __init__(self, cell: Any) -> None:
        self._cell = cell
        self.kind = type(cell).__name__
        self.state_names = [f"state_{i}" for i, _ in enumerate(keras.tree.flatten(cell.state_size))]
        self.ranges: dict[str, Interval | None] = dict.fromkeys(self.state_names)
        self._takes_training = isinstance(cell, keras.Layer) and cell._call_has_training_arg

    def project(self, sequences: Tensor, training: bool) -> Tensor:
        """Return the input: nothing is known of the cell that could be computed beforehand."""
        return sequences

    def step(self, inputs: Tensor, states: Sequence[Tensor], training: bool) -> tuple[Sequence[Tensor], Any, Tensor]:
        """Return the new states, whatever their shapes."""
        arguments = {"training": training} if self._takes_training else {}
        output, states = self._cell(inputs, states, **arguments)
        states = states if keras.tree.is_nested(states) else [states]
        return keras.tree.flatten(states), states, output


def instrument(cell: Any) -> InstrumentedCell:
    """Return the instrumented form of a cell.

    A subclass that overrides the computation of its Keras parent is not that parent: never are equations applied to
    it that are not its own.
    """
    known: dict[type, Any] = {
        keras.layers.LSTMCell: LSTM,
        keras.layers.GRUCell: GRU,
        keras.layers.SimpleRNNCell: SimpleRNN,
    }
    computations = ("call", "__call__", "_compute_carry_and_output", "_compute_carry_and_output_fused")
    for base, equations in known.items():
        if isinstance(cell, base) and all(getattr(type(cell), c, None) is getattr(base, c, None) for c in computations):
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


def _project(cell: Any, sequences: Tensor, bias: Tensor | None, parts: int, training: bool) -> Tensor:
    """Return `x @ kernel + bias` for all timesteps, `[sample, time, parts * units]`, with dropout where asked for."""
    kernel = ops.convert_to_tensor(cell.kernel)
    masks = [
        mask if mask is None else ops.expand_dims(mask, 1)
        for mask in _dropout_masks(cell, sequences[:, 0], parts, training, recurrent=False)
    ]
    projected = _product(sequences, kernel, masks)
    return projected if bias is None else projected + ops.convert_to_tensor(bias)


def _recur(cell: Any, h: Tensor, parts: int, training: bool) -> Tensor:
    """Return `h @ recurrent_kernel`, `[sample, parts * units]`, with recurrent dropout where it is asked for."""
    masks = _dropout_masks(cell, h, parts, training, recurrent=True)
    return _product(h, ops.convert_to_tensor(cell.recurrent_kernel), masks)


def _product(x: Tensor, kernel: Tensor, masks: Sequence[Tensor | None]) -> Tensor:
    first = masks[0]
    if all(mask is first for mask in masks):
        return ops.matmul(x if first is None else x * first, kernel)
    kernels = ops.split(kernel, len(masks), axis=-1)
    return ops.concatenate([ops.matmul(x * m, k) for m, k in zip(masks, kernels, strict=True)], axis=-1)


def _dropout_masks(cell: Any, x: Tensor, parts: int, training: bool, recurrent: bool) -> list[Tensor | None]:
    """Return the mask that each gate multiplies `x` with: the cell's own, which the layer has drawn for this batch."""
    rate = cell.recurrent_dropout if recurrent else cell.dropout
    if not training or not 0.0 < rate < 1.0:
        return [None] * parts
    masks = cell.get_recurrent_dropout_mask(x) if recurrent else cell.get_dropout_mask(x)
    return list(masks) if isinstance(masks, list) else [masks] * parts
