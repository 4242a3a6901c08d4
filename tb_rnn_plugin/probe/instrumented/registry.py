"""Which instrumented form a Keras cell has."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from tb_rnn_plugin.probe.instrumented.base import InstrumentedCell
from tb_rnn_plugin.probe.instrumented.other import OtherCell
from tb_rnn_plugin.probe.keras_internals import COMPUTATIONS
from tb_rnn_plugin.probe.naming import is_stack, key_in, stack_names

Form = TypeVar("Form", bound=Callable[[Any], InstrumentedCell])

_FORMS: dict[Any, Callable[[Any], InstrumentedCell]] = {}
"""By Keras cell class. Each module of this package adds its own."""


def instruments(keras_cell: Any) -> Callable[[Form], Form]:
    """Return a decorator that registers a class as the instrumented form of a Keras cell."""

    def register(form: Form) -> Form:
        _FORMS[keras_cell] = form
        return form

    return register


def instrument(cell: Any, key: str) -> InstrumentedCell:
    """Return the instrumented form of a cell.

    A subclass that overrides a computation of its Keras parent has equations of its own, and is an `OtherCell`.

    Args:
        cell: The Keras cell.
        key: The layer's key, for messages.
    """
    for base, form in _FORMS.items():
        own = type(cell)
        if isinstance(cell, base) and all(getattr(own, c, None) is getattr(base, c, None) for c in COMPUTATIONS):
            return form(cell)
    return OtherCell(cell, key)


def parts(cell: Any, key: str) -> dict[str, InstrumentedCell]:
    """Return the cells that a layer's cell consists of: those of `StackedRNNCells` by name, any other under `""`."""
    if is_stack(cell):
        return {
            name: instrument(part, key_in(key, name)) for name, part in zip(stack_names(cell), cell.cells, strict=True)
        }
    return {"": instrument(cell, key)}
