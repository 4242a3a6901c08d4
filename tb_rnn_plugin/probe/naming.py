"""Keys of layers: chains of layer names from the model down, the same in every process."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from tb_rnn_plugin.probe.backend import keras


def walk(parent: Any, prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Yield every layer below a model by key, in the model's order; one that is used twice comes twice.

    A key is the chain of names from the model down, without the model's own: `"lstm"`, `"encoder/lstm"`,
    `"bidirectional/forward_lstm"`; the cells of a stack are named as if they were the layer's own, `"rnn/lstm_cell"`.
    """
    children = parent._flatten_layers(include_self=False, recursive=False)
    for name, child in zip(child_names(children), children, strict=True):
        if is_stack(child) and isinstance(parent, keras.layers.RNN):
            named = zip(stack_names(child), child.cells, strict=True)
            yield from ((prefix + cell_name, cell) for cell_name, cell in named if isinstance(cell, keras.Layer))
            continue
        yield prefix + name, child
        yield from walk(child, f"{prefix}{name}/")


def is_stack(cell: Any) -> bool:
    """Tell whether a cell is a stack of cells as Keras computes it."""
    stack = keras.layers.StackedRNNCells
    return isinstance(cell, stack) and type(cell).call is stack.call


def stack_names(stack: Any) -> list[str]:
    """Return a name for each cell of a `StackedRNNCells`; one that is no layer, and so has none, is `cell_<index>`."""
    names = iter(child_names([cell for cell in stack.cells if isinstance(cell, keras.Layer)]))
    return [next(names) if isinstance(cell, keras.Layer) else f"cell_{i}" for i, cell in enumerate(stack.cells)]


def key_in(key: str, name: str) -> str:
    """Return the key of a cell in a recurrent layer; one without a name, the only one, is the layer itself."""
    return f"{key}/{name}" if name else key


def child_names(children: Sequence[Any]) -> list[str]:
    """Return a name for each child of one layer, unique among them.

    Keras numbers the layers that the user did not name through the whole process: the `lstm` of one model is the
    `lstm_1` of a model built after it. Their numbers are counted from the lowest among siblings here, so that the names
    are those of a fresh process.
    """
    numbers = [_automatic_number(child) for child in children]
    stems = [re.sub(r"_\d+$", "", child.name) for child in children]
    kept = {
        stem
        for stem in set(stems)
        if not _ascends([n for n, other in zip(numbers, stems, strict=True) if other == stem and n is not None])
    }
    taken = {c.name for c, n, s in zip(children, numbers, stems, strict=True) if n is None or s in kept}
    names: list[str] = []
    for child, number, stem in zip(children, numbers, stems, strict=True):
        if (number is None or stem in kept) and child.name not in names:
            names.append(child.name)
            continue
        lowest = min((n for n, other in zip(numbers, stems, strict=True) if other == stem and n is not None), default=0)
        names.append(_next_free(stem, (number or 0) - lowest, taken))
        taken.add(names[-1])
    return names


def _automatic_number(layer: Any) -> int | None:
    """Return the number of a name that Keras may have made (`lstm`: 0, `lstm_3`: 3), None where the user must have.

    Keras does not record who chose a name. But its own derive from the layer's class, and it counts them: one with a
    number that it has not reached yet is the user's. What `Bidirectional` puts before a name is left in place.
    """
    from keras.src.backend.common import global_state
    from keras.src.utils.naming import to_snake_case

    stem = to_snake_case(type(layer).__name__)
    match = re.fullmatch(rf"(?:forward_|backward_)?{re.escape(stem)}(?:_(\d+))?", layer.name)
    number = int(match[1] or 0) if match else 0
    made = (global_state.get_global_attribute("object_name_uids") or {}).get(stem, 0)
    return number if match and number < made else None


def _ascends(numbers: Sequence[int]) -> bool:
    """Tell whether numbers stand in the order in which Keras hands them out; else the user chose the names."""
    return list(numbers) == sorted(numbers)


def _next_free(stem: str, number: int, taken: set[str]) -> str:
    while (name := f"{stem}_{number}" if number else stem) in taken:
        number += 1
    return name
