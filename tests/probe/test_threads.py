"""While one thread traces a probe, all others see TensorFlow and the model as they are."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

from tb_rnn_plugin import capture
from tb_rnn_plugin.probe import Probe
from tests.probe.models import UNITS, sequences, sequential

L = keras.layers
X = sequences()


class Meanwhile(L.Layer):  # type: ignore[name-defined,misc]
    """The identity; what is set as `action` is done once, at its next call: while the pass is traced."""

    action: Callable[[], None] | None = None

    def call(self, inputs: Any) -> Any:
        action, self.action = self.action, None
        if action is not None:
            action()
        return tf.function(lambda values: 1.0 * values)(inputs)


@pytest.fixture
def model() -> Any:
    layers = [L.LSTM(UNITS, return_sequences=True, name="lower"), Meanwhile(name="meanwhile"), L.GRU(UNITS, name="rnn")]
    model = sequential(L.TimeDistributed(L.Dense(3)), *layers)
    model.compile(jit_compile=False)
    return model


@pytest.fixture
def pool() -> Any:
    with ThreadPoolExecutor() as pool:
        yield pool


def test_predict_in_another_thread(model: Any, pool: Any) -> None:
    """Its first call there: it is traced while the probe is."""
    wanted = capture(model, X)
    plain = model(X).numpy()
    predictions = []

    def predict() -> None:
        predictions.append(pool.submit(model.predict, X, verbose=0).result())

    model.get_layer("meanwhile").action = predict
    probe = Probe(model, X, jit_compile=False)
    captured = probe()
    assert probe.unreachable == {}
    for key, layer in wanted.items():
        for name, values in layer.items():
            np.testing.assert_array_equal(captured[key][name], values)
    np.testing.assert_allclose(predictions[0], plain, atol=1e-6)


def test_functions_of_other_threads_run_as_graphs(model: Any, pool: Any) -> None:
    seen = {}
    is_eager = tf.function(lambda: tf.constant(tf.executing_eagerly()))

    def look() -> None:
        seen["flag"] = tf.config.functions_run_eagerly()
        seen["eager elsewhere"] = bool(pool.submit(is_eager).result())

    model.get_layer("meanwhile").action = look
    capture(model, X)
    assert seen == {"flag": False, "eager elsewhere": False}


def test_two_probes_of_one_model(model: Any, pool: Any) -> None:
    wanted = capture(model, X)["rnn"]
    others: list[Future[Any]] = []
    model.get_layer("meanwhile").action = lambda: others.append(pool.submit(capture, model, X))
    for captured in (capture(model, X), others[0].result()):
        np.testing.assert_array_equal(captured["rnn"]["hidden_state"], wanted["hidden_state"])
    assert not any("call" in vars(layer) for layer in model._flatten_layers())
