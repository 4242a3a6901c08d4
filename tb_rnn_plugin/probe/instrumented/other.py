"""Any other cell: its own states, and what it records."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from tb_rnn_plugin.log.schema import Interval
from tb_rnn_plugin.probe.backend import keras
from tb_rnn_plugin.probe.errors import ProbeError
from tb_rnn_plugin.probe.instrumented.base import InstrumentedCell, Perturb, Step, Tensor, identity
from tb_rnn_plugin.probe.instrumented.record import collecting
from tb_rnn_plugin.probe.keras_internals import takes_training


class OtherCell(InstrumentedCell):
    """A cell whose equations are its own. Its signals are its states, `state_0`, `state_1`, …, and what it records.

    Args:
        cell: The cell.
        key: The layer's key, for messages about what it records.

    Attributes:
        output_is_a_state: After a call, whether its output is one of its new states: only then does all that follows
            from a state follow from the output.
    """

    def __init__(self, cell: Any, key: str) -> None:
        self.cell = cell
        self.key = key
        self.kind = type(cell).__name__
        self.ranges: dict[str, Interval | None] = {}
        self.config: dict[str, Any] = {}
        self._takes_training = takes_training(cell)
        self.output_is_a_state = False

    def name_states(self, states: Any) -> dict[str, Tensor]:
        """Return states, nested in any way, as `state_0`, `state_1`, …."""
        named = {f"state_{i}": state for i, state in enumerate(keras.tree.flatten(states))}
        for name, state in named.items():
            if not len(state.shape):  # An empty TensorShape is true.
                raise ProbeError(f"{name} of layer {self.key!r} must have the samples on its first axis, got a scalar.")
        return named

    def step(self, inputs: Tensor, states: Sequence[Tensor], training: bool, perturb: Perturb = identity) -> Step:
        """Return the new states, of any shape, and what was recorded, in that order."""
        arguments = {"training": training} if self._takes_training else {}
        call = self.cell if callable(self.cell) else self.cell.call
        made = self.collect(lambda: call(inputs, states, **arguments), states, inputs.shape[0], perturb)
        signals, (output, after) = made
        return signals, after if keras.tree.is_nested(after) else [after], output

    def collect(
        self, call: Callable[[], tuple[Tensor, Any]], states: Any, samples: int | None, perturb: Perturb = identity
    ) -> tuple[dict[str, Tensor], tuple[Tensor, Any]]:
        """Return the signals of one call of the cell, and what the call returned.

        States are perturbed as the cell returns them: what it computed from one before that has no perturbation in it.
        Its output is perturbed if it is one of them.

        Args:
            call: Calls the cell from these states.
            states: As the cell nests them.
            samples: Size of the batch, None where it is not known.
            perturb: Perturbs the new states.
        """
        with collecting(self.key, [*self.name_states(states)], samples) as recorded:
            output, after = call()
        perturbed = {name: perturb(name, state) for name, state in self.name_states(after).items()}
        self.output_is_a_state = any(output is state for state in keras.tree.flatten(after))
        for state, new in zip(keras.tree.flatten(after), perturbed.values(), strict=True):
            output = new if output is state else output
        return {**perturbed, **recorded}, (output, keras.tree.pack_sequence_as(after, list(perturbed.values())))
