"""What an explanation consists of, and how it reads in a terminal."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from tb_rnn_plugin.analysis.activations import LINEAR, activation_function, applied

_SHOWN = 10


@dataclass(frozen=True)
class Contribution:
    """What one number that the unit reads adds to its sum.

    Attributes:
        source: `"input"` or `"recurrent"`.
        index: Of the input's feature, or of the unit whose state is read.
        weight: What the activity is multiplied by: the weight in the kernel. In the candidate of a GRU with
            `reset_after`, the weight times this unit's reset gate, which scales all that comes from the states.
        activity: The input, or the previous hidden state; in the candidate of a GRU without `reset_after`, that state
            times its own reset gate.
        value: `weight * activity`.
    """

    source: Literal["input", "recurrent"]
    index: int
    weight: float
    activity: float
    value: float


@dataclass(frozen=True, kw_only=True)
class Explanation:
    """One value of a cell, taken apart. `print` shows it as an equation with its numbers.

    Attributes:
        layer: The layer's key; empty if it was not said.
        signal: `"forget_gate"`, …
        sample: Index in the batch.
        timestep: Index on the input's time axis.
        unit: Index of the unit.
        step: The captured step; None for a live capture.
        read_before: The timestep whose states the cell came with; None where they are initial states.
        equation: In letters, with the layer's own activation functions.
        activation: Name of the activation function, as in the layer's `config`; None where the equation has none.
        value: The right side of the equation, computed from the other stored numbers; what was captured where the
            activation function is not known.
        captured: The value as stored; a float16 log has rounded it, and everything that `value` is computed from.
        pre_activation: The sum that the activation function is applied to; None for a state made of gates.
        parts: Of a gate, a candidate or a SimpleRNN's state, what `"input"`, `"recurrent"` and `"bias"` add to
            `pre_activation`; of a state made of gates, the terms of its equation, which add up to `value`.
        numbers: The letters of a state's equation with their values; empty where there is a pre-activation.
        contributions: What makes up the parts `"input"` and `"recurrent"`, the strongest, by absolute value, first;
            empty for a state made of gates.
    """

    layer: str = ""
    signal: str
    sample: int = 0
    timestep: int = 0
    unit: int
    step: int | None = None
    read_before: int | None = None
    equation: str
    activation: str | None
    value: float
    captured: float
    pre_activation: float | None = None
    parts: Mapping[str, float]
    numbers: Mapping[str, float] = field(default_factory=dict)
    contributions: tuple[Contribution, ...] = ()

    def __str__(self) -> str:
        return "\n".join([self._title(), "", *self._equation_lines(), *self._part_lines(), *self._contribution_lines()])

    def _title(self) -> str:
        step = [] if self.step is None else [f"step {self.step}"]
        where = [*step, f"sample {self.sample}", f"timestep {self.timestep}", f"unit {self.unit}"]
        return f"{self.layer} {self.signal}: ".lstrip() + ", ".join(where)

    def _equation_lines(self) -> list[str]:
        left, _, right = self.equation.partition(" = ")
        is_known = self.activation is None or activation_function(self.activation) is not None
        held_against = (
            f"captured: {_short(self.captured)}" if is_known else f"as captured: {self.activation} is not recomputed"
        )
        sides = [right, *self._right_sides(), f"{_short(self.value)}    ({held_against})"]
        return [f"  {left} = {sides[0]}", *(f"  {' ' * len(left)} = {side}" for side in sides[1:])]

    def _right_sides(self) -> list[str]:
        """Return the equation's right side, ever shorter, in numbers."""
        total = _sum(self.parts)
        if self.pre_activation is None:
            numbers = _with_numbers(self.equation.partition(" = ")[2], self.numbers)
            return [numbers, total] if len(self.parts) > 1 else [numbers]
        name = self.activation or LINEAR
        sides = [applied(name, total), applied(name, _short(self.pre_activation))]
        return sides[:1] if name == LINEAR else sides

    def _part_lines(self) -> list[str]:
        width = max(map(len, self.parts))
        return ["", *(f"  {name:<{width}}  {_aligned(value)}" for name, value in self.parts.items())]

    def _contribution_lines(self) -> list[str]:
        if not self.contributions:
            return []
        total, shown = len(self.contributions), self.contributions[:_SHOWN]
        heading = f"The {len(shown)} strongest of {total} contributions" if total > _SHOWN else "All contributions"
        names = [f"{_NAMES[c.source]} {c.index}" for c in shown]
        width = max(map(len, names))
        rows = [
            f"  {name:<{width}}  {_aligned(c.value)}  = {_aligned(c.weight)} * {_aligned(c.activity)}"
            for name, c in zip(names, shown, strict=True)
        ]
        return ["", f"{heading}, weight * activity:", *(row.rstrip() for row in rows)]


_NAMES = {"input": "input feature", "recurrent": "recurrent unit"}


def _with_numbers(text: str, numbers: Mapping[str, float]) -> str:
    """Return the text with each letter replaced by its number; a function's name is no letter."""
    letters = "|".join(map(re.escape, numbers))
    return re.sub(rf"\b({letters})\b(?!\()", lambda match: _short(numbers[match[1]]), text)


def _sum(parts: Mapping[str, float]) -> str:
    """Return the parts with plus and minus between them."""
    first, *rest = parts.values()
    return _short(first) + "".join(f" - {_short(-v)}" if v < 0 else f" + {_short(v)}" for v in rest)


def _short(value: float) -> str:
    return f"{value:.4g}"


def _aligned(value: float) -> str:
    return f"{_short(value):>10}"
