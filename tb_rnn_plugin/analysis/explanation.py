"""What an explanation consists of, and how it is printed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from tb_rnn_plugin.cells.activations import LINEAR
from tb_rnn_plugin.cells.expression import Application, Expression, Number, Sum, Value, substitute
from tb_rnn_plugin.cells.pieces import Piece, format_number, pieces_of, text_of
from tb_rnn_plugin.log.rows import RowSamples, row_name

_MAX_PRINTED = 10
"""How many contributions are printed."""


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


@dataclass(frozen=True)
class Part:
    """One part of the sum that a value is, or that its activation function is applied to.

    Attributes:
        name: `"input"`, `"recurrent"` or `"bias"`; of a state made of gates, the term of its equation.
        value: What it adds.
        term: The term; None where the part is not one term.
    """

    name: str
    value: float
    term: Expression | None = None

    @property
    def pieces(self) -> tuple[Piece, ...]:
        """The name as it is set in type."""
        return (Piece(self.name),) if self.term is None else pieces_of(self.term)


@dataclass(frozen=True, kw_only=True)
class Explanation:
    """One value of a cell, explained. `print` shows it as an equation with its numbers.

    Attributes:
        layer: The layer's key; empty if none was given.
        signal: `"forget_gate"`, …
        sample: Index of the row on the layer's sample axis.
        row_samples: Whose the layer's rows are, as in `LayerTrace`.
        timestep: Index on the input's time axis.
        unit: Index of the unit.
        step: The captured step; None for a live capture.
        read_before: The timestep that the previous states are from; None where they are initial states.
        left: The left side of the equation.
        right: The right side in letters, with the layer's own activation functions.
        activation: Name of the activation function, as in the layer's `config`; None where the equation has none.
        value: The right side, computed from the other stored numbers; what was captured where the activation function
            is not known.
        captured: The value as stored; a float16 log has rounded it, and everything that `value` is computed from.
        recomputed: Whether `value` was computed.
        pre_activation: The sum that the activation function is applied to; None for a state made of gates.
        terms: The parts, in order: see `parts`.
        letters: The symbols of a state's equation with their values, in order; empty where there is a pre-activation.
        contributions: What the parts `"input"` and `"recurrent"` consist of, the strongest, by absolute value, first;
            empty for a state made of gates.
    """

    layer: str = ""
    signal: str
    sample: int = 0
    row_samples: RowSamples = None
    timestep: int = 0
    unit: int
    step: int | None = None
    read_before: int | None = None
    left: Value
    right: Expression
    activation: str | None
    value: float
    captured: float
    recomputed: bool = True
    pre_activation: float | None = None
    terms: tuple[Part, ...]
    letters: Mapping[Value, float] = field(default_factory=dict)
    contributions: tuple[Contribution, ...] = ()

    @property
    def equation(self) -> str:
        """The equation in letters: `"f = sigmoid(W_f x + U_f h + b_f)"`."""
        return f"{text_of(self.left)} = {text_of(self.right)}"

    @property
    def parts(self) -> dict[str, float]:
        """The parts of a sum by name.

        Of a gate, a candidate or a SimpleRNN's state, what `"input"`, `"recurrent"` and `"bias"` add to
        `pre_activation`; of a state made of gates, the terms of its equation, which add up to `value`.
        """
        return {part.name: part.value for part in self.terms}

    @property
    def numbers(self) -> dict[str, float]:
        """The letters of a state's equation with their values; empty where there is a pre-activation."""
        return {str(symbol): value for symbol, value in self.letters.items()}

    @property
    def not_recomputed(self) -> str | None:
        """Why `value` is the captured one; None where it was computed."""
        return None if self.recomputed else f"as captured: {self.activation} is not recomputed"

    @property
    def sides(self) -> tuple[Expression, ...]:
        """The right sides: first in letters, then in numbers, ever shorter, without the last, which is `value`."""
        total = Sum(tuple(Number(part.value) for part in self.terms))
        if self.pre_activation is None:
            in_numbers = substitute(self.right, self.letters)
            return (self.right, in_numbers, total) if len(self.terms) > 1 else (self.right, in_numbers)
        name = self.activation or LINEAR
        shorter = () if name == LINEAR else (Application(name, Number(self.pre_activation)),)
        return (self.right, Application(name, total), *shorter)

    def __str__(self) -> str:
        return "\n".join([self._title(), "", *self._equation_lines(), *self._part_lines(), *self._contribution_lines()])

    def _title(self) -> str:
        step = [] if self.step is None else [f"step {self.step}"]
        where = [*step, row_name(self.row_samples, self.sample), f"timestep {self.timestep}", f"unit {self.unit}"]
        return f"{self.layer} {self.signal}: ".lstrip() + ", ".join(where)

    def _equation_lines(self) -> list[str]:
        left = text_of(self.left)
        comparison = self.not_recomputed or f"captured: {format_number(self.captured)}"
        first, *others = [*map(text_of, self.sides), f"{format_number(self.value)}    ({comparison})"]
        return [f"  {left} = {first}", *(f"  {' ' * len(left)} = {side}" for side in others)]

    def _part_lines(self) -> list[str]:
        width = max(len(part.name) for part in self.terms)
        return ["", *(f"  {part.name:<{width}}  {_aligned(part.value)}" for part in self.terms)]

    def _contribution_lines(self) -> list[str]:
        if not self.contributions:
            return []
        total, printed = len(self.contributions), self.contributions[:_MAX_PRINTED]
        heading = (
            f"The {len(printed)} strongest of {total} contributions" if total > len(printed) else "All contributions"
        )
        names = [f"{_NAMES[c.source]} {c.index}" for c in printed]
        width = max(map(len, names))
        rows = [
            f"  {name:<{width}}  {_aligned(c.value)}  = {_aligned(c.weight)} * {_aligned(c.activity)}"
            for name, c in zip(names, printed, strict=True)
        ]
        return ["", f"{heading}, weight * activity:", *(row.rstrip() for row in rows)]


_NAMES = {"input": "input feature", "recurrent": "recurrent unit"}


def _aligned(value: float) -> str:
    return f"{format_number(value):>10}"
