"""Models of several layers: each layer is captured under its key, with what it read from the layer below."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest

from tb_rnn_plugin import capture
from tests.probe.models import (
    ATOL,
    FEATURES,
    TIMESTEPS,
    UNITS,
    assert_signals,
    expected,
    own_output,
    randomized,
    sequences,
    sequential,
)


@pytest.mark.slow
def test_two_stacked_layers() -> None:
    first, second = keras.layers.LSTM(UNITS, return_sequences=True, name="a"), keras.layers.GRU(3, name="b")
    model, x = sequential(first, second), sequences()
    acts = capture(model, x)
    assert list(acts) == ["a", "b"]
    below = keras.Model(model.inputs, first.output).predict(x, verbose=0)
    np.testing.assert_allclose(acts["a"]["hidden_state"], below, atol=ATOL)
    assert acts["b"].inputs is not None
    np.testing.assert_allclose(acts["b"].inputs, below, atol=ATOL)
    assert_signals(acts["a"], expected(first, x))
    assert_signals(acts["b"], expected(second, below))
    assert list(acts.predictions) == ["output"]
    np.testing.assert_allclose(acts.predictions["output"], model.predict(x, verbose=0), atol=ATOL)


@pytest.mark.slow
def test_a_functional_model_of_two_branches() -> None:
    left, right = keras.layers.SimpleRNN(UNITS, name="left"), keras.layers.GRU(UNITS, reset_after=False, name="right")
    a, b = keras.Input((TIMESTEPS, FEATURES)), keras.Input((TIMESTEPS, 2))
    model = randomized(keras.Model([a, b], [left(a), right(b)]))
    x, y = sequences(), sequences(seed=1)[:, :, :2]
    acts = capture(model, [x, y])
    assert_signals(acts["left"], expected(left, x))
    assert_signals(acts["right"], expected(right, y))
    for index, own in enumerate(model.predict([x, y], verbose=0)):
        np.testing.assert_allclose(acts.predictions[f"output_{index}"], own, atol=ATOL)


@pytest.mark.parametrize("built_from", ["dict", "list"])
def test_inputs_by_name(built_from: str) -> None:
    """Keras matches a dict to the inputs by name; here the names are in another order."""
    layer = keras.layers.SimpleRNN(UNITS, name="rnn")
    values, start = keras.Input((TIMESTEPS, FEATURES), name="values"), keras.Input((UNITS,), name="start")
    inputs: Any = {"values": values, "start": start} if built_from == "dict" else [values, start]
    model = randomized(keras.Model(inputs, layer(values, initial_state=start)))
    x, state = sequences(), np.ones((2, UNITS), "float32")
    assert model.predict({"start": state, "values": x}, verbose=0).shape == (2, UNITS)
    acts = capture(model, {"start": state, "values": x})
    assert_signals(acts["rnn"], expected(layer, x, initial_states=[state]))


class Subclassed(keras.Model):  # type: ignore[misc]
    """A model that does not declare its inputs."""

    def __init__(self) -> None:
        super().__init__()
        self.rnn = keras.layers.LSTM(UNITS, name="rnn")

    def call(self, inputs: Any) -> Any:
        return self.rnn(inputs)


@pytest.mark.parametrize("built", [True, False])
def test_a_subclassed_model(built: bool) -> None:
    model, x = Subclassed(), sequences()
    if built:
        model(x)
    assert_signals(capture(model, x)["rnn"], expected(model.rnn, x))


def test_both_directions_are_on_the_inputs_time_axis() -> None:
    layer = keras.layers.Bidirectional(keras.layers.LSTM(UNITS, return_sequences=True, name="rnn"), name="both")
    model, x = sequential(layer), sequences()
    acts = capture(model, x)
    assert list(acts) == ["both/forward_rnn", "both/backward_rnn"]
    assert_signals(acts["both/forward_rnn"], expected(layer.forward_layer, x))
    assert_signals(acts["both/backward_rnn"], expected(layer.backward_layer, x))
    sides = np.concatenate([acts[key]["hidden_state"] for key in acts], axis=-1)
    np.testing.assert_allclose(sides, own_output(model, x), atol=ATOL)


@pytest.mark.slow
def test_a_layer_called_twice_is_captured_twice() -> None:
    layer = keras.layers.GRU(UNITS, return_sequences=True, name="rnn")
    inputs = keras.Input((TIMESTEPS, UNITS))
    model = randomized(keras.Model(inputs, layer(layer(inputs))))
    x = np.random.default_rng(0).normal(size=(2, TIMESTEPS, UNITS)).astype("float32")
    acts = capture(model, x)
    assert list(acts) == ["rnn", "rnn#2"]
    assert_signals(acts["rnn"], expected(layer, x))
    assert_signals(acts["rnn#2"], expected(layer, acts["rnn"]["hidden_state"]))


@pytest.mark.parametrize(
    ("wanted", "keys"),
    [
        (None, ["first", "encoder/inner"]),
        ("first", ["first"]),
        ("encoder/*", ["encoder/inner"]),
        (["encoder/inner"], ["encoder/inner"]),
        (["*"], ["first", "encoder/inner"]),
    ],
)
def test_some_layers_may_be_chosen(wanted: Any, keys: list[str]) -> None:
    encoder = keras.Sequential([keras.Input((TIMESTEPS, UNITS)), keras.layers.GRU(2, name="inner")], name="encoder")
    model = sequential(keras.layers.LSTM(UNITS, return_sequences=True, name="first"), encoder)
    acts, everything = capture(model, sequences(), layers=wanted), capture(model, sequences())
    assert list(acts) == keys
    for key in keys:
        np.testing.assert_allclose(acts[key]["hidden_state"], everything[key]["hidden_state"], atol=1e-6)
