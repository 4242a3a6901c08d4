"""Keys of layers: chains of layer names from the model down, the same in every process."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from tb_rnn_plugin.probe.backend import keras


def recurrent_layers(model: Any) -> dict[str, Any]:
    """Return the recurrent layers of a model by key, each layer once, in the model's order.

    A key is the chain of names from the model down, without the model's own: `"lstm"`, `"encoder/lstm"`,
    `"bidirectional/forward_lstm"`.
    """
    found: dict[str, Any] = {}
    seen: set[int] = set()
    for key, layer in _walk(model, ""):
        if isinstance(layer, keras.layers.RNN) and id(layer) not in seen:
            seen.add(id(layer))
            found[key] = layer
    return found


def _walk(parent: Any, prefix: str) -> Iterator[tuple[str, Any]]:
    children = parent._flatten_layers(include_self=False, recursive=False)
    for name, child in zip(child_names(children), children, strict=True):
        yield prefix + name, child
        yield from _walk(child, f"{prefix}{name}/")


def child_names(children: Sequence[Any]) -> list[str]:
    """Return a name for each child of one layer, unique among them.

    Keras numbers the layers that the user did not name through the whole process: the `lstm` of one model is the
    `lstm_1` of a model built after it. Those are numbered anew here, from the parent down.
    """
    stems = [_automatic_stem(child.name) for child in children]
    taken = {child.name for child, stem in zip(children, stems, strict=True) if stem is None}
    names: list[str] = []
    for child, stem in zip(children, stems, strict=True):
        if stem is None and child.name not in names:
            names.append(child.name)
        else:
            names.append(_next_free(stem or child.name, taken))
        taken.add(names[-1])
    return names


def _automatic_stem(name: str) -> str | None:
    """Return `lstm` for a name that Keras made (`lstm`, `lstm_3`), None for one that it cannot have made.

    Keras does not record who chose a name, but it counts the names that it made: one with a number it has not
    reached, or with a stem that it never used, is the user's. What `Bidirectional` puts before a name is left in
    place.
    """
    match = re.fullmatch(r"((?:forward_|backward_)?)(.+?)(?:_(\d+))?", name)
    if match is None:
        return None
    prefix, stem, number = match[1], match[2], int(match[3] or 0)
    return prefix + stem if number < _names_made(stem) else None


def _names_made(stem: str) -> int:
    """Return how many layers Keras has named after `stem` in this process."""
    from keras.src.backend.common import global_state

    counts = global_state.get_global_attribute("object_name_uids") or {}
    return int(counts.get(stem, 0))


def _next_free(stem: str, taken: set[str]) -> str:
    name, number = stem, 0
    while name in taken:
        number += 1
        name = f"{stem}_{number}"
    return name
