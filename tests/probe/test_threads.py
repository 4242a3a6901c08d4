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
from tb_rnn_plugin.probe import Activations, Probe
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


@pytest.fixture(scope="module")
def model() -> Any:
    lower = L.SimpleRNN(UNITS, return_sequences=True, unroll=True, name="lower")
    rnn = L.SimpleRNN(UNITS, unroll=True, name="rnn")
    model = sequential(L.TimeDistributed(L.Dense(3)), lower, Meanwhile(name="meanwhile"), rnn)
    model.compile(jit_compile=False)
    return model


@pytest.fixture(scope="module")
def wanted(model: Any) -> Activations:
    return capture(model, X)


@pytest.fixture
def pool() -> Any:
    with ThreadPoolExecutor() as pool:
        yield pool


def test_predict_in_another_thread(model: Any, wanted: Activations, pool: Any) -> None:
    """Its first call there: it is traced while the probe is."""
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


@pytest.mark.slow
def test_two_probes_of_one_model(model: Any, wanted: Activations, pool: Any) -> None:
    others: list[Future[Any]] = []
    model.get_layer("meanwhile").action = lambda: others.append(pool.submit(capture, model, X))
    for captured in (capture(model, X), others[0].result()):
        np.testing.assert_array_equal(captured["rnn"]["hidden_state"], wanted["rnn"]["hidden_state"])
    assert not any("call" in vars(layer) for layer in model._flatten_layers())
