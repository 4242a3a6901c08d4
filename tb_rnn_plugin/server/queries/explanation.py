"""The explanation of one value, as data: the tab and Python's text are made from the same equation."""

from __future__ import annotations

from typing import TypedDict

from tb_rnn_plugin import analysis
from tb_rnn_plugin.analysis.explanation import Contribution
from tb_rnn_plugin.cells import pieces
from tb_rnn_plugin.cells.expression import Expression
from tb_rnn_plugin.run import Run

_TYPESET = str.maketrans({"-": "\N{MINUS SIGN}", "*": "\N{MIDDLE DOT}", "'": "\N{PRIME}"})


class Piece(TypedDict):
    """A letter of an equation with its subscript, or what stands between letters.

    Attributes:
        text: As it is set in type: with a minus sign, a middle dot, a prime.
        sub: The subscript, or null.
        signal: The signal that the letter stands for, or null.
        before: Whether it is that signal's value at the timestep read before.
    """

    text: str
    sub: str | None
    signal: str | None
    before: bool


class Letter(TypedDict):
    """A letter of a state's equation with its value.

    Attributes:
        pieces: The letter.
        signal: The signal that it stands for.
        before: Whether it is that signal's value at the timestep read before.
        value: Its value.
    """

    pieces: list[Piece]
    signal: str
    before: bool
    value: float


class Part(TypedDict):
    """One part of a sum.

    Attributes:
        name: `"input"`, `"recurrent"` or `"bias"`; for a state made of gates, the term of its equation.
        pieces: The name as it is set in type.
        value: What it adds.
    """

    name: str
    pieces: list[Piece]
    value: float


class Explanation(TypedDict):
    """One value, explained.

    Attributes:
        layer: The layer's key.
        signal: The signal.
        sample: The index of the sample.
        timestep: The index on the input's time axis.
        step: The step.
        unit: The index of the unit.
        read_before: The timestep that the previous states are from; null where they are initial states.
        value: The right side of the equation, computed from the other stored numbers; the captured value where it
            cannot be computed.
        captured: The value as stored.
        recomputed: Whether `value` was computed.
        not_recomputed: Why it was not, or null.
        pre_activation: The sum that the activation function is applied to; null for a state made of gates.
        activation: The activation function, or null if the equation has none.
        left: The left side of the equation.
        sides: The right sides: first in letters, then in numbers, ever shorter, without the last, which is `value`.
        numbers: The letters of a state's equation with their values; empty where there is a pre-activation.
        parts: What the sum consists of.
        contributions: What the parts `"input"` and `"recurrent"` consist of, the strongest first; empty for a state
            made of gates.
    """

    layer: str
    signal: str
    sample: int
    timestep: int
    step: int | None
    unit: int
    read_before: int | None
    value: float
    captured: float
    recomputed: bool
    not_recomputed: str | None
    pre_activation: float | None
    activation: str | None
    left: list[Piece]
    sides: list[list[Piece]]
    numbers: list[Letter]
    parts: list[Part]
    contributions: list[Contribution]


def explain_value(
    run: Run, layer: str, signal: str, *, step: int, sample: int, timestep: int, unit: int
) -> Explanation:
    """Answer `/explain`."""
    return describe_explanation(run.explain(layer, signal, step=step, sample=sample, timestep=timestep, unit=unit))


def describe_explanation(explanation: analysis.Explanation) -> Explanation:
    """Return an explanation as `/explain` answers it."""
    return {
        "layer": explanation.layer,
        "signal": explanation.signal,
        "sample": explanation.sample,
        "timestep": explanation.timestep,
        "step": explanation.step,
        "unit": explanation.unit,
        "read_before": explanation.read_before,
        "value": explanation.value,
        "captured": explanation.captured,
        "recomputed": explanation.recomputed,
        "not_recomputed": explanation.not_recomputed,
        "pre_activation": explanation.pre_activation,
        "activation": explanation.activation,
        "left": _pieces(explanation.left),
        "sides": [_pieces(side) for side in explanation.sides],
        "numbers": [
            {"pieces": _pieces(letter), "signal": letter.signal, "before": letter.before, "value": value}
            for letter, value in explanation.letters.items()
        ],
        "parts": [
            {"name": part.name, "pieces": [_typeset(piece) for piece in part.pieces], "value": part.value}
            for part in explanation.terms
        ],
        "contributions": list(explanation.contributions),
    }


def _pieces(expression: Expression) -> list[Piece]:
    return [_typeset(piece) for piece in pieces.pieces_of(expression)]


def _typeset(piece: pieces.Piece) -> Piece:
    text = piece.text.translate(_TYPESET)
    return {"text": text, "sub": piece.sub, "signal": piece.signal, "before": piece.before}
