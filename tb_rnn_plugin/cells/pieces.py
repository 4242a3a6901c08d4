"""An expression as it is set in type: letters, subscripts and the text between them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from tb_rnn_plugin.cells.activations import LINEAR
from tb_rnn_plugin.cells.expression import (
    Application,
    Difference,
    Expression,
    MatrixProduct,
    Number,
    Product,
    Sum,
    Symbol,
    Value,
)


@dataclass(frozen=True)
class Piece:
    """A letter with its subscript, or what stands between letters.

    Attributes:
        text: In ASCII, `" * "`; a letter without its subscript.
        sub: The subscript, or None.
        signal: The signal that the letter stands for, or None.
        before: Whether it is that signal's value at the timestep read before.
    """

    text: str
    sub: str | None = None
    signal: str | None = None
    before: bool = False

    def __str__(self) -> str:
        return self.text if self.sub is None else f"{self.text}_{self.sub}"


def pieces_of(expression: Expression) -> tuple[Piece, ...]:
    """Return an expression as pieces. What stands between two letters is one piece."""
    pieces: list[Piece] = []
    for is_text, group in groupby(_typeset(expression), lambda part: isinstance(part, str)):
        parts = list(group)
        pieces += [Piece("".join(map(str, parts)))] if is_text else [_letter(part) for part in parts]
    return tuple(pieces)


def text_of(expression: Expression) -> str:
    """Return an expression as ASCII text: `"f * c_prev + i * g"`."""
    return "".join(map(str, _typeset(expression)))


def format_number(value: float) -> str:
    """Return a number as equations show it, to four significant digits."""
    return f"{value:.4g}"


def _letter(part: Symbol | str) -> Piece:
    if isinstance(part, Value):
        return Piece(part.text, part.sub, part.signal, part.before)
    return Piece(part) if isinstance(part, str) else Piece(part.text, part.sub)


def _typeset(expression: Expression) -> Iterator[Symbol | str]:
    """Yield the letters of an expression and the text between them."""
    match expression:
        case Symbol():
            yield expression
        case Number(value):
            yield format_number(value)
        case Sum(terms):
            yield from _sum(terms)
        case Difference(left, right):
            yield from _typeset(left)
            yield " - "
            yield from _enclosed(right, _PRODUCT)
        case Product(factors):
            yield from _joined(factors, " * ", _PRODUCT)
        case MatrixProduct(matrix, vector):
            yield from _joined((matrix, vector), " ", _MATRIX_PRODUCT)
        case Application(function, argument) if function == LINEAR:
            yield from _typeset(argument)
        case Application(function, argument):
            # A function of the user's is `custom:<name>` in the log.
            yield f"{function.removeprefix('custom:')}("
            yield from _typeset(argument)
            yield ")"


def _sum(terms: tuple[Expression, ...]) -> Iterator[Symbol | str]:
    """Yield a sum; a negative number is subtracted."""
    for position, term in enumerate(terms):
        is_negative = position > 0 and isinstance(term, Number) and term.value < 0
        if position:
            yield " - " if is_negative else " + "
        yield from _typeset(Number(-term.value) if is_negative and isinstance(term, Number) else term)


def _joined(factors: tuple[Expression, ...], sign: str, rank: int) -> Iterator[Symbol | str]:
    for position, factor in enumerate(factors):
        if position:
            yield sign
        yield from _enclosed(factor, rank)


def _enclosed(expression: Expression, rank: int) -> Iterator[Symbol | str]:
    """Yield an expression, in parentheses if it binds less tightly than what it is part of."""
    if _rank(expression) >= rank:
        yield from _typeset(expression)
        return
    yield "("
    yield from _typeset(expression)
    yield ")"


_SUM, _PRODUCT, _MATRIX_PRODUCT, _ATOM = range(4)
"""How tightly the parts of an expression are bound to each other."""


def _rank(expression: Expression) -> int:
    match expression:
        case Sum() | Difference():
            return _SUM
        case Product():
            return _PRODUCT
        case MatrixProduct():
            return _MATRIX_PRODUCT
        case Application(function, argument) if function == LINEAR:
            return _rank(argument)
    return _ATOM
