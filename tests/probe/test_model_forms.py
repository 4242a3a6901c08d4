"""However a model is built, saved, compiled or placed, its layers are found, and match the reference."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

from tb_rnn_plugin import capture
from tb_rnn_plugin.probe import Probe
from tests.forks import Forks
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

L, ops = keras.layers, keras.ops


def chain(acts: Any, x: Any, **layers: Any) -> Any:
    """Compare layers, given by key, each reading the one before, with the reference; return the last one's values."""
    assert list(acts) == [key.replace("__", "/") for key in layers]
    reference = None
    for captured, layer in zip(acts.values(), layers.values(), strict=True):
        np.testing.assert_allclose(captured.inputs, x, atol=ATOL)
        reference = expected(layer, x)
        assert_signals(captured, reference)
        x = reference.signals["hidden_state"]
    return reference


def rnn(kind: Any = L.GRU, name: str = "rnn", **options: Any) -> Any:
    return kind(UNITS, return_sequences=True, name=name, **options)


def in_model(name: str, features: int, *layers: Any, functional: bool = False) -> Any:
    if not functional:
        return keras.Sequential([keras.Input((TIMESTEPS, features)), *layers], name=name)
    inputs = tensor = keras.Input((TIMESTEPS, features))
    for layer in layers:
        tensor = layer(tensor)
    return keras.Model(inputs, tensor, name=name)


@pytest.mark.parametrize("functional", [False, True])
@pytest.mark.slow
def test_models_in_models(functional: bool) -> None:
    """Three deep, the same name at every depth, and a layer after each model."""
    low, mid, high, top = rnn(), rnn(L.LSTM), rnn(L.SimpleRNN), L.GRU(3, reset_after=False, name="rnn")
    three = in_model("three", FEATURES, low, functional=functional)
    two = in_model("two", FEATURES, three, mid, functional=functional)
    model = randomized(in_model("zero", FEATURES, in_model("one", FEATURES, two, high, functional=functional), top))
    x = sequences()
    acts = looked_at(model, x)
    last = chain(acts, x, one__two__three__rnn=low, one__two__rnn=mid, one__rnn=high, rnn=top)
    np.testing.assert_allclose(acts.predictions["output"], last.final[0], atol=ATOL)


class Block(L.Layer):  # type: ignore[name-defined,misc]
    """A custom layer that holds a recurrent layer in a list, and another in a dict."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.parts = [rnn(L.LSTM, "first")]
        self.by_name = {"second": rnn(L.SimpleRNN, "second", go_backwards=True)}

    def build(self, input_shape: Any) -> None:
        self.parts[0].build(input_shape)
        self.by_name["second"].build((*input_shape[:2], UNITS))

    def call(self, inputs: Any) -> Any:
        return ops.flip(self.by_name["second"](self.parts[0](inputs)), axis=1)


class Inner(keras.Model):  # type: ignore[misc]
    """A subclassed model in a subclassed model."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.block = Block(name="block")

    def call(self, inputs: Any, training: bool = False) -> Any:
        return self.block(inputs)


class Outer(keras.Model):  # type: ignore[misc]
    """A subclassed model whose input is nested, and whose output is named."""

    def __init__(self) -> None:
        super().__init__()
        self.inner = Inner(name="inner")
        self.top = L.GRU(3, name="top")

    def call(self, inputs: Any, training: bool = False) -> Any:
        values, (scale,) = inputs["values"], inputs["scales"]
        return {"last": self.top(self.inner(values * scale[:, None], training=training))}


@pytest.mark.parametrize("built", [True, False])
@pytest.mark.slow
def test_subclassed_models_with_nested_inputs(built: bool) -> None:
    model, x = Outer(), sequences()
    scale = np.array([[2.0], [-0.5]], "float32")
    inputs = {"values": x, "scales": [scale]}
    if built:
        model(inputs)
        randomized(model)
    acts = (looked_at if built else capture)(model, inputs)
    first, second = model.inner.block.parts[0], model.inner.block.by_name["second"]
    layers = {"inner__block__first": first, "inner__block__second": second, "top": model.top}
    last = chain(acts, x * scale[:, None], **layers)
    assert list(acts.predictions) == ["last"]
    np.testing.assert_allclose(acts.predictions["last"], last.final[0], atol=ATOL)


def two_inputs(structure: Callable[[Any, Any], Any]) -> tuple[Any, Any]:
    """Return a layer that starts from an input, in a model whose inputs are in a structure."""
    layer = rnn(L.SimpleRNN)
    values, start = keras.Input((TIMESTEPS, FEATURES), name="b"), keras.Input((UNITS,), name="a")
    outputs = layer(values, initial_state=start)
    return layer, randomized(keras.Model(structure(values, start), outputs))


@pytest.mark.parametrize(
    "structure",
    [
        lambda values, start: [values, start],
        lambda values, start: (values, start),
        lambda values, start: {"b": values, "a": start},
        lambda values, start: [start, {"deep": (values,)}],
    ],
    ids=["list", "tuple", "dict", "nested"],
)
def test_inputs_as_the_model_takes_them(structure: Callable[[Any, Any], Any]) -> None:
    """Of float64, as NumPy makes them."""
    layer, model = two_inputs(structure)
    x, start = sequences(dtype="float64"), np.random.default_rng(3).normal(size=(SAMPLES, UNITS))
    captured = looked_at(model, structure(x, tf.constant(start)))["rnn"]  # An array, and a tensor.
    assert_signals(captured, expected(layer, x, initial_states=[start]))
    np.testing.assert_allclose(captured.initial_states["hidden_state"], start, atol=1e-6)
    assert captured["hidden_state"].dtype == np.float32


def test_states_that_the_model_is_given_as_a_list() -> None:
    layer = rnn(L.LSTM)
    values, states = keras.Input((TIMESTEPS, FEATURES)), [keras.Input((UNITS,), name=name) for name in "hc"]
    model = randomized(keras.Model([values, states], layer(values, initial_state=states)))
    x, given = sequences(), [np.full((SAMPLES, UNITS), start, "float32") for start in (0.5, -2.0)]
    captured = looked_at(model, [x, given])["rnn"]
    assert_signals(captured, expected(layer, x, initial_states=given))
    assert [captured.initial_states[name][0, 0] for name in ("hidden_state", "cell_state")] == [0.5, -2.0]


@pytest.mark.slow
def test_a_free_batch_and_a_free_length() -> None:
    """Each probe is for one shape; one model may have several."""
    first, second = rnn(L.LSTM, "first"), L.GRU(3, name="second", go_backwards=True)
    model = randomized(keras.Sequential([keras.Input((None, FEATURES)), first, second]))
    x = sequences()
    batches = [x, sequences(1, seed=1)[:, :1], np.concatenate([x] * 3, axis=1)]
    probes = [Probe(model, batch, jit_compile=False) for batch in batches]
    for _ in range(2):
        for probe, batch in zip(probes, batches, strict=True):
            acts = probe()
            lower = expected(first, batch)
            assert_signals(acts["first"], lower)
            assert_signals(acts["second"], expected(second, lower.signals["hidden_state"]))
    assert [probe.compilations for probe in probes] == [1] * len(probes)


@pytest.mark.slow
def test_an_encoder_and_a_decoder() -> None:
    """The decoder starts from the states that the encoder ends in."""
    encoder, decoder = L.LSTM(UNITS, return_state=True, name="encoder"), rnn(L.LSTM, "decoder")
    source, target = keras.Input((None, FEATURES)), keras.Input((None, 2))
    _, *states = encoder(source)
    model = randomized(keras.Model([source, target], decoder(target, initial_state=states)))
    x, y = sequences(), sequences(seed=1)[:, :4, :2]
    acts = looked_at(model, [x, y])
    assert list(acts) == ["encoder", "decoder"]
    read = expected(encoder, x)
    assert_signals(acts["encoder"], read)
    assert_signals(acts["decoder"], expected(decoder, y, initial_states=read.final))
    for name in ("hidden_state", "cell_state"):
        np.testing.assert_allclose(acts["decoder"].initial_states[name], acts["encoder"][name][:, -1], atol=1e-6)


@pytest.mark.slow
def test_a_layer_that_two_branches_share() -> None:
    shared, joined = rnn(L.GRU, "shared"), L.SimpleRNN(3, name="joined")
    a, b = keras.Input((TIMESTEPS, FEATURES)), keras.Input((4, FEATURES))
    left, right = shared(a), shared(b)
    model = randomized(keras.Model([a, b], joined(ops.concatenate([left, right], axis=1))))
    x, y = sequences(), sequences(seed=1)[:, :4]
    acts = looked_at(model, [x, y])
    assert list(acts) == ["shared", "shared#2", "joined"]
    first, second = expected(shared, x), expected(shared, y)
    assert_signals(acts["shared"], first)
    assert_signals(acts["shared#2"], second)
    below = np.concatenate([first.signals["hidden_state"], second.signals["hidden_state"]], axis=1)
    assert_signals(acts["joined"], expected(joined, below))


def test_a_model_that_two_branches_share() -> None:
    layer = L.SimpleRNN(UNITS, name="rnn")
    tower = in_model("tower", FEATURES, layer)
    a, b = keras.Input((TIMESTEPS, FEATURES)), keras.Input((TIMESTEPS, FEATURES))
    model, x, y = randomized(keras.Model([a, b], ops.abs(tower(a) - tower(b)))), sequences(), sequences(seed=1)
    acts = looked_at(model, [x, y])
    assert list(acts) == ["tower/rnn", "tower/rnn#2"]
    for captured, batch in zip(acts.values(), (x, y), strict=True):
        assert_signals(captured, expected(layer, batch))


# Keras 3.15 saves variables in a way that makes NumPy 2 warn.
@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
@pytest.mark.slow
def test_a_model_that_was_saved_and_loaded(tmp_path: Path) -> None:
    """Keys and values stay the same, although Keras has named another model's layers in between."""
    inner = in_model("inner", UNITS, L.Bidirectional(L.SimpleRNN(UNITS, return_sequences=True)))
    model, x = (
        sequential(L.LSTM(UNITS, return_sequences=True), inner, L.RNN([L.GRUCell(3), L.LSTMCell(2)])),
        sequences(),
    )
    before = looked_at(model, x)
    model.save(tmp_path / "model.keras")
    after = looked_at(keras.models.load_model(tmp_path / "model.keras"), x)
    assert list(after) == list(before)
    for key, captured in before.items():
        assert list(after[key]) == list(captured)
        for name, values in captured.items():
            assert after[key][name].tobytes() == values.tobytes(), f"{key} {name}"


@pytest.fixture
def eagerly() -> Iterator[None]:
    tf.config.run_functions_eagerly(True)
    try:
        yield
    finally:
        tf.config.run_functions_eagerly(False)


def trained(**how: Any) -> tuple[Any, Any]:
    """Return a layer in a model after an epoch."""
    layer = rnn(L.LSTM)
    model = sequential(layer, L.Dense(1))
    model.compile("sgd", "mse", **how)
    model.fit(sequences(), np.ones((SAMPLES, TIMESTEPS, 1)), epochs=1, verbose=0)
    return layer, model


@pytest.mark.parametrize("how", [{"jit_compile": True}, {"run_eagerly": True}], ids=str)
def test_a_compiled_model(how: dict[str, Any]) -> None:
    layer, model = trained(**how)
    x = sequences(seed=4)
    acts = looked_at(model, x)
    assert_signals(acts["rnn"], expected(layer, x))
    np.testing.assert_allclose(acts.predictions["output"], own_output(model, x), atol=ATOL)
    assert (model.jit_compile, model.run_eagerly) == (how.get("jit_compile", model.jit_compile), "run_eagerly" in how)


@pytest.mark.filterwarnings("ignore:Even though the `tf.config:UserWarning")  # From Keras' own pipeline.
@pytest.mark.usefixtures("eagerly")
def test_functions_that_run_eagerly() -> None:
    """A setting for debugging: whether or not the probe still compiles, the values are the same."""
    layer, model = trained()
    assert_signals(looked_at(model, sequences())["rnn"], expected(layer, sequences()))
    assert tf.config.functions_run_eagerly()


@pytest.mark.slow
def test_a_model_of_a_distribution_strategy() -> None:
    strategy = tf.distribute.MirroredStrategy(["/cpu:0"])
    with strategy.scope():
        layer, model = trained()
    x = sequences(seed=4)
    assert_signals(looked_at(model, x)["rnn"], expected(layer, x))
    with strategy.scope():
        assert_signals(looked_at(model, x)["rnn"], expected(layer, x))


@pytest.mark.slow
def test_a_model_on_two_devices(forks: Forks) -> None:
    """In a separate process, because a device can only be split before TensorFlow first uses it."""
    forks.run("tests.probe.test_model_forms:capture_on_two_devices")


def capture_on_two_devices() -> None:
    one = tf.config.list_physical_devices("CPU")[0]
    tf.config.set_logical_device_configuration(one, [tf.config.LogicalDeviceConfiguration()] * 2)
    strategy = tf.distribute.MirroredStrategy(["/cpu:0", "/cpu:1"])
    assert strategy.num_replicas_in_sync == 2
    with strategy.scope():
        layer, model = trained()
    x = sequences(seed=4)
    assert_signals(looked_at(model, x)["rnn"], expected(layer, x))
