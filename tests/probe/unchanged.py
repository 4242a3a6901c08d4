"""Captures as a user would, and compares the model with what it was before: every variable, every attribute."""

from __future__ import annotations

from typing import Any

import numpy as np

from tb_rnn_plugin import capture


def looked_at(model: Any, inputs: Any, **options: Any) -> Any:
    """Return what `capture` does, after checking that the model, which must be built, is unchanged."""
    before = variables(model), attributes(model)
    acts = capture(model, inputs, **options)
    assert_unchanged(model, before)
    return acts


def assert_unchanged(model: Any, before: tuple[dict[str, bytes], dict[str, int]]) -> None:
    """Compare a model with its earlier variables and attributes."""
    for now, then in zip((variables(model), attributes(model)), before, strict=True):
        assert now == then


def variables(model: Any) -> dict[str, bytes]:
    """Return the bits of every variable, including those of stateful layers and seeds."""
    everything = {id(v): v for layer in model._flatten_layers() for v in layer.variables}
    return {f"{i} {v.path}": np.asarray(v.numpy()).tobytes() for i, v in enumerate(everything.values())}


def attributes(model: Any) -> dict[str, int]:
    """Return the attributes of every layer and cell, except those that Keras sets at its first call."""
    return {
        f"{i} {layer.name} {name}": id(value)
        for i, layer in enumerate(model._flatten_layers())
        for name, value in vars(layer).items()
        if value is not None and name != "_called"
    }
