"""A probe that is kept follows the model: whatever a trace holds of it is traced again, once, when it has changed."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf
from numpy.typing import NDArray

from tb_rnn_plugin.probe import Probe, ProbeError
from tb_rnn_plugin.probe.model_state import MAX_CONSTANTS, ModelState
from tests.probe.models import FEATURES, SAMPLES, TIMESTEPS, UNITS, own_output, randomized, sequences, sequential

L = keras.layers
X = sequences()
Y: NDArray[Any] = np.random.default_rng(5).normal(size=(SAMPLES, 1)).astype("float32")


def with_head(*between: Any) -> Any:
    model = sequential(L.SimpleRNN(UNITS, name="rnn"), *between, L.Dense(1, name="head"))
    model.compile("sgd", "mse", run_eagerly=True)
    return model


def last_gradient(captured: Any) -> NDArray[Any]:
    """Return the gradient by the last hidden state, `[sample, unit]`."""
    values: NDArray[Any] = captured["rnn"].gradients["hidden_state"][:, -1]
    return values


def by_tape(hidden: Any, loss: Callable[[Any], Any]) -> NDArray[Any]:
    """Return the gradient of a loss of the last hidden state, by TensorFlow and Keras alone."""
    with tf.GradientTape() as tape:
        tape.watch(hidden)
        value = loss(hidden)
    gradient: NDArray[Any] = tape.gradient(value, hidden).numpy()
    return gradient


def messages(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.name == "tb_rnn_plugin"]


def test_compiled_again_with_another_loss(caplog: pytest.LogCaptureFixture) -> None:
    model = with_head()
    rnn, head = model.layers
    probe = Probe(model, X, targets=Y)
    losses = {"mse": keras.losses.MeanSquaredError(), "mae": keras.losses.MeanAbsoluteError()}
    with caplog.at_level(logging.INFO, logger="tb_rnn_plugin"):
        for count, name in enumerate(["mse", "mae"], 1):
            if name != "mse":
                model.compile("sgd", name, run_eagerly=True)
            for _ in range(2):
                wanted = by_tape(rnn(X), lambda hidden: losses[name](Y, head(hidden)))  # noqa: B023 (called now)
                np.testing.assert_allclose(last_gradient(probe()), wanted, atol=1e-6)
                assert probe.compilations == count
                model.fit(X, Y, sample_weight=np.array([5.0, 0.0]), verbose=0)  # Its weights are those of its batch.
    assert messages(caplog) == ["The probe traces the model again: it was compiled again."]


@pytest.mark.slow
def test_several_outputs_with_weights_that_change() -> None:
    inputs = keras.Input((TIMESTEPS, FEATURES))
    hidden = L.SimpleRNN(UNITS, name="rnn")(inputs)
    model = randomized(keras.Model(inputs, {"a": L.Dense(1, name="a")(hidden), "b": L.Dense(2, name="b")(hidden)}))
    rnn, a, b = (model.get_layer(name) for name in ("rnn", "a", "b"))
    targets = {"a": Y, "b": np.array([0, 1])}
    probe = None
    for loss_a, weights in [("mse", {"a": 2.0, "b": 0.5}), ("mae", {"a": 1.0, "b": 3.0})]:
        crossentropy = keras.losses.SparseCategoricalCrossentropy(from_logits=True)
        model.compile("sgd", {"a": loss_a, "b": crossentropy}, loss_weights=weights, run_eagerly=True)
        probe = probe or Probe(model, X, targets=targets)

        def loss(hidden: Any, loss_a: str = loss_a, weights: dict[str, float] = weights) -> Any:
            one = tf.reduce_mean(tf.abs(a(hidden) - Y) if loss_a == "mae" else tf.square(a(hidden) - Y))
            other = tf.nn.sparse_softmax_cross_entropy_with_logits(labels=targets["b"], logits=b(hidden))
            return weights["a"] * one + weights["b"] * tf.reduce_mean(other)

        np.testing.assert_allclose(last_gradient(probe()), by_tape(rnn(X), loss), atol=1e-6)
        model.fit(X, targets, sample_weight={"a": np.array([0.0, 3.0]), "b": np.array([1.0, 0.0])}, verbose=0)


class Doubled(keras.Model):  # type: ignore[misc]
    """Computes its loss by itself, with what `compile` got."""

    def compile(self, factor: float) -> None:
        super().compile(optimizer="sgd", run_eagerly=True)
        self.factor = factor

    def compute_loss(
        self, x: Any = None, y: Any = None, y_pred: Any = None, sample_weight: Any = None, training: bool = True
    ) -> Any:
        return self.factor * keras.ops.sum(y_pred)


def test_a_loss_of_the_models_own_that_compile_sets() -> None:
    inputs = keras.Input((TIMESTEPS, FEATURES))
    model = Doubled(inputs, L.SimpleRNN(UNITS, name="rnn")(inputs))
    model.compile(2.0)
    probe = Probe(model, X, targets=Y)
    np.testing.assert_allclose(last_gradient(probe()), 2.0)
    model.compile(3.0)
    np.testing.assert_allclose(last_gradient(probe()), 3.0)


class Swaps(keras.Model):  # type: ignore[misc]
    """A model whose layers are attributes that a user may replace."""

    def __init__(self) -> None:
        super().__init__()
        self.rnn = L.SimpleRNN(UNITS, name="rnn")
        self.head, self.other = L.Dense(1, name="head"), L.Dense(1, name="other")
        self.blocks = [self.head]

    def build(self, input_shape: Any) -> None:
        self.rnn.build(input_shape)
        self.head.build((SAMPLES, UNITS))
        self.other.build((SAMPLES, UNITS))

    def call(self, inputs: Any) -> Any:
        hidden = self.rnn(inputs)
        for block in self.blocks:
            hidden = block(hidden)
        return hidden


def swapping() -> Any:
    model = Swaps()
    model.build(X.shape)
    return randomized(model)


def replace_layer(model: Any) -> None:
    model.blocks[0] = model.other


def replace_cell(model: Any) -> None:
    model.layers[0]._tracker.unlock()  # Keras replaces no part of a layer that is built, unless it is told to.
    cell = L.SimpleRNNCell(UNITS, activation="relu", name="cell")
    cell.build(X.shape)
    model.layers[0].cell = cell


def pop_and_add(model: Any) -> None:
    model.pop()
    model.add(L.Dense(2, name="other"))


def set_on(index: int, name: str, value: Any) -> Callable[[Any], None]:
    return lambda model: setattr(model.layers[index], name, value)


def adapted() -> Any:
    normalization = L.Normalization(name="norm")
    normalization.adapt(X)
    return sequential(normalization, L.SimpleRNN(UNITS, name="rnn"))


CHANGES: dict[str, tuple[Callable[[], Any], Callable[[Any], Any], dict[str, Any]]] = {
    "layer": (swapping, replace_layer, {}),
    "cell": (with_head, replace_cell, {}),
    "layers": (with_head, pop_and_add, {}),
    "activation": (with_head, set_on(1, "activation", keras.activations.relu), {}),
    "cell's activation": (with_head, lambda model: setattr(model.layers[0].cell, "activation", abs_of), {}),
    "direction": (with_head, set_on(0, "go_backwards", True), {}),
    "rate": (lambda: with_head(L.Dropout(0.5)), set_on(1, "rate", 0.999), {"training": True}),
    "trainable": (lambda: with_head(L.BatchNormalization()), set_on(1, "trainable", False), {"training": True}),
    "dtype": (with_head, set_on(1, "dtype_policy", keras.DTypePolicy("bfloat16")), {}),
    "lora": (with_head, lambda model: enable_lora(model.layers[1]), {}),
    "statistics": (adapted, lambda model: model.layers[0].adapt(10.0 * X), {}),
}


def abs_of(values: Any) -> Any:
    return keras.ops.abs(values)


def enable_lora(dense: Any) -> None:
    dense.enable_lora(1)
    dense.lora_kernel_b.assign(np.ones(dense.lora_kernel_b.shape))


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.slow
def test_a_change_of_the_model_is_traced_once(change: str, caplog: pytest.LogCaptureFixture) -> None:
    build, alter, options = CHANGES[change]
    model = build()
    probe = Probe(model, X, jit_compile=False, **options)
    before = probe()
    alter(model)
    with caplog.at_level(logging.INFO, logger="tb_rnn_plugin"):
        after = probe()
        probe()
    assert probe.compilations == 2
    assert [message.partition(": ")[0] for message in messages(caplog)] == ["The probe traces the model again"]
    np.testing.assert_allclose(after.predictions["output"], own_output(model, X, **options), atol=1e-6)
    assert before.predictions["output"].tobytes() != after.predictions["output"].tobytes()


def test_what_a_trace_reads_at_each_call_is_not_traced_again() -> None:
    model = with_head(L.BatchNormalization(), L.Dropout(0.1))
    model.compile("adam", "mse", metrics=["mae"], run_eagerly=True)
    probe = Probe(model, X, targets=Y)
    probe()
    model.fit(X, Y, validation_data=(X, Y), verbose=0)
    model.optimizer.learning_rate = 0.5
    model.set_weights([weight + 1 for weight in model.get_weights()])
    model.predict(X, verbose=0)
    model.layers[0].trainable = False
    model.layers[0].trainable = True
    np.testing.assert_allclose(probe().predictions["output"], own_output(model, X), atol=1e-5)
    assert probe.compilations == 1


def test_arguments_that_no_longer_fit_are_refused_until_they_do() -> None:
    model = with_head()
    probe = Probe(model, X, layers=["rnn", "head"], targets=Y)
    probe()
    head = model.layers[1]
    pop_and_add(model)
    for _ in range(2):
        with pytest.raises(ProbeError, match="layers names 'head', which matches no layer"):
            probe()
    model.pop()
    model.add(head)
    assert list(probe()) == ["rnn", "head"]


def test_a_vocabulary_is_not_read_at_each_call() -> None:
    """It is compared by identity and length; a short list is by its items."""
    layer = L.StringLookup(vocabulary=[str(number) for number in range(MAX_CONSTANTS + 1)], name="codes")
    layer.some = [1, 2]
    model = keras.Sequential([keras.Input((TIMESTEPS,), dtype="string"), layer])

    def change(name: str, value: Any) -> str | None:
        before = ModelState(model)
        vars(layer)[name] = value
        return before.change_to(ModelState(model))

    class Unread(list):  # type: ignore[type-arg]
        def __iter__(self) -> Any:
            raise AssertionError("is read")

    changed = "has another input_vocabulary in layer 'codes'"
    assert change("input_vocabulary", Unread(layer.input_vocabulary)) == changed
    assert change("input_vocabulary", layer.input_vocabulary) is None
    before = ModelState(model)
    layer.input_vocabulary.append("more")
    assert before.change_to(ModelState(model)) == changed
    assert change("some", [1, 2]) is None
    assert change("some", [1, 3]) == "has another some in layer 'codes'"
