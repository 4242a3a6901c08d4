"""Keys of layers: chains of layer names from the model down, the same in every process."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from tb_rnn_plugin.probe.backend import keras
from tb_rnn_plugin.probe.keras_internals import flatten_layers, names_made, to_snake_case


def walk(parent: Any, prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Yield every layer below a model by key, in the model's order; a layer that is held twice is yielded twice.

    A key is the chain of names from the model down, without the model's own: `"lstm"`, `"encoder/lstm"`,
    `"bidirectional/forward_lstm"`; the cells of a stack are named as the layer's children, `"rnn/lstm_cell"`.
    """
    children = flatten_layers(parent, include_self=False, recursive=False)
    for name, child in zip(child_names(children), children, strict=True):
        if is_stack(child) and isinstance(parent, keras.layers.RNN):
            named = zip(stack_names(child), child.cells, strict=True)
            yield from ((prefix + cell_name, cell) for cell_name, cell in named if isinstance(cell, keras.Layer))
            continue
        yield prefix + name, child
        yield from walk(child, f"{prefix}{name}/")


def is_stack(cell: Any) -> bool:
    """Return whether a cell is a `StackedRNNCells` with Keras' own computation."""
    stack = keras.layers.StackedRNNCells
    return isinstance(cell, stack) and type(cell).call is stack.call


def stack_names(stack: Any) -> list[str]:
    """Return a name for each cell of a `StackedRNNCells`; a cell that is not a layer is named `cell_<index>`."""
    names = iter(child_names([cell for cell in stack.cells if isinstance(cell, keras.Layer)]))
    return [next(names) if isinstance(cell, keras.Layer) else f"cell_{i}" for i, cell in enumerate(stack.cells)]


def key_in(key: str, name: str) -> str:
    """Return the key of a cell in a recurrent layer; the layer's only cell has no name, and the layer's key."""
    return f"{key}/{name}" if name else key


def child_names(children: Sequence[Any]) -> list[str]:
    """Return a name for each child of one layer, unique among them.

    Keras numbers the layers that the user did not name through the whole process: the `lstm` of one model is the
    `lstm_1` of a model built after it. Here numbers count from the lowest among siblings, so that the names are the
    same in every process.
    """
    numbers = [_automatic_number(child) for child in children]
    stems = [re.sub(r"_\d+$", "", child.name) for child in children]
    kept = {
        stem
        for stem in set(stems)
        if not _ascends([n for n, other in zip(numbers, stems, strict=True) if other == stem and n is not None])
    }
    used = {c.name for c, n, s in zip(children, numbers, stems, strict=True) if n is None or s in kept}
    names: list[str] = []
    for child, number, stem in zip(children, numbers, stems, strict=True):
        if (number is None or stem in kept) and child.name not in names:
            names.append(child.name)
            continue
        lowest = min((n for n, other in zip(numbers, stems, strict=True) if other == stem and n is not None), default=0)
        names.append(_next_free(stem, (number or 0) - lowest, used))
        used.add(names[-1])
    return names


def _automatic_number(layer: Any) -> int | None:
    """Return the number of a name that Keras may have made (`lstm`: 0, `lstm_3`: 3), None for one the user chose.

    Keras does not record who chose a name. But its own names derive from the layer's class, and it counts them: a name
    with a number that Keras has not reached is the user's. The prefix that `Bidirectional` adds is kept.
    """
    stem = to_snake_case(type(layer).__name__)
    match = re.fullmatch(rf"(?:forward_|backward_)?{re.escape(stem)}(?:_(\d+))?", layer.name)
    number = int(match[1] or 0) if match else 0
    return number if match and number < names_made(stem) else None


def _ascends(numbers: Sequence[int]) -> bool:
    """Return whether numbers ascend, as those that Keras assigns do."""
    return list(numbers) == sorted(numbers)


def _next_free(stem: str, number: int, used: set[str]) -> str:
    while (name := f"{stem}_{number}" if number else stem) in used:
        number += 1
    return name
