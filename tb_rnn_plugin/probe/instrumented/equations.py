"""The equations of Keras' cells, written so that a step returns its gates beside its states.

Each class here follows one Keras cell to the letter of its configuration, and differs in one thing: a step returns
all that its signals are made of, not only the states. Of gates that is the sums; their activation functions, if they
are Keras' own, are applied again after the loop, to all timesteps at once: XLA computes them in the loop as part of the
states, and a gate that leaves it would have to be written there.

The product with the input kernel stays inside the step, as in Keras: taken for all timesteps at once, before the loop,
it measured 1.2 times slower under XLA on a CPU.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tb_rnn_plugin.log.schema import Interval
from tb_rnn_plugin.probe.backend import keras
from tb_rnn_plugin.probe.instrumented.base import InstrumentedCell, Perturb, Step, Tensor, identity
from tb_rnn_plugin.probe.instrumented.functions import activation_name, activation_range, is_own

ops = keras.ops


class LSTM(InstrumentedCell):
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
        self._defers = is_own(cell.activation) and is_own(cell.recurrent_activation)

    def name_states(self, states: Sequence[Tensor]) -> dict[str, Tensor]:
        """Return the two states, `[sample, unit]` each, by name."""
        return lstm_states(states)

    def step(self, inputs: Tensor, states: Sequence[Tensor], training: bool, perturb: Perturb = identity) -> Step:
        """Return the gates, or the sums that they are made of, `[sample, 4 * unit]`, and the two states."""
        cell, (h, c) = self.cell, states
        z = _product(inputs, cell.kernel, dropout_masks(cell, inputs, 4, training))
        z = z + _product(h, cell.recurrent_kernel, recurrent_dropout_masks(cell, h, 4, training))
        z = z if cell.bias is None else z + ops.convert_to_tensor(cell.bias)
        gates = self._gates(z)
        c = perturb("cell_state", gates["forget_gate"] * c + gates["input_gate"] * gates["candidate"])
        h = perturb("hidden_state", gates["output_gate"] * cell.activation(c))
        return {**({"sums": z} if self._defers else gates), "cell_state": c, "hidden_state": h}, [h, c], h

    def signals(self, parts: dict[str, Tensor]) -> dict[str, Tensor]:
        """Return the four gates and the two states, `[…, unit]` each."""
        made = {**parts, **self._gates(parts["sums"])} if self._defers else parts
        return {name: made[name] for name in self.ranges}

    def _gates(self, sums: Tensor) -> dict[str, Tensor]:
        i, f, g, o = ops.split(sums, 4, axis=-1)
        sigma = self.cell.recurrent_activation
        return {
            "input_gate": sigma(i),
            "forget_gate": sigma(f),
            "candidate": self.cell.activation(g),
            "output_gate": sigma(o),
        }


class GRU(InstrumentedCell):
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
        self._defers = is_own(cell.activation) and is_own(cell.recurrent_activation)

    def name_states(self, states: Sequence[Tensor]) -> dict[str, Tensor]:
        """Return the one state, `[sample, unit]`, by name."""
        return {"hidden_state": states[0]}

    def step(self, inputs: Tensor, states: Sequence[Tensor], training: bool, perturb: Perturb = identity) -> Step:
        """Return the gates and the candidate, or the sums that they are made of, and the state."""
        cell, h = self.cell, states[0]
        bias, recurrent_bias = self._biases()
        x = _product(inputs, cell.kernel, dropout_masks(cell, inputs, 3, training))
        x_gates, x_g = self._split(x if bias is None else x + bias)
        masks = recurrent_dropout_masks(cell, h, 3, training)
        if cell.reset_after:
            u = _product(h, cell.recurrent_kernel, masks)
            u_gates, u_g = self._split(u if recurrent_bias is None else u + recurrent_bias)
        else:
            kernel_gates, kernel_g = self._split(ops.convert_to_tensor(cell.recurrent_kernel))
            u_gates = _product(h, kernel_gates, masks[:2])
        sums = x_gates + u_gates
        gates = self._gates(sums)
        z, r = gates["update_gate"], gates["reset_gate"]
        candidate_sum = x_g + (r * u_g if cell.reset_after else _product(r * h, kernel_g, masks[2:]))
        g = cell.activation(candidate_sum)
        h = perturb("hidden_state", z * h + (1 - z) * g)
        made = {"sums": sums, "candidate_sum": candidate_sum} if self._defers else {**gates, "candidate": g}
        return {**made, "hidden_state": h}, [h], h

    def signals(self, parts: dict[str, Tensor]) -> dict[str, Tensor]:
        """Return the two gates, the candidate and the state, `[…, unit]` each."""
        if not self._defers:
            return {name: parts[name] for name in self.ranges}
        candidate = self.cell.activation(parts["candidate_sum"])
        return {**self._gates(parts["sums"]), "candidate": candidate, "hidden_state": parts["hidden_state"]}

    def _gates(self, sums: Tensor) -> dict[str, Tensor]:
        z, r = ops.split(sums, 2, axis=-1)
        sigma = self.cell.recurrent_activation
        return {"update_gate": sigma(z), "reset_gate": sigma(r)}

    def _split(self, tensor: Tensor) -> tuple[Tensor, Tensor]:
        """Return the columns of the two gates, and those of the candidate."""
        gates, candidate = ops.split(tensor, [2 * self.cell.units], axis=-1)
        return gates, candidate

    def _biases(self) -> tuple[Tensor | None, Tensor | None]:
        if self.cell.bias is None:
            return None, None
        bias = ops.convert_to_tensor(self.cell.bias)
        return (bias[0], bias[1]) if self.cell.reset_after else (bias, None)


class SimpleRNN(InstrumentedCell):
    """Keras' `SimpleRNNCell`: Elman 1990, h = tanh(W x + U h + b)."""

    kind = "SimpleRNN"

    def __init__(self, cell: Any) -> None:
        self.cell = cell
        self.ranges = {"hidden_state": activation_range(cell.activation)}
        self.config = {"activation": activation_name(cell.activation)}

    def name_states(self, states: Sequence[Tensor]) -> dict[str, Tensor]:
        """Return the one state, `[sample, unit]`, by name."""
        return {"hidden_state": states[0]}

    def step(self, inputs: Tensor, states: Sequence[Tensor], training: bool, perturb: Perturb = identity) -> Step:
        """Return the state, `[sample, unit]`."""
        cell, h = self.cell, states[0]
        x = _product(inputs, cell.kernel, dropout_masks(cell, inputs, 1, training))
        x = x if cell.bias is None else x + ops.convert_to_tensor(cell.bias)
        h = x + _product(h, cell.recurrent_kernel, recurrent_dropout_masks(cell, h, 1, training))
        h = perturb("hidden_state", h if cell.activation is None else cell.activation(h))
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
