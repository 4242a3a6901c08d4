"""A layer in `TimeDistributed` is one layer: its sequences are joined on the time axis, outer step by step."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest
from numpy.typing import NDArray

from tests.probe.models import ATOL, CELLS, assert_signals, expected, own_output, randomized
from tests.probe.unchanged import looked_at
from tests.reference import Reference

L = keras.layers

SAMPLES, OUTER, INNER, FEATURES, UNITS = 2, 3, 4, 2, 4


def windows(*outer: int) -> NDArray[Any]:
    """Return inputs `[sample, *outer, inner, feature]`."""
    shape = (SAMPLES, *(outer or (OUTER,)), INNER, FEATURES)
    return np.random.default_rng(0).normal(size=shape).astype("float32")


def distributed(layer: Any, x: Any, *before: Any, name: str = "td") -> Any:
    wrapped = L.TimeDistributed(layer, name=name)
    return randomized(keras.Sequential([keras.Input(batch_shape=x.shape), *before, wrapped]))


def window_by_window(layer: Any, x: Any, **options: Any) -> Reference:
    """Return the reference with every window as one sample, the windows joined along time."""
    mask = options.pop("mask", None)
    flat = x.reshape(-1, *x.shape[-2:])
    states = options.pop("initial_states", None)
    repeated = None if states is None else [np.repeat(state, len(flat) // len(x), axis=0) for state in states]
    alone = expected(layer, flat, initial_states=repeated, mask=None if mask is None else mask.reshape(-1, x.shape[-2]))
    rows = {name: values.reshape(len(x), -1, values.shape[-1]) for name, values in alone.signals.items()}
    return Reference(rows, alone.final)


@pytest.mark.parametrize(
    ("cell", "options"),
    [*((cell, {}) for cell in CELLS), ("LSTM", {"return_sequences": True, "go_backwards": True})],
    ids=str,
)
def test_the_time_axis_is_outer_by_inner(cell: str, options: dict[str, Any]) -> None:
    layer, x = CELLS[cell](UNITS, name="rnn", **options), windows()
    model = distributed(layer, x)
    acts = looked_at(model, x)
    assert list(acts) == ["td/rnn"]
    captured = acts["td/rnn"]
    assert_signals(captured, window_by_window(layer, x))
    np.testing.assert_array_equal(captured.inputs, x.reshape(SAMPLES, OUTER * INNER, FEATURES))
    assert captured.mask is None
    for state in captured.initial_states.values():
        np.testing.assert_array_equal(state, np.zeros((SAMPLES, OUTER, UNITS)))
    np.testing.assert_allclose(acts.predictions["output"], own_output(model, x), atol=ATOL)


@pytest.mark.slow
def test_an_outer_axis_of_any_length() -> None:
    layer, x = L.GRU(UNITS, name="rnn"), windows()
    model = randomized(keras.Sequential([keras.Input((None, INNER, FEATURES)), L.TimeDistributed(layer, name="td")]))
    for batch in (x, x[:, :2]):
        acts = looked_at(model, batch)
        assert list(acts) == ["td/rnn"]
        assert_signals(acts["td/rnn"], window_by_window(layer, batch))


def test_an_outer_axis_of_one() -> None:
    layer, x = L.SimpleRNN(UNITS, name="rnn"), windows(1)
    captured = looked_at(distributed(layer, x), x)["td/rnn"]
    assert_signals(captured, window_by_window(layer, x))


@pytest.mark.slow
def test_unnamed_layers_have_the_names_of_a_fresh_process() -> None:
    x = windows()
    for _ in range(2):
        model = randomized(keras.Sequential([keras.Input(x.shape[1:]), L.TimeDistributed(L.LSTM(UNITS))]))
        assert list(looked_at(model, x)) == ["time_distributed/lstm"]


@pytest.mark.slow
def test_a_mask_of_windows() -> None:
    layer, x = L.LSTM(UNITS, name="rnn"), windows()
    mask = np.ones(x.shape[:-1], bool)
    mask[0, 0, 2:], mask[0, 1, :1], mask[1, 2] = False, False, False  # At the end, at the start, a whole window.
    x[~mask] = 0.0
    captured = looked_at(distributed(layer, x, L.Masking()), x)["td/rnn"]
    np.testing.assert_array_equal(captured.mask, mask.reshape(SAMPLES, -1))
    assert_signals(captured, window_by_window(layer, x, mask=mask))


@pytest.mark.slow
def test_a_sequential_with_two_layers() -> None:
    first, second = L.GRU(UNITS, return_sequences=True, name="first"), L.SimpleRNN(3, name="second")
    x = windows()
    inner = keras.Sequential([keras.Input((INNER, FEATURES)), first, L.Dense(2), second], name="inner")
    model = distributed(inner, x)
    acts = looked_at(model, x)
    assert list(acts) == ["td/inner/first", "td/inner/second"]
    lower = window_by_window(first, x)
    assert_signals(acts["td/inner/first"], lower)
    kernel, bias = inner.layers[1].get_weights()
    below = (lower.signals["hidden_state"] @ kernel + bias).reshape(SAMPLES, OUTER, INNER, 2)
    assert_signals(acts["td/inner/second"], window_by_window(second, below))


@pytest.mark.slow
def test_both_directions() -> None:
    layer, x = L.Bidirectional(L.LSTM(UNITS, name="rnn"), name="both"), windows()
    acts = looked_at(distributed(layer, x), x)
    assert list(acts) == ["td/both/forward_rnn", "td/both/backward_rnn"]
    assert_signals(acts["td/both/forward_rnn"], window_by_window(layer.forward_layer, x))
    assert_signals(acts["td/both/backward_rnn"], window_by_window(layer.backward_layer, x))


@pytest.mark.slow
def test_a_stack_of_cells() -> None:
    cells, x = [L.LSTMCell(UNITS, name="a"), L.GRUCell(3, name="b")], windows()
    acts = looked_at(distributed(L.RNN(cells, name="rnn"), x), x)
    assert list(acts) == ["td/rnn/a", "td/rnn/b"]
    lower = window_by_window(L.RNN(cells[0]), x)
    assert_signals(acts["td/rnn/a"], lower)
    below = lower.signals["hidden_state"].reshape(SAMPLES, OUTER, INNER, UNITS)
    assert_signals(acts["td/rnn/b"], window_by_window(L.RNN(cells[1]), below))


@pytest.mark.slow
def test_one_in_another() -> None:
    layer, x = L.LSTM(UNITS, name="rnn"), windows(2, OUTER)
    acts = looked_at(distributed(L.TimeDistributed(layer, name="low"), x, name="high"), x)
    assert list(acts) == ["high/low/rnn"]
    captured = acts["high/low/rnn"]
    assert_signals(captured, window_by_window(layer, x))
    np.testing.assert_array_equal(captured.inputs, x.reshape(SAMPLES, 2 * OUTER * INNER, FEATURES))
    for state in captured.initial_states.values():
        assert state.shape == (SAMPLES, 2 * OUTER, UNITS)


@pytest.mark.slow
def test_a_layer_that_draws_on_the_windows() -> None:
    """A hierarchy: characters to words, words to a sentence."""
    words, sentence, x = L.GRU(UNITS, name="words"), L.LSTM(3, name="sentence"), windows()
    inputs = keras.Input(x.shape[1:])
    model = randomized(keras.Model(inputs, sentence(L.TimeDistributed(words, name="td")(inputs))))
    acts = looked_at(model, x)
    assert list(acts) == ["td/words", "sentence"]
    below = window_by_window(words, x).signals["hidden_state"][:, INNER - 1 :: INNER]
    assert_signals(acts["sentence"], expected(sentence, below))


@pytest.mark.slow
def test_every_window_starts_from_the_states_that_are_given() -> None:
    layer, x = L.LSTM(UNITS, name="rnn"), windows()
    states = [np.random.default_rng(i).normal(size=(SAMPLES, UNITS)).astype("float32") for i in (1, 2)]
    captured = looked_at(distributed(layer, x), x, initial_states={"td/rnn": states})["td/rnn"]
    assert_signals(captured, window_by_window(layer, x, initial_states=states))
    wanted = np.repeat(states[1][:, None], OUTER, axis=1)
    np.testing.assert_array_equal(captured.initial_states["cell_state"], wanted)


@pytest.mark.slow
def test_a_stateful_layer_goes_on_from_window_to_window() -> None:
    """As in Keras, which calls it once per window."""
    layer, x = L.GRU(UNITS, stateful=True, name="rnn"), windows()
    model = distributed(layer, x)
    own_output(model, 1.0 - x)  # Leaves states in the layer.
    held = np.array(layer.states[0].numpy())
    assert held.any()
    captured = looked_at(model, x)["td/rnn"]
    assert_signals(captured, expected(layer, x.reshape(SAMPLES, -1, FEATURES), initial_states=[held]))
    starts = np.concatenate([held[:, None], captured["hidden_state"][:, INNER - 1 : -1 : INNER]], axis=1)
    np.testing.assert_allclose(captured.initial_states["hidden_state"], starts, atol=ATOL)


@pytest.mark.slow
def test_dropout_draws_anew_for_every_window() -> None:
    layer, x = L.LSTM(UNITS, dropout=0.4, return_sequences=True, name="rnn"), windows()
    model = distributed(layer, x)
    seen = looked_at(model, x, training=True)["td/rnn"]["hidden_state"]
    own = own_output(model, x, training=True).reshape(seen.shape)
    np.testing.assert_allclose(seen, own, atol=ATOL)
    assert not np.allclose(seen, own_output(model, x).reshape(seen.shape), atol=0.01)


@pytest.mark.slow
def test_a_wrapper_called_twice() -> None:
    layer = L.SimpleRNN(FEATURES, return_sequences=True, name="rnn")
    wrapper, x = L.TimeDistributed(layer, name="td"), windows()
    inputs = keras.Input(x.shape[1:])
    acts = looked_at(randomized(keras.Model(inputs, wrapper(wrapper(inputs)))), x)
    assert list(acts) == ["td/rnn", "td/rnn#2"]
    first = window_by_window(layer, x)
    assert_signals(acts["td/rnn"], first)
    assert_signals(acts["td/rnn#2"], window_by_window(layer, first.signals["hidden_state"].reshape(x.shape)))
