"""Each cell of a stack is captured under its own key, like a layer with only that cell."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import keras
import numpy as np
import pytest
from numpy.typing import NDArray

from tb_rnn_plugin.probe import Probe
from tests.probe.models import (
    ATOL,
    FEATURES,
    MASK,
    SAMPLES,
    TIMESTEPS,
    assert_signals,
    expected,
    own_output,
    randomized,
    sequences,
    sequential,
    stateful,
)
from tests.probe.unchanged import looked_at
from tests.reference import Reference

L = keras.layers


class Leaky(keras.layers.Layer):  # type: ignore[misc]
    """A cell of two states of different sizes, whose output is neither: y = u + v[0], u = u / 2 + W x, v = v + 1."""

    def __init__(self, units: int, **options: Any) -> None:
        super().__init__(**options)
        self.state_size = [units, 2]
        self.output_size = units

    def build(self, input_shape: Any) -> None:
        self.kernel = self.add_weight(shape=(input_shape[-1], self.output_size), name="kernel")

    def call(self, inputs: Any, states: Any) -> Any:
        u, v = states
        u = 0.5 * u + keras.ops.matmul(inputs, self.kernel)
        v = v + 1.0
        return u + v[:, :1], [u, v]


def of(cell: Any, backwards: bool = False) -> Any:
    """Return a layer with this cell, as far as the reference reads it."""
    return SimpleNamespace(cell=cell, go_backwards=backwards)


def stack(*cells: Any, wrapped: bool = False, **options: Any) -> Any:
    return L.RNN(L.StackedRNNCells(list(cells)) if wrapped else list(cells), name="rnn", **options)


def lstm_and_gru() -> tuple[Any, Any]:
    return L.LSTMCell(4, name="a"), L.GRUCell(3, name="b")


def check(acts: Any, a: Any, b: Any, x: Any, *, backwards: bool = False, **options: Any) -> Reference:
    """Compare a stack of two cells with the reference; return the reference of the upper one."""
    assert list(acts) == ["rnn/a", "rnn/b"]
    lower = expected(of(a, backwards), x, **options)
    assert_signals(acts["rnn/a"], lower)
    upper = expected(of(b, backwards), lower.signals["hidden_state"], **options)
    assert_signals(acts["rnn/b"], upper)
    return upper


@pytest.mark.parametrize(
    ("wrapped", "options"),
    [
        (False, {}),
        (True, {"return_sequences": True}),
        (False, {"go_backwards": True}),
        (True, {"go_backwards": True, "return_sequences": True}),
        (True, {"unroll": True}),
        (False, {"return_sequences": True, "unroll": True, "go_backwards": True}),
    ],
    ids=str,
)
def test_two_cells_are_two_layers(wrapped: bool, options: dict[str, Any]) -> None:
    a, b = lstm_and_gru()
    layer = stack(a, b, wrapped=wrapped, **options)
    model, x = sequential(layer), sequences()
    acts = looked_at(model, x)
    check(acts, a, b, x, backwards=layer.go_backwards)
    np.testing.assert_array_equal(acts["rnn/a"].inputs, x)
    np.testing.assert_allclose(acts["rnn/b"].inputs, acts["rnn/a"]["hidden_state"], atol=1e-6)
    hidden = acts["rnn/b"]["hidden_state"]
    hidden = hidden[:, ::-1] if layer.go_backwards else hidden
    np.testing.assert_allclose(hidden if layer.return_sequences else hidden[:, -1], own_output(model, x), atol=ATOL)


def test_each_kind_is_its_cells() -> None:
    model = sequential(stack(L.SimpleRNNCell(4, name="a"), L.LSTMCell(3, name="b"), Leaky(2, name="c")))
    traces = Probe(model, sequences(), jit_compile=False)().traces
    assert [(trace.key, trace.cell) for trace in traces] == [
        ("rnn/a", "SimpleRNN"),
        ("rnn/b", "LSTM"),
        ("rnn/c", "Leaky"),
    ]
    assert traces[1].ranges["input_gate"] == (0.0, 1.0)


@pytest.mark.parametrize("cell", [L.LSTMCell, L.GRUCell, L.SimpleRNNCell])
def test_a_stack_of_one(cell: Any) -> None:
    only = cell(4, name="a")
    model, x = sequential(stack(only)), sequences()
    acts = looked_at(model, x)
    assert list(acts) == ["rnn/a"]
    assert_signals(acts["rnn/a"], expected(of(only), x))


def test_a_cell_that_is_not_stacked_has_the_layers_key() -> None:
    model = sequential(L.RNN(L.LSTMCell(4, name="cell"), name="rnn"))
    assert list(looked_at(model, sequences())) == ["rnn"]


@pytest.mark.parametrize("built_before", [0, 3])
@pytest.mark.slow
def test_unnamed_cells_have_the_names_of_a_fresh_process(built_before: int) -> None:
    for _ in range(built_before):
        L.LSTMCell(1), L.GRUCell(1)
    model = sequential(stack(L.LSTMCell(4), L.GRUCell(3), L.LSTMCell(2)))
    assert list(looked_at(model, sequences())) == ["rnn/lstm_cell", "rnn/gru_cell", "rnn/lstm_cell_1"]


@pytest.mark.parametrize("backwards", [False, True])
@pytest.mark.parametrize("return_sequences", [False, True])
@pytest.mark.slow
def test_masked_timesteps(return_sequences: bool, backwards: bool) -> None:
    a, b = lstm_and_gru()
    model = sequential(L.Masking(), stack(a, b, go_backwards=backwards, return_sequences=return_sequences))
    x = np.where(MASK[:, :, None], sequences(len(MASK)), np.float32(0))
    acts = looked_at(model, x)
    upper = check(acts, a, b, x, backwards=backwards, mask=MASK)
    for key in acts:
        np.testing.assert_array_equal(acts[key].mask, MASK)
    np.testing.assert_allclose(
        acts["rnn/b"].inputs[MASK], np.nan_to_num(acts["rnn/a"]["hidden_state"])[MASK], atol=1e-6
    )
    if not return_sequences:
        np.testing.assert_allclose(acts.predictions["output"], upper.final[0], atol=ATOL)


def some_states(*sizes: int) -> list[NDArray[Any]]:
    return [np.random.default_rng(size).normal(size=(SAMPLES, size)).astype("float32") for size in sizes]


@pytest.mark.parametrize("start", ["zeros", "current", "given"])
@pytest.mark.slow
def test_a_stateful_stack(start: str) -> None:
    a, b = lstm_and_gru()
    layer = stack(a, b, stateful=True)
    model, x = stateful(layer), sequences()
    own_output(model, sequences(seed=5))  # Leaves states in the stack.
    held = [np.array(state.numpy()) for state in keras.tree.flatten(layer.states)]
    assert [state.shape for state in held] == [(SAMPLES, 4), (SAMPLES, 4), (SAMPLES, 3)]
    given = {"rnn/a": some_states(4, 4), "rnn/b": some_states(3)}
    acts = looked_at(model, x, initial_states=given if start == "given" else start)
    starts: dict[str, dict[str, Any]] = {
        "zeros": {"rnn/a": None, "rnn/b": None},
        "current": {"rnn/a": held[:2], "rnn/b": held[2:]},
        "given": given,
    }
    states = starts[start]
    lower = expected(of(a), x, initial_states=states["rnn/a"])
    assert_signals(acts["rnn/a"], lower)
    assert_signals(acts["rnn/b"], expected(of(b), lower.signals["hidden_state"], initial_states=states["rnn/b"]))
    hidden = np.zeros((SAMPLES, 3)) if start == "zeros" else states["rnn/b"][0]
    np.testing.assert_array_equal(acts["rnn/b"].initial_states["hidden_state"], hidden)
    assert list(acts["rnn/a"].initial_states) == ["hidden_state", "cell_state"]


@pytest.mark.parametrize("key", ["rnn/a", "rnn/b"])
@pytest.mark.slow
def test_states_may_be_given_to_one_cell_only(key: str) -> None:
    a, b = lstm_and_gru()
    x = sequences()
    given = {"rnn/a": some_states(4, 4), "rnn/b": some_states(3)}[key]
    acts = looked_at(sequential(stack(a, b)), x, initial_states={key: given})
    lower = expected(of(a), x, initial_states=given if key == "rnn/a" else None)
    assert_signals(acts["rnn/a"], lower)
    upper = expected(of(b), lower.signals["hidden_state"], initial_states=given if key == "rnn/b" else None)
    assert_signals(acts["rnn/b"], upper)


def test_states_may_come_from_the_model() -> None:
    a, b = L.SimpleRNNCell(4, name="a"), L.GRUCell(3, name="b")
    inputs = [keras.Input((TIMESTEPS, FEATURES)), keras.Input((4,)), keras.Input((3,))]
    layer = stack(a, b)
    model = randomized(keras.Model(inputs, layer(inputs[0], initial_state=[[inputs[1]], [inputs[2]]])))
    x, states = sequences(), some_states(4, 3)
    acts = looked_at(model, [x, *states])
    lower = expected(of(a), x, initial_states=states[:1])
    assert_signals(acts["rnn/a"], lower)
    assert_signals(acts["rnn/b"], expected(of(b), lower.signals["hidden_state"], initial_states=states[1:]))


@pytest.mark.slow
def test_a_custom_cell_in_between_hands_on_its_output() -> None:
    a, leaky, b = L.SimpleRNNCell(4, name="a"), Leaky(5, name="leaky"), L.LSTMCell(3, name="b")
    model, x = sequential(stack(a, leaky, b)), sequences()
    acts = looked_at(model, x)
    assert list(acts) == ["rnn/a", "rnn/leaky", "rnn/b"]
    below = expected(of(a), x).signals["hidden_state"]
    u, outputs = np.zeros((SAMPLES, 5)), np.zeros((SAMPLES, TIMESTEPS, 5))
    for time in range(TIMESTEPS):
        u = 0.5 * u + below[:, time] @ leaky.kernel.numpy()
        outputs[:, time] = u + time + 1.0
        np.testing.assert_allclose(acts["rnn/leaky"]["state_0"][:, time], u, atol=ATOL)
        np.testing.assert_allclose(acts["rnn/leaky"]["state_1"][:, time], np.full((SAMPLES, 2), time + 1.0))
    assert list(acts["rnn/leaky"]) == ["state_0", "state_1"]
    np.testing.assert_allclose(acts["rnn/b"].inputs, outputs, atol=ATOL)
    assert_signals(acts["rnn/b"], expected(of(b), outputs))


@pytest.mark.slow
def test_both_directions_of_a_stack() -> None:
    layer = L.Bidirectional(stack(*lstm_and_gru(), return_sequences=True), name="both")
    model, x = sequential(layer), sequences()
    acts = looked_at(model, x)
    assert list(acts) == [f"both/{side}_rnn/{cell}" for side in ("forward", "backward") for cell in "ab"]
    for side, part in (("forward", layer.forward_layer), ("backward", layer.backward_layer)):
        a, b = part.cell.cells
        lower = expected(of(a, part.go_backwards), x)
        assert_signals(acts[f"both/{side}_rnn/a"], lower)
        upper = expected(of(b, part.go_backwards), lower.signals["hidden_state"])
        assert_signals(acts[f"both/{side}_rnn/b"], upper)


@pytest.mark.parametrize("wanted", ["rnn/b", ["rnn/b"], "*/b"], ids=str)
def test_one_cell_of_a_stack_may_be_chosen(wanted: Any) -> None:
    a, b = lstm_and_gru()
    acts = looked_at(sequential(stack(a, b)), sequences(), layers=wanted)
    assert list(acts) == ["rnn/b"]
    below = expected(of(a), sequences()).signals["hidden_state"]
    assert_signals(acts["rnn/b"], expected(of(b), below))


@pytest.mark.slow
def test_a_stack_called_twice() -> None:
    a, b = L.GRUCell(4, name="a"), L.GRUCell(FEATURES, name="b")
    layer, inputs = stack(a, b, return_sequences=True), keras.Input((TIMESTEPS, FEATURES))
    model = randomized(keras.Model(inputs, layer(layer(inputs))))
    x = sequences()
    acts = looked_at(model, x)
    assert list(acts) == ["rnn/a", "rnn/b", "rnn/a#2", "rnn/b#2"]
    below = x
    for number in ("", "#2"):
        lower = expected(of(a), below)
        assert_signals(acts[f"rnn/a{number}"], lower)
        upper = expected(of(b), lower.signals["hidden_state"])
        assert_signals(acts[f"rnn/b{number}"], upper)
        below = upper.signals["hidden_state"]


@pytest.mark.slow
def test_dropout_in_a_stack() -> None:
    a, b = L.LSTMCell(4, dropout=0.4, seed=1, name="a"), L.GRUCell(3, recurrent_dropout=0.4, seed=2, name="b")
    model, x = sequential(stack(a, b, return_sequences=True)), sequences()
    check(looked_at(model, x), a, b, x)
    seen = looked_at(model, x, training=True)["rnn/b"]["hidden_state"]
    np.testing.assert_allclose(seen, own_output(model, x, training=True), atol=ATOL)
    assert not np.allclose(seen, own_output(model, x), atol=0.01)
