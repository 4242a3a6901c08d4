"""What a call's tensors become before they leave the graph."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from tb_rnn_plugin.probe.backend import keras
from tb_rnn_plugin.probe.one_pass import LayerCall

ops = keras.ops


def finished(call: LayerCall, gradients: Mapping[int, Any]) -> dict[str, Any]:
    """Return a call's tensors: at least float32, and NaN where masked.

    Args:
        call: The call, in the graph.
        gradients: The loss' gradient by each tensor of zeros, by its `id`.
    """
    mask = None if call.mask is None else ops.cast(ops.reshape(call.mask, ops.shape(call.mask)[:2]), "bool")
    present = None if mask is None else ops.expand_dims(ops.transpose(mask), -1)

    def masked(tensors: Mapping[str, Any]) -> dict[str, Any]:
        widened = {name: _widened(tensor) for name, tensor in tensors.items()}
        return widened if present is None else {name: ops.where(present, t, np.nan) for name, t in widened.items()}

    made: dict[str, Any] = {
        "signals": masked(call.signals),
        "states": {name: _widened(state) for name, state in call.states.items()},
    }
    if call.inputs is not None:
        made["inputs"] = _widened(call.inputs)
    if call.zeros:
        made["gradients"] = masked(_by_state(call, gradients))
    if mask is not None:
        made["mask"] = mask
    return made


def _by_state(call: LayerCall, gradients: Mapping[int, Any]) -> dict[str, Any]:
    """Return the gradient by each state, `[time, sample, unit]`."""
    stretches = [zeros.split(_widened(gradients[id(zeros.tensor)])) for zeros in call.zeros]
    joined = {name: ops.concatenate([stretch[name] for stretch in stretches], axis=1) for name in stretches[0]}
    return {name: ops.transpose(gradient, (1, 0, 2)) for name, gradient in joined.items()}


def _widened(tensor: Any) -> Any:
    dtype = keras.backend.standardize_dtype(tensor.dtype)
    return tensor if dtype == "float64" else ops.cast(tensor, "float32")
