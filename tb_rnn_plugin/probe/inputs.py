"""Checks the probe batch against the model, before anything is compiled."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
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
    what = "targets" if stem == "target" else "probe"
    names = [stem] if len(flat) == 1 else [f"{stem}_{i}" for i in range(len(flat))]
    return {name: as_array(array, what) for name, array in zip(names, flat, strict=True)}


def checked_probe(model: Any, probe: Any) -> Any:
    """Return the probe as nested arrays that the model can be called with.

    Args:
        model: The model, built.
        probe: The user's batch: an array, or a list, tuple or dict of arrays, as the model takes them.

    Raises:
        ProbeError: it is empty, holds neither numbers nor strings, or has another shape than the model's inputs.
    """
    is_list_of_rows = isinstance(probe, (list, tuple)) and not any(map(_is_whole, probe))
    arrays = (
        as_array(probe, "probe")
        if is_list_of_rows
        else keras.tree.map_structure(lambda part: as_array(part, "probe"), probe)
    )
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


def check_model(model: Any) -> None:
    """Raise a ProbeError unless a model is one of the Keras that this process runs."""
    if any(base.__module__.partition(".")[0] == "tf_keras" for base in type(model).__mro__):
        raise ProbeError(
            f"model must be of Keras 3, got {type(model).__name__} of Keras 2 (tf_keras): build it with `import keras`,"
            " and leave the environment variable TF_USE_LEGACY_KERAS unset."
        )
    if not isinstance(model, keras.Model):
        raise ProbeError(f"model must be a keras.Model, got {type(model).__name__}: wrap a layer in a Sequential.")


def check_callable(model: Any) -> None:
    """Raise a ProbeError if the class of a model has no `call`, as those that only have a `train_step`."""
    if type(model).call in (keras.Model.call, keras.Layer.call):
        raise ProbeError(
            f"model must have a call method to be probed, and {type(model).__name__} has none: probe a part of it that "
            "has one, by capture(model.part, …), or in training by keras.callbacks.CallbackList([RNNTimeline(…)], "
            "model=model.part), whose methods your loop or another callback calls."
        )


def symbolic(arrays: Any) -> Any:
    """Return nested arrays as symbolic tensors of their shapes and dtypes; Keras calls any text "string"."""
    return keras.tree.map_structure(
        lambda a: keras.KerasTensor(a.shape, "string" if _is_text(a) else str(a.dtype)), arrays
    )


def _is_text(array: Array) -> bool:
    return array.dtype.kind in "SUO"


def as_array(value: Any, what: str) -> Array:
    """Return one of the arrays that the user passes, of numbers or text.

    Args:
        value: What the user passed.
        what: The argument it is part of, as in "… must be an array".

    Raises:
        ProbeError: it is no such array; the message says what to pass instead.
    """
    instead = _instead_of(value)
    if instead is not None:
        raise ProbeError(f"{what} must be an array or nested arrays, got a {type(value).__name__}: {instead}.")
    try:
        array: Array = backend.to_numpy(value) if backend.is_tensor(value) else np.asarray(value)
    except (TypeError, ValueError) as error:
        raise ProbeError(f"{what} must be an array or nested arrays, got {type(value).__name__} ({error}).") from error
    if str(array.dtype) == "bfloat16":
        return array.astype(np.float32)
    is_text = array.dtype.kind == "O" and all(isinstance(item, (str, bytes)) for item in array.flat)
    if array.dtype.kind not in "biufSU" and not is_text:
        raise ProbeError(
            f"{what} must hold numbers or strings, got an array of dtype {array.dtype} and shape {array.shape}: "
            "if its rows differ in length, pad them to one."
        )
    return array


def _is_whole(part: Any) -> bool:
    """Return whether a part of a list is an array of all samples, or should be one, and not a row."""
    return hasattr(part, "shape") or _instead_of(part) is not None


def _instead_of(value: Any) -> str | None:
    """Return what to pass instead of a value that holds arrays in another form; None if it is in no such form."""
    if backend.is_ragged(value):
        return "it must be dense; pad its rows to one length, and mask the padding"
    if backend.is_sparse(value):
        return "it must be dense; pass `tf.sparse.to_dense(…)` of it"
    if hasattr(value, "toarray"):
        return "it must be dense; pass its `toarray()`"
    if backend.is_dataset(value) or isinstance(value, Iterator):
        return "take one batch, `x, y = next(iter(dataset))`, and pass its arrays, the inputs x and the targets y"
    if isinstance(value, keras.utils.PyDataset):
        return "take one batch, `x, y = dataset[0]`, and pass its arrays, the inputs x and the targets y"
    return None


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
