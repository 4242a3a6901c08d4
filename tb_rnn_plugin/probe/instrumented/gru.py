"""Keras' `GRUCell` as a step that returns its gates."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tb_rnn_plugin.cells.gru import GRU
from tb_rnn_plugin.probe.backend import keras
from tb_rnn_plugin.probe.instrumented.base import KnownCell, Perturb, Step, Tensor, identity, is_from_keras
from tb_rnn_plugin.probe.instrumented.dropout import dropout_masks, product, recurrent_dropout_masks
from tb_rnn_plugin.probe.instrumented.registry import instruments

ops = keras.ops


@instruments(keras.layers.GRUCell)
class InstrumentedGRU(KnownCell):
    """Keras' `GRUCell`, with `reset_after` or without; see `tb_rnn_plugin.cells.gru` for its equations."""

    def __init__(self, cell: Any) -> None:
        super().__init__(cell, GRU)
        self._defers = is_from_keras(cell.activation) and is_from_keras(cell.recurrent_activation)

    def step(self, inputs: Tensor, states: Sequence[Tensor], training: bool, perturb: Perturb = identity) -> Step:
        """Return the gates and the candidate, or the sums that they are made of, and the state."""
        cell, h = self.cell, states[0]
        bias, recurrent_bias = self._biases()
        x = product(inputs, cell.kernel, dropout_masks(cell, inputs, 3, training))
        x_gates, x_g = self._split(x if bias is None else x + bias)
        masks = recurrent_dropout_masks(cell, h, 3, training)
        if cell.reset_after:
            u = product(h, cell.recurrent_kernel, masks)
            u_gates, u_g = self._split(u if recurrent_bias is None else u + recurrent_bias)
        else:
            kernel_gates, kernel_g = self._split(ops.convert_to_tensor(cell.recurrent_kernel))
            u_gates = product(h, kernel_gates, masks[:2])
        sums = x_gates + u_gates
        gates = self._gates(sums)
        z, r = gates["update_gate"], gates["reset_gate"]
        candidate_sum = x_g + (r * u_g if cell.reset_after else product(r * h, kernel_g, masks[2:]))
        g = cell.activation(candidate_sum)
        h = perturb("hidden_state", z * h + (1 - z) * g)
        made = {"sums": sums, "candidate_sum": candidate_sum} if self._defers else {**gates, "candidate": g}
        return {**made, "hidden_state": h}, [h], h

    def signals(self, parts: dict[str, Tensor]) -> dict[str, Tensor]:
        """Return the two gates, the candidate and the state, `[…, unit]` each."""
        if not self._defers:
            return {signal.name: parts[signal.name] for signal in self.spec.signals}
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
