"""Finds the layers of a model, and chooses those to capture."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from typing import Any, TypeAlias, TypeGuard

from tb_rnn_plugin.probe.backend import keras
from tb_rnn_plugin.probe.errors import ProbeError
from tb_rnn_plugin.probe.keras_internals import flatten_layers
from tb_rnn_plugin.probe.naming import is_stack, key_in, stack_names, walk

LayerChoice: TypeAlias = str | keras.Layer | Iterable[str | keras.Layer] | Callable[[Any], bool] | None


@dataclass(frozen=True)
class Layers:
    """Layers of a model by key, each once, in the model's order.

    Attributes:
        recurrent: Layers that loop over time; the cells of a stack have keys of their own, see `keys_of`.
        cells: Cells that the model may call by hand, one timestep at a time.
        others: Layers whose output is captured.
        named: Keys chosen by the user; None for all recurrent layers.
        required: Those that must be captured: a pattern or a function takes what is captured of what it chooses.
        inside: By key of a cell of a recurrent layer, and of a layer in one, the key of the recurrent layer.
        everything: The model and all layers in it, chosen or not.
    """

    recurrent: Mapping[str, Any]
    cells: Mapping[str, Any]
    others: Mapping[str, Any]
    named: frozenset[str] | None
    required: frozenset[str]
    inside: Mapping[str, str]
    everything: tuple[Any, ...]

    @property
    def stateful(self) -> list[Any]:
        """All stateful layers, chosen or not."""
        return [layer for layer in self.everything if isinstance(layer, keras.layers.RNN) and layer.stateful]

    def includes(self, key: str) -> bool:
        """Return whether a key is to be captured."""
        return self.named is None or key in self.named


def find_layers(model: Any) -> Layers:
    """Return all layers of a model."""
    found: dict[str, dict[str, Any]] = {"recurrent": {}, "cells": {}, "others": {}}
    seen: set[int] = set()
    everywhere = list(walk(model))
    recurrent = [key for key, layer in everywhere if isinstance(layer, keras.layers.RNN)]
    # A cell of a recurrent layer that the model also holds, to call it by hand, keeps its key in the model.
    for key, layer in sorted(everywhere, key=lambda item: _is_cell(item[1]) and _is_below(item[0], recurrent)):
        if id(layer) not in seen and not is_stack(layer) and not isinstance(layer, keras.layers.InputLayer):
            seen.add(id(layer))
            is_recurrent = isinstance(layer, keras.layers.RNN)
            found["recurrent" if is_recurrent else "cells" if _is_cell(layer) else "others"][key] = layer
    inside = {key: parent for parent in reversed(recurrent) for key, _ in everywhere if _is_below(key, [parent])}
    everything = {id(layer): layer for layer in flatten_layers(model)}
    return Layers(**found, named=None, required=frozenset(), inside=inside, everything=tuple(everything.values()))


def in_a_cell(parent: str) -> str:
    """Return why a layer in the cell of a recurrent layer is not captured, and what to do."""
    return (
        f"it is a part of the cell of layer {parent!r}, in whose loop over time its values stay; choose {parent!r}, "
        "and call record(…) in the cell for what else you want to see"
    )


def keys_of(key: str, layer: Any) -> list[str]:
    """Return the keys under which a recurrent layer is captured: its own, or one for each cell of its stack."""
    return [key_in(key, name) for name in (stack_names(layer.cell) if is_stack(layer.cell) else [""])]


def listed(choice: LayerChoice) -> LayerChoice:
    """Return a choice that can be read more than once, which an iterator cannot."""
    return list(choice) if _is_several(choice) else choice


def _is_several(choice: LayerChoice) -> TypeGuard[Iterable[str | keras.Layer]]:
    return isinstance(choice, Iterable) and not isinstance(choice, (str, keras.Layer))


def choose(model: Any, layers: Layers, choice: LayerChoice) -> Layers:
    """Return the layers to capture.

    Args:
        model: The model, for the message that it has no recurrent layer.
        layers: All of its layers.
        choice: Keys, or layers; patterns (`"encoder/*"`), which match recurrent layers or, if they match none, other
            layers; or a function that returns whether to capture a layer. None for all recurrent layers.

    Raises:
        ProbeError: there is no such layer.
    """
    if choice is None:
        if not layers.recurrent and not layers.cells:
            names = ", ".join(repr(layer.name) for layer in model.layers) or "none"
            raise ProbeError(
                f"The model must have at least one recurrent layer (a keras.layers.RNN), got layers {names}."
            )
        return replace(layers, others={})
    by_hand = {key: cell for key, cell in layers.cells.items() if not _is_below(key, layers.recurrent)}
    captured = {key: [key] for key in [*by_hand, *layers.others]}
    captured.update({key: keys_of(key, layer) for key, layer in layers.recurrent.items()})
    everything = {**layers.recurrent, **by_hand, **layers.others}
    exact, matching = _chosen(everything, layers.others, captured, layers.inside, choice)
    required = frozenset(name for key in exact for name in captured.get(key, [key]))
    named = required.union(name for key in matching for name in captured.get(key, [key]))
    return replace(
        layers,
        recurrent={key: layer for key, layer in layers.recurrent.items() if named.intersection(captured[key])},
        cells={key: cell for key, cell in by_hand.items() if key in named},
        others={key: layer for key, layer in layers.others.items() if key in named},
        named=named,
        required=required,
    )


def _chosen(
    everything: Mapping[str, Any],
    others: Mapping[str, Any],
    captured: Mapping[str, list[str]],
    inside: Mapping[str, str],
    choice: Any,
) -> tuple[list[str], list[str]]:
    """Return the keys, of layers or of cells in a stack, that the user names, and those that match or are chosen.

    Args:
        everything: All layers by key.
        others: Those that are not recurrent.
        captured: By key, the keys under which a layer is captured.
        inside: As in `Layers`.
        choice: As in `choose`.
    """
    recurrent = [key for key in everything if key not in others]
    known = [*recurrent, *(name for key in recurrent for name in captured[key] if name != key)]
    reached = [key for key in known if key not in recurrent or key not in inside]
    choices = f"The recurrent layers of this model are {_spelled(reached)}; the others are {_spelled(others)}."
    if callable(choice) and not isinstance(choice, keras.Layer):
        chosen = [key for key, layer in everything.items() if choice(layer)]
        if not chosen:
            raise ProbeError(f"layers= is a function that chooses none of the model's layers. {choices}")
        return [], chosen
    key_of = {id(layer): key for key, layer in everything.items()}
    patterns = [key_of.get(id(item), item) for item in (choice if _is_several(choice) else [choice])]
    if not patterns or not all(isinstance(pattern, str) for pattern in patterns):
        raise ProbeError(f"layers must be keys, patterns, layers or a function of a layer, got {choice!r}. {choices}")
    exact, matching = [], []
    for pattern in patterns:
        if pattern in known or pattern in others:
            exact.append(pattern)
            continue
        found = _matching(known, pattern) or _matching(others, pattern)
        if not found:
            inner = _matching(inside, pattern)
            why = f"{inner[0]!r}: {in_a_cell(inside[inner[0]])}" if inner else "no layer"
            raise ProbeError(f"layers names {pattern!r}, which matches {why}. {choices}")
        matching += found
    return exact, matching


def _matching(keys: Iterable[str], pattern: str) -> list[str]:
    return [key for key in keys if fnmatchcase(key, pattern)]


def _is_cell(layer: Any) -> bool:
    """Return whether a layer is a cell, by what Keras requires of a cell."""
    return hasattr(layer, "state_size") and "states" in inspect.signature(layer.call).parameters


def _is_below(key: str, parents: Iterable[str]) -> bool:
    return any(key.startswith(f"{parent}/") for parent in parents)


def _spelled(keys: Iterable[str]) -> str:
    return ", ".join(map(repr, keys)) or "none"
