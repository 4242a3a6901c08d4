"""What a layer starts from, and that a capture leaves a stateful layer's state exactly as it was."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest
from numpy.typing import NDArray

from tb_rnn_plugin import capture
from tb_rnn_plugin.probe import Probe
from tests.probe.models import (
    CELLS,
    SAMPLES,
    TIMESTEPS,
    UNITS,
    assert_signals,
    expected,
    own_output,
    randomized,
    sequences,
    sequential,
    stateful,
)


def held(layer: Any) -> list[NDArray[Any]]:
    """Return the states of a stateful layer."""
    return [np.array(state.numpy()) for state in layer.states]


def some_states(layer: Any) -> list[NDArray[Any]]:
    random = np.random.default_rng(7)
    return [random.normal(size=(SAMPLES, UNITS)).astype("float32") for _ in layer.state_size]


@pytest.mark.parametrize("start", ["zeros", "current", "given"])
@pytest.mark.parametrize("cell", CELLS)
def test_a_stateful_layer(cell: str, start: str) -> None:
    layer = CELLS[cell](UNITS, stateful=True, name="rnn")
    model, x = stateful(layer), sequences()
    own_output(model, sequences(seed=5))  # Leaves states in the layer.
    before = held(layer)
    assert all(state.any() for state in before)

    states = {"zeros": None, "current": before, "given": some_states(layer)}[start]
    captured = capture(model, x, initial_states={"rnn": states} if start == "given" else start)["rnn"]

    assert_signals(captured, expected(layer, x, initial_states=states))
    for name, state in captured.initial_states.items():
        wanted = np.zeros((SAMPLES, UNITS)) if states is None else states[0 if name == "hidden_state" else 1]
        np.testing.assert_array_equal(state, wanted)
    for now, then in zip(held(layer), before, strict=True):
        assert now.tobytes() == then.tobytes()


def test_capture_starts_from_the_current_state_by_default() -> None:
    """As in a plain call: the values are those that the model would compute next."""
    layer = keras.layers.LSTM(UNITS, stateful=True, name="rnn")
    model, x = stateful(layer), sequences()
    own_output(model, x)
    seen = capture(model, x)["rnn"]["hidden_state"][:, -1]
    np.testing.assert_allclose(seen, own_output(model, x), atol=1e-6)


def test_a_probe_starts_from_zeros_unless_told_otherwise() -> None:
    layer = keras.layers.LSTM(UNITS, stateful=True, name="rnn")
    model, x = stateful(layer), sequences()
    probe = Probe(model, x, jit_compile=False)
    first = probe().traces[0].signals["hidden_state"]
    own_output(model, x)
    np.testing.assert_array_equal(probe().traces[0].signals["hidden_state"], first)


def test_a_probe_of_the_current_state_follows_it() -> None:
    layer = keras.layers.LSTM(UNITS, stateful=True, name="rnn")
    model, x = stateful(layer), sequences()
    probe = Probe(model, x, initial_states="current", jit_compile=False)
    for _ in range(2):
        states = held(layer)
        assert_signals(probe().traces[0].signals, expected(layer, x, initial_states=states))
        own_output(model, x)


@pytest.mark.slow
def test_states_given_for_one_layer_leave_the_others_at_zeros() -> None:
    """Otherwise two epochs would start from the states that training left in the others, and not be comparable."""
    layers = [keras.layers.GRU(UNITS, stateful=True, return_sequences=True, name=name) for name in ("first", "second")]
    model, x = stateful(*layers), sequences()
    own_output(model, sequences(seed=5))
    given = some_states(layers[0])
    traces = {
        trace.key: trace for trace in Probe(model, x, initial_states={"first": given}, jit_compile=False)().traces
    }
    np.testing.assert_array_equal(traces["first"].initial_states["hidden_state"], given[0])
    np.testing.assert_array_equal(traces["second"].initial_states["hidden_state"], np.zeros((SAMPLES, UNITS)))


@pytest.mark.parametrize("cell", CELLS)
def test_states_may_be_given_to_a_layer_that_is_not_stateful(cell: str) -> None:
    layer = CELLS[cell](UNITS, go_backwards=True, name="rnn")
    model, x = sequential(layer), sequences()
    states = some_states(layer)
    assert_signals(capture(model, x, initial_states={"rnn": states})["rnn"], expected(layer, x, initial_states=states))


def test_a_single_state_needs_no_list() -> None:
    layer = keras.layers.SimpleRNN(UNITS, name="rnn")
    model, x = sequential(layer), sequences()
    states = some_states(layer)
    assert_signals(
        capture(model, x, initial_states={"rnn": states[0]})["rnn"], expected(layer, x, initial_states=states)
    )


def test_the_initial_state_may_be_an_input_of_the_model() -> None:
    layer = keras.layers.LSTM(UNITS, name="rnn")
    values, h, c = keras.Input((TIMESTEPS, 3)), keras.Input((UNITS,)), keras.Input((UNITS,))
    model = randomized(keras.Model([values, h, c], layer(values, initial_state=[h, c])))
    x, states = sequences(), some_states(layer)
    captured = capture(model, [x, *states])["rnn"]
    assert_signals(captured, expected(layer, x, initial_states=states))
    np.testing.assert_array_equal(captured.initial_states["cell_state"], states[1])
