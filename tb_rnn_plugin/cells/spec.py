"""What is known of a cell, and the cells that are known."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from tb_rnn_plugin.cells.activations import LINEAR, Interval, activation_range
from tb_rnn_plugin.cells.backpropagation import Backward
from tb_rnn_plugin.cells.expression import Expression, Value

Config: TypeAlias = Mapping[str, Any]
Ranges: TypeAlias = dict[str, Interval | None]
Equations: TypeAlias = Callable[[Config], dict[str, Expression]]
ConfigKey: TypeAlias = Literal["activation", "recurrent_activation"]


@dataclass(frozen=True, kw_only=True)
class Signal:
    """One gate or state of a cell.

    Attributes:
        name: `"forget_gate"`, as in the log.
        letter: What equations call it.
        meaning: What it does, in one short clause.
        activation: The config key of the activation function whose values it has; None for a state made of gates.
        state: The state through which a value reaches back in time: of a state the state itself.
        harmless_low: When a unit that is nearly always at the low end of the range is no fault, a sentence.
        harmless_high: Likewise at the high end.
    """

    name: str
    letter: str
    meaning: str
    activation: ConfigKey | None = None
    state: str = "hidden_state"
    harmless_low: str | None = None
    harmless_high: str | None = None

    @property
    def now(self) -> Value:
        """The symbol of its value at this timestep."""
        return Value(self.letter, signal=self.name)

    def before(self, sub: str | None = "prev") -> Value:
        """Return the symbol of its value at the timestep read before."""
        return Value(self.letter, sub, signal=self.name, before=True)


@dataclass(frozen=True, kw_only=True, eq=False)
class CellSpec:
    """What is known of a cell.

    Attributes:
        name: As in the log, `"LSTM"`.
        signals: In the order in which a step returns them.
        states: Names of its states, in Keras' order.
        columns: The signals whose weights Keras stores side by side in one kernel, in the order of the columns.
        config: The keys that a layer's config must have for the equations.
        keeps: The gate that multiplies the old state, or None.
        state_range: Returns the range of a state that no activation function makes, given the ranges of all signals
            that one does; None where it has none.
        equations: Returns by signal the right side of its equation, by the layer's config; None where values are not
            explained.
        backward: Takes derivatives back through time; None where the reach is not measured.
    """

    name: str
    signals: tuple[Signal, ...]
    states: tuple[str, ...]
    columns: tuple[str, ...]
    config: tuple[str, ...]
    keeps: str | None = None
    state_range: Callable[[str, Ranges], Interval | None] = lambda state, ranges: None
    equations: Equations | None = None
    backward: Backward | None = None

    def signal(self, name: str) -> Signal | None:
        """Return the signal of this name, or None."""
        return next((signal for signal in self.signals if signal.name == name), None)

    def ranges(self, config: Config) -> Ranges:
        """Return by signal the interval that it cannot leave, or None, given the layer's activation functions."""
        made = {s.name: s.activation and activation_range(activation_name(config, s.activation)) for s in self.signals}
        return {s.name: made[s.name] if s.activation else self.state_range(s.name, made) for s in self.signals}


def activation_name(config: Config, key: ConfigKey) -> str:
    """Return the name of one of a layer's activation functions; none is the identity."""
    return str(config[key] or LINEAR)


_SPECS: dict[str, CellSpec] = {}


def register(spec: CellSpec) -> CellSpec:
    """Add a cell to those that are known."""
    _SPECS[spec.name] = spec
    return spec


def find_spec(name: str) -> CellSpec | None:
    """Return the spec of a cell by its name in the log, or None if the cell is not known."""
    return _SPECS.get(name)


def cell_specs() -> tuple[CellSpec, ...]:
    """Return the cells that are known: those with the most signals first, then by name."""
    return tuple(sorted(_SPECS.values(), key=lambda spec: (-len(spec.signals), spec.name)))
