"""Layers called inside a graph loop, which no tensor leaves: a sentence says so, and the others are captured."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

from tb_rnn_plugin import capture
from tb_rnn_plugin.probe import ProbeError
from tests.probe.models import (
    ATOL,
    FEATURES,
    TIMESTEPS,
    UNITS,
    assert_signals,
    expected,
    randomized,
    sequences,
)
from tests.probe.unchanged import looked_at

L, ops = keras.layers, keras.ops


def of_while_loop(step: Any, steps: int, states: Any) -> Any:
    return tf.while_loop(lambda time, *_: time < steps, lambda time, *now: (time + 1, *step(now)), (0, *states))[1:]


def of_ops_while_loop(step: Any, steps: int, states: Any) -> Any:
    return ops.while_loop(lambda time, *_: time < steps, lambda time, *now: (time + 1, *step(now)), (0, *states))[1:]


def of_fori_loop(step: Any, steps: int, states: Any) -> Any:
    return ops.fori_loop(0, steps, lambda _, now: tuple(step(now)), tuple(states))


def of_scan(step: Any, steps: int, states: Any) -> Any:
    # Keras' scan on TensorFlow needs as many outputs as there are states.
    return ops.scan(lambda now, _: (tuple(step(now)), now), tuple(states), ops.arange(steps))[0]


LOOPS = {
    "tf.while_loop": of_while_loop,
    "ops.while_loop": of_ops_while_loop,
    "ops.fori_loop": of_fori_loop,
    "ops.scan": of_scan,
}


class Looping(L.Layer):  # type: ignore[name-defined,misc]
    """Reads the first timestep repeatedly, in a graph loop."""

    def __init__(self, cell: Any, loop: Any, **options: Any) -> None:
        super().__init__(**options)
        self.cell, self.loop = cell, loop

    def build(self, input_shape: Any) -> None:
        self.cell.build((input_shape[0], input_shape[2]))

    def call(self, inputs: Any) -> Any:
        states = self.cell.get_initial_state(ops.shape(inputs)[0])
        return self.loop(lambda now: self.cell(inputs[:, 0], list(now))[1], TIMESTEPS, states)[0]

    def compute_output_shape(self, input_shape: Any) -> Any:
        return input_shape[0], UNITS


class MapsSequences(L.Layer):  # type: ignore[name-defined,misc]
    """Calls a recurrent layer for each of three windows, in a graph loop."""

    def __init__(self, rnn: Any, loop: Any, **options: Any) -> None:
        super().__init__(**options)
        self.rnn, self.loop = rnn, loop

    def build(self, input_shape: Any) -> None:
        self.rnn.build((input_shape[0], 2, input_shape[2]))

    def call(self, inputs: Any) -> Any:
        windows = tf.stack([inputs[:, :2], inputs[:, 2:4], inputs[:, 4:]])
        return tf.reduce_sum(self.loop(self.rnn, windows), axis=0)

    def compute_output_shape(self, input_shape: Any) -> Any:
        return input_shape[0], UNITS


def two_towers(looping: Any) -> Any:
    inputs = keras.Input((TIMESTEPS, FEATURES))
    return randomized(keras.Model(inputs, [looping(inputs), L.LSTM(UNITS, name="rnn")(inputs)]))


def looping_parts() -> list[Any]:
    parts = [pytest.param(lambda f=f: Looping(L.LSTMCell(UNITS, name="cell"), f, name="loop"), "loop/cell", id=name)
             for name, f in LOOPS.items()]  # fmt: skip
    # Keras' own map calls the layer once more outside its loop, to infer the result's shape.
    mapped = [pytest.param(lambda f=f: MapsSequences(L.GRU(UNITS, name="gru"), f, name="loop"), "loop/gru", id=name)
              for name, f in {"tf.map_fn": tf.map_fn, "ops.map": ops.map}.items()]  # fmt: skip
    return [*parts, *mapped]


@pytest.mark.parametrize(("make", "key"), looping_parts())
@pytest.mark.slow
def test_a_graph_loop_is_said_and_the_rest_is_captured(make: Any, key: str) -> None:
    model, x = two_towers(make()), sequences()
    own = [ops.convert_to_numpy(output) for output in model(x)]
    with pytest.warns(RuntimeWarning, match="graph loop") as warned:
        acts = looked_at(model, x)
    assert len(warned) == 1
    assert repr(key) in str(warned[0].message)
    assert list(acts) == ["rnn"]
    assert_signals(acts["rnn"], expected(model.get_layer("rnn"), x))
    for index, output in enumerate(own):
        np.testing.assert_allclose(acts.predictions[f"output_{index}"], output, atol=ATOL)


@pytest.mark.parametrize(("make", "key"), looping_parts())
def test_a_graph_loop_that_was_asked_for_is_an_error(make: Any, key: str) -> None:
    with pytest.raises(ProbeError, match="graph loop") as info:
        capture(two_towers(make()), sequences(), layers=[key, "rnn"])
    assert repr(key) in str(info.value)


@pytest.mark.parametrize(("make", "key"), looping_parts())
def test_nothing_but_a_graph_loop_is_an_error(make: Any, key: str) -> None:
    model = randomized(keras.Sequential([keras.Input((TIMESTEPS, FEATURES)), make()]))
    with pytest.raises(ProbeError, match="graph loop") as info:
        capture(model, sequences())
    assert repr(key) in str(info.value)


def test_a_layer_that_was_not_asked_for_is_not_complained_of() -> None:
    model = two_towers(Looping(L.LSTMCell(UNITS, name="cell"), of_while_loop, name="loop"))
    assert list(looked_at(model, sequences(), layers="rnn")) == ["rnn"]
