"""Evaluates the expressions of a cell's equations, for one unit at one timestep."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from tb_rnn_plugin.analysis.errors import AnalysisError
from tb_rnn_plugin.cells.activations import ACTIVATIONS, Floats
from tb_rnn_plugin.cells.expression import (
    Application,
    Difference,
    Expression,
    Input,
    MatrixProduct,
    Number,
    Product,
    Sum,
    Value,
    Weight,
)
from tb_rnn_plugin.cells.pieces import text_of
from tb_rnn_plugin.cells.weights import GateWeights
from tb_rnn_plugin.log.schema import Array


@dataclass(frozen=True, eq=False)
class Numbers:
    """The numbers behind the symbols of an equation.

    Attributes:
        weights: By gate.
        x: `[feature]`, what the cell read.
        previous: By state, `[unit]`, the states before this timestep.
        now: By signal, `[unit]`, what the cell computed at this timestep.
        unit: Index of the unit.
        units: How many units there are.
    """

    weights: Mapping[str, GateWeights]
    x: Array
    previous: Mapping[str, Array]
    now: Mapping[str, Array]
    unit: int
    units: int

    def is_absent(self, expression: Expression) -> bool:
        """Return whether an expression is a bias that the layer does not have."""
        return isinstance(expression, Weight) and getattr(self.weights[expression.gate], expression.array) is None

    def scalar(self, expression: Expression) -> float:
        """Return an expression's value at the unit; its activation functions are among `ACTIVATIONS`."""
        match expression:
            case Number(value):
                return value
            case Value():
                return float(self._vector(expression, self.units)[self.unit])
            case Weight(gate=gate, array=array):
                return float(getattr(self.weights[gate], array)[self.unit])
            case Sum(terms):
                return sum(map(self.scalar, terms))
            case Product(factors):
                return math.prod(map(self.scalar, factors))
            case Difference(left, right):
                return self.scalar(left) - self.scalar(right)
            case Application(function, argument):
                return ACTIVATIONS[function].value(self.scalar(argument))
        raise NotImplementedError(f"An equation must not have a number {text_of(expression)!r}.")

    def linear_terms(self, expression: Expression, factor: float = 1.0) -> Iterator[LinearTerm]:
        """Yield the terms that a sum consists of at the unit, what multiplies them multiplied out.

        Args:
            expression: A sum of biases and of products with matrices; other factors come before these.
            factor: What to multiply all terms by.
        """
        match expression:
            case Sum(terms):
                for term in terms:
                    yield from self.linear_terms(term, factor)
            case Product((*factors, last)):
                yield from self.linear_terms(last, factor * math.prod(map(self.scalar, factors)))
            case MatrixProduct(Weight(gate=gate, array=array), vector):
                column = np.asarray(getattr(self.weights[gate], array), np.float64)[:, self.unit]
                yield LinearTerm(vector, factor * column, self._vector(vector, len(column)))
            case Weight():
                yield LinearTerm(None, np.array([factor * self.scalar(expression)]), np.ones(1))
            case _:
                raise NotImplementedError(f"A sum must not have a term {text_of(expression)!r}.")

    def _vector(self, expression: Expression, size: int) -> Floats:
        """Return an expression's value at all units or features, of which there are this many."""
        match expression:
            case Input():
                return _checked_vector("x", self.x, size)
            case Value(signal=signal, before=before):
                name = signal.replace("_", " ")
                if before:
                    return _checked_vector(f"The previous {name}", self.previous[signal], size)
                return _checked_vector(f"The {name}", self.now[signal], size)
            case Product(factors):
                return np.asarray(math.prod(self._vector(factor, size) for factor in factors))
        raise NotImplementedError(f"An equation must not have a vector {text_of(expression)!r}.")


@dataclass(frozen=True, eq=False)
class LinearTerm:
    """The product of some weights and what they multiply.

    Attributes:
        vector: What the activity is; None of a bias, which multiplies 1.
        weights: `[row]`.
        activity: `[row]`.
    """

    vector: Expression | None
    weights: Floats
    activity: Floats


def _checked_vector(what: str, values: Array, size: int) -> Floats:
    vector: Floats = np.asarray(values, np.float64)
    if vector.shape != (size,):
        raise AnalysisError(f"{what} must have the shape [{size}] to fit the weights, got {list(vector.shape)}.")
    return vector
