"""Invalid arguments raise before anything is compiled; the message gives the rule and the value."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import pytest

from tb_rnn_plugin.probe import Probe, ProbeError
from tests.probe.models import FEATURES, SAMPLES, TIMESTEPS, UNITS, sequences, sequential, stateful

X = sequences()


@pytest.fixture(scope="module")
def model() -> Any:
    return sequential(keras.layers.LSTM(UNITS, name="rnn"))


@pytest.fixture(scope="module")
def of_any_length() -> Any:
    return keras.Sequential([keras.Input((None, FEATURES)), keras.layers.LSTM(UNITS, name="rnn")])


@pytest.fixture(scope="module")
def of_two_inputs() -> Any:
    a, b = keras.Input((TIMESTEPS, FEATURES), name="values"), keras.Input((UNITS,), name="start")
    return keras.Model([a, b], keras.layers.SimpleRNN(UNITS, name="rnn")(a, initial_state=b))


def refused(make: Callable[[], Any], *words: str) -> None:
    with pytest.raises(ProbeError) as info:
        make()
    for word in words:
        assert word in str(info.value)


@pytest.mark.parametrize(
    ("probe", "words"),
    [
        (X[:, :4], ["probe must have the shape", "(any, 6, 3)", "(2, 4, 3)"]),
        (X[:, :, :2], ["probe must have the shape", "(any, 6, 3)", "(2, 6, 2)"]),
        (X[0], ["probe must have the shape", "(any, 6, 3)", "(6, 3)"]),
        (X[None], ["probe must have the shape", "(any, 6, 3)", "(1, 2, 6, 3)"]),
        (X[:0], ["at least one sample", "(0, 6, 3)"]),
        ([], ["at least one sample", "(0,)"]),
        ({}, ["at least one sample", "no arrays"]),
        (np.float32(1.0), ["at least one sample", "()"]),
        (np.array([], dtype=object), ["at least one sample", "(0,)"]),
        (None, ["probe must hold numbers or strings", "object"]),
        (X.astype(complex), ["probe must hold numbers or strings", "complex128"]),
        (X.astype("datetime64[s]"), ["probe must hold numbers or strings", "datetime64"]),
        (X.astype(str), ["dtype", "float32", "<U"]),
        ([X, X], ["1 arrays, one per input", "got 2"]),
    ],
    ids=lambda value: "-".join(value[-1:]) if isinstance(value, list) and value and isinstance(value[0], str) else "",
)
def test_a_probe_that_does_not_fit(model: Any, probe: Any, words: list[str]) -> None:
    refused(lambda: Probe(model, probe), *words)


@pytest.mark.parametrize(
    "probe",
    [
        [X[0].tolist(), X[1, :4].tolist()],
        np.array([X[0].tolist(), X[1, :4].tolist()], dtype=object),
        [X[0], X[1, :4]],
    ],
    ids=["lists", "objects", "arrays"],
)
def test_rows_of_different_lengths(of_any_length: Any, probe: Any) -> None:
    refused(lambda: Probe(of_any_length, probe), "probe")


def test_no_timesteps(of_any_length: Any) -> None:
    refused(lambda: Probe(of_any_length, X[:, :0]), "probe", "(2, 0, 3)")


def test_inputs_of_different_sample_counts(of_two_inputs: Any) -> None:
    refused(lambda: Probe(of_two_inputs, [X, np.ones((3, UNITS))]), "same number of samples", "(2, 6, 3)", "(3, 4)")


def test_an_input_missing(of_two_inputs: Any) -> None:
    refused(lambda: Probe(of_two_inputs, X), "2 arrays, one per input", "got 1")


def test_a_model_without_recurrent_layers() -> None:
    model = keras.Sequential([keras.Input((FEATURES,)), keras.layers.Dense(1, name="top")])
    refused(lambda: Probe(model, X[:, 0]), "at least one recurrent layer", "'top'")


@pytest.mark.parametrize("layers", ["lstm", ["rnn", "lstm"], "encoder/*"])
def test_an_unknown_layer(model: Any, layers: Any) -> None:
    refused(lambda: Probe(model, X, layers=layers), "'lstm'" if "lstm" in layers else "'encoder/*'", "'rnn'")


@pytest.mark.parametrize("layers", [[], 5, [5]], ids=str)
def test_layers_that_name_nothing(model: Any, layers: Any) -> None:
    refused(lambda: Probe(model, X, layers=layers), "layers", str(layers))


@pytest.mark.parametrize("samples", [1, SAMPLES + 1])
def test_a_stateful_model_of_another_batch_size(samples: int) -> None:
    model = stateful(keras.layers.LSTM(UNITS, stateful=True, name="rnn"))
    refused(lambda: Probe(model, sequences(samples)), "probe must", str(SAMPLES), f"got ({samples}, 6, 3)")


class Unspoken(keras.Model):  # type: ignore[misc]
    """A stateful model that does not declare its inputs."""

    def __init__(self) -> None:
        super().__init__()
        self.rnn = keras.layers.LSTM(UNITS, stateful=True, name="rnn")

    def call(self, inputs: Any) -> Any:
        return self.rnn(inputs)


def test_a_stateful_layer_of_another_batch_size() -> None:
    model = Unspoken()
    model(X)
    refused(lambda: Probe(model, sequences(3)), "'rnn'", "stateful with batch size 2", "got 3")


@pytest.mark.parametrize(
    ("states", "words"),
    [
        ("random", ["initial_states", "zeros", "current", "'random'"]),
        (None, ["initial_states", "None"]),
        ([np.ones((SAMPLES, UNITS))] * 2, ["initial_states"]),
        (np.ones((SAMPLES, UNITS)), ["initial_states"]),
        ({"lstm": [np.ones((SAMPLES, UNITS))] * 2}, ["initial_states", "'lstm'", "'rnn'"]),
        ({"rnn": [np.ones((SAMPLES, UNITS))]}, ["initial_states", "'rnn'", "[(2, 4), (2, 4)]", "[(2, 4)]"]),
        ({"rnn": [np.ones((1, UNITS))] * 2}, ["initial_states", "'rnn'", "(1, 4)"]),
        ({"rnn": [np.ones((SAMPLES, 5))] * 2}, ["initial_states", "'rnn'", "(2, 5)"]),
        ({"rnn": [[[1.0], [1.0, 2.0]]] * 2}, ["initial_states", "'rnn'"]),
        ({"rnn": [np.full((SAMPLES, UNITS), "x")] * 2}, ["initial_states", "'rnn'"]),
    ],
    ids=["word", "none", "list", "array", "unknown", "too-few", "samples", "units", "ragged", "strings"],
)
def test_initial_states_that_do_not_fit(model: Any, states: Any, words: list[str]) -> None:
    refused(lambda: Probe(model, X, initial_states=states), *words)


def test_a_word_for_jit_compile_that_is_none(model: Any) -> None:
    with pytest.raises(ValueError, match=r"jit_compile.*'always'"):
        Probe(model, X, jit_compile="always")  # type: ignore[arg-type]
