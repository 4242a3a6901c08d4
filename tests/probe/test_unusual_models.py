"""Models that Keras runs but no tutorial has: captured exactly, or a sentence says why not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import ops

from tb_rnn_plugin import RNNTimeline, capture, open_run, record, weights
from tb_rnn_plugin.probe import Probe, ProbeError
from tests.probe.models import (
    ATOL,
    FEATURES,
    SAMPLES,
    TIMESTEPS,
    UNITS,
    assert_signals,
    expected,
    own_output,
    randomized,
    sequences,
    sequential,
)
from tests.probe.unchanged import looked_at

L = keras.layers


class Louder(L.LSTM):  # type: ignore[name-defined,misc]
    """An LSTM whose own loop first changes the sequence."""

    def inner_loop(self, sequences: Any, initial_state: Any, mask: Any, training: bool = False) -> Any:
        return super().inner_loop(2.0 * sequences, initial_state, mask, training)


class ByItself(L.RNN):  # type: ignore[name-defined,misc]
    """A recurrent layer that loops over time in its own `call`."""

    def call(self, sequences: Any, initial_state: Any = None, mask: Any = None, training: bool = False) -> Any:
        states = self.get_initial_state(SAMPLES)
        for t in range(TIMESTEPS):
            output, states = self.cell(sequences[:, t], states)
        return output


@pytest.mark.parametrize(
    ("layer", "why"),
    [
        (lambda: Louder(UNITS, name="odd"), "inner_loop"),
        (lambda: ByItself(L.LSTMCell(UNITS), name="odd"), "does not run Keras' loop"),
    ],
    ids=["inner_loop", "call"],
)
def test_a_recurrent_layer_with_a_loop_of_its_own_is_never_given_keras_loop(layer: Any, why: str) -> None:
    inputs = keras.Input((TIMESTEPS, FEATURES))
    model = randomized(keras.Model(inputs, [layer()(inputs), L.GRU(UNITS, name="gru")(inputs)]))
    x = sequences()
    with pytest.warns(RuntimeWarning, match=why) as warned:
        acts = looked_at(model, x)
    assert "'odd'" in str(warned[0].message)
    assert_signals(acts["gru"], expected(model.get_layer("gru"), x))
    np.testing.assert_allclose(acts.predictions["output_0"], model(x)[0], atol=ATOL)
    with pytest.raises(ProbeError, match=why):
        capture(model, x, layers="odd")


def test_a_batch_whose_size_depends_on_values() -> None:
    """Under XLA, it would end the process."""
    inputs = keras.Input((TIMESTEPS, FEATURES))
    kept = L.Lambda(lambda x: tf.boolean_mask(x, x[:, 0, 0] > 0))(inputs)
    layer = L.LSTM(UNITS, name="lstm")
    model, x = randomized(keras.Model(inputs, layer(kept))), sequences(samples=6)
    kept_rows = x[x[:, 0, 0] > 0]
    assert 0 < len(kept_rows) < len(x)
    assert_signals(looked_at(model, x)["lstm"], expected(layer, kept_rows))


class OneLSTM(keras.Model):  # type: ignore[misc]
    """A subclassed model around one LSTM."""

    def __init__(self) -> None:
        super().__init__()
        self.lstm = L.LSTM(UNITS, name="lstm")

    def build(self, input_shape: Any) -> None:
        self.lstm.build(input_shape)

    def call(self, inputs: Any) -> Any:
        return self.lstm(inputs)


class Trims(OneLSTM):
    """Cuts off timesteps; the batch determines how many."""

    def call(self, inputs: Any) -> Any:
        return self.lstm(inputs[:, : tf.reduce_max(tf.cast(inputs[:, 0, 0], tf.int32))])


def test_a_time_axis_whose_length_depends_on_values() -> None:
    model, x = Trims(), sequences()
    model.build(x.shape)
    x[:, 0, 0] = [2.0, 4.0]
    assert_signals(looked_at(randomized(model), x)["lstm"], expected(model.lstm, x[:, :4]))


class Recording(L.SimpleRNNCell):  # type: ignore[name-defined,misc]
    """A cell that records what a function returns."""

    def __init__(self, what: Any, **options: Any) -> None:
        super().__init__(UNITS, **options)
        self.what = what

    def call(self, sequence: Any, states: Any = None, training: bool = False) -> Any:
        states = [ops.zeros((SAMPLES, UNITS))] if states is None else states
        output, states = super().call(sequence, states, training)
        self.what(output)
        return output, states


def test_a_recorded_tensor_of_a_width_that_depends_on_values() -> None:
    chosen = lambda h: record("some", tf.gather(h, tf.where(tf.range(UNITS) > 1)[:, 0], axis=1))  # noqa: E731
    acts = looked_at(sequential(L.RNN(Recording(chosen), name="rnn")), sequences())["rnn"]
    np.testing.assert_array_equal(acts["some"], acts["state_0"][..., 2:])


class Handed(L.Layer):  # type: ignore[name-defined,misc]
    """A cell that returns one of its two states unchanged."""

    state_size = (FEATURES, FEATURES)
    output_size = FEATURES

    def call(self, inputs: Any, states: Any) -> Any:
        first, second = states
        return inputs + first, [first, second + inputs]


def test_states_that_are_handed_on_or_start_as_one() -> None:
    inputs, start = keras.Input((TIMESTEPS, FEATURES)), keras.Input((FEATURES,))
    model = keras.Model([inputs, start], L.RNN(Handed(), name="rnn")(inputs, initial_state=[start, start]))
    x, s = sequences(), np.ones((SAMPLES, FEATURES), "float32")
    acts = looked_at(model, [x, s])["rnn"]
    np.testing.assert_allclose(acts["state_0"], np.ones((SAMPLES, TIMESTEPS, FEATURES)), atol=ATOL)
    np.testing.assert_allclose(acts["state_1"], 1.0 + np.cumsum(x, axis=1), atol=ATOL)


class Counting(L.Layer):  # type: ignore[name-defined,misc]
    """A cell with a scalar state for all samples."""

    state_size = (FEATURES, 1)
    output_size = FEATURES

    def get_initial_state(self, batch_size: Any = None) -> Any:
        return [ops.zeros((batch_size, FEATURES)), ops.zeros(())]

    def call(self, inputs: Any, states: Any) -> Any:
        return inputs, [inputs, states[1] + 1.0]


def test_a_state_without_samples_is_said() -> None:
    with pytest.raises(ProbeError, match="state_1 of layer 'rnn' must have the samples on its first axis"):
        capture(sequential(L.RNN(Counting(), name="rnn")), sequences())


class Loops(L.Layer):  # type: ignore[name-defined,misc]
    """Calls a cell for every timestep."""

    def __init__(self, cell: Any, step: Any, **options: Any) -> None:
        super().__init__(**options)
        self.cell, self.step = cell, step

    def build(self, input_shape: Any) -> None:
        self.cell.build((input_shape[0], input_shape[2]))

    def call(self, inputs: Any) -> Any:
        states: Any = [ops.zeros((SAMPLES, UNITS))]
        for t in range(TIMESTEPS):
            output, states = self.step(self.cell, t, inputs[:, t], states)
        return output


def test_a_cell_that_is_called_without_states() -> None:
    loops = Loops(Recording(lambda _: None, name="cell"), lambda cell, t, x, states: cell(x), name="loops")
    model, x = sequential(loops), sequences()
    with pytest.raises(ProbeError, match="'loops/cell' is not captured: it is called without states"):
        capture(model, x)


def test_what_is_recorded_now_and_then() -> None:
    times = iter(range(1000))
    sometimes = Recording(lambda h: record("now", h) if next(times) % 2 else None, name="cell")
    loops = Loops(sometimes, lambda cell, t, x, states: cell(x, states), name="loops")
    with pytest.raises(ProbeError, match="what it records changes from one step to the next"):
        capture(sequential(loops), sequences())


class FeedsBack(keras.Model):  # type: ignore[misc]
    """Warms a cell up in a layer, then calls it by hand on its own output."""

    def __init__(self) -> None:
        super().__init__()
        cell = L.LSTMCell(FEATURES)
        self.rnn = L.RNN(cell, return_state=True, name="rnn")
        self.cell = cell

    def build(self, input_shape: Any) -> None:
        self.rnn.build(input_shape)

    def call(self, inputs: Any) -> Any:
        output, *states = self.rnn(inputs)
        for _ in range(3):
            output, states = self.cell(output, states)
        return output


@pytest.mark.slow
def test_a_cell_that_is_a_layers_and_called_by_hand() -> None:
    model, x = FeedsBack(), sequences()
    model.build(x.shape)
    randomized(model)
    assert list(looked_at(model, x)) == ["rnn", "lstm_cell"]
    by_hand = looked_at(model, x, layers="lstm_cell")["lstm_cell"]
    assert by_hand["hidden_state"].shape == (SAMPLES, 3, FEATURES)
    np.testing.assert_allclose(by_hand["hidden_state"][:, -1], own_output(model, x), atol=ATOL)


@pytest.mark.slow
def test_layers_may_be_chosen_as_objects() -> None:
    model, x = (
        sequential(L.LSTM(UNITS, return_sequences=True, name="a"), L.GRU(UNITS, name="b"), L.Dense(1)),
        sequences(),
    )
    a, b, dense = model.layers
    assert list(capture(model, x, layers=b)) == ["b"]
    assert list(capture(model, x, layers=[a, dense])) == ["a", "dense"]
    with pytest.raises(ProbeError, match="must be keys, patterns, layers"):
        capture(model, x, layers=L.LSTM(UNITS))


def test_what_is_no_model_is_said() -> None:
    with pytest.raises(ProbeError, match=r"must be a keras\.Model, got LSTM"):
        Probe(L.LSTM(UNITS), sequences())


def test_weights_of_a_model_that_is_not_built() -> None:
    with pytest.raises(ProbeError, match="has no weights before the model is built"):
        weights(keras.Sequential([L.LSTM(UNITS, name="lstm")]), "lstm")


def test_outputs_nested_in_outputs() -> None:
    inputs = keras.Input((TIMESTEPS, FEATURES))
    hidden = L.LSTM(UNITS)(inputs)
    model = keras.Model(inputs, {"both": [hidden, L.Dense(2)(hidden)], "one": hidden})
    assert list(capture(model, sequences()).predictions) == ["both_0", "both_1", "one"]


class TrainsItself(OneLSTM):
    """A model with an optimizer that Keras does not know."""

    def train_step(self, data: Any) -> Any:
        return {"loss": ops.mean(self(data[0]))}


@pytest.mark.parametrize(("options", "steps"), [({}, [0, 1]), ({"update_freq": 2}, [0, 2])])
@pytest.mark.slow
def test_a_fit_without_an_optimizer(tmp_path: Path, options: dict[str, Any], steps: list[int]) -> None:
    model, x = TrainsItself(), sequences(samples=4)
    model.compile(optimizer=None)
    model.fit(x, x, batch_size=2, epochs=2, verbose=0, callbacks=[RNNTimeline(tmp_path, x[:2], **options)])
    assert open_run(tmp_path / "rnn").steps == steps
