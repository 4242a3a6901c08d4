"""Equations as data: expression trees, built with Python's operators.

`W @ x` is a matrix product, `f * c` a product element by element, `f(x)` an `Application`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

Array: TypeAlias = Literal["W", "U", "b", "recurrent_b"]


class Expression:
    """A node of an equation; the operators build larger ones."""

    def __add__(self, other: Expression) -> Sum:
        terms = self.terms if isinstance(self, Sum) else (self,)
        return Sum((*terms, other))

    def __rsub__(self, number: float) -> Difference:
        return Difference(Number(number), self)

    def __mul__(self, other: Expression) -> Product:
        factors = self.factors if isinstance(self, Product) else (self,)
        return Product((*factors, other))

    def __matmul__(self, other: Expression) -> MatrixProduct:
        return MatrixProduct(self, other)


@dataclass(frozen=True)
class Symbol(Expression):
    """A letter, perhaps with a subscript.

    Attributes:
        text: `"W"`, `"b'"`.
        sub: `"f"`, or None.
    """

    text: str
    sub: str | None = None

    def __str__(self) -> str:
        return self.text if self.sub is None else f"{self.text}_{self.sub}"


@dataclass(frozen=True)
class Input(Symbol):
    """What the cell reads at this timestep, `[feature]`."""


@dataclass(frozen=True, kw_only=True)
class Weight(Symbol):
    """An array of a gate's weights, by its name in `GateWeights`."""

    gate: str
    array: Array


@dataclass(frozen=True, kw_only=True)
class Value(Symbol):
    """A signal, `[unit]`: at this timestep, or, `before`, at the timestep read before it."""

    signal: str
    before: bool = False


@dataclass(frozen=True)
class Number(Expression):
    """A number."""

    value: float


@dataclass(frozen=True)
class Sum(Expression):
    """A sum."""

    terms: tuple[Expression, ...]


@dataclass(frozen=True)
class Difference(Expression):
    """A difference."""

    left: Expression
    right: Expression


@dataclass(frozen=True)
class Product(Expression):
    """A product element by element."""

    factors: tuple[Expression, ...]


@dataclass(frozen=True)
class MatrixProduct(Expression):
    """A matrix times a vector: as NumPy stores Keras' kernels, `vector @ matrix`."""

    matrix: Expression
    vector: Expression


@dataclass(frozen=True)
class Application(Expression):
    """An activation function, by the name it has in a layer's config, of an expression."""

    function: str
    argument: Expression


def affine(gate: str, letter: str | None, h: Expression) -> Sum:
    """Return `W x + U h + b + b'`, what a gate's activation function is applied to as a rule.

    Args:
        gate: Signal whose weights these are.
        letter: Their subscript, or None.
        h: What U multiplies.
    """
    w, u, b, recurrent_b = weight_symbols(gate, letter)
    return w @ Input("x") + u @ h + b + recurrent_b


def weight_symbols(gate: str, letter: str | None) -> tuple[Weight, Weight, Weight, Weight]:
    """Return the symbols of a gate's W, U, b and recurrent b. A cell without a bias drops it: see `without`."""
    return (
        Weight("W", letter, gate=gate, array="W"),
        Weight("U", letter, gate=gate, array="U"),
        Weight("b", letter, gate=gate, array="b"),
        Weight("b'", letter, gate=gate, array="recurrent_b"),
    )


def children(expression: Expression) -> tuple[Expression, ...]:
    """Return the expressions that an expression is made of, in reading order."""
    match expression:
        case Sum(terms):
            return terms
        case Product(factors):
            return factors
        case Difference(left, right) | MatrixProduct(left, right):
            return left, right
        case Application(_, argument):
            return (argument,)
    return ()


def walk(expression: Expression) -> Iterator[Expression]:
    """Yield an expression and all that it is made of, in reading order."""
    yield expression
    for child in children(expression):
        yield from walk(child)


def without(expression: Expression, is_absent: Callable[[Expression], bool]) -> Expression:
    """Return an expression without the terms of its sums that are absent; a sum of one term becomes the term."""

    def kept(inner: Expression) -> Expression:
        if isinstance(inner, Sum):
            terms = tuple(term for term in inner.terms if not is_absent(term))
            return kept(terms[0]) if len(terms) == 1 else Sum(tuple(map(kept, terms)))
        return _rebuilt(inner, kept)

    return kept(expression)


def substitute(expression: Expression, numbers: Mapping[Value, float]) -> Expression:
    """Return an expression with numbers in place of symbols."""
    if isinstance(expression, Value) and expression in numbers:
        return Number(numbers[expression])
    return _rebuilt(expression, lambda child: substitute(child, numbers))


def _rebuilt(expression: Expression, change: Callable[[Expression], Expression]) -> Expression:
    """Return an expression with each of its children changed."""
    match expression:
        case Sum(terms):
            return Sum(tuple(map(change, terms)))
        case Product(factors):
            return Product(tuple(map(change, factors)))
        case Difference(left, right):
            return Difference(change(left), change(right))
        case MatrixProduct(matrix, vector):
            return MatrixProduct(change(matrix), change(vector))
        case Application(function, argument):
            return Application(function, change(argument))
    return expression
