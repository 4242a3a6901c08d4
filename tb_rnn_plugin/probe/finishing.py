"""Prepares a call's tensors for the log, still in the graph: their precision, masked timesteps, gradients by state."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from tb_rnn_plugin.probe.backend import keras
from tb_rnn_plugin.probe.backends.base import Tensor
from tb_rnn_plugin.probe.one_pass import LayerCall

ops = keras.ops


def finished(call: LayerCall) -> dict[str, Any]:
    """Return a call's signals, states, inputs and mask: at least float32, signals NaN where masked."""
    mask = None if call.mask is None else ops.cast(ops.reshape(call.mask, ops.shape(call.mask)[:2]), "bool")
    made: dict[str, Any] = {
        "signals": _masked(call.signals, mask, call.unmasked),
        "states": {name: _widened(state) for name, state in call.states.items()},
    }
    if call.inputs is not None:
        made["inputs"] = _widened(call.inputs)
    if mask is not None:
        made["mask"] = mask
    return made


def finished_gradients(call: LayerCall, mask: Tensor | None, gradients: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Return the loss' gradient by each state, `[time, sample, unit]`: at least float32, NaN where masked.

    Args:
        call: The call, with zeros.
        mask: Its finished mask, `[sample, time]` of bool, or None.
        gradients: By key of the zeros, `[sample, time, all units of all states]`.
    """
    parts = [zeros.split(_widened(gradients[zeros.key])) for zeros in call.zeros]
    joined = {name: ops.concatenate([part[name] for part in parts], axis=1) for name in parts[0]}
    return _masked({name: ops.transpose(gradient, (1, 0, 2)) for name, gradient in joined.items()}, mask)


def _masked(
    tensors: Mapping[str, Tensor], mask: Tensor | None, unmasked: frozenset[str] = frozenset()
) -> dict[str, Tensor]:
    widened = {name: _widened(tensor) for name, tensor in tensors.items()}
    if mask is None:
        return widened
    present = ops.expand_dims(ops.transpose(mask), -1)
    return {name: t if name in unmasked else ops.where(present, t, np.nan) for name, t in widened.items()}


def _widened(tensor: Tensor) -> Tensor:
    dtype = keras.backend.standardize_dtype(tensor.dtype)
    return tensor if dtype == "float64" else ops.cast(tensor, "float32")
