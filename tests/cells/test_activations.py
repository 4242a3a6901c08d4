"""Activation functions and their derivatives against Keras' own, in float64."""

from __future__ import annotations

import keras
import numpy as np
import pytest
import tensorflow as tf

from tb_rnn_plugin.cells.activations import ACTIVATIONS, activation_range

POINTS = [-40.0, -3.5, -3.0, -1.0, -0.3, -1e-9, 0.0, 1e-9, 0.3, 1.0, 2.9, 3.0, 6.5, 40.0]

WIDE = [-1e4, -37.0, -6.0, -1.5, -0.1, 0.0, 0.1, 1.5, 6.0, 37.0, 1e4]


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_activations_are_keras(name: str) -> None:
    function = ACTIVATIONS[name].value
    expected = np.asarray(keras.activations.get(name)(keras.ops.convert_to_tensor(POINTS, dtype="float64")))
    # Keras has the constants of gelu and leaky_relu in float32 (eps 6e-8).
    rtol = 1e-6 if name in ("gelu", "leaky_relu") else 1e-12
    np.testing.assert_allclose([function(x) for x in POINTS], expected, rtol=rtol, atol=1e-15)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_every_number_has_an_image(name: str) -> None:
    function = ACTIVATIONS[name].value
    assert all(isinstance(function(x), float) for x in (-np.inf, -1e4, 1e4, np.inf))
    assert np.isnan(function(np.nan))


@pytest.mark.parametrize("name", ["custom:tanh", "softmax", "mine"])
def test_an_unknown_function_is_not_there(name: str) -> None:
    assert name not in ACTIVATIONS


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_derivatives_are_those_of_keras(name: str) -> None:
    points = [-40.0, -3.5, -1.1, -0.3, -1e-9, 1e-9, 0.3, 0.9, 1.1, 2.9, 3.1, 5.9, 6.5, 18.0, 40.0]
    x = tf.constant(points, tf.float64)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = keras.activations.get(name)(x)
    rtol = 1e-6 if name in ("gelu", "leaky_relu") else 1e-9  # Keras has their constants in float32 (eps 6e-8).
    activation = ACTIVATIONS[name]
    np.testing.assert_allclose(activation.derivative(np.array(points)), tape.gradient(y, x), rtol=rtol, atol=1e-15)
    np.testing.assert_allclose(activation.value(np.array(points)), y, rtol=rtol, atol=1e-15)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_a_number_that_is_nan_has_no_derivative(name: str) -> None:
    assert np.isnan(ACTIVATIONS[name].derivative(np.array([np.nan]))).all()


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_a_number_is_an_array_of_one(name: str) -> None:
    for function in (ACTIVATIONS[name].value, ACTIVATIONS[name].derivative):
        single = [function(x) for x in WIDE]
        assert {type(y) for y in single} == {float}
        np.testing.assert_array_equal(single, function(np.array(WIDE)))


@pytest.mark.parametrize("name", [*ACTIVATIONS, "softmax"])
def test_a_range_holds_all_values_and_is_reached(name: str) -> None:
    bounds = activation_range(name)
    values = np.asarray(keras.activations.get(name)(keras.ops.convert_to_tensor([WIDE], dtype="float64")))
    if bounds is None:
        assert not (values.min() > -1.01 and values.max() < 1.01), "bounded, and its range is not known"
    else:
        assert bounds[0] <= values.min() < bounds[0] + 0.01
        assert bounds[1] - 0.01 < values.max() <= bounds[1]


@pytest.mark.parametrize("name", ["custom:tanh", "mine"])
def test_an_unknown_function_has_no_range(name: str) -> None:
    assert activation_range(name) is None
