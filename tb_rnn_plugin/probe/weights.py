"""`weights`: the weights of a model's layer by gate, without a batch."""

from __future__ import annotations

from typing import Any

from tb_rnn_plugin.analysis import GateWeights, gate_weights
from tb_rnn_plugin.log.schema import Array
from tb_rnn_plugin.probe.backend import backend
from tb_rnn_plugin.probe.errors import ProbeError
from tb_rnn_plugin.probe.inputs import check_model
from tb_rnn_plugin.probe.instrumented import instrument, parts
from tb_rnn_plugin.probe.layers import find_layers
from tb_rnn_plugin.probe.naming import key_in


def weights(model: Any, layer: str) -> dict[str, GateWeights]:
    """Return the weights of a model's recurrent layer by gate: `W`, `U` and the biases of each.

    Args:
        model: The Keras model, built.
        layer: The layer's key, as `capture` names it: `"lstm"`, `"encoder/lstm"`, `"rnn/lstm_cell"` in a stack.

    Example:
        >>> weights(model, "lstm")["forget_gate"].U.shape   # doctest: +SKIP
        (128, 128)

    Raises:
        ProbeError: the model has no such recurrent layer, or is not built.
        ValueError: the cell's gates are not known.
    """
    check_model(model)
    found = find_layers(model)
    below = tuple(f"{key}/" for key in found.recurrent)
    cells = {key: instrument(cell, key) for key, cell in found.cells.items() if not key.startswith(below)}
    for key, recurrent in found.recurrent.items():
        cells.update({key_in(key, name): cell for name, cell in parts(recurrent.cell, key).items()})
    layer, _, _ = layer.partition("#")  # All calls of a layer share its weights.
    if layer not in cells:
        raise ProbeError(
            f"The recurrent layers of this model are {', '.join(map(repr, cells)) or 'none'}, got {layer!r}."
        )
    if not cells[layer].cell.built:
        raise ProbeError(f"Layer {layer!r} has no weights before the model is built: call the model, or build it.")
    return gate_weights(cells[layer].kind, cell_weights(cells[layer].cell))


def cell_weights(cell: Any) -> dict[str, Array]:
    """Return a cell's variables by name; a name used again by a layer inside the cell gets a number."""
    named: dict[str, Array] = {}
    for variable in getattr(cell, "weights", ()):
        name, number = variable.name, 1
        while name in named:
            number += 1
            name = f"{variable.name}#{number}"
        named[name] = backend.to_numpy(variable)
    return named
