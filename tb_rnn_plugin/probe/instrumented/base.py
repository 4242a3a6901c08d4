"""What all instrumented cells have in common.

The instrumented form of a Keras cell follows its configuration exactly, and differs in one thing: a step returns all
that its signals are made of, not only the states. For gates these are the sums; their activation functions, if they are
Keras' own, are applied again after the loop, to all timesteps at once: XLA computes them in the loop as part of the
states, and a gate that leaves the loop would have to be written there.

The product with the input kernel stays inside the step, as in Keras: taken for all timesteps at once, before the loop,
it measured 1.2 times slower under XLA on a CPU.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Protocol, TypeAlias

import numpy as np

from tb_rnn_plugin.cells import CellSpec
from tb_rnn_plugin.log.schema import Interval
from tb_rnn_plugin.probe.backend import keras

Tensor: TypeAlias = Any
Step: TypeAlias = tuple[dict[str, Tensor], Any, Tensor]
"""By name what the signals are made of, each `[sample, …]`; the new states, nested as the cell nests them; and the
output, `[sample, …]`."""


Perturb: TypeAlias = Callable[[str, Tensor], Tensor]
"""Takes a state's name and its new value, and returns the value to continue with."""


def identity(name: str, state: Tensor) -> Tensor:
    """Return the state: the perturb that does nothing."""
    return state


class InstrumentedCell(Protocol):
    """A cell whose step returns all that its signals are made of.

    Attributes:
        cell: The Keras cell.
        kind: The cell's name in the log.
        ranges: By signal, the interval it cannot leave, or None; a signal that is not listed has none.
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

        Every new state goes through `perturb` before anything is computed from it.
        """

    def signals(self, parts: dict[str, Tensor]) -> dict[str, Tensor]:
        """Return the signals, `[…, unit]` each, of what one step returned or, stacked, many; the same by default."""
        return parts


class KnownCell(InstrumentedCell):
    """A Keras cell whose `CellSpec` is known.

    Args:
        cell: The Keras cell.
        spec: What is known of it.
    """

    def __init__(self, cell: Any, spec: CellSpec) -> None:
        self.cell = cell
        self.spec = spec
        self.kind = spec.name
        self.config = {name: _as_json(getattr(cell, name)) for name in spec.config}
        self.ranges = spec.ranges(self.config)

    def name_states(self, states: Sequence[Tensor]) -> dict[str, Tensor]:
        """Return the states, `[sample, …]` each, by name."""
        return dict(zip(self.spec.states, states, strict=True))


def _as_json(option: Any) -> Any:
    """Return an option of a cell as the log stores it: an activation function by its name."""
    if callable(option):
        return activation_name(option)
    return option.item() if isinstance(option, np.generic) else option


def activation_name(activation: Any) -> str:
    """Return Keras' name of one of its activation functions; a function of the user's is `custom:<name>`."""
    name = getattr(activation, "__name__", type(activation).__name__)
    return name if is_from_keras(activation) else f"custom:{name}"


def is_from_keras(activation: Any) -> bool:
    """Return whether an activation function is Keras' own: its values depend on the argument's last axis alone."""
    return getattr(keras.activations, getattr(activation, "__name__", ""), None) is activation
