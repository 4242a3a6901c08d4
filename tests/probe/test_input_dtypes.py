"""Every dtype that Keras takes is captured, with gradients and without, whether or not the model is built."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf
from numpy.typing import NDArray

from tb_rnn_plugin import capture
from tests.probe.models import own_output, randomized

L = keras.layers

TEXTS = ["a b", "c"]
CODES = np.array([[1, 0, 1], [0, 1, 1]])
TARGETS = np.array([[3.0], [-3.0]], np.float32)


class Chain(keras.Model):  # type: ignore[misc]
    """Calls layers in a row, and declares no inputs."""

    def __init__(self, *chain: Any) -> None:
        super().__init__()
        self.chain = list(chain)

    def call(self, inputs: Any) -> Any:
        for layer in self.chain:
            inputs = layer(inputs)
        return inputs


@pytest.fixture(scope="module")
def words() -> Any:
    layer = L.TextVectorization(output_sequence_length=3)
    layer.adapt(["a b c"])
    return layer


def new_layers() -> list[Any]:
    return [L.Embedding(9, 4), L.SimpleRNN(3, unroll=True, name="rnn"), L.Dense(1)]


@pytest.fixture(scope="module")
def of_text(words: Any) -> Any:
    model = randomized(keras.Sequential([keras.Input((), dtype="string"), words, *new_layers()]))
    model.compile("sgd", "mse")
    return model


def assert_captured(model: Any, inputs: Any, as_keras_takes_it: Any) -> None:
    """Compare predictions, and the gradient of the mean squared error by the last state, with Keras' own output."""
    acts = capture(model, inputs, targets=TARGETS)
    output = own_output(model, as_keras_takes_it)
    np.testing.assert_allclose(acts.predictions["output"], output, atol=1e-6)
    kernel: NDArray[Any] = model.layers[-1].kernel.numpy()[:, 0]
    (gradient,) = (layer.gradients["hidden_state"] for layer in acts.values())
    np.testing.assert_allclose(gradient[:, -1], (output - TARGETS) * kernel, atol=1e-5)


@pytest.mark.parametrize(
    "texts",
    [np.array(TEXTS), np.array(TEXTS, "S"), np.array(TEXTS, object), tf.constant(TEXTS)],
    ids=["unicode", "bytes", "objects", "tensor"],
)
def test_text(of_text: Any, texts: Any) -> None:
    assert_captured(of_text, texts, tf.constant(TEXTS))


@pytest.mark.parametrize("kind", [Chain, lambda *layers: keras.Sequential(layers)], ids=["subclass", "sequential"])
def test_text_in_a_model_that_is_not_built(words: Any, kind: Any) -> None:
    for targets in (None, TARGETS):
        model = kind(words, *new_layers())
        model.compile("sgd", "mse")
        acts = capture(model, np.array(TEXTS), targets=targets)
        np.testing.assert_allclose(acts.predictions["output"], own_output(model, tf.constant(TEXTS)), atol=1e-6)


@pytest.mark.slow
@pytest.mark.parametrize("dtype", ["bool", "uint8", "int8", "int64", "float16", "bfloat16", "float64"])
def test_numbers(dtype: str) -> None:
    codes = tf.cast(CODES, dtype)
    is_float = "float" in dtype
    model = Chain(*new_layers()[is_float:])
    model.compile("sgd", "mse")
    assert_captured(model, codes[..., None] if is_float else codes, codes[..., None] if is_float else codes)
