"""A cell that the user calls in a loop is captured as a layer, one timestep per call."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf
from numpy.typing import NDArray

from tb_rnn_plugin import capture
from tb_rnn_plugin.analysis.explain import explain
from tb_rnn_plugin.analysis.memory import reach
from tb_rnn_plugin.probe import Probe
from tests.probe.models import (
    ATOL,
    FEATURES,
    SAMPLES,
    UNITS,
    assert_signals,
    expected,
    own_output,
    randomized,
)
from tests.probe.unchanged import looked_at

L, ops = keras.layers, keras.ops

TIMESTEPS = 3
"""The first reads the initial state, the others what was before them; each is traced by itself."""

CELLS: dict[str, Callable[..., Any]] = {
    "LSTM": L.LSTMCell,
    "GRU": L.GRUCell,
    "GRU-reset-before": lambda *args, **options: L.GRUCell(*args, reset_after=False, **options),
    "SimpleRNN": L.SimpleRNNCell,
}
CALLS: dict[str, Callable[[Any, Any, list[Any]], Any]] = {
    "list": lambda cell, x, states: cell(x, states),
    "tuple": lambda cell, x, states: cell(x, tuple(states)),
    "keyword": lambda cell, x, states: cell(x, states=states),
    "all keywords": lambda cell, x, states: cell(**{first_argument(cell): x}, states=states, training=False),
    "training": lambda cell, x, states: cell(x, states, training=False),
}


def sequences(dtype: str = "float32") -> NDArray[Any]:
    """Return inputs `[sample, time, feature]`."""
    return np.random.default_rng(0).normal(size=(SAMPLES, TIMESTEPS, FEATURES)).astype(dtype)


def first_argument(cell: Any) -> str:
    return "sequence" if isinstance(cell, L.SimpleRNNCell) else "inputs"


class Decoder(L.Layer):  # type: ignore[name-defined,misc]
    """A loop over time, written by hand; records the structures that the cell returns."""

    def __init__(self, cell: Any, call: Callable[..., Any], seen: list[Any], **options: Any) -> None:
        super().__init__(**options)
        self.cell = cell
        self.call_cell = call
        self.note = seen.append

    def build(self, input_shape: Any) -> None:
        self.cell.build((input_shape[0], input_shape[2]))

    def call(self, inputs: Any) -> Any:
        states: Any = self.cell.get_initial_state(ops.shape(inputs)[0])
        outputs = []
        for time in range(inputs.shape[1]):
            output, states = self.call_cell(self.cell, inputs[:, time], states)
            self.note(structure([output, states]))
            outputs.append(output)
            states = states if isinstance(states, (list, tuple)) else [states]
        return ops.stack(outputs, axis=1)


def structure(nested: Any) -> Any:
    """Return the types of containers, and the shapes and dtypes of tensors."""
    if isinstance(nested, (list, tuple)):
        return type(nested).__name__, [structure(part) for part in nested]
    return tuple(nested.shape), str(nested.dtype)


def decoder(cell: Any, call: Any = CALLS["list"], seen: list[Any] | None = None, dtype: str = "float32") -> Any:
    layer = Decoder(cell, call, [] if seen is None else seen, name="decoder")
    return randomized(keras.Sequential([keras.Input((TIMESTEPS, FEATURES), dtype=dtype), layer]))


def of(cell: Any) -> Any:
    """Return a layer with this cell, as far as the reference reads it."""
    return SimpleNamespace(cell=cell, go_backwards=False)


def check(captured: Any, cell: Any, x: Any) -> None:
    """Compare a cell that starts from zeros, and continues from its own states, with the reference."""
    reference = expected(of(cell), x)
    assert_signals(captured, reference)
    np.testing.assert_allclose(captured.inputs, x, atol=1e-6)
    assert captured.mask is None
    for name, states in captured.initial_states.items():
        before = np.concatenate([np.zeros((len(x), 1, states.shape[-1])), reference.signals[name][:, :-1]], axis=1)
        np.testing.assert_allclose(states, before, atol=ATOL, err_msg=name)


@pytest.mark.parametrize(
    ("name", "call"),
    [
        *((name, "list") for name in CELLS),
        *(("LSTM", call) for call in list(CALLS)[1:]),
        ("SimpleRNN", "all keywords"),
        ("GRU", "tuple"),
        ("GRU", "keyword"),
    ],
)
def test_one_timestep_per_call(name: str, call: str) -> None:
    seen: list[Any] = []
    cell, x = CELLS[name](UNITS, name="cell"), sequences()
    model = decoder(cell, CALLS[call], seen)
    seen.clear()
    own = own_output(model, x)
    wanted = list(seen)
    seen.clear()
    acts = looked_at(model, x)
    assert seen[-TIMESTEPS:] == wanted, "the cell must return to the model what Keras would"
    assert list(acts) == ["decoder/cell"]
    check(acts["decoder/cell"], cell, x)
    np.testing.assert_allclose(acts.predictions["output"], own, atol=ATOL)


@pytest.mark.parametrize("call", [lambda cell, x, h: cell(x, h[0]), lambda cell, x, h: cell(x, states=h[0])])
@pytest.mark.parametrize("name", ["GRU", "SimpleRNN"])
@pytest.mark.slow
def test_a_state_without_a_list(name: str, call: Any) -> None:
    seen: list[Any] = []
    cell, x = CELLS[name](UNITS, name="cell"), sequences()
    model = decoder(cell, call, seen)
    seen.clear()
    own = own_output(model, x)
    wanted = list(seen)
    seen.clear()
    acts = looked_at(model, x)
    assert wanted[0] == ("list", [((SAMPLES, UNITS), "<dtype: 'float32'>")] * 2)
    assert seen[-TIMESTEPS:] == wanted
    check(acts["decoder/cell"], cell, x)
    np.testing.assert_allclose(acts.predictions["output"], own, atol=ATOL)


def test_kind_and_ranges_are_the_cells() -> None:
    (trace,) = Probe(decoder(L.LSTMCell(UNITS, name="cell")), sequences(), jit_compile=False)().traces
    assert (trace.key, trace.cell) == ("decoder/cell", "LSTM")
    assert trace.ranges["forget_gate"] == (0.0, 1.0)


@pytest.mark.parametrize(("dtype", "atol"), [("float64", 1e-13), ("mixed_float16", 5e-3)])
@pytest.mark.slow
def test_precision(dtype: str, atol: float) -> None:
    wide = dtype == "float64"
    cell, x = L.LSTMCell(UNITS, dtype=dtype, name="cell"), sequences(dtype="float64" if wide else "float32")
    layer = Decoder(cell, CALLS["list"], [], name="decoder", dtype=dtype)
    model = randomized(keras.Sequential([keras.Input(x.shape[1:], dtype=x.dtype), layer]))
    captured = looked_at(model, x)["decoder/cell"]
    assert {values.dtype.name for values in captured.values()} == {"float64" if wide else "float32"}
    assert_signals(captured, expected(of(cell), x), atol)


class Speller(keras.Model):  # type: ignore[misc]
    """A subclassed model that feeds its output back, from a given start."""

    def __init__(self) -> None:
        super().__init__()
        self.cell = L.LSTMCell(UNITS, name="cell")
        self.read = L.Dense(FEATURES, name="read")

    def call(self, inputs: Any) -> Any:
        x, h, c = inputs["first"], inputs["h"], inputs["c"]
        outputs = []
        for _ in range(TIMESTEPS):
            h, (_, c) = self.cell(x, [h, c])
            x = self.read(h)
            outputs.append(x)
        return ops.stack(outputs, axis=1)


@pytest.mark.slow
def test_a_subclassed_model_that_feeds_its_output_back() -> None:
    model, random = Speller(), np.random.default_rng(0)
    sizes = {"first": FEATURES, "h": UNITS, "c": UNITS}
    inputs = {name: random.normal(size=(SAMPLES, size)).astype("float32") for name, size in sizes.items()}
    model(inputs)
    randomized(model)
    acts = looked_at(model, inputs)
    assert list(acts) == ["cell"]
    captured = acts["cell"]
    fed = np.concatenate([inputs["first"][:, None], acts.predictions["output"][:, :-1]], axis=1)
    np.testing.assert_allclose(captured.inputs, fed, atol=1e-6)
    assert_signals(captured, expected(of(model.cell), fed, initial_states=[inputs["h"], inputs["c"]]))
    np.testing.assert_array_equal(captured.initial_states["hidden_state"][:, 0], inputs["h"])
    np.testing.assert_array_equal(captured.initial_states["cell_state"][:, 0], inputs["c"])
    np.testing.assert_allclose(acts.predictions["output"], model.predict(inputs, verbose=0), atol=ATOL)


def test_a_model_that_has_not_been_called_yet() -> None:
    model, random = Speller(), np.random.default_rng(0)
    sizes = {"first": FEATURES, "h": UNITS, "c": UNITS}
    inputs = {name: random.normal(size=(SAMPLES, size)).astype("float32") for name, size in sizes.items()}
    acts = capture(model, inputs)
    np.testing.assert_allclose(acts.predictions["output"], own_output(model, inputs), atol=ATOL)
    assert acts["cell"]["forget_gate"].shape == (SAMPLES, TIMESTEPS, UNITS)


class Restarts(L.Layer):  # type: ignore[name-defined,misc]
    """Passes its cell another state at every call."""

    def __init__(self, cell: Any, **options: Any) -> None:
        super().__init__(**options)
        self.cell = cell

    def build(self, inputs_shape: Any, states_shape: Any) -> None:
        self.cell.build((inputs_shape[0], inputs_shape[2]))

    def call(self, inputs: Any, states: Any) -> Any:
        return ops.stack([self.cell(inputs[:, time], [states[:, time]])[0] for time in range(2)], axis=1)


def test_calls_that_do_not_follow_one_another() -> None:
    """Every call has its own states: `initial_states` holds all of them."""
    cell, x = L.GRUCell(UNITS, name="cell"), sequences()[:, :2]
    given = np.random.default_rng(3).normal(size=(SAMPLES, 2, UNITS)).astype("float32")
    inputs = keras.Input((2, FEATURES)), keras.Input((2, UNITS))
    captured = looked_at(randomized(keras.Model(inputs, Restarts(cell, name="twice")(*inputs))), [x, given])[
        "twice/cell"
    ]
    np.testing.assert_array_equal(captured.initial_states["hidden_state"], given)
    np.testing.assert_array_equal(captured.inputs, x)
    for time in (0, 1):
        alone = expected(of(cell), x[:, time : time + 1], initial_states=[given[:, time]])
        for name, values in alone.signals.items():
            np.testing.assert_allclose(captured[name][:, time : time + 1], values, atol=ATOL)


@pytest.mark.parametrize("name", CELLS)
@pytest.mark.slow
def test_a_cell_in_a_functional_model(name: str) -> None:
    cell, x = CELLS[name](UNITS, name="cell"), sequences()
    count = 2 if name == "LSTM" else 1
    inputs, *starts = [keras.Input((TIMESTEPS, FEATURES)), *(keras.Input((UNITS,)) for _ in range(count))]
    states = starts
    for time in range(TIMESTEPS):
        output, states = cell(inputs[:, time], states)
    model = randomized(keras.Model([inputs, *starts], output))
    acts = looked_at(model, [x, *(np.zeros((SAMPLES, UNITS), "float32") for _ in starts)])
    assert list(acts) == ["cell"]
    check(acts["cell"], cell, x)
    np.testing.assert_allclose(acts.predictions["output"], acts["cell"]["hidden_state"][:, -1], atol=1e-6)


class Leaky(L.Layer):  # type: ignore[name-defined,misc]
    """A custom cell: h = h / 2 + W x; its output is 3 h."""

    def __init__(self, units: int, **options: Any) -> None:
        super().__init__(**options)
        self.units = self.state_size = units

    def build(self, input_shape: Any) -> None:
        self.kernel = self.add_weight(shape=(input_shape[-1], self.units), name="kernel")

    def get_initial_state(self, batch_size: Any = None) -> list[Any]:
        return [ops.zeros((batch_size, self.units))]

    def call(self, inputs: Any, states: Any) -> Any:
        h = 0.5 * states[0] + ops.matmul(inputs, self.kernel)
        return 3.0 * h, [h]


@pytest.mark.parametrize("call", ["list", "tuple", "keyword"])
def test_a_custom_cell(call: str) -> None:
    cell, x = Leaky(UNITS, name="cell"), sequences()
    model = decoder(cell, CALLS[call])
    acts = looked_at(model, x)
    assert list(acts) == ["decoder/cell"]
    h, kernel = np.zeros((SAMPLES, UNITS)), cell.kernel.numpy().astype("float64")
    for time in range(TIMESTEPS):
        np.testing.assert_allclose(acts["decoder/cell"].initial_states["state_0"][:, time], h, atol=ATOL)
        h = 0.5 * h + x[:, time] @ kernel
        np.testing.assert_allclose(acts["decoder/cell"]["state_0"][:, time], h, atol=ATOL)
        np.testing.assert_allclose(acts.predictions["output"][:, time], 3.0 * h, atol=ATOL)
    (trace,) = Probe(model, x, jit_compile=False)().traces
    assert trace.cell == "Leaky"


def test_next_to_a_recurrent_layer() -> None:
    """An encoder with Keras' loop, and a decoder with the user's."""
    cell, encoder, x = (
        L.GRUCell(UNITS, name="cell"),
        L.LSTM(FEATURES, return_sequences=True, name="encoder"),
        sequences(),
    )
    layer = Decoder(cell, CALLS["list"], [], name="decoder")
    model = randomized(keras.Sequential([keras.Input((TIMESTEPS, FEATURES)), encoder, layer]))
    acts = looked_at(model, x)
    assert list(acts) == ["encoder", "decoder/cell"]
    below = expected(encoder, x)
    assert_signals(acts["encoder"], below)
    assert_signals(acts["decoder/cell"], expected(of(cell), below.signals["hidden_state"]))


def test_the_cell_of_a_layer_is_not_a_layer_of_its_own() -> None:
    layer = L.LSTM(UNITS, name="rnn")
    model = randomized(keras.Sequential([keras.Input((TIMESTEPS, FEATURES)), layer]))
    assert list(looked_at(model, sequences())) == ["rnn"]


def with_dropout(name: str) -> tuple[Any, Any]:
    """Return a cell that applies dropout in any mode, without masks, and a model of it."""
    cell = CELLS[name](UNITS, dropout=0.4, recurrent_dropout=0.4, seed=3, name="cell")
    model = decoder(cell, lambda cell, x, states: cell(x, states, training=True))
    cell.reset_dropout_mask()
    cell.reset_recurrent_dropout_mask()
    return cell, model


@pytest.mark.parametrize("name", ["LSTM", "GRU", "SimpleRNN"])
@pytest.mark.slow
def test_looking_draws_the_dropout_masks_that_the_model_draws_next(name: str) -> None:
    (cell, model), x = with_dropout(name), sequences()
    acts = looked_at(model, x, training=True)
    assert (cell._dropout_mask, cell._recurrent_dropout_mask) == (None, None)
    own = own_output(model, x, training=True)
    np.testing.assert_allclose(acts.predictions["output"], own, atol=ATOL)
    np.testing.assert_allclose(acts["decoder/cell"]["hidden_state"], own, atol=ATOL)
    assert not np.allclose(own, expected(of(cell), x).signals["hidden_state"], atol=0.01)


@pytest.mark.parametrize("graph", [False, True])
@pytest.mark.slow
def test_dropout_masks_that_the_cell_holds_stay(graph: bool) -> None:
    """Keras' cell keeps the masks of its first call until they are reset, even those of an earlier graph."""
    (cell, model), x = with_dropout("LSTM"), sequences()
    tf.function(model, autograph=False)(x) if graph else model(x)
    held = cell._dropout_mask, cell._recurrent_dropout_mask
    assert None not in held
    acts = looked_at(model, x, training=True)
    assert cell._dropout_mask is held[0]
    assert cell._recurrent_dropout_mask is held[1]
    np.testing.assert_allclose(acts["decoder/cell"]["hidden_state"], acts.predictions["output"], atol=1e-6)


@pytest.mark.parametrize("name", CELLS)
@pytest.mark.slow
def test_a_value_reaches_back_through_the_calls_as_through_those_of_a_layer(name: str) -> None:
    cell, x = CELLS[name](UNITS, name="cell"), sequences()
    model = decoder(cell)
    (trace,) = Probe(model, x, jit_compile=False)().traces
    layer = L.RNN(CELLS[name](UNITS), return_sequences=True, name="rnn")
    same = keras.Sequential([keras.Input((TIMESTEPS, FEATURES)), layer])
    same.set_weights(cell.get_weights())
    (wanted,) = Probe(same, x, jit_compile=False)().traces
    place: dict[str, Any] = {"sample": 1, "timestep": TIMESTEPS - 1, "unit": 2}
    measured = reach(trace, **place)
    assert measured.steps > 0
    assert measured.steps == reach(wanted, **place).steps
    for state, norms in reach(wanted, **place).norms.items():
        np.testing.assert_allclose(measured.norms[state], norms, rtol=1e-4)
    assert explain(trace, "hidden_state", **place).read_before == TIMESTEPS - 2
