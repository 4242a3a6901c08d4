"""Small models for the tests of the probe, and the reference of their layers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from tests.reference import Reference, gru, lstm, simple_rnn
from tests.reference.activations import BY_NAME

SAMPLES, TIMESTEPS, FEATURES, UNITS = 2, 6, 3, 4

ATOL = 1e-5
"""Sums of about ten products of order 1 round by some 1e-6 in float32 (eps 6e-8 each), and the recurrence carries that
over six steps through slopes of order 1. A wrong sign, column, bias or timestep shows at 1e-2 and above."""

CELLS: dict[str, Callable[..., Any]] = {
    "LSTM": keras.layers.LSTM,
    "GRU": partial(keras.layers.GRU, reset_after=True),
    "GRU-reset-before": partial(keras.layers.GRU, reset_after=False),
    "SimpleRNN": keras.layers.SimpleRNN,
}

MASK = np.array(
    [
        [1, 1, 1, 1, 1, 1],
        [1, 1, 1, 1, 0, 0],  # trailing
        [0, 0, 1, 1, 1, 1],  # leading
        [1, 0, 1, 1, 0, 1],  # middle
        [0, 0, 0, 0, 0, 0],  # all
    ],
    dtype=bool,
)


def sequences(samples: int = SAMPLES, seed: int = 0, dtype: str = "float32") -> NDArray[Any]:
    """Return inputs `[sample, time, feature]`."""
    return np.random.default_rng(seed).normal(size=(samples, TIMESTEPS, FEATURES)).astype(dtype)


def randomized(model: Any) -> Any:
    """Set every weight and bias to a distinct value, so that swapped weights show."""
    random = np.random.default_rng(1)
    for weight in model.trainable_weights:
        weight.assign(random.normal(scale=0.5, size=weight.shape))
    return model


def sequential(*layers: Any, dtype: str = "float32") -> Any:
    """Return a model of layers in a row, on inputs of `sequences`."""
    return randomized(keras.Sequential([keras.Input((TIMESTEPS, FEATURES), dtype=dtype), *layers]))


def stateful(*layers: Any) -> Any:
    """Return a model for batches of `SAMPLES` samples."""
    return randomized(keras.Sequential([keras.Input(batch_shape=(SAMPLES, TIMESTEPS, FEATURES)), *layers]))


def expected(
    layer: Any,
    inputs: Any,
    *,
    mask: NDArray[np.bool_] | None = None,
    initial_states: Sequence[Any] | None = None,
) -> Reference:
    """Return what the reference computes with a layer's weights and configuration."""
    cell = layer.cell
    arguments: dict[str, Any] = {"activation": BY_NAME[cell.activation.__name__]}
    if hasattr(cell, "recurrent_activation"):
        arguments["recurrent_activation"] = BY_NAME[cell.recurrent_activation.__name__]
    if hasattr(cell, "reset_after"):
        arguments["reset_after"] = cell.reset_after
    functions: dict[str, Callable[..., Reference]] = {"LSTMCell": lstm, "GRUCell": gru, "SimpleRNNCell": simple_rnn}
    return functions[type(cell).__name__](
        inputs,
        cell.kernel.numpy(),
        cell.recurrent_kernel.numpy(),
        None if cell.bias is None else cell.bias.numpy(),
        mask=mask,
        initial_states=initial_states,
        go_backwards=layer.go_backwards,
        **arguments,
    )


def own_output(model: Any, inputs: Any, training: bool = False) -> NDArray[Any]:
    """Return the model's own output, half precision widened to float32."""
    output = model(inputs, training=training)
    dtype = "float64" if output.dtype == "float64" else "float32"
    array: NDArray[Any] = keras.ops.convert_to_numpy(keras.ops.cast(output, dtype))
    return array


def assert_signals(captured: Any, reference: Reference, atol: float = ATOL) -> None:
    """Compare every signal of a layer with the reference, NaN with NaN, names and order included."""
    assert list(captured) == list(reference.signals)
    for name, values in reference.signals.items():
        np.testing.assert_allclose(captured[name], values, rtol=0, atol=atol, err_msg=name)
