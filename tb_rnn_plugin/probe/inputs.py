"""Checks the probe batch against the model, before anything is compiled."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from tb_rnn_plugin.log.schema import Array
from tb_rnn_plugin.probe.backend import backend, keras
from tb_rnn_plugin.probe.errors import ProbeError


def named_arrays(nested: Any, stem: str) -> dict[str, Array]:
    """Return nested arrays by name: a dict's keys, or `stem` for one array and `stem_0`, `stem_1`, … for several."""
    if isinstance(nested, Mapping):
        return {name: array for key, part in nested.items() for name, array in named_arrays(part, str(key)).items()}
    flat = keras.tree.flatten(nested)
    names = [stem] if len(flat) == 1 else [f"{stem}_{i}" for i in range(len(flat))]
    return {name: _as_array(array) for name, array in zip(names, flat, strict=True)}


def checked_probe(model: Any, probe: Any) -> Any:
    """Return the probe as nested arrays that the model can be called with.

    Args:
        model: The model, built.
        probe: The user's batch: an array, or a list, tuple or dict of arrays, as the model takes them.

    Raises:
        ProbeError: it is empty, holds neither numbers nor strings, or has another shape than the model's inputs.
    """
    is_list_of_rows = isinstance(probe, (list, tuple)) and not any(hasattr(part, "shape") for part in probe)
    arrays = _as_array(probe) if is_list_of_rows else keras.tree.map_structure(_as_array, probe)
    flat = keras.tree.flatten(arrays)
    sizes = {array.shape[0] if array.ndim else 0 for array in flat}
    if not all(array.ndim and array.size for array in flat) or not flat:
        raise ProbeError(
            f"probe must hold at least one sample and one timestep, got {_shapes(flat)}: pass a few rows of your data."
        )
    if len(sizes) > 1:
        raise ProbeError(f"All inputs of probe must hold the same number of samples, got {_shapes(flat)}.")
    specs = _input_specs(model)
    if specs is not None:
        if len(specs) != len(flat):
            raise ProbeError(f"probe must hold {len(specs)} arrays, one per input of the model, got {len(flat)}.")
        # As in Keras, a dict is matched by the inputs' names if it has them, else by its order.
        by_name = isinstance(arrays, Mapping) and {name for name, _, _ in specs} == set(arrays)
        for (name, shape, dtype), array in zip(specs, flat, strict=True):
            _check(name, shape, dtype, arrays[name] if by_name else array)
    return arrays


def without_tensors(value: Any) -> Any:
    """Return what was passed beside the probe with the backend's tensors, at any depth, as arrays or nested lists."""
    if backend.is_ragged(value):
        return backend.to_lists(value)
    if backend.is_tensor(value):
        return backend.to_numpy(value)
    if isinstance(value, Mapping):
        return {name: without_tensors(part) for name, part in value.items()}
    # What has `__array__`, a data frame for example, may iterate over something else than its rows.
    is_sequence = (
        isinstance(value, Iterable) and not isinstance(value, (str, bytes)) and not hasattr(value, "__array__")
    )
    return [without_tensors(part) for part in value] if is_sequence else value


def symbolic(arrays: Any) -> Any:
    """Return nested arrays as symbolic tensors of their shapes and dtypes; Keras calls any text "string"."""
    return keras.tree.map_structure(
        lambda a: keras.KerasTensor(a.shape, "string" if _is_text(a) else str(a.dtype)), arrays
    )


def _is_text(array: Array) -> bool:
    return array.dtype.kind in "SUO"


def _as_array(value: Any) -> Array:
    if backend.is_ragged(value):
        raise ProbeError(
            f"probe must be dense, got a {type(value).__name__}: pad its rows to one length, and mask the padding."
        )
    try:
        array: Array = backend.to_numpy(value) if backend.is_tensor(value) else np.asarray(value)
    except (TypeError, ValueError) as error:
        raise ProbeError(f"probe must be an array or nested arrays, got {type(value).__name__} ({error}).") from error
    if str(array.dtype) == "bfloat16":
        return array.astype(np.float32)
    is_text = array.dtype.kind == "O" and all(isinstance(item, (str, bytes)) for item in array.flat)
    if array.dtype.kind not in "biufSU" and not is_text:
        raise ProbeError(
            f"probe must hold numbers or strings, got an array of dtype {array.dtype} and shape {array.shape}: "
            "if its rows differ in length, pad them to one."
        )
    return array


def _input_specs(model: Any) -> list[tuple[str, tuple[int | None, ...], str]] | None:
    """Return name, shape and dtype of each input; None for a subclassed model, which may not declare them."""
    inputs = getattr(model, "inputs", None)
    if not inputs:
        return None
    return [(tensor.name, tuple(tensor.shape), str(tensor.dtype)) for tensor in keras.tree.flatten(inputs)]


def _check(name: str, shape: tuple[int | None, ...], dtype: str, array: Array) -> None:
    fits = len(shape) == array.ndim and all(a in (None, b) for a, b in zip(shape, array.shape, strict=True))
    if not fits:
        raise ProbeError(
            f"probe must have the shape of the model's input {name!r}, {_spell(shape)}, got {_spell(array.shape)}."
        )
    if _is_text(array) != (dtype == "string"):
        raise ProbeError(f"probe must have a dtype that the model's input {name!r} takes ({dtype}), got {array.dtype}.")


def _spell(shape: tuple[int | None, ...]) -> str:
    return "(" + ", ".join("any" if n is None else str(n) for n in shape) + ("," if len(shape) == 1 else "") + ")"


def _shapes(arrays: list[Array]) -> str:
    return " and ".join(f"shape {array.shape}" for array in arrays) or "no arrays"
