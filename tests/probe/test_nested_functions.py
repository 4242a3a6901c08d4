"""Models that contain a `tf.function`, whose graph outlives a capture, or was traced before it."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

from tb_rnn_plugin import capture
from tb_rnn_plugin.probe import ProbeError
from tests.probe.models import ATOL, FEATURES, SAMPLES, TIMESTEPS, UNITS, assert_signals, expected, sequences
from tests.probe.unchanged import looked_at, variables

L = keras.layers


class Inside(keras.Model):  # type: ignore[misc]
    """A model whose second half, with every layer that has state, is called inside a `tf.function`."""

    def __init__(self) -> None:
        super().__init__()
        self.lower = L.LSTM(UNITS, return_sequences=True, name="lower")
        self.drop = L.Dropout(0.5, seed=1)
        self.norm = L.BatchNormalization()
        self.upper = L.GRU(UNITS, stateful=True, name="upper")

    def build(self, input_shape: Any) -> None:
        self.lower.build(input_shape)
        for layer in (self.drop, self.norm, self.upper):
            layer.build((*input_shape[:2], UNITS))

    @tf.function  # type: ignore[untyped-decorator]
    def tail(self, lower: Any, training: bool = False) -> Any:
        return self.upper(self.norm(self.drop(lower, training=training), training=training))

    def call(self, inputs: Any, training: bool = False) -> Any:
        return self.tail(self.lower(inputs), training=training)


def new_model() -> Any:
    keras.utils.set_random_seed(3)
    model = Inside()
    model.build((SAMPLES, TIMESTEPS, FEATURES))
    return model


@pytest.mark.slow
def test_a_function_that_was_traced_before() -> None:
    model, x = new_model(), sequences()
    for training in (False, True):
        model(x, training=training)
    state = model.upper.states[0].numpy()
    acts = looked_at(model, x, initial_states="current")
    assert_signals(acts["lower"], expected(model.lower, x))
    normal = acts["lower"]["hidden_state"] * model.norm.gamma.numpy()
    normal = (normal - model.norm.moving_mean.numpy()) / np.sqrt(model.norm.moving_variance.numpy() + 1e-3)
    assert_signals(acts["upper"], expected(model.upper, normal, initial_states=[state]), atol=10 * ATOL)
    looked_at(model, x, training=True)


@pytest.mark.parametrize("training", [False, True])
@pytest.mark.slow
def test_a_function_that_the_capture_calls_first(training: bool) -> None:
    """Its graph must contain the updates that a capture suppresses."""
    captured, untouched, x = new_model(), new_model(), sequences()
    capture(captured, x, training=training)
    for model in (captured, untouched):
        for _ in range(2):
            model(x, training=training)
    assert list(variables(captured).values()) == list(variables(untouched).values())


@pytest.mark.slow
def test_functions_run_as_graphs_again_afterwards() -> None:
    capture(new_model(), sequences())
    assert not tf.config.functions_run_eagerly()


class Branching(L.Layer):  # type: ignore[name-defined,misc]
    """Branches on a tensor as only AutoGraph allows."""

    @tf.function  # type: ignore[untyped-decorator]
    def call(self, inputs: Any) -> Any:
        if tf.reduce_sum(inputs) > 0:
            return inputs
        return -inputs


def test_python_that_only_autograph_understands() -> None:
    model = keras.Sequential([keras.Input((TIMESTEPS, FEATURES)), Branching(), L.LSTM(UNITS)])
    with pytest.raises(ProbeError, match=r"keras\.ops\.cond"):
        capture(model, sequences())
    assert not tf.config.functions_run_eagerly()
