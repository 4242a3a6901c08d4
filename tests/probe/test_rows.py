"""Whose the rows of a layer are, in models that reshape, reorder or mix their batch: known by construction."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers, ops
from numpy.typing import NDArray

from tb_rnn_plugin.probe import Probe
from tb_rnn_plugin.probe.rows import samples_of_rows

T, NODES, SAMPLES = 3, 5, 4
RANDOM = np.random.default_rng(0)
X: NDArray[Any] = RANDOM.normal(size=(SAMPLES, T, NODES, 1)).astype("float32")
SEQUENCES: NDArray[Any] = RANDOM.normal(size=(5, T, 2)).astype("float32")


def rnn() -> Any:
    return layers.SimpleRNN(2, name="rnn", return_sequences=True)


class Through(keras.Model):  # type: ignore[misc]
    """Hands a tensor that is made from its input to an RNN."""

    def __init__(self, made: Callable[[Any], Any], layer: Any = None) -> None:
        super().__init__()
        self.rnn = layer or rnn()
        self.made = made

    def call(self, x: Any, training: bool = False) -> Any:
        return self.rnn(self.made(x), training=training)


def found(model: Any, inputs: Any, *, seconds: float = 1e9, **options: Any) -> dict[str, Any]:
    probe = Probe(model, inputs, jit_compile=False, **options)
    first = probe.find_rows(probe(), contract_seconds=seconds)
    again = probe()
    rows = {trace.key: trace.row_samples for trace in first.traces}
    assert {trace.key: trace.row_samples for trace in again.traces} == rows
    return {key: None if samples is None else list(samples) for key, samples in rows.items()}


def samples_first(x: Any) -> Any:
    return ops.reshape(ops.transpose(x, (0, 2, 1, 3)), (-1, T, 1))


def nodes_first(x: Any) -> Any:
    return ops.reshape(ops.transpose(x, (2, 0, 1, 3)), (-1, T, 1))


@pytest.mark.parametrize("samples", [3, 4])
@pytest.mark.parametrize(
    ("made", "sample"),
    [(samples_first, lambda row, count: row // NODES), (nodes_first, lambda row, count: row % count)],
    ids=["samples first", "nodes first"],
)
def test_nodes_of_a_graph_as_rows(made: Any, sample: Any, samples: int) -> None:
    wanted = [sample(row, samples) for row in range(samples * NODES)]
    assert found(Through(made), X[:samples]) == {"rnn": wanted}


def test_one_sample_has_all_rows() -> None:
    assert found(Through(samples_first), X[:1]) == {"rnn": [0] * NODES}
    assert found(Through(lambda x: x), SEQUENCES[:1]) == {"rnn": None}


def test_many_samples() -> None:
    x = RANDOM.normal(size=(37, T, 2, 1)).astype("float32")
    assert found(Through(samples_first), x) == {"rnn": [row // 2 for row in range(74)]}


@pytest.mark.parametrize(
    "inputs",
    [
        SEQUENCES,
        (SEQUENCES > 0).astype("float32"),
        np.repeat(SEQUENCES[:1], 5, axis=0),
        SEQUENCES * np.array([1, 1, np.nan, 1, 1], "float32")[:, None, None],
    ],
    ids=["numbers", "binary", "all alike", "one NaN"],
)
def test_rows_that_are_the_samples(inputs: Any) -> None:
    assert found(Through(lambda x: x), inputs) == {"rnn": None}


@pytest.mark.parametrize("samples", [2, 5])
def test_samples_in_another_order(samples: int) -> None:
    # One pass is always made, and shows it.
    reverse = Through(lambda x: x[::-1])
    assert found(reverse, SEQUENCES[:samples], seconds=0.0) == {"rnn": list(range(samples))[::-1]}


def test_samples_turned_around_within_halves() -> None:
    assert found(Through(lambda x: ops.take(x, [1, 0, 3, 2], axis=0)), SEQUENCES[:4]) == {"rnn": [1, 0, 3, 2]}


def test_a_part_of_the_samples() -> None:
    assert found(Through(lambda x: x[1::2]), SEQUENCES) == {"rnn": [1, 3]}


def test_rows_of_several_samples_are_not_known() -> None:
    pairs = Through(lambda x: ops.concatenate([x[:-1], x[1:]], axis=-1))
    assert found(pairs, SEQUENCES) == {"rnn": [None] * 4}
    also_the_mean = Through(lambda x: ops.concatenate([x, ops.mean(x, axis=0, keepdims=True)], axis=0))
    assert found(also_the_mean, SEQUENCES) == {"rnn": [0, 1, 2, 3, 4, None]}


def test_rows_of_no_sample_are_not_known() -> None:
    padded = Through(lambda x: ops.concatenate([x, ops.ones_like(x[:1])], axis=0))
    assert found(padded, SEQUENCES) == {"rnn": [0, 1, 2, 3, 4, None]}


def test_time_as_the_first_axis() -> None:
    """Each row is a timestep of all samples, also where there are as many samples as timesteps."""
    model = Through(lambda x: ops.transpose(x, (1, 0, 2)))
    assert found(model, SEQUENCES[:T]) == {"rnn": [None] * T}


def test_samples_that_are_alike() -> None:
    """Two equal samples are told apart by what the others are replaced by; if all are equal, nothing is known."""
    alike = X.copy()
    alike[1] = alike[0]
    assert found(Through(samples_first), alike) == {"rnn": [row // NODES for row in range(SAMPLES * NODES)]}
    assert found(Through(samples_first), np.repeat(X[:1], 3, axis=0)) == {"rnn": [None] * 3 * NODES}


def test_a_node_that_is_alike_in_some_samples() -> None:
    """Node 2 is the same in samples 0 and 1, so that a replacement of the one by the other changes nothing."""
    x = X.copy()
    x[1, :, 2] = x[0, :, 2]
    assert found(Through(samples_first), x) == {"rnn": [row // NODES for row in range(SAMPLES * NODES)]}
    x[:, :, 2] = x[:1, :, 2]
    wanted = [None if row % NODES == 2 else row // NODES for row in range(SAMPLES * NODES)]
    assert found(Through(samples_first), x) == {"rnn": wanted}


def test_integers_and_strings() -> None:
    ids = RANDOM.integers(1, 9, (SAMPLES, 2, T))
    embedded = Through(
        lambda x: ops.reshape(x, (-1, T)), keras.Sequential([layers.Embedding(9, 2), rnn()], name="inner")
    )
    assert list(found(embedded, ids).values()) == [[row // 2 for row in range(SAMPLES * 2)]]
    split = layers.TextVectorization(output_sequence_length=2 * T, vocabulary=["a", "b", "c"])
    texts = keras.Input((), dtype="string")
    rows = layers.Lambda(lambda x: ops.reshape(x, (-1, T)), output_shape=(T,))(split(texts))
    model = keras.Model(texts, rnn()(layers.Embedding(5, 2)(rows)))
    for inputs in (tf.constant(["a b c a", "b b a c", "c"]), np.array(["a b c a", "b b a c", "c a a a"])):
        assert found(model, inputs) == {"rnn": [0, 0, 1, 1, 2, 2]}


def test_several_inputs_and_layers() -> None:
    """Each layer has rows of its own."""
    one, two = keras.Input((T, 2)), keras.Input((T, NODES, 1))
    flat = layers.Lambda(samples_first, output_shape=(T, 1))(two)
    nodes = layers.LSTM(2, name="nodes")(flat)
    joined = layers.Lambda(lambda x: ops.reshape(x, (-1, NODES, 2)), output_shape=(NODES, 2))(nodes)
    last = layers.GRU(2, name="last")(joined)
    model = keras.Model([one, two], [layers.SimpleRNN(2, name="plain")(one), last])
    found_rows = found(model, [SEQUENCES[:SAMPLES], X])
    assert found_rows == {
        "plain": None,
        "nodes": [row // NODES for row in range(SAMPLES * NODES)],
        "last": None,
    }


def test_masked_samples() -> None:
    x = X.copy()
    x[2] = 0.0
    masked = Through(samples_first, keras.Sequential([layers.Masking(), rnn()]))
    (rows,) = found(masked, x).values()
    assert rows == [row // NODES for row in range(SAMPLES * NODES)]


def test_a_layer_that_is_not_recurrent() -> None:
    dense = Through(samples_first, keras.Sequential([layers.Dense(2, name="dense"), rnn()], name="inner"))
    rows = found(dense, X, layers=["inner/dense"])
    assert rows == {"inner/dense": [row // NODES for row in range(SAMPLES * NODES)]}


def test_normalization_over_the_batch_in_training() -> None:
    """In training all rows depend on all samples, and row i still is sample i."""
    model = keras.Sequential([keras.Input((T, 2)), layers.BatchNormalization(), rnn()])
    assert found(model, SEQUENCES, training=True) == {"rnn": None}
    assert found(model, SEQUENCES) == {"rnn": None}


def test_random_numbers_of_the_model_prove_nothing() -> None:
    noisy = Through(lambda x: x + tf.random.normal(tf.shape(x)))
    assert found(noisy, SEQUENCES) == {"rnn": None}
    assert found(Through(lambda x: samples_first(x) + tf.random.normal(())), X) == {"rnn": [None] * SAMPLES * NODES}


def test_a_number_of_rows_that_depends_on_the_values() -> None:
    some = Through(lambda x: tf.boolean_mask(x, x[:, 0, 0] > 0))
    (rows,) = found(some, SEQUENCES).values()
    assert rows is None or set(rows) == {None}


def test_dropout_and_states_stay_as_they_are() -> None:
    """The passes leave the model as it was, its random numbers too."""
    layer = layers.SimpleRNN(2, stateful=True, dropout=0.5, name="rnn")
    model = keras.Sequential([keras.Input(batch_shape=(2, T, 2)), layer])
    model(SEQUENCES[:2], training=True)
    before = [variable.numpy() for variable in model.variables]
    probe = Probe(model, SEQUENCES[:2], initial_states="current", jit_compile=False)
    probe.find_rows(probe(), contract_seconds=1e9)
    for variable, value in zip(model.variables, before, strict=True):
        np.testing.assert_array_equal(variable.numpy(), value)


class Counting:
    """Runs `rows -> samples` in NumPy, and counts the passes."""

    def __init__(self, samples: Sequence[int]) -> None:
        self.samples = list(samples)
        self.passes = 0

    def __call__(self, inputs: NDArray[Any]) -> dict[str, list[NDArray[Any]]]:
        self.passes += 1
        return {"rnn": [inputs[self.samples]]}


@pytest.mark.parametrize(("samples", "passes"), [(2, 2), (8, 6), (9, 8), (64, 12)])
def test_the_number_of_passes(samples: int, passes: int) -> None:
    run = Counting([row // 2 for row in range(2 * samples)])
    inputs = np.arange(samples)[:, None]
    captured = {"rnn": [inputs[run.samples]]}
    found = samples_of_rows(run, inputs, captured, contract_seconds=None)
    assert found == {"rnn": tuple(run.samples)}
    assert run.passes == passes


@pytest.mark.parametrize(("seconds", "passes"), [(1e9, 6), (0.0, 1), (None, 0)])
def test_the_passes_that_test_the_contract(seconds: float | None, passes: int) -> None:
    run, inputs = Counting(range(64)), np.arange(64)[:, None]
    assert samples_of_rows(run, inputs, {"rnn": [inputs]}, contract_seconds=seconds) == {}
    assert run.passes == passes


def test_passes_that_take_too_long_are_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tb_rnn_plugin.probe.rows.MAX_SECONDS", 0.0)
    run, inputs = Counting([0, 0, 1, 1]), np.arange(2)[:, None]
    found = samples_of_rows(run, inputs, {"rnn": [inputs[run.samples]]}, contract_seconds=None)
    assert found == {"rnn": (None,) * 4}
