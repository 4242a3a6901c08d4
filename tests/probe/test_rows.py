"""Whose the rows of a layer are, in batches that are reshaped, reordered or mixed: known by construction."""

from __future__ import annotations

from collections.abc import Callable
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


class Run:
    """What a layer reads, in NumPy, as a function of the batch; counts the passes."""

    def __init__(self, made: Callable[[Any], Any]) -> None:
        self.made = made
        self.passes = 0

    def __call__(self, inputs: Any) -> dict[str, list[NDArray[Any]]]:
        self.passes += 1
        return {"rnn": [self.made(inputs)]}


def found(made: Callable[[Any], Any], inputs: Any, seconds: float | None = 1e9) -> list[int | None] | None:
    run = Run(made)
    rows = samples_of_rows(run, inputs, run(inputs), contract_seconds=seconds)
    return list(rows["rnn"]) if rows else None


def samples_first(x: Any) -> Any:
    return x.transpose(0, 2, 1, 3).reshape(-1, T, 1)


def nodes_first(x: Any) -> Any:
    return x.transpose(2, 0, 1, 3).reshape(-1, T, 1)


BY_SAMPLE = [row // NODES for row in range(SAMPLES * NODES)]


@pytest.mark.parametrize("samples", range(2, SAMPLES + 1))
def test_nodes_of_a_graph_as_rows(samples: int) -> None:
    assert found(samples_first, X[:samples]) == BY_SAMPLE[: samples * NODES]
    assert found(nodes_first, X[:samples]) == [row % samples for row in range(samples * NODES)]


def test_one_sample_has_all_rows() -> None:
    assert found(samples_first, X[:1]) == [0] * NODES
    assert found(lambda x: x, SEQUENCES[:1]) is None


@pytest.mark.parametrize("samples", [37, 64, 600])
def test_many_samples(samples: int) -> None:
    x = RANDOM.normal(size=(samples, T, 2, 1))
    assert found(samples_first, x) == [row // 2 for row in range(2 * samples)]


@pytest.mark.parametrize(
    "inputs",
    [
        SEQUENCES,
        (SEQUENCES > 0).astype("float32"),
        np.repeat(SEQUENCES[:1], 5, axis=0),
        SEQUENCES * np.array([1, 1, np.nan, 1, 1], "float32")[:, None, None],
        np.array(list("abcab"))[:, None],
        np.array([b"a", b"b", b"a", b"c", b"d"], object),
    ],
    ids=["numbers", "binary", "all alike", "one NaN", "strings", "bytes"],
)
def test_rows_that_are_the_samples(inputs: Any) -> None:
    assert found(lambda x: x, inputs) is None


@pytest.mark.parametrize("samples", [2, 3, 4, 5])
def test_samples_in_another_order(samples: int) -> None:
    """One pass is always made, and shows it."""
    assert found(lambda x: x[::-1], SEQUENCES[:samples], seconds=0.0) == list(range(samples))[::-1]


def test_samples_turned_around_within_halves() -> None:
    assert found(lambda x: x[[1, 0, 3, 2]], SEQUENCES[:4]) == [1, 0, 3, 2]


def test_a_part_of_the_samples() -> None:
    assert found(lambda x: x[1::2], SEQUENCES) == [1, 3]


def test_rows_of_several_samples_are_not_known() -> None:
    assert found(lambda x: x[:-1] + x[1:], SEQUENCES) == [None] * 4
    assert found(lambda x: np.concatenate([x, x.mean(axis=0, keepdims=True)]), SEQUENCES) == [0, 1, 2, 3, 4, None]


def test_rows_of_no_sample_are_not_known() -> None:
    assert found(lambda x: np.concatenate([x, np.ones_like(x[:1])]), SEQUENCES) == [0, 1, 2, 3, 4, None]


def test_time_as_the_first_axis() -> None:
    """Each row is a timestep of all samples, also where there are as many samples as timesteps."""
    for samples in (T - 1, T, T + 1):
        assert found(lambda x: x.transpose(1, 0, 2), SEQUENCES[:samples]) == [None] * T


def test_rows_that_are_mainly_their_samples() -> None:
    """A normalization over the batch mixes the samples, and leaves each in its row."""

    def centred(x: Any) -> Any:
        return (x - x.mean(axis=(0, 1))) / (x.std(axis=(0, 1)) + 1e-3)

    x = RANDOM.normal(size=(8, T, 2))
    assert found(centred, x) is None
    assert found(lambda x: centred(x)[::-1], x) == [None] * 8
    assert found(lambda x: x.mean(axis=0, keepdims=True) + 0 * x, x) == [None] * 8
    assert found(centred, RANDOM.normal(size=(70, T, 2))) == [None] * 70, "too many to try one by one"


def test_samples_that_are_alike() -> None:
    """Two equal samples are told apart by what the others are replaced by; if all are equal, nothing is known."""
    alike = X.copy()
    alike[1] = alike[0]
    assert found(samples_first, alike) == BY_SAMPLE
    assert found(samples_first, np.repeat(X[:1], 3, axis=0)) == [None] * 3 * NODES


def test_a_node_that_is_alike_in_some_samples() -> None:
    """Node 2 is the same in samples 0 and 1, so that a replacement of the one by the other changes nothing."""
    x = X.copy()
    x[1, :, 2] = x[0, :, 2]
    assert found(samples_first, x) == BY_SAMPLE
    x[:, :, 2] = x[:1, :, 2]
    assert found(samples_first, x) == [None if row % NODES == 2 else sample for row, sample in enumerate(BY_SAMPLE)]


def test_random_numbers_of_the_model_prove_nothing() -> None:
    assert found(lambda x: x + RANDOM.normal(size=x.shape), SEQUENCES) is None
    assert found(lambda x: samples_first(x) + RANDOM.normal(), X) == [None] * SAMPLES * NODES


def test_a_number_of_rows_that_depends_on_the_values() -> None:
    x = np.array([[1.0], [-1.0], [2.0], [-2.0], [-3.0]])
    assert found(lambda x: x[x[:, 0] > 0], x) == [None, None]


@pytest.mark.parametrize(("samples", "passes"), [(2, 2), (8, 6), (9, 8), (64, 12)])
def test_the_number_of_passes(samples: int, passes: int) -> None:
    rows = [row // 2 for row in range(2 * samples)]
    run, inputs = Run(lambda x: x[rows]), np.arange(samples)[:, None]
    captured = {"rnn": [inputs[rows]]}
    assert samples_of_rows(run, inputs, captured, contract_seconds=None) == {"rnn": tuple(rows)}
    assert run.passes == passes


@pytest.mark.parametrize(("seconds", "passes"), [(1e9, 6), (0.0, 1), (None, 0)])
def test_the_passes_that_test_the_contract(seconds: float | None, passes: int) -> None:
    run, inputs = Run(lambda x: x), np.arange(64)[:, None]
    assert samples_of_rows(run, inputs, {"rnn": [inputs]}, contract_seconds=seconds) == {}
    assert run.passes == passes


def test_passes_that_take_too_long_are_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tb_rnn_plugin.probe.rows.MAX_SECONDS", 0.0)
    assert found(lambda x: x[[0, 0, 1, 1]], np.arange(2)[:, None]) == [None] * 4


def test_passes_are_shared_by_all_layers() -> None:
    """Also those that replace single samples."""

    def mixed(x: Any) -> dict[str, list[NDArray[Any]]]:
        return {f"rnn {place}": [place + x - x.mean(axis=0)] for place in range(9)}

    calls = []

    def run(inputs: Any) -> dict[str, list[NDArray[Any]]]:
        calls.append(inputs)
        return mixed(inputs)

    assert samples_of_rows(run, SEQUENCES, mixed(SEQUENCES), contract_seconds=1e9) == {}
    of_bits, unchanged = 6, 1
    assert len(calls) == of_bits + unchanged + len(SEQUENCES)


def probed(model: Any, inputs: Any, **options: Any) -> dict[str, Any]:
    """Return whose the rows are of a model's layers, as a probe finds it and keeps it."""
    probe = Probe(model, inputs, jit_compile=False, **options)
    first, again = probe.find_rows(probe(), contract_seconds=1e9), probe()
    rows = {trace.key: trace.row_samples for trace in first.traces}
    assert {trace.key: trace.row_samples for trace in again.traces} == rows
    return {key: None if samples is None else list(samples) for key, samples in rows.items()}


def reshaped(*shape: int) -> Any:
    return layers.Lambda(lambda x: ops.reshape(x, (-1, *shape)), output_shape=shape)


def test_several_inputs_and_layers() -> None:
    """Each layer has rows of its own, also one that is not recurrent, and one that masks a whole sample."""
    x = X.copy()
    x[2] = 0.0
    one, two = keras.Input((T, 2)), keras.Input((T, NODES, 1))
    by_node = layers.Permute((2, 1, 3))(two)
    dense = layers.Dense(2, name="dense")(layers.Masking()(reshaped(T, 1)(by_node)))
    nodes = layers.LSTM(2, name="nodes")(dense)
    last = layers.GRU(2, name="last")(reshaped(NODES, 2)(nodes))
    model = keras.Model([one, two], [layers.SimpleRNN(2, name="plain")(one), last])
    rows = probed(model, [SEQUENCES[:SAMPLES], x], layers=["dense", "nodes", "last", "plain"])
    assert rows == {"dense": BY_SAMPLE, "nodes": BY_SAMPLE, "last": None, "plain": None}


def test_integers_and_strings() -> None:
    split = layers.TextVectorization(output_sequence_length=2 * T, vocabulary=["a", "b", "c"])
    texts = keras.Input((), dtype="string")
    rnn = layers.SimpleRNN(2, name="rnn")
    model = keras.Model(texts, rnn(layers.Embedding(5, 2)(reshaped(T)(split(texts)))))
    assert probed(model, tf.constant(["a b c a", "b b a c", "c"])) == {"rnn": [0, 0, 1, 1, 2, 2]}
    ids = keras.Input((2 * T,), dtype="int32")
    model = keras.Model(ids, rnn(layers.Embedding(5, 2)(reshaped(T)(ids))))
    assert probed(model, RANDOM.integers(0, 5, (3, 2 * T))) == {"rnn": [0, 0, 1, 1, 2, 2]}


def test_normalization_over_the_batch_in_training() -> None:
    """In training all rows depend on all samples, and row i still is sample i."""
    rnn = layers.SimpleRNN(2, name="rnn")
    model = keras.Sequential([keras.Input((T, 2)), layers.BatchNormalization(), rnn])
    assert probed(model, SEQUENCES, training=True) == probed(model, SEQUENCES) == {"rnn": None}
    inputs = keras.Input((T, 2))
    always = keras.Model(inputs, rnn(layers.BatchNormalization()(inputs, training=True)))
    assert probed(always, SEQUENCES) == {"rnn": None}


def test_the_passes_leave_the_model_as_it_was() -> None:
    """Its states and its random numbers, too."""
    rnn = layers.SimpleRNN(2, stateful=True, dropout=0.5, name="rnn")
    model = keras.Sequential([keras.Input(batch_shape=(2, T, 2)), rnn])
    model(SEQUENCES[:2], training=True)
    before = [variable.numpy() for variable in model.variables]
    probe = Probe(model, SEQUENCES[:2], initial_states="current", jit_compile=False)
    probe.find_rows(probe(), contract_seconds=1e9)
    for variable, value in zip(model.variables, before, strict=True):
        np.testing.assert_array_equal(variable.numpy(), value)
