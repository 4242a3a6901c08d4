"""What of a step goes into its file, and in which precision."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from tb_rnn_plugin.log.schema import Array, LayerInfo, LayerTrace, gradient_state
from tb_rnn_plugin.log.traces import step_arrays


def stored_arrays(
    layers: Sequence[LayerTrace], predictions: Mapping[str, Array], dtype: np.dtype[Any]
) -> dict[str, Array]:
    """Return every array of a step's file by name.

    Args:
        layers: What each layer did.
        predictions: The model's outputs by name, each with samples on the first axis.
        dtype: What floating-point values are stored as; of an array with a value too large for float16, float32.
    """
    return {name: _narrow(name, array, dtype) for name, array in step_arrays(layers, predictions)}


def step_document(step: int, layers: Sequence[LayerInfo]) -> dict[str, Any]:
    """Return the JSON document of a step's file."""
    return {"kind": "step", "step": step, "layers": [layer.to_json() for layer in layers]}


def _narrow(name: str, array: Array, dtype: np.dtype[Any]) -> Array:
    if gradient_state(name.rpartition("/")[2]) is not None:
        # They span many orders of magnitude, and float16 ends at 6e-8.
        return array.astype(np.float32, copy=False)
    if array.dtype.kind != "f" or array.dtype.itemsize <= dtype.itemsize:
        return array
    with np.errstate(over="ignore"):
        narrow = array.astype(dtype, order="C")
    overflows = dtype == np.float16 and np.isinf(narrow).sum() != np.isinf(array).sum()
    return array.astype(np.float32) if overflows else narrow
