"""What a layer may be told beyond its size: unrolling, functions of the user, dropout, what it returns."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest
from numpy.typing import NDArray

from tb_rnn_plugin.probe import Probe
from tests.probe.models import (
    ATOL,
    CELLS,
    FEATURES,
    MASK,
    SAMPLES,
    TIMESTEPS,
    UNITS,
    assert_signals,
    expected,
    own_output,
    randomized,
    sequences,
    sequential,
    stateful,
)
from tests.probe.unchanged import looked_at, variables
from tests.reference import gru, lstm, simple_rnn

L = keras.layers

DROPPING: list[tuple[str, dict[str, Any]]] = [
    *((name, {"implementation": implementation}) for name in CELLS if name != "SimpleRNN" for implementation in (1, 2)),
    ("SimpleRNN", {}),
]


def masked_sequences() -> Any:
    return np.where(MASK[:, :, None], sequences(len(MASK)), np.float32(0))


def side_by_side(*layers: Any) -> Any:
    """Return one model of layers that all read its input."""
    inputs = keras.Input((TIMESTEPS, FEATURES))
    return randomized(keras.Model(inputs, [layer(inputs) for layer in layers]))


@pytest.mark.parametrize("cell", CELLS)
def test_unrolled_with_a_mask(cell: str) -> None:
    """Forward; backward is in test_masks."""
    layer = CELLS[cell](UNITS, unroll=True, return_sequences=True, name="rnn")
    x = masked_sequences()
    captured = looked_at(sequential(L.Masking(), layer), x)["rnn"]
    assert_signals(captured, expected(layer, x, mask=MASK))


def test_functions_that_look_at_the_whole_batch() -> None:
    """Applied to all timesteps at once, they would give other gates than the states were made with."""

    def over_the_batch(sums: Any) -> Any:
        return sums / (1.0 + keras.ops.max(keras.ops.abs(sums)))

    lstm_layer, gru_layer = (
        layer(UNITS, recurrent_activation=over_the_batch, return_sequences=True, name=layer.__name__)
        for layer in (L.LSTM, L.GRU)
    )
    model, x = side_by_side(lstm_layer, gru_layer), sequences()
    captured = looked_at(model, x)
    i, f, g, o, c, h = (values[:, 1:] for values in captured["LSTM"].values())
    np.testing.assert_allclose(f * captured["LSTM"]["cell_state"][:, :-1] + i * g, c, atol=ATOL)
    np.testing.assert_allclose(o * np.tanh(c), h, atol=ATOL)
    z, _, g, h = (values[:, 1:] for values in captured["GRU"].values())
    np.testing.assert_allclose(z * captured["GRU"]["hidden_state"][:, :-1] + (1 - z) * g, h, atol=ATOL)
    for layer, output in zip(("LSTM", "GRU"), model(x), strict=True):
        np.testing.assert_allclose(captured[layer]["hidden_state"], output, atol=ATOL)


@pytest.mark.parametrize(("start", "backwards"), [("zeros", False), ("current", True)])
def test_unrolled_and_stateful(start: str, backwards: bool) -> None:
    layer = L.LSTM(UNITS, unroll=True, stateful=True, go_backwards=backwards, name="rnn")
    x = np.where(MASK[1:3, :, None], sequences(), np.float32(0))
    model = stateful(L.Masking(), layer)
    own_output(model, sequences(seed=5))  # Leaves the layer somewhere.
    held = [np.array(state.numpy()) for state in layer.states]
    acts = looked_at(model, x, initial_states=start)
    reference = expected(layer, x, mask=MASK[1:3], initial_states=held if start == "current" else None)
    assert_signals(acts["rnn"], reference)
    np.testing.assert_allclose(acts.predictions["output"], reference.final[0], atol=ATOL)


def squeezed(x: Any) -> Any:
    """Between -2 and 2; Keras has nothing like it."""
    return 2.0 * x / (1.0 + keras.ops.abs(x))


def squeezed_by_numpy(x: Any) -> Any:
    return 2.0 * x / (1.0 + np.abs(x))


def bent(x: Any) -> Any:
    return keras.ops.where(x > 0.0, 0.5 * x, 0.1 * x)


keras.saving.register_keras_serializable(package="tests.probe")(bent)


@pytest.mark.parametrize(
    ("cells", "activation", "by_numpy"),
    [
        (CELLS, lambda x: squeezed(x) + 0.25, lambda x: squeezed_by_numpy(x) + 0.25),
        (["LSTM"], bent, lambda x: np.where(x > 0.0, 0.5 * x, 0.1 * x)),
        (["GRU", "SimpleRNN"], L.LeakyReLU(negative_slope=0.1), lambda x: np.where(x > 0.0, x, 0.1 * x)),
        (["GRU-reset-before", "SimpleRNN"], None, lambda x: x),
    ],
    ids=["lambda", "registered", "layer", "none"],
)
def test_functions_of_the_user(cells: Any, activation: Any, by_numpy: Any) -> None:
    """The function of the gates is the user's, too, and neither has a range."""
    given: dict[str, Any] = {"activation": activation, "recurrent_activation": lambda x: 0.5 + 0.1 * x}
    # A small scale: where a function has no bound, nothing else keeps the states within order 1.
    layers = [CELLS[name](UNITS, name=name, **given) for name in cells if name != "SimpleRNN"]
    if "SimpleRNN" in cells:
        layers.append(L.SimpleRNN(UNITS, activation=activation, name="SimpleRNN"))
    model, x = side_by_side(*layers), 0.5 * sequences()
    model(x)  # Builds the function that is a layer.
    acts = looked_at(model, x)
    functions: dict[str, Any] = {"activation": by_numpy, "recurrent_activation": lambda x: 0.5 + 0.1 * x}
    for layer in layers:
        captured = acts[layer.name]
        weights = [weight.numpy() for weight in layer.cell.weights]
        if isinstance(layer, L.LSTM):
            reference = lstm(x, *weights, **functions)
        elif isinstance(layer, L.GRU):
            reference = gru(x, *weights, reset_after=layer.reset_after, **functions)
        else:
            reference = simple_rnn(x, *weights, activation=by_numpy)
        assert_signals(captured, reference)
    assert all(trace.ranges[name] is None for trace in acts.traces for name in trace.signals)


def test_a_function_with_a_state_of_its_own() -> None:
    """`PReLU` learns its slopes."""
    slopes = L.PReLU()
    layer = L.SimpleRNN(UNITS, activation=slopes, name="rnn")
    model, x = sequential(layer), sequences()
    model(x)  # Builds the function.
    alpha = np.linspace(-1.0, 1.0, UNITS, dtype="float32")
    slopes.alpha.assign(alpha)
    captured = looked_at(model, x)["rnn"]
    weights = [weight.numpy() for weight in (layer.cell.kernel, layer.cell.recurrent_kernel, layer.cell.bias)]
    assert_signals(captured, simple_rnn(x, *weights, activation=lambda z: np.where(z > 0.0, z, alpha * z)))


def before(captured: Any, state: str) -> NDArray[np.float64]:
    """Return a state one timestep earlier."""
    values = np.concatenate([captured.initial_states[state][:, None], captured[state][:, :-1]], axis=1)
    return np.asarray(values, np.float64)


def assert_state_equations(captured: Any) -> None:
    """Hold the states against the gates, whatever was dropped before them."""
    if "cell_state" in captured:
        i, f, g, o = (captured[name] for name in ("input_gate", "forget_gate", "candidate", "output_gate"))
        c = f * before(captured, "cell_state") + i * g
        np.testing.assert_allclose(captured["cell_state"], c, atol=1e-6)
        np.testing.assert_allclose(captured["hidden_state"], o * np.tanh(c), atol=1e-6)
    elif "update_gate" in captured:
        z, g = captured["update_gate"], captured["candidate"]
        h = z * before(captured, "hidden_state") + (1.0 - z) * g
        np.testing.assert_allclose(captured["hidden_state"], h, atol=1e-6)


@pytest.mark.parametrize("options", [{"dropout": 0.4}, {"recurrent_dropout": 0.4}], ids=str)
@pytest.mark.slow
def test_dropout(options: dict[str, Any]) -> None:
    """Two captures in a row draw the same, which is what the layer draws next, as its generator has not moved."""
    layers = {}
    for seed, (name, how) in enumerate(DROPPING):
        # Keras 3.15 breaks off where implementation 1 drops inputs only, unless it is told to do without cuDNN.
        how = {**how, "use_cudnn": False} if how.get("implementation") == 1 else how
        layer = CELLS[name](UNITS, return_sequences=True, seed=seed, name=f"rnn_{seed}_", **options, **how)
        layers[layer.name] = layer
    model, x = side_by_side(*layers.values()), sequences()
    start = variables(model)
    probe = Probe(model, x, training=True, jit_compile=False)
    first, second = probe(), probe()
    assert variables(model) == start
    own = dict(zip(layers, model(x, training=True), strict=True))
    third = probe()  # The layers' generators have moved on.
    assert variables(model) != start
    for key, layer in layers.items():
        captured = first[key]
        assert_state_equations(captured)
        np.testing.assert_allclose(captured["hidden_state"], own[key], atol=ATOL)
        for name, values in captured.items():
            np.testing.assert_array_equal(second[key][name], values, err_msg=name)
        assert not np.allclose(third[key]["hidden_state"], captured["hidden_state"], atol=0.01)
        undropped = expected(layer, x).signals["hidden_state"]
        assert not np.allclose(captured["hidden_state"], undropped, atol=0.01)


def test_what_is_dropped_is_the_input_by_unit() -> None:
    """An Elman network that only hands its input on shows the mask: 0, or 1 / (1 - rate), at every timestep."""
    layer = L.SimpleRNN(FEATURES, activation=None, dropout=0.5, seed=3, name="rnn")
    model, x = sequential(layer), np.ones((8, TIMESTEPS, FEATURES), "float32")
    layer.set_weights([np.eye(FEATURES), np.zeros((FEATURES, FEATURES)), np.zeros(FEATURES)])
    captured = looked_at(model, x, training=True)["rnn"]
    seen = captured["hidden_state"]
    np.testing.assert_array_equal(seen, np.broadcast_to(seen[:, :1], seen.shape))
    assert set(np.unique(seen)) == {0.0, 2.0}
    np.testing.assert_array_equal(captured.inputs, x)  # What the layer read, not what its cell made of it.


@pytest.mark.slow
def test_constraints_and_penalties_are_for_training() -> None:
    """Weights beyond their constraint are taken as they are, and a penalty on the output is not in it."""
    limit = keras.constraints.MaxNorm(0.01)
    options: dict[str, Any] = {f"{name}_constraint": limit for name in ("kernel", "recurrent", "bias")}
    options |= {f"{name}_regularizer": "l2" for name in ("kernel", "recurrent", "bias", "activity")}
    layers = [CELLS[name](UNITS, name=name, **options) for name in CELLS]
    model, x = side_by_side(*layers), sequences()
    acts = looked_at(model, x)
    for layer, tensor in zip(layers, model(x), strict=True):
        captured = acts[layer.name]
        assert np.linalg.norm(layer.get_weights()[0], axis=0).min() > 0.01
        assert_signals(captured, expected(layer, x))
        np.testing.assert_allclose(captured["hidden_state"][:, -1], tensor, atol=ATOL)


def test_the_losses_of_the_last_call_stay() -> None:
    """A training loop of the user's own may look between its forward pass and the sum of its losses."""
    model, x = sequential(L.LSTM(UNITS, activity_regularizer="l2", kernel_regularizer="l2")), sequences()
    model(x)
    losses = [float(loss) for loss in model.losses]
    assert len(losses) == 2
    looked_at(model, sequences(seed=1))
    assert [float(loss) for loss in model.losses] == losses


@pytest.mark.parametrize("return_sequences", [False, True])
@pytest.mark.slow
def test_layers_that_return_their_states(return_sequences: bool) -> None:
    """The final states are the last that are captured: at the end, or where a masked end has left them."""
    layers = [CELLS[name](UNITS, return_state=True, return_sequences=return_sequences, name=name) for name in CELLS]
    inputs = keras.Input((TIMESTEPS, FEATURES))
    values = L.Masking()(inputs)
    model, x = randomized(keras.Model(inputs, [layer(values) for layer in layers])), masked_sequences()
    acts = looked_at(model, x)
    given = list(acts.predictions.values())
    for layer in layers:
        reference = expected(layer, x, mask=MASK)
        assert_signals(acts[layer.name], reference)
        output = given.pop(0)
        if return_sequences:
            np.testing.assert_allclose(output[MASK], reference.signals["hidden_state"][MASK], atol=ATOL)
        else:
            np.testing.assert_allclose(output, reference.final[0], atol=ATOL)
        for state in reference.final:
            np.testing.assert_allclose(given.pop(0), state, atol=ATOL)
    assert not given


def test_a_function_of_the_user_below() -> None:
    """A layer reads what `Lambda` makes of the model's input."""
    layer, doubled = L.GRU(UNITS, name="rnn"), L.Lambda(lambda values: 2.0 * values[..., :2])
    model, x = sequential(doubled, L.Masking(), layer), masked_sequences()
    captured, below = looked_at(model, x)["rnn"], 2.0 * x[..., :2]
    np.testing.assert_array_equal(captured.inputs, below)
    reference = expected(layer, below, mask=MASK)
    assert_signals(captured, reference)
    np.testing.assert_allclose(own_output(model, x), reference.final[0], atol=ATOL)


@pytest.mark.parametrize("value", [0.0, -1.5])
def test_the_value_that_masks(value: float) -> None:
    """A timestep is masked where all its features have the value; one that is only partly so is not."""
    layer, x = L.SimpleRNN(UNITS, name="rnn"), sequences(len(MASK))
    x[~MASK] = value
    x[0, 0, 0] = value
    captured = looked_at(sequential(L.Masking(mask_value=value), layer), x)["rnn"]
    np.testing.assert_array_equal(captured.mask, MASK)
    # Masking sets what it masks to zero, and that is what the layer is given.
    np.testing.assert_array_equal(captured.inputs, np.where(MASK[:, :, None], x, np.float32(0)))
    assert_signals(captured, expected(layer, x, mask=MASK))


def test_a_kernel_that_is_one_and_the_same() -> None:
    """Two layers may share a cell, each with a loop of its own."""
    cell = L.LSTMCell(UNITS, name="cell")
    forward, backward = L.RNN(cell, name="forward"), L.RNN(cell, go_backwards=True, name="backward")
    x = sequences(SAMPLES)
    acts = looked_at(side_by_side(forward, backward), x)
    assert set(acts) == {"forward", "backward"}
    for layer in (forward, backward):
        assert_signals(acts[layer.name], expected(layer, x))
