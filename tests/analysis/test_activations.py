"""Activation functions against Keras' own, in float64."""

from __future__ import annotations

import keras
import numpy as np
import pytest

from tb_rnn_plugin.analysis.activations import ACTIVATIONS, activation_function

POINTS = [-40.0, -3.5, -3.0, -1.0, -0.3, -1e-9, 0.0, 1e-9, 0.3, 1.0, 2.9, 3.0, 6.5, 40.0]


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_activations_are_keras(name: str) -> None:
    function = activation_function(name)
    assert function is not None
    expected = np.asarray(keras.activations.get(name)(keras.ops.convert_to_tensor(POINTS, dtype="float64")))
    # Keras has the constants of gelu and leaky_relu in float32 (eps 6e-8).
    rtol = 1e-6 if name in ("gelu", "leaky_relu") else 1e-12
    np.testing.assert_allclose([function(x) for x in POINTS], expected, rtol=rtol, atol=1e-15)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_every_number_has_an_image(name: str) -> None:
    function = activation_function(name)
    assert function is not None
    with np.errstate(all="ignore"):
        assert all(isinstance(function(x), float) for x in (-np.inf, -1e4, 1e4, np.inf))
        assert np.isnan(function(np.nan))


@pytest.mark.parametrize("name", ["custom:tanh", "softmax", "mine"])
def test_an_unknown_function_is_none(name: str) -> None:
    assert activation_function(name) is None
