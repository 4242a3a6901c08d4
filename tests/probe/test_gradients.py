"""The loss' gradient by the states, against finite differences of the reference from a perturbed state."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import pytest
from numpy.typing import NDArray

from tb_rnn_plugin import capture
from tb_rnn_plugin.probe import Probe, ProbeError
from tests.probe.models import CELLS, FEATURES, SAMPLES, TIMESTEPS, UNITS, expected, randomized, sequences, sequential
from tests.probe.unchanged import looked_at

L = keras.layers
Values = NDArray[Any]
ATOL = 1e-7
"""Keras computes the loss in float32 (eps 6e-8) for layers of any dtype."""
DELTA = 1e-5
"""In float64, central differences err by DELTA² through the third derivative and by 1e-16 / DELTA through rounding."""


def targets(*shape: int) -> Values:
    return np.random.default_rng(5).normal(size=(SAMPLES, *shape))


def compiled(*layers: Any, dtype: str = "float64", **options: Any) -> Any:
    model = sequential(*layers, dtype=dtype)
    model.compile(loss="mse", **options)
    return model


def layer_of(kind: str, **options: Any) -> Any:
    return CELLS[kind](UNITS, dtype="float64", **options)


def outputs_after(layer: Any, x: Values, state: str, t: int, where: tuple[int, int], delta: float) -> Values:
    """Return the layer's outputs, `[sample, time, unit]`, if one state at timestep `t` were larger by `delta`."""
    before = expected(layer, x).signals
    h, c = before["hidden_state"][:, t].copy(), None
    if "cell_state" in before:
        c = before["cell_state"][:, t].copy()
        if state == "cell_state":
            c[where] += delta
            # Including the state that it computes at this timestep.
            h = before["output_gate"][:, t] * np.tanh(c)
    if state == "hidden_state":
        h[where] += delta
    parts = [before["hidden_state"][:, :t], h[:, None]]
    if t + 1 < x.shape[1]:
        states = [h] if c is None else [h, c]
        parts.append(expected(layer, x[:, t + 1 :], initial_states=states).signals["hidden_state"])
    return np.concatenate(parts, axis=1)


def differences(layer: Any, x: Values, state: str, loss: Callable[[Values], float]) -> Values:
    """Return the gradient of a loss of the layer's outputs by one of its states, by central differences."""
    found = np.zeros((SAMPLES, x.shape[1], UNITS))
    for sample, t, unit in np.ndindex(found.shape):
        low, high = (loss(outputs_after(layer, x, state, t, (sample, unit), d)) for d in (-DELTA, DELTA))
        found[sample, t, unit] = (high - low) / (2 * DELTA)
    return found


@pytest.mark.parametrize("kind", CELLS)
@pytest.mark.parametrize("sequence", [False, True])
def test_against_finite_differences(kind: str, sequence: bool) -> None:
    layer = layer_of(kind, return_sequences=sequence, name="rnn")
    model = compiled(layer)
    y, x = targets(*([TIMESTEPS] if sequence else []), UNITS), sequences(dtype="float64")
    acts = looked_at(model, x, targets=y)

    def loss(outputs: Values) -> float:
        return float(np.mean(((outputs if sequence else outputs[:, -1]) - y) ** 2))

    states = ["cell_state", "hidden_state"] if kind == "LSTM" else ["hidden_state"]
    assert sorted(acts["rnn"].gradients) == states
    for state in states:
        wanted = differences(layer, x, state, loss)
        assert acts["rnn"].gradients[state].dtype == np.float64
        np.testing.assert_allclose(acts["rnn"].gradients[state], wanted, rtol=1e-5, atol=ATOL, err_msg=state)
        assert np.abs(wanted).max() > 1e-2


@pytest.mark.slow
def test_through_the_layers_above() -> None:
    first = layer_of("LSTM", return_sequences=True, name="first")
    second, head = layer_of("GRU", name="second"), L.Dense(2, dtype="float64")
    model, x, y = compiled(first, second, head), sequences(dtype="float64"), targets(2)
    acts = looked_at(model, x, targets=y)

    def loss(outputs: Values) -> float:
        last = expected(second, outputs).signals["hidden_state"][:, -1]
        return float(np.mean((last @ head.kernel.numpy() + head.bias.numpy() - y) ** 2))

    for state in ("cell_state", "hidden_state"):
        np.testing.assert_allclose(
            acts["first"].gradients[state], differences(first, x, state, loss), rtol=1e-5, atol=ATOL
        )


@pytest.mark.parametrize("jit_compile", [False, True])
@pytest.mark.slow
def test_single_precision_compiled_or_not(jit_compile: bool) -> None:
    exact, single = (compiled(CELLS["LSTM"](UNITS, dtype=d, name="rnn"), dtype=d) for d in ("float64", "float32"))
    x, y = sequences(), targets(UNITS)
    wanted = capture(exact, x.astype("float64"), targets=y)["rnn"].gradients
    got = Probe(single, x, targets=y, jit_compile=jit_compile)()["rnn"].gradients
    for state, values in wanted.items():
        assert got[state].dtype == np.float32
        np.testing.assert_allclose(got[state], values, rtol=1e-4, atol=1e-6)


@pytest.mark.slow
def test_half_precision_loses_no_small_gradients() -> None:
    x, y = sequences(), targets(UNITS).astype("float32")
    found = []
    for dtype in ("float32", "mixed_float16", "mixed_bfloat16"):
        model = sequential(L.LSTM(UNITS, dtype=dtype, name="rnn"), L.Rescaling(1e-6, dtype="float32"))
        model.compile(loss="mae")
        found.append(capture(model, x, targets=y)["rnn"].gradients["hidden_state"])
    single, *halves = found
    assert 0 < np.abs(single).max() < 1e-6  # Too small for float16.
    for half in halves:
        np.testing.assert_allclose(half, single, rtol=0, atol=0.05 * np.abs(single).max())


@pytest.mark.slow
def test_backwards_and_bidirectional_are_on_the_inputs_time_axis() -> None:
    layer = layer_of("GRU", go_backwards=True, name="rnn")
    model, x, y = compiled(layer), sequences(dtype="float64"), targets(UNITS)
    backwards = capture(model, x, targets=y)["rnn"].gradients["hidden_state"]
    forward = compiled(layer_of("GRU", name="rnn"))
    forward.set_weights(model.get_weights())
    np.testing.assert_allclose(
        backwards[:, ::-1], capture(forward, x[:, ::-1], targets=y)["rnn"].gradients["hidden_state"], atol=ATOL
    )
    both = compiled(L.Bidirectional(layer_of("GRU", name="rnn"), merge_mode="sum", dtype="float64", name="both"))
    acts = capture(both, x, targets=y)
    half = both.layers[0]
    for key, one, other in [
        ("forward_rnn", half.forward_layer, half.backward_layer),
        ("backward_rnn", half.backward_layer, half.forward_layer),
    ]:
        signals = expected(other, x).signals["hidden_state"]
        rest = signals[:, 0] if other.go_backwards else signals[:, -1]
        turned = x[:, ::-1] if one.go_backwards else x
        plain = compiled(layer_of("GRU", name="rnn"))
        plain.set_weights(one.get_weights())
        got = acts[f"both/{key}"].gradients["hidden_state"]
        wanted = capture(plain, turned, targets=y - rest)["rnn"].gradients["hidden_state"]
        np.testing.assert_allclose(got[:, ::-1] if one.go_backwards else got, wanted, atol=ATOL)


@pytest.mark.slow
def test_masked_timesteps_have_no_gradient_and_stop_none() -> None:
    model = compiled(L.Masking(dtype="float64"), layer_of("LSTM", name="rnn"))
    short, y = sequences(dtype="float64")[:, :-2], targets(UNITS)
    padded = np.concatenate([short[:, :3], np.zeros((SAMPLES, 1, FEATURES)), short[:, 3:], short[:, :1] * 0], axis=1)
    acts = looked_at(model, padded, targets=y)["rnn"].gradients
    plain = randomized(keras.Sequential([keras.Input((TIMESTEPS - 2, FEATURES)), layer_of("LSTM", name="rnn")]))
    plain.compile(loss="mse")
    plain.set_weights(model.get_weights())
    wanted = capture(plain, short, targets=y)["rnn"].gradients
    for state, values in acts.items():
        assert np.isnan(values[:, [3, 5]]).all()
        np.testing.assert_allclose(np.delete(values, [3, 5], axis=1), wanted[state], atol=ATOL)


@pytest.mark.slow
def test_stacks_and_custom_cells_agree_with_plain_layers() -> None:
    x, y = sequences(), targets(UNITS)
    # In Keras a stack computes in float32, with cells of any dtype.
    plain = compiled(L.LSTM(UNITS, return_sequences=True, name="one"), L.SimpleRNN(UNITS, name="two"), dtype="float32")
    wanted = capture(plain, x, targets=y)
    stack = compiled(L.RNN([L.LSTMCell(UNITS, name="one"), Own(UNITS, name="two")], name="rnn"), dtype="float32")
    stack.set_weights(plain.get_weights())
    got = capture(stack, x, targets=y)
    for state in ("cell_state", "hidden_state"):
        np.testing.assert_allclose(got["rnn/one"].gradients[state], wanted["one"].gradients[state], atol=1e-6)
    np.testing.assert_allclose(got["rnn/two"].gradients["state_0"], wanted["two"].gradients["hidden_state"], atol=1e-6)


@pytest.mark.slow
def test_a_conv_lstm_on_one_pixel_agrees_with_an_lstm() -> None:
    x, y = sequences(dtype="float64"), targets(UNITS)
    pixel = L.Reshape((TIMESTEPS, 1, 1, FEATURES), dtype="float64")
    conv = compiled(pixel, L.ConvLSTM2D(UNITS, 1, dtype="float64", name="conv"), L.Flatten(dtype="float64"))
    single = compiled(layer_of("LSTM", name="one"))
    conv.set_weights([w.reshape((1, 1, *w.shape)) if w.ndim == 2 else w for w in single.get_weights()])
    got = capture(conv, x, targets=y)["conv"].gradients
    for state, values in capture(single, x, targets=y)["one"].gradients.items():
        np.testing.assert_allclose(got[state], values, atol=ATOL)


class Own(L.Layer):  # type: ignore[name-defined,misc]
    """A custom cell that computes what Keras' `SimpleRNNCell` does."""

    def __init__(self, units: int, **options: Any) -> None:
        super().__init__(**options)
        self.units = self.state_size = units

    def build(self, input_shape: Any) -> None:
        self.kernel = self.add_weight(shape=(input_shape[-1], self.units), name="kernel")
        self.recurrent = self.add_weight(shape=(self.units, self.units), name="recurrent_kernel")
        self.bias = self.add_weight(shape=(self.units,), name="bias")

    def call(self, inputs: Any, states: Any) -> Any:
        h = keras.ops.tanh(inputs @ self.kernel + states[0] @ self.recurrent + self.bias)
        return h, [h]


class ByHand(keras.Model):  # type: ignore[misc]
    """A cell called in a Python loop."""

    def __init__(self, cell: Any) -> None:
        super().__init__(dtype="float64")
        self.cell = cell

    def build(self, input_shape: Any) -> None:
        self.cell.build((None, FEATURES))

    def call(self, inputs: Any) -> Any:
        states = self.cell.get_initial_state(batch_size=SAMPLES)
        for t in range(TIMESTEPS):
            output, states = self.cell(inputs[:, t], states)
        return output


@pytest.mark.parametrize("own", [False, True])
@pytest.mark.slow
def test_cells_called_by_hand(own: bool) -> None:
    x, y = sequences(dtype="float64"), targets(UNITS)
    layer = compiled(layer_of("SimpleRNN", name="rnn"))
    cell = (Own if own else L.SimpleRNNCell)(UNITS, dtype="float64", name="cell")
    cell.get_initial_state = lambda batch_size: [keras.ops.zeros((batch_size, UNITS), "float64")]
    model = ByHand(cell)
    model.build((SAMPLES, TIMESTEPS, FEATURES))
    model.compile(loss="mse")
    model.set_weights(layer.get_weights())
    got = capture(model, x, targets=y)["cell"].gradients["state_0" if own else "hidden_state"]
    np.testing.assert_allclose(got, capture(layer, x, targets=y)["rnn"].gradients["hidden_state"], atol=ATOL)


@pytest.mark.slow
def test_time_distributed_joins_its_sequences() -> None:
    inner = layer_of("GRU", name="inner")
    model = randomized(
        keras.Sequential(
            [
                keras.Input((2, TIMESTEPS, FEATURES), dtype="float64"),
                L.TimeDistributed(inner, dtype="float64", name="td"),
            ]
        )
    )
    model.compile(loss="mse")
    x = np.stack([sequences(seed=s, dtype="float64") for s in (0, 1)], axis=1)
    y = targets(2, UNITS)
    got = capture(model, x, targets=y)["td/inner"].gradients["hidden_state"]
    plain = compiled(layer_of("GRU", name="rnn"))
    plain.set_weights(model.get_weights())
    for outer in (0, 1):
        wanted = capture(plain, x[:, outer], targets=y[:, outer])["rnn"].gradients["hidden_state"]
        # The mean over twice as many numbers.
        np.testing.assert_allclose(got[:, outer * TIMESTEPS : (outer + 1) * TIMESTEPS], wanted / 2, atol=ATOL)


@pytest.mark.slow
def test_several_outputs_their_weights_and_penalties_are_the_models_own_loss() -> None:
    # In float32: Keras cannot add a penalty in float64 to its loss.
    inputs = keras.Input((TIMESTEPS, FEATURES))
    layer = L.GRU(UNITS, name="rnn", activity_regularizer=keras.regularizers.L2(0.3))
    hidden = layer(inputs)
    outputs = {"a": L.Dense(2, name="a")(hidden), "b": L.Dense(1, name="b")(hidden)}
    model = randomized(keras.Model(inputs, outputs))
    model.compile(loss={"a": "mse", "b": "mae"}, loss_weights={"a": 0.5, "b": 2.0})
    x, y = sequences(), {"a": targets(2), "b": targets(1)}
    got = looked_at(model, x, targets=y)["rnn"].gradients["hidden_state"]
    heads = {name: model.get_layer(name) for name in "ab"}
    # Keras averages a penalty over the batch; its first versions summed it.
    last = layer(x).numpy()
    share = float(layer.losses[-1]) / (0.3 * np.sum(last**2))
    np.testing.assert_allclose(share, min([1.0, 1 / SAMPLES], key=lambda known: abs(known - share)), rtol=1e-5)

    def loss(states: Values) -> float:
        last = states[:, -1]
        out = {name: last @ head.kernel.numpy() + head.bias.numpy() for name, head in heads.items()}
        penalty = 0.3 * np.sum(last**2) * share
        return float(0.5 * np.mean((out["a"] - y["a"]) ** 2) + 2 * np.mean(np.abs(out["b"] - y["b"])) + penalty)

    np.testing.assert_allclose(got, differences(layer, x, "hidden_state", loss), rtol=1e-4, atol=1e-5)


@pytest.mark.slow
def test_a_layer_without_part_in_the_loss_has_zeros() -> None:
    inputs = keras.Input((TIMESTEPS, FEATURES))
    model = keras.Model(inputs, [L.LSTM(3, name="used")(inputs), L.GRU(2, name="unused")(inputs)])
    model.compile(loss=["mse", None])
    acts = capture(model, sequences(), targets=[targets(3), targets(2)])
    assert np.abs(acts["used"].gradients["hidden_state"]).max() > 0
    assert not acts["unused"].gradients["hidden_state"].any()


def test_nothing_is_differentiated_without_targets() -> None:
    assert capture(compiled(layer_of("LSTM", name="rnn")), sequences(dtype="float64"))["rnn"].gradients == {}


@pytest.mark.slow
def test_what_cannot_be_differentiated_is_said() -> None:
    x = sequences()
    with pytest.raises(ProbeError, match=r"Gradients need the model's loss, and it has none: call model\.compile"):
        Probe(sequential(L.LSTM(UNITS)), x, targets=targets(UNITS))
    model = compiled(L.LSTM(UNITS), dtype="float32")
    with pytest.raises(ProbeError, match=r"targets must hold 2 samples like probe, got the shape \(3, 4\)"):
        Probe(model, x, targets=np.zeros((3, UNITS)))
    with pytest.raises(ProbeError, match="loss"):
        Probe(model, x, targets=np.zeros((SAMPLES, UNITS + 1)))()
    with pytest.raises(ProbeError, match="loss"):
        Probe(model, x, targets={"a": np.zeros((SAMPLES, UNITS)), "b": np.zeros((SAMPLES, UNITS))})()


class Coded(L.Layer):  # type: ignore[name-defined,misc]
    """A cell that reads integers, and returns what its `output` computes from its state."""

    def __init__(self, output: Callable[[Any], Any] = lambda h: h, **options: Any) -> None:
        super().__init__(**options)
        self.state_size = 1
        self._output = output

    def call(self, inputs: Any, states: Any) -> Any:
        h = keras.ops.tanh(0.5 * states[0] + 0.1 * keras.ops.cast(inputs[:, :1], "float32"))
        return self._output(h), [h]


def coded(dtype: str, **options: Any) -> Any:
    inputs = keras.Input((TIMESTEPS, 1), dtype=dtype)
    model = keras.Model(inputs, L.RNN(Coded(name="cell", **options), name="rnn")(inputs))
    model.compile(loss="mse")
    return model


@pytest.mark.slow
def test_a_layer_that_reads_whole_numbers_has_the_gradients_of_one_that_reads_floats() -> None:
    codes = np.random.default_rng(3).integers(0, 9, (SAMPLES, TIMESTEPS, 1))
    whole, floats = (
        capture(coded(dtype), codes.astype(dtype), targets=targets(1))["rnn"].gradients["state_0"]
        for dtype in ("int32", "float32")
    )
    np.testing.assert_array_equal(whole, floats)
    assert (np.abs(whole) > 0).all()


def test_a_cell_whose_output_is_no_state_has_no_gradient_rather_than_a_part_of_it() -> None:
    x = np.ones((SAMPLES, TIMESTEPS, 1), np.float32)
    with pytest.warns(RuntimeWarning, match="Layer 'rnn' has no gradients: .* Return the state itself"):
        assert capture(coded("float32", output=lambda h: 2.0 * h), x, targets=targets(1))["rnn"].gradients == {}


@pytest.mark.slow
def test_large_losses_in_half_precision_do_not_overflow() -> None:
    x, y = sequences(), 1e4 + targets(UNITS).astype("float32")
    found = []
    for dtype in ("float32", "mixed_float16"):
        model = sequential(L.LSTM(UNITS, dtype=dtype, name="rnn"), L.Rescaling(1.0, dtype="float32"))
        model.compile(loss="mse")
        found.append(capture(model, x, targets=y)["rnn"].gradients["hidden_state"])
    single, half = found
    assert np.abs(single).max() > 2  # 2 * 2^15 is too large for float16.
    np.testing.assert_allclose(half, single, rtol=0, atol=0.02 * np.abs(single).max())


@pytest.mark.slow
def test_an_output_without_a_loss_needs_no_target() -> None:
    inputs = keras.Input((TIMESTEPS, FEATURES))
    hidden = L.GRU(2, name="rnn")(inputs)
    model = randomized(keras.Model(inputs, [hidden, L.Dense(1)(hidden)]))
    model.compile(loss=["mse", None])
    y = targets(2)
    with_none = capture(model, sequences(), targets=[y, None])["rnn"].gradients["hidden_state"]
    assert np.abs(with_none).max() > 0
    np.testing.assert_array_equal(
        with_none, capture(model, sequences(), targets=[y, targets(1)])["rnn"].gradients["hidden_state"]
    )
