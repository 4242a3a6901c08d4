"""One call of the probe is one forward pass, and the pass is traced once."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

from tb_rnn_plugin.probe import Probe, ProbeError
from tests.probe.models import TIMESTEPS, UNITS, assert_signals, expected, sequences, sequential


class CountsRuns(keras.layers.Layer):  # type: ignore[misc]
    """The identity; counts its traces and its runs."""

    def __init__(self) -> None:
        super().__init__()
        self.traces = 0
        self.runs = 0

    def call(self, inputs: Any) -> Any:
        self.traces += 1
        outputs = tf.numpy_function(self._count, [inputs], tf.float32)
        outputs.set_shape(inputs.shape)
        return outputs

    def compute_output_shape(self, input_shape: Any) -> Any:
        return input_shape

    def _count(self, values: Any) -> Any:
        self.runs += 1
        return values


class CountingCell(keras.layers.Layer):  # type: ignore[misc]
    """A cell that counts its steps."""

    def __init__(self) -> None:
        super().__init__()
        self.state_size = UNITS
        self.count = CountsRuns()
        self.dense = keras.layers.Dense(UNITS, activation="tanh")

    def build(self, input_shape: Any) -> None:
        self.dense.build((None, input_shape[-1] + UNITS))

    def call(self, inputs: Any, states: Any) -> Any:
        h = self.dense(keras.ops.concatenate([self.count(inputs), states[0]], axis=-1))
        return h, [h]


def test_every_layer_runs_once_per_call() -> None:
    counts = [CountsRuns() for _ in range(3)]
    rnn = keras.layers.LSTM(UNITS, return_sequences=True)
    model = sequential(counts[0], rnn, counts[1], keras.layers.GRU(UNITS), counts[2])
    before = [count.traces for count in counts]
    probe = Probe(model, sequences(), weights=False, jit_compile=False)
    for calls in range(1, 4):
        probe()
        assert [count.runs for count in counts] == [calls] * 3
    assert [count.traces - then for count, then in zip(counts, before, strict=True)] == [1, 1, 1]
    assert probe.compilations == 1


def test_a_cell_takes_no_more_steps_than_in_a_plain_call() -> None:
    cell = CountingCell()
    model, x = sequential(keras.layers.RNN(cell, name="rnn")), sequences()
    plain = tf.function(lambda inputs: model(inputs), autograph=False)
    plain(x)
    steps, cell.count.runs = cell.count.runs, 0
    assert steps >= TIMESTEPS
    captured = Probe(model, x, weights=False, jit_compile=False)()
    assert cell.count.runs == steps
    np.testing.assert_allclose(captured.traces[0].signals["state_0"][:, -1], plain(x), atol=1e-6)


def test_a_probe_sees_new_weights_without_a_new_trace() -> None:
    layer = keras.layers.LSTM(UNITS)
    model = sequential(layer)
    probe = Probe(model, sequences(), weights=False, jit_compile=False)
    probe()
    layer.set_weights([np.zeros_like(weight) for weight in layer.get_weights()])
    np.testing.assert_array_equal(probe().traces[0].signals["forget_gate"], 0.5)
    assert probe.compilations == 1


def test_a_probe_takes_other_batches_of_the_same_shape() -> None:
    layer = keras.layers.GRU(UNITS)
    model, other = sequential(layer), sequences(seed=1)
    probe = Probe(model, sequences(), jit_compile=False)
    first = probe()["gru"]["update_gate"]
    assert_signals(probe(other)["gru"], expected(layer, other))
    np.testing.assert_array_equal(probe()["gru"]["update_gate"], first)
    assert probe.compilations == 1
    with pytest.raises(ProbeError, match=r"compiled for one shape.*\(2, 6, 3\).*\(1, 6, 3\)"):
        probe(other[:1])


def test_building_a_probe_runs_nothing() -> None:
    count = CountsRuns()
    model = sequential(count, keras.layers.LSTM(UNITS))
    before = count.traces
    probe = Probe(model, sequences(), weights=False)
    assert (probe.compilations, count.traces - before, count.runs) == (0, 0, 0)
