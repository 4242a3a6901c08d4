"""What a traced pass holds of a model, so that a change of it is noticed."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from inspect import signature
from typing import Any

from tb_rnn_plugin.probe.backend import keras
from tb_rnn_plugin.probe.keras_internals import compilation, flatten_layers


class ModelState:
    """The layers, variables and settings of a model, and its compilation, as they are now.

    A traced pass reads the values of variables at each call. It holds everything else: which layers and variables there
    are, the settings of Keras' own layers (`activation`, `rate`, `cell`, …), the `trainable` and `dtype_policy` of all,
    and what `compile` made. Another attribute of a class of the user's is compared only if it holds layers: a number,
    as in Keras' own train step, is what it was when the pass was traced, until the model is compiled again. A list of
    more than `MAX_CONSTANTS` constants, such as a vocabulary, is compared by identity and length.

    Args:
        model: The model, built.

    Attributes:
        layers: The model and all layers in it.
        variables: Their variables.
        settings: For each layer, its name and settings.
        compilation: What the last `compile` made.
    """

    def __init__(self, model: Any) -> None:
        layers = {id(layer): layer for layer in flatten_layers(model)}.values()
        self.layers = _comparable(list(layers))
        self.variables = _comparable(list(model.variables))
        self.settings = [(layer.name, _settings(layer)) for layer in layers]
        self.compilation = _comparable(compilation(model))

    def change_to(self, other: ModelState) -> str | None:
        """Return how another state of the model differs, as in "the model …"; None if it does not."""
        if self.layers != other.layers:
            return "has other layers"
        for (name, before), (_, now) in zip(self.settings, other.settings, strict=True):
            changed = [key for key in {**before, **now} if before.get(key) != now.get(key)]
            if changed:
                return f"has another {changed[0]} in layer {name!r}"
        if self.variables != other.variables:
            return "has other variables"
        return "was compiled again" if self.compilation != other.compilation else None


MAX_CONSTANTS = 1000
"""Up to how many constants a list is compared item by item, which takes time at every step."""

_CONSTANTS = frozenset({type(None), bool, int, float, str})


class _Same:
    """Equals what stands for the same object. It keeps the object, so that no later one can have its identity."""

    __slots__ = ("of",)

    def __init__(self, of: Any) -> None:
        self.of = of

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and self.of is other.of

    def __hash__(self) -> int:
        return id(self.of)


def _comparable(value: Any) -> Any:
    """Return what stands for a value in a comparison: a constant equals constants like it, another object itself."""
    if type(value) in _CONSTANTS:
        return (value,)  # In a tuple, NaN equals itself.
    if isinstance(value, dict):
        return {key: _comparable(item) for key, item in value.items()}
    if _is_vocabulary(value):
        return [_Same(value), len(value)]
    if isinstance(value, (list, tuple)):
        return [_comparable(item) for item in value]
    return _Same(value)


def _is_vocabulary(value: Any) -> bool:
    """Return whether a value is a long list of constants, judged by its ends."""
    is_long = isinstance(value, (list, tuple)) and len(value) > MAX_CONSTANTS
    return is_long and type(value[0]) in _CONSTANTS and type(value[-1]) in _CONSTANTS


def _settings(layer: Any) -> Mapping[str, Any]:
    kind: Any = type(layer)
    known = _parameters(kind)
    made = {
        name: _comparable(value)
        for name, value in vars(layer).items()
        if name[0] != "_" and (known is None or name in known or _holds_layers(value))
    }
    return {**made, "trainable": layer.trainable, "dtype policy": layer.dtype_policy.name}


def _holds_layers(value: Any) -> bool:
    several = list(value.values()) if isinstance(value, dict) else value
    if isinstance(several, (list, tuple)) and not _is_vocabulary(several):
        return any(isinstance(item, keras.Layer) for item in several)
    return isinstance(several, keras.Layer)


@cache
def _parameters(kind: Any) -> frozenset[str] | None:
    """Return which attributes of a class of layers are settings; None for all public ones, of a class of Keras'."""
    if issubclass(kind, keras.Model):
        return frozenset()  # `fit` sets attributes of the model.
    if _is_from_keras(kind):
        return None
    made = [vars(base).get("__init__") for base in kind.__mro__ if _is_from_keras(base)]
    return frozenset(name for function in made if function for name in signature(function).parameters)


def _is_from_keras(kind: type) -> bool:
    return kind.__module__.partition(".")[0] == "keras"
