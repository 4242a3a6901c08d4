"""The output of a layer that is not recurrent is captured if it is named; patterns prefer recurrent layers."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest
from numpy.typing import NDArray

from tb_rnn_plugin.probe import Probe, ProbeError
from tests.probe.models import (
    ATOL,
    FEATURES,
    MASK,
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

L, ops = keras.layers, keras.ops

TOKENS = np.where(MASK, np.random.default_rng(0).integers(1, 9, MASK.shape), 0)
"""0 where `MASK` is False."""


def output_of(captured: Any, name: str = "output") -> NDArray[Any]:
    """Return a layer's output, after checking that the layer is not recurrent."""
    assert captured.inputs is None
    assert dict(captured.initial_states) == {}
    values: NDArray[Any] = captured[name]
    assert values.dtype == np.float32
    return values


def kinds(model: Any, x: Any, layers: Any) -> dict[str, str]:
    """Return the kind of each layer that `layers` chooses, by key."""
    traces = Probe(model, x, layers=layers, weights=False, jit_compile=False)().traces
    return {trace.key: trace.cell for trace in traces}


def test_dense_layers_around_a_recurrent_one() -> None:
    """One below it, with a time axis, and one above, without."""
    below, rnn, above = L.Dense(5, name="below"), L.GRU(UNITS, name="rnn"), L.Dense(2, name="above")
    model, x = sequential(below, rnn, above), sequences()
    acts = looked_at(model, x, layers=["above", "rnn", "below"])
    assert list(acts) == ["below", "rnn", "above"]  # In the order of the calls, not of the list.
    kernel, bias = (np.asarray(weight, np.float64) for weight in below.get_weights())
    projected = x @ kernel + bias
    np.testing.assert_allclose(output_of(acts["below"]), projected, atol=ATOL)
    reference = expected(rnn, projected)
    assert_signals(acts["rnn"], reference)
    kernel, bias = (np.asarray(weight, np.float64) for weight in above.get_weights())
    top = reference.final[0] @ kernel + bias
    np.testing.assert_allclose(output_of(acts["above"]), top[:, None], atol=ATOL)
    np.testing.assert_allclose(acts.predictions["output"], top, atol=ATOL)
    assert [list(acts[key]) for key in ("below", "above")] == [["output"], ["output"]]
    assert acts["below"].mask is acts["above"].mask is None


def test_the_kind_is_the_class_and_there_is_no_range() -> None:
    model = sequential(L.Conv1D(5, 2, name="conv"), L.LSTM(UNITS, name="rnn"))
    (trace,) = Probe(model, sequences(), layers="conv", jit_compile=False)().traces
    assert (trace.key, trace.cell, trace.ranges.get("output")) == ("conv", "Conv1D", None)


def test_a_convolution_has_the_time_axis_of_its_output() -> None:
    conv = L.Conv1D(5, 3, strides=2, name="conv")
    model, x = sequential(conv, L.LSTM(UNITS, name="rnn")), sequences()
    acts = looked_at(model, x, layers=["conv", "rnn"])
    kernel, bias = (np.asarray(weight, np.float64) for weight in conv.get_weights())
    windows = np.stack([x[:, 0:3], x[:, 2:5]], axis=1)  # [sample, window, place in the window, feature]
    convolved = np.einsum("swpf,pfu->swu", windows, kernel) + bias
    np.testing.assert_allclose(output_of(acts["conv"]), convolved, atol=ATOL)
    assert_signals(acts["rnn"], expected(model.layers[-1], convolved))


def test_all_axes_after_time_are_features() -> None:
    model, x = sequential(L.Reshape((2, 3, 3), name="maps"), L.Flatten()), sequences()
    np.testing.assert_array_equal(output_of(looked_at(model, x, layers="maps")["maps"]), x.reshape(len(x), 2, 9))


@pytest.mark.parametrize("mask_zero", [True, False])
def test_an_embedding_is_nan_at_its_padding(mask_zero: bool) -> None:
    """So is every layer to which Keras passes the mask, as long as there is a time axis."""
    words, dense, rnn = L.Embedding(9, FEATURES, mask_zero=mask_zero), L.Dense(5, name="dense"), L.GRU(UNITS)
    model = keras.Sequential([keras.Input((TIMESTEPS,), dtype="int32"), words, dense, rnn, L.Dense(1, name="top")])
    acts = looked_at(randomized(model), TOKENS, layers=["embedding", "dense", "top"])
    vectors = words.get_weights()[0][TOKENS]
    projected = vectors @ dense.get_weights()[0] + dense.get_weights()[1]
    for key, wanted in (("embedding", vectors), ("dense", projected)):
        values = np.where(MASK[:, :, None], wanted, np.nan) if mask_zero else wanted
        np.testing.assert_allclose(output_of(acts[key]), values, atol=ATOL)
        if mask_zero:
            np.testing.assert_array_equal(acts[key].mask, MASK)
        else:
            assert acts[key].mask is None
    assert acts["top"].mask is None
    np.testing.assert_allclose(output_of(acts["top"])[:, 0], own_output(model, TOKENS), atol=ATOL)


class Halves(L.Layer):  # type: ignore[name-defined,misc]
    """A layer of two outputs: the features, and their sum over time."""

    def call(self, inputs: Any) -> Any:
        return 2.0 * inputs, ops.sum(inputs, axis=1)


def test_several_outputs() -> None:
    inputs = keras.Input((TIMESTEPS, FEATURES))
    doubled, summed = Halves(name="halves")(inputs)
    model, x = randomized(keras.Model(inputs, [L.LSTM(UNITS, name="rnn")(doubled), summed])), sequences()
    acts = looked_at(model, x, layers=["halves", "rnn"])
    assert list(acts["halves"]) == ["output_0", "output_1"]
    np.testing.assert_allclose(output_of(acts["halves"], "output_0"), 2.0 * x)
    np.testing.assert_allclose(output_of(acts["halves"], "output_1"), x.sum(axis=1, keepdims=True), atol=1e-6)


def test_numbers_that_are_not_floats() -> None:
    """The output of a layer of bools or integers is float32, too."""
    inputs = keras.Input((TIMESTEPS, FEATURES))
    signs = L.Lambda(lambda values: values > 0.0, name="signs")(inputs)
    model, x = keras.Model(inputs, L.SimpleRNN(UNITS)(ops.cast(signs, "float32"))), sequences()
    np.testing.assert_array_equal(output_of(looked_at(model, x, layers="signs")["signs"]), x > 0.0)


def nested() -> Any:
    """Return a model of two models, one with a recurrent layer and one without, and a layer in both directions."""
    encoder = [L.Dense(UNITS, name="project"), L.GRU(UNITS, return_sequences=True, name="rnn")]
    head = [L.Dense(3, name="hidden"), L.Dense(2, name="out")]
    return sequential(
        keras.Sequential([keras.Input((TIMESTEPS, FEATURES)), *encoder], name="encoder"),
        L.Bidirectional(L.SimpleRNN(UNITS, name="elman"), name="both"),
        keras.Sequential([keras.Input((2 * UNITS,)), *head], name="head"),
    )


@pytest.fixture(scope="module")
def model() -> Any:
    return nested()


@pytest.mark.slow
def test_a_nested_model_and_a_wrapper_may_be_named(model: Any) -> None:
    x = sequences()
    acts = looked_at(model, x, layers=["encoder", "encoder/rnn", "both", "both/backward_elman", "head", "head/hidden"])
    encoder, both, head = model.layers
    encoded = own_output(encoder, x)
    merged = own_output(both, encoded)
    np.testing.assert_allclose(output_of(acts["encoder"]), encoded, atol=ATOL)
    np.testing.assert_allclose(acts["encoder/rnn"]["hidden_state"], encoded, atol=ATOL)
    np.testing.assert_allclose(output_of(acts["both"])[:, 0], merged, atol=ATOL)
    assert_signals(acts["both/backward_elman"], expected(both.backward_layer, encoded))
    np.testing.assert_allclose(output_of(acts["head"])[:, 0], own_output(model, x), atol=ATOL)
    hidden = merged @ head.layers[0].get_weights()[0] + head.layers[0].get_weights()[1]
    np.testing.assert_allclose(output_of(acts["head/hidden"])[:, 0], hidden, atol=ATOL)
    assert set(acts) == {"encoder", "encoder/rnn", "both", "both/backward_elman", "head", "head/hidden"}


@pytest.mark.slow
def test_a_layer_called_twice() -> None:
    dense, inputs = L.Dense(FEATURES, activation="tanh", name="dense"), keras.Input((TIMESTEPS, FEATURES))
    model = randomized(keras.Model(inputs, L.LSTM(UNITS, name="rnn")(dense(dense(inputs)))))
    x = sequences()
    acts = looked_at(model, x, layers=["dense", "rnn"])
    assert list(acts) == ["dense", "dense#2", "rnn"]
    kernel, bias = dense.get_weights()
    once = np.tanh(x @ kernel + bias)
    np.testing.assert_allclose(output_of(acts["dense"]), once, atol=ATOL)
    np.testing.assert_allclose(output_of(acts["dense#2"]), np.tanh(once @ kernel + bias), atol=ATOL)


def test_a_layer_in_time_distributed() -> None:
    """The wrapper calls it once per timestep; the calls are joined into one sequence."""
    model, x = sequential(L.TimeDistributed(L.Dense(5, name="dense"), name="td"), L.LSTM(UNITS)), sequences()
    acts = looked_at(model, x, layers=["td", "td/dense"])
    kernel, bias = model.layers[0].get_weights()
    for key in ("td", "td/dense"):
        np.testing.assert_allclose(output_of(acts[key]), x @ kernel + bias, atol=ATOL)


def test_batch_statistics_stay_while_the_output_is_that_of_training() -> None:
    layer = L.BatchNormalization(name="norm")
    model, x = sequential(layer, L.LSTM(UNITS)), 5.0 + 3.0 * sequences()
    seen = output_of(looked_at(model, x, layers="norm", training=True)["norm"])
    gamma, beta = layer.gamma.numpy(), layer.beta.numpy()
    wanted = gamma * (x - x.mean(axis=(0, 1))) / np.sqrt(x.var(axis=(0, 1)) + layer.epsilon) + beta
    np.testing.assert_allclose(seen, wanted, atol=1e-4)  # The division loses one digit.


GRU, ELMAN, DENSE = "GRU", "SimpleRNN", "Dense"
BOTH = {"both/forward_elman": ELMAN, "both/backward_elman": ELMAN}


@pytest.mark.parametrize(
    ("layers", "wanted"),
    [
        ("head/hidden", {"head/hidden": DENSE}),
        ("encoder/*", {"encoder/rnn": GRU}),  # The recurrent layers only …
        ("*", {"encoder/rnn": GRU, **BOTH}),
        ("head/*", {"head/hidden": DENSE, "head/out": DENSE}),  # … unless there are none.
        ("*/[hp]*", {"encoder/project": DENSE, "head/hidden": DENSE}),
        (["both/*", "*/out"], {**BOTH, "head/out": DENSE}),
        (("*", "encoder/project"), {"encoder/project": DENSE, "encoder/rnn": GRU, **BOTH}),
        (lambda layer: isinstance(layer, L.Dense), {"encoder/project": DENSE, "head/hidden": DENSE, "head/out": DENSE}),
        (lambda layer: getattr(layer, "units", 0) == UNITS, {"encoder/project": DENSE, "encoder/rnn": GRU, **BOTH}),
        (lambda layer: layer.name == "both", {"both": "Bidirectional"}),
    ],
    ids=lambda value: "function" if callable(value) else str(value) if not isinstance(value, dict) else "",
)
@pytest.mark.slow
def test_choice(model: Any, layers: Any, wanted: dict[str, str]) -> None:
    chosen = kinds(model, sequences(), layers)
    assert chosen == wanted
    assert list(chosen) == list(wanted)


def test_a_function_may_take_every_layer(model: Any) -> None:
    acts = looked_at(model, sequences(), layers=lambda layer: True)
    keys = {"encoder", "encoder/project", "encoder/rnn", "both", *BOTH, "head", "head/hidden", "head/out"}
    assert set(acts) == keys
    assert list(acts["encoder/rnn"]) == ["update_gate", "reset_gate", "candidate", "hidden_state"]


@pytest.mark.parametrize(
    "layers",
    ["hidden", "decoder/*", ["encoder", "decoder"], ["*", "head/*/*"], lambda layer: False],
    ids=lambda value: "function" if callable(value) else str(value),
)
def test_nothing_that_matches_is_an_error_that_lists_the_layers(model: Any, layers: Any) -> None:
    with pytest.raises(ProbeError) as info:
        Probe(model, sequences(), layers=layers)
    for key in ("encoder", "encoder/project", "encoder/rnn", "both", *BOTH, "head", "head/hidden", "head/out"):
        assert repr(key) in str(info.value)


class Idle(L.Layer):  # type: ignore[name-defined,misc]
    """A layer that holds another and never calls it."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.rnn = L.SimpleRNN(UNITS, name="rnn")
        self.unused = L.Dense(1, name="unused")

    def build(self, input_shape: Any) -> None:
        self.rnn.build(input_shape)
        self.unused.build(input_shape)

    def call(self, inputs: Any) -> Any:
        return self.rnn(inputs)


@pytest.mark.slow
def test_a_layer_that_is_never_called() -> None:
    model, x = sequential(Idle(name="idle")), sequences()
    assert list(looked_at(model, x)) == ["idle/rnn"]
    with pytest.raises(ProbeError, match=r"does not call 'idle/unused'"):
        Probe(model, x, layers=["idle/rnn", "idle/unused"], jit_compile=False)()
