"""Which equations a Keras cell follows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tb_rnn_plugin.probe.backend import keras
from tb_rnn_plugin.probe.instrumented.base import InstrumentedCell, OtherCell
from tb_rnn_plugin.probe.instrumented.conv_lstm import ConvLSTM
from tb_rnn_plugin.probe.instrumented.equations import GRU, LSTM, SimpleRNN
from tb_rnn_plugin.probe.keras_internals import COMPUTATIONS, ConvLSTMCell
from tb_rnn_plugin.probe.naming import is_stack, key_in, stack_names


def instrument(cell: Any, key: str) -> InstrumentedCell:
    """Return the instrumented form of a cell.

    A subclass that overrides the computation of its Keras parent is not that parent: never are equations applied to it
    that are not its own.

    Args:
        cell: The Keras cell.
        key: The layer's key, for messages.
    """
    layers = keras.layers
    known: dict[Any, Callable[[Any], InstrumentedCell]] = {
        layers.LSTMCell: LSTM,
        layers.GRUCell: GRU,
        layers.SimpleRNNCell: SimpleRNN,
        ConvLSTMCell: ConvLSTM,
    }
    for base, form in known.items():
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
