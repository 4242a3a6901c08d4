"""Cells that give signals: what they have in common, and the cell whose equations are its own."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Protocol, TypeAlias

from tb_rnn_plugin.log.schema import Interval
from tb_rnn_plugin.probe.backend import keras
from tb_rnn_plugin.probe.errors import ProbeError
from tb_rnn_plugin.probe.instrumented.record import collecting
from tb_rnn_plugin.probe.keras_internals import takes_training

Tensor: TypeAlias = Any
Step: TypeAlias = tuple[dict[str, Tensor], Any, Tensor]
"""By name what the signals are made of, each `[sample, …]`; the new states, nested as the cell nests them; and the
output, `[sample, …]`."""


Perturb: TypeAlias = Callable[[str, Tensor], Tensor]
"""Takes a state's name and its new value, and returns the value to go on with."""


def identity(name: str, state: Tensor) -> Tensor:
    """Return the state: the perturb that does nothing."""
    return state


class InstrumentedCell(Protocol):
    """A cell whose step returns all that its signals are made of.

    Attributes:
        cell: The Keras cell.
        kind: What the cell is called in the log.
        ranges: By signal, the interval it cannot leave, or None; a signal that is not named has none.
        config: What its equations depend on beside the weights, as JSON values.
    """

    cell: Any
    kind: str
    ranges: dict[str, Interval | None]
    config: dict[str, Any]

    def name_states(self, states: Any) -> dict[str, Tensor]:
        """Return states, nested as the cell nests them, by name."""

    def step(self, inputs: Tensor, states: Sequence[Tensor], training: bool, perturb: Perturb = identity) -> Step:
        """Take one step from the inputs, `[sample, feature]`, and the states, `[sample, unit]` each.

        Every new state goes through `perturb` before anything is made of it.
        """

    def signals(self, parts: dict[str, Tensor]) -> dict[str, Tensor]:
        """Return the signals, `[…, unit]` each, of what one step or, stacked, many returned; as a rule the same."""
        return parts


class OtherCell(InstrumentedCell):
    """Any other cell: called as it is. Its states, `state_0`, `state_1`, …, are its signals, and what it records.

    Args:
        cell: The cell.
        key: The layer's key, for messages about what it records.

    Attributes:
        hands_out_a_state: After a call, whether its output is one of its new states: only then does all that follows
            from a state come from what it hands on.
    """

    def __init__(self, cell: Any, key: str) -> None:
        self.cell = cell
        self.key = key
        self.kind = type(cell).__name__
        self.ranges: dict[str, Interval | None] = {}
        self.config: dict[str, Any] = {}
        self._takes_training = takes_training(cell)
        self.hands_out_a_state = False

    def name_states(self, states: Any) -> dict[str, Tensor]:
        """Return states, nested in any way, as `state_0`, `state_1`, …."""
        named = {f"state_{i}": state for i, state in enumerate(keras.tree.flatten(states))}
        for name, state in named.items():
            if not len(state.shape):  # An empty TensorShape is true.
                raise ProbeError(f"{name} of layer {self.key!r} must have the samples on its first axis, got a scalar.")
        return named

    def step(self, inputs: Tensor, states: Sequence[Tensor], training: bool, perturb: Perturb = identity) -> Step:
        """Return the new states, whatever their shapes, and what was recorded, in that order."""
        arguments = {"training": training} if self._takes_training else {}
        call = self.cell if callable(self.cell) else self.cell.call
        made = self.listen(lambda: call(inputs, states, **arguments), states, inputs.shape[0], perturb)
        signals, (output, after) = made
        return signals, after if keras.tree.is_nested(after) else [after], output

    def listen(
        self, call: Callable[[], tuple[Tensor, Any]], states: Any, samples: int | None, perturb: Perturb = identity
    ) -> tuple[dict[str, Tensor], tuple[Tensor, Any]]:
        """Return the signals of one call of the cell, which `call` makes from these states, and what it returned.

        States are perturbed as the cell hands them on; what it made of one before that, it made without the
        perturbation. Its output is perturbed where it is one of them.
        """
        with collecting(self.key, [*self.name_states(states)], samples) as recorded:
            output, after = call()
        perturbed = {name: perturb(name, state) for name, state in self.name_states(after).items()}
        self.hands_out_a_state = any(output is state for state in keras.tree.flatten(after))
        for state, new in zip(keras.tree.flatten(after), perturbed.values(), strict=True):
            output = new if output is state else output
        return {**perturbed, **recorded}, (output, keras.tree.pack_sequence_as(after, list(perturbed.values())))
