"""Checks the initial states that the user gives."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from tb_rnn_plugin.probe.backend import keras
from tb_rnn_plugin.probe.errors import ProbeError
from tb_rnn_plugin.probe.layers import keys_of

ops = keras.ops


def check_stateful(layers: Sequence[Any], samples: int) -> None:
    """Check that stateful layers were built for the probe's batch size.

    Raises:
        ProbeError: one was built for another.
    """
    for layer in layers:
        kept = keras.tree.flatten(layer.states or [])
        size = kept[0].shape[0] if kept else samples
        if size != samples:
            raise ProbeError(
                f"Layer {layer.name!r} is stateful with batch size {size}, so probe must hold {size} samples, "
                f"got {samples}."
            )


def checked_states(recurrent: Mapping[str, Any], states: str | Mapping[str, Any], samples: int) -> dict[str, list[Any]]:
    """Return the initial states by key, flat, as tensors of the layer's dtype; empty if `states` is a string.

    Args:
        recurrent: The recurrent layers that are captured, by key.
        states: `"zeros"`, `"current"`, or by key an array or a list of arrays, `[sample, unit]` each.
        samples: Size of the batch.

    Raises:
        ProbeError: another string, an unknown layer, or arrays that do not fit it.
    """
    if isinstance(states, str):
        if states not in ("zeros", "current"):
            raise ProbeError(f'initial_states must be "zeros", "current" or arrays by layer, got {states!r}.')
        return {}
    if not isinstance(states, Mapping):
        raise ProbeError(f'initial_states must be "zeros", "current" or arrays by layer, got {_short(states)}.')
    known = {name: (key, i) for key, layer in recurrent.items() for i, name in enumerate(keys_of(key, layer))}
    for key in states:
        if key not in known:
            raise ProbeError(
                f"initial_states names {key!r}; captured recurrent layers are {', '.join(map(repr, known)) or 'none'}."
            )
    return {key: _checked(key, recurrent[known[key][0]], known[key], value, samples) for key, value in states.items()}


def _checked(key: str, layer: Any, place: tuple[str, int], value: Any, samples: int) -> list[Any]:
    zeros = layer.get_initial_state(samples)
    # A stack has one entry for each cell, which may be nested.
    wanted = keras.tree.flatten(zeros if key == place[0] else zeros[place[1]])
    try:
        arrays = [np.asarray(a, np.float64) for a in (value if isinstance(value, (list, tuple)) else [value])]
    except (TypeError, ValueError) as error:
        raise ProbeError(f"initial_states of layer {key!r} must be arrays of numbers ({error}).") from error
    shapes, got = [tuple(state.shape) for state in wanted], [array.shape for array in arrays]
    if shapes != got:
        raise ProbeError(f"initial_states of layer {key!r} must have the shapes {shapes}, got {got}.")
    return [ops.convert_to_tensor(array, dtype=layer.cell.compute_dtype) for array in arrays]


def _short(value: Any) -> str:
    return repr(value) if len(repr(value)) <= 60 else f"{type(value).__name__} of {len(value)}"
