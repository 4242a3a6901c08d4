"""Captures as a user would, and holds the model against what it was before: every variable, every attribute."""

from __future__ import annotations

from typing import Any

import numpy as np

from tb_rnn_plugin import capture


def looked_at(model: Any, inputs: Any, **options: Any) -> Any:
    """Return what `capture` does, having checked that the model, which must be built, is as it was."""
    before = variables(model), attributes(model)
    acts = capture(model, inputs, **options)
    assert_unchanged(model, before)
    return acts


def assert_unchanged(model: Any, before: tuple[dict[str, bytes], dict[str, int]]) -> None:
    """Hold a model against its variables and attributes of an earlier time."""
    for now, then in zip((variables(model), attributes(model)), before, strict=True):
        assert now == then


def variables(model: Any) -> dict[str, bytes]:
    """Return the bits of every variable, those of stateful layers and of seeds included."""
    everything = {id(v): v for layer in model._flatten_layers() for v in layer.variables}
    return {f"{i} {v.path}": np.asarray(v.numpy()).tobytes() for i, v in enumerate(everything.values())}


def attributes(model: Any) -> dict[str, int]:
    """Return what every layer and cell holds, less what Keras itself sets when it is called for the first time."""
    return {
        f"{i} {layer.name} {name}": id(value)
        for i, layer in enumerate(model._flatten_layers())
        for name, value in vars(layer).items()
        if value is not None and name != "_called"
    }
