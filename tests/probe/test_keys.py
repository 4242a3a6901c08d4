"""Keys of layers do not depend on what else the process has built, and names that the user chose are kept."""

from __future__ import annotations

from typing import Any

import keras
import pytest

from tb_rnn_plugin.probe import Probe
from tests.probe.models import TIMESTEPS, UNITS, sequences, sequential


def keys(model: Any) -> list[str]:
    return [trace.key for trace in Probe(model, sequences(), weights=False, jit_compile=False)().traces]


def build_others(count: int) -> None:
    """Advance Keras' counts of automatic names."""
    for _ in range(count):
        for layer in (keras.layers.LSTM, keras.layers.GRU, keras.layers.SimpleRNN):
            keras.layers.Bidirectional(layer(1))


def unnamed() -> Any:
    """Return a model without names chosen by the user."""
    encoder = keras.Sequential([keras.Input((TIMESTEPS, UNITS)), keras.layers.GRU(UNITS, return_sequences=True)])
    return sequential(
        keras.layers.LSTM(UNITS, return_sequences=True),
        keras.layers.LSTM(UNITS, return_sequences=True),
        encoder,
        keras.layers.Bidirectional(keras.layers.SimpleRNN(UNITS)),
    )


@pytest.mark.slow
def test_keys_do_not_depend_on_what_was_built_before() -> None:
    wanted = [
        "lstm",
        "lstm_1",
        "sequential/gru",
        "bidirectional/forward_simple_rnn",
        "bidirectional/backward_simple_rnn",
    ]
    for _ in range(2):
        assert keys(unnamed()) == wanted
        build_others(2)


@pytest.mark.slow
def test_keys_of_one_model_stay_when_others_are_built() -> None:
    model = unnamed()
    before = keys(model)
    build_others(1)
    assert keys(model) == before


@pytest.mark.parametrize(
    "names", [["encoder", "decoder"], ["my_lstm_2", "my_lstm_1"], ["lstm_a", "lstm.b"], ["x", "lstm_900"]]
)
@pytest.mark.slow
def test_names_of_the_user_are_kept(names: list[str]) -> None:
    build_others(3)
    assert keys(named_in_order(names)) == names


@pytest.mark.parametrize("names", [["lstm_2", "lstm_1"], ["first", "gru_1"]])
@pytest.mark.slow
def test_names_of_the_user_are_kept_where_they_are_unlike_those_of_keras(names: list[str]) -> None:
    """In another order, or of another class. An `LSTM(name="lstm_1")` cannot be told from one that Keras named."""
    build_others(3)
    assert keys(named_in_order(names)) == names


def named_in_order(names: list[str]) -> Any:
    return sequential(*(keras.layers.LSTM(UNITS, return_sequences=True, name=name) for name in names))


def test_an_automatic_name_makes_way_for_a_chosen_one() -> None:
    build_others(1)
    chosen = keras.layers.LSTM(UNITS, return_sequences=True, name="lstm_first")
    assert keys(sequential(chosen, keras.layers.LSTM(UNITS))) == ["lstm_first", "lstm"]
