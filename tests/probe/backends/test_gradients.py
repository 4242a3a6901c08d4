"""A backend differentiates a function of perturbations; the function may as well get them as arguments."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

from tb_rnn_plugin import capture
from tb_rnn_plugin.probe.backend import backend
from tb_rnn_plugin.probe.backends.base import Differentiated, MakeZeros
from tests.probe.models import FEATURES, SAMPLES, TIMESTEPS, UNITS, randomized, sequences

L = keras.layers


def test_gradients_by_key() -> None:
    weights = tf.constant([[1.0, 2.0], [3.0, 4.0]])

    def function(zeros: MakeZeros) -> tuple[Any, Any]:
        first, second = zeros("first", (2, 2), "float32"), zeros("second", (2,), "float32")
        zeros("unused", (3,), "float32")
        return tf.reduce_sum(weights * first) + tf.reduce_sum(2 * second), {"sum": first + 1}

    outputs, gradients = backend.gradients(function, [1.0])
    np.testing.assert_array_equal(outputs["sum"], np.ones((2, 2)))
    assert list(gradients) == ["first", "second", "unused"]
    np.testing.assert_array_equal(gradients["first"], weights)
    np.testing.assert_array_equal(gradients["second"], [2, 2])
    np.testing.assert_array_equal(gradients["unused"], [0, 0, 0])


@pytest.mark.parametrize(("factor", "wanted"), [(2.0**-20, 2.0**-20), (2.0**10, 2.0**10)])
def test_half_precision_uses_the_first_scale_that_is_finite(factor: float, wanted: float) -> None:
    """Unscaled, the smaller gradient is zero in float16; at the first scale, the larger is infinite."""

    def function(zeros: MakeZeros) -> tuple[Any, Any]:
        perturbed = zeros("state", (1,), "float16")
        product = tf.cast(tf.cast(perturbed, "float32") * factor, "float16")
        return tf.reduce_sum(product), ()

    _, gradients = backend.gradients(function, [2.0**10, 1.0])
    assert gradients["state"].dtype == tf.float32
    np.testing.assert_array_equal(gradients["state"], [wanted])


class ByHand(L.Layer):  # type: ignore[name-defined,misc]
    """Calls a cell step by step."""

    def __init__(self) -> None:
        super().__init__(name="by_hand")
        self.cell = L.GRUCell(UNITS, name="cell")

    def call(self, inputs: Any) -> Any:
        states = [keras.ops.zeros((keras.ops.shape(inputs)[0], UNITS))]
        for timestep in range(inputs.shape[1]):
            output, states = self.cell(inputs[:, timestep], states)
        return output


def every_kind() -> Any:
    """Return a model in which zeros are requested by a stack, in both directions, and step by step."""
    x = keras.Input((TIMESTEPS, FEATURES))
    stacked = L.RNN([L.LSTMCell(UNITS), L.SimpleRNNCell(UNITS)], return_sequences=True)(x)
    both = L.Bidirectional(L.GRU(UNITS, return_sequences=True))(stacked)
    model = randomized(keras.Model(x, L.Dense(1)(ByHand()(both))))
    model.compile(loss="mse")
    return model


def as_arguments(function: Differentiated, scales: Sequence[float]) -> tuple[Any, dict[str, Any]]:
    """Differentiate as `jax.grad` must: record the zeros' shapes in an abstract pass, then pass all of them in."""
    shapes: dict[str, tuple[Any, Any]] = {}

    def record(key: str, shape: Sequence[Any], dtype: Any) -> Any:
        shapes[key] = (shape, dtype)
        return tf.zeros(shape, dtype)

    tf.function(lambda: function(record)[0], autograph=False).get_concrete_function()
    zeros = {key: tf.zeros(shape, dtype) for key, (shape, dtype) in shapes.items()}
    with tf.GradientTape() as tape:
        tape.watch(zeros)
        loss, outputs = function(lambda key, shape, dtype: zeros[key])
    return outputs, tape.gradient(loss, zeros)


@pytest.mark.slow
def test_the_probe_also_fits_a_backend_that_passes_zeros_as_arguments(monkeypatch: pytest.MonkeyPatch) -> None:
    model, x, targets = every_kind(), sequences(), np.ones((SAMPLES, 1), "float32")
    wanted = capture(model, x, targets=targets)
    monkeypatch.setattr(backend, "gradients", as_arguments)
    acts = capture(model, x, targets=targets)
    assert list(acts) == list(wanted)
    assert len(acts) == 5
    for key, layer in wanted.items():
        assert layer.gradients
        for name, gradient in layer.gradients.items():
            np.testing.assert_array_equal(acts[key].gradients[name], gradient)
            assert np.abs(gradient).max() > 0
