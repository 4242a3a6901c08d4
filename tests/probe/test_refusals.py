"""What cannot be probed is refused in one sentence, with what to pass or write instead."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

from tb_rnn_plugin import RNNTimeline, capture, weights
from tb_rnn_plugin.probe import ProbeError
from tests.probe.models import FEATURES, SAMPLES, UNITS, sequences, sequential

L = keras.layers
X = sequences()
Y = np.zeros((SAMPLES, UNITS), np.float32)


@pytest.fixture(scope="module")
def model() -> Any:
    model = sequential(L.SimpleRNN(UNITS, unroll=True, name="rnn"))
    model.compile("sgd", "mse")
    return model


def refused(make: Callable[[], Any], *words: str) -> None:
    with pytest.raises(ProbeError) as info:
        make()
    message = str(info.value)
    assert "\n" not in message
    for word in words:
        assert word in message


class Batches(keras.utils.PyDataset):  # type: ignore[misc]
    def __len__(self) -> int:
        return 1

    def __getitem__(self, index: int) -> Any:
        return X, Y


class Scipy:
    """Has the method by which SciPy's sparse matrices become dense."""

    def toarray(self) -> Any:
        return X


def generator() -> Iterator[Any]:
    yield X, Y


FORMS: dict[str, tuple[Callable[[], Any], str]] = {
    "dataset": (lambda: tf.data.Dataset.from_tensors((X, Y)), "x, y = next(iter(dataset))"),
    "iterator": (lambda: iter(tf.data.Dataset.from_tensors((X, Y))), "x, y = next(iter(dataset))"),
    "generator": (generator, "x, y = next(iter(dataset))"),
    "PyDataset": (Batches, "x, y = dataset[0]"),
    "SparseTensor": (lambda: tf.sparse.from_dense(X), "tf.sparse.to_dense"),
    "RaggedTensor": (lambda: tf.ragged.constant([[[1.0]], [[1.0], [2.0]]]), "pad its rows to one length"),
    "SciPy": (Scipy, "toarray()"),
}


@pytest.mark.parametrize("form", FORMS)
def test_data_in_a_form_that_is_no_array(model: Any, form: str, tmp_path: Any) -> None:
    make, instead = FORMS[form]
    for nest in (lambda value: value, lambda value: [value], lambda value: {"x": value}):
        refused(lambda: capture(model, nest(make())), "probe must be an array", instead)  # noqa: B023 (called now)
    refused(lambda: capture(model, X, targets=make()), "targets must be an array", instead)
    refused(lambda: RNNTimeline(tmp_path, X, targets=make(), gradients=True), "targets must be an array", instead)


def of_keras_2() -> Any:
    """Return an object of a subclass of what looks like a class of Keras 2, which need not be installed."""
    base = type("Model", (), {"__module__": "tf_keras.src.engine.training"})
    return type("Mine", (base,), {"__module__": "__main__"})()


@pytest.mark.parametrize(
    "use",
    [
        lambda model: capture(model, X),
        lambda model: weights(model, "lstm"),
        # The first that Keras 2 calls of a callback.
        lambda model: RNNTimeline("logs", X).set_model(model),
    ],
    ids=["capture", "weights", "fit"],
)
def test_a_model_of_keras_2(use: Callable[[Any], Any]) -> None:
    refused(
        lambda: use(of_keras_2()), "Keras 3, got Mine of Keras 2 (tf_keras)", "`import keras`", "TF_USE_LEGACY_KERAS"
    )


class Generative(keras.Model):  # type: ignore[misc]
    """Trains its part in a step of its own, as variational autoencoders do, and has no `call`."""

    def __init__(self, part: Any) -> None:
        super().__init__()
        self.part = part

    def train_step(self, data: Any) -> dict[str, Any]:
        return {"loss": self.compute_loss(y=data[1], y_pred=self.part(data[0]))}


def test_a_model_without_a_call(model: Any) -> None:
    whole = Generative(model)
    whole.compile("sgd", "mse")
    words = ["call method", "Generative has none", "capture(model.part, …)", "CallbackList", "model=model.part"]
    refused(lambda: capture(whole, X), *words)
    refused(lambda: whole.fit(X, Y, callbacks=[RNNTimeline("logs", X)], verbose=0), *words)
    assert list(capture(whole.part, X)) == ["rnn"]


class Around(L.Layer):  # type: ignore[name-defined,misc]
    """A custom cell around a layer."""

    def __init__(self, inner: Any, **options: Any) -> None:
        super().__init__(**options)
        self.inner = inner
        self.state_size = UNITS

    def build(self, input_shape: Any) -> None:
        is_recurrent = isinstance(self.inner, L.RNN)
        self.inner.build((input_shape[0], 1, FEATURES) if is_recurrent else input_shape)

    def call(self, inputs: Any, states: Any) -> Any:
        if isinstance(self.inner, L.RNN):
            state = self.inner(keras.ops.expand_dims(inputs, 1))
        elif isinstance(self.inner, L.SimpleRNNCell):
            state, _ = self.inner(inputs, list(states))
        else:
            state = self.inner(inputs) + states[0]
        return 2.0 * state, [state]


@pytest.mark.parametrize("kind", [L.SimpleRNNCell, L.GRU, L.Dense], ids=lambda kind: kind.__name__)
def test_a_layer_in_a_custom_cell(kind: Any) -> None:
    model = sequential(L.RNN(Around(kind(UNITS, name="inner"), name="cell"), name="rnn"))
    words = ["'rnn/cell/inner'", "part of the cell of layer 'rnn'", "choose 'rnn'", "record(…)"]
    refused(lambda: capture(model, X, layers="rnn/cell/inner"), *words)
    with pytest.raises(ProbeError) as info:
        capture(model, X, layers="nothing")
    assert "The recurrent layers of this model are 'rnn';" in str(info.value)
    if kind is L.GRU:
        with pytest.warns(RuntimeWarning, match="part of the cell of layer 'rnn'"):
            capture(model, X)
    else:
        assert list(capture(model, X)) == ["rnn"]


def test_a_cell_that_has_no_gradient_says_so(tmp_path: Any) -> None:
    model = sequential(L.RNN(Around(L.Dense(UNITS), name="cell"), name="rnn"), L.Dense(1))
    model.compile("sgd", "mse", jit_compile=False)
    timeline = RNNTimeline(tmp_path, X, targets=np.zeros((SAMPLES, 1)), gradients=True, jit_compile=False)
    with pytest.warns(RuntimeWarning, match=r"'rnn' has no gradients: what its cell Around returns .*Return the state"):
        model.fit(X, np.zeros((SAMPLES, 1)), callbacks=[timeline], verbose=0)


def test_a_loop_that_does_not_begin_is_warned_once(model: Any, tmp_path: Any) -> None:
    callbacks = keras.callbacks.CallbackList([RNNTimeline(tmp_path, X)], model=model)
    with warnings.catch_warnings(record=True) as warned:
        warnings.simplefilter("always")
        for epoch in range(3):
            callbacks.on_epoch_begin(epoch)
            callbacks.on_train_batch_end(0)
            callbacks.on_epoch_end(epoch)
    (warning,) = warned
    assert "writes nothing, because on_train_begin was not called" in str(warning.message)
    assert list(tmp_path.iterdir()) == []
