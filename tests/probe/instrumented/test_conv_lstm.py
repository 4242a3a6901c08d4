"""Convolutional LSTMs agree with the paper's equations; their units are the places of the map, filter by filter."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest
from numpy.typing import NDArray

from tb_rnn_plugin.probe import Probe
from tests.probe.models import ATOL, own_output, randomized
from tests.probe.unchanged import looked_at
from tests.reference import Reference, conv_lstm
from tests.reference.activations import BY_NAME

SAMPLES, TIMESTEPS, CHANNELS, FILTERS = 2, 4, 2, 3
SIZES = {1: (7,), 2: (5, 6), 3: (3, 4, 3)}
"""By number of dimensions, the size of an image; no two alike where it matters."""

LAYERS = {1: keras.layers.ConvLSTM1D, 2: keras.layers.ConvLSTM2D, 3: keras.layers.ConvLSTM3D}
MASK = np.array([[True, False, True, True], [False, True, True, False]])


def images(rank: int, channels_first: bool = False, dtype: str = "float32") -> NDArray[Any]:
    """Return inputs `[sample, time, *place, channel]`."""
    shape = (CHANNELS, *SIZES[rank]) if channels_first else (*SIZES[rank], CHANNELS)
    return np.random.default_rng(0).normal(size=(SAMPLES, TIMESTEPS, *shape)).astype(dtype)


def modelled(layer: Any, x: Any) -> Any:
    """Return a model for exactly `x`."""
    return randomized(keras.Sequential([keras.Input(batch_shape=x.shape, dtype=x.dtype), layer]))


def by_paper(layer: Any, x: Any, **options: Any) -> Reference:
    """Return what the reference computes with a layer's weights and configuration."""
    cell = layer.cell
    return conv_lstm(
        x,
        cell.kernel.numpy(),
        cell.recurrent_kernel.numpy(),
        None if cell.bias is None else cell.bias.numpy(),
        strides=layer.strides,
        dilation=layer.dilation_rate,
        padding=layer.padding,
        channels_first=layer.data_format == "channels_first",
        activation=BY_NAME[layer.activation.__name__],
        recurrent_activation=BY_NAME[layer.recurrent_activation.__name__],
        go_backwards=layer.go_backwards,
        **options,
    )


def agree(captured: Any, reference: Reference, atol: float = ATOL) -> None:
    assert list(captured) == list(reference.signals)
    for name, values in reference.signals.items():
        np.testing.assert_allclose(captured[name], values, rtol=0, atol=atol, err_msg=name)


@pytest.mark.parametrize(
    ("rank", "window", "options"),
    [
        (1, 3, {}),
        (1, 2, {"padding": "same", "use_bias": False}),
        (1, 3, {"dilation_rate": 2, "recurrent_activation": "hard_sigmoid"}),
        (2, 3, {"return_sequences": True}),
        (2, (2, 3), {"padding": "same", "go_backwards": True, "return_sequences": True}),
        (2, (3, 2), {"strides": (1, 2), "activation": "softsign"}),
        (2, 3, {"strides": 2, "padding": "same"}),
        (2, 2, {"dilation_rate": (1, 2), "padding": "same", "go_backwards": True}),
        (3, 2, {"activation": "relu"}),
        (3, (1, 2, 3), {"strides": (1, 2, 1), "padding": "same", "return_sequences": True, "use_bias": False}),
    ],
    ids=str,
)
def test_all_signals_agree_with_the_paper(rank: int, window: Any, options: dict[str, Any]) -> None:
    layer, x = LAYERS[rank](FILTERS, window, name="rnn", **options), images(rank)
    model = modelled(layer, x)
    captured = looked_at(model, x)["rnn"]
    agree(captured, by_paper(layer, x))
    own = own_output(model, x)
    hidden = captured["hidden_state"]
    hidden = hidden[:, ::-1] if layer.go_backwards else hidden
    hidden = hidden if layer.return_sequences else hidden[:, -1]
    np.testing.assert_allclose(hidden.reshape(own.shape), own, atol=ATOL)


@pytest.mark.parametrize("rank", [1, 2, 3])
def test_the_kind_names_the_layer(rank: int) -> None:
    x = images(rank)
    (trace,) = Probe(modelled(LAYERS[rank](FILTERS, 2, name="rnn"), x), x, jit_compile=False)().traces
    assert trace.cell == f"ConvLSTM{rank}D"
    assert trace.ranges["forget_gate"] == (0.0, 1.0)
    assert trace.ranges["cell_state"] is None


@pytest.mark.parametrize("rank", [1, 2, 3])
@pytest.mark.slow
def test_channels_first(rank: int) -> None:
    layer, x = LAYERS[rank](FILTERS, 2, data_format="channels_first", name="rnn"), images(rank, channels_first=True)
    model = modelled(layer, x)
    try:
        own = own_output(model, x)
    except Exception as error:  # Each backend refuses with an exception of its own.
        pytest.skip(f"This build of Keras' backend runs no channels_first here: {error}")
    captured = looked_at(model, x)["rnn"]
    agree(captured, by_paper(layer, x))
    np.testing.assert_allclose(captured["hidden_state"][:, -1].reshape(own.shape), own, atol=ATOL)


@pytest.mark.parametrize("options", [{}, {"go_backwards": True}, {"return_sequences": True}], ids=str)
@pytest.mark.parametrize("rank", [1, 2])
def test_masked_timesteps(rank: int, options: dict[str, Any]) -> None:
    layer, x = LAYERS[rank](FILTERS, 2, name="rnn", **options), images(rank)
    inputs, mask = keras.Input(batch_shape=x.shape), keras.Input((TIMESTEPS,), dtype="bool")
    acts = looked_at(randomized(keras.Model([inputs, mask], layer(inputs, mask=mask))), [x, MASK])
    reference = by_paper(layer, x, mask=MASK)
    agree(acts["rnn"], reference)
    np.testing.assert_array_equal(acts["rnn"].mask, MASK)
    if not layer.return_sequences:
        np.testing.assert_allclose(acts.predictions["output"].reshape(SAMPLES, -1), reference.final[0], atol=ATOL)


@pytest.mark.parametrize("start", ["zeros", "current", "given"])
def test_a_stateful_layer(start: str) -> None:
    layer, x = keras.layers.ConvLSTM2D(FILTERS, 2, stateful=True, name="rnn"), images(2)
    model = modelled(layer, x)
    own_output(model, 1.0 - x)  # Leaves the layer somewhere.
    held = [np.array(state.numpy()) for state in layer.states]
    assert all(state.any() for state in held)
    given = [state + 1.0 for state in held]
    states = {"zeros": None, "current": held, "given": given}[start]
    captured = looked_at(model, x, initial_states={"rnn": given} if start == "given" else start)["rnn"]
    agree(captured, by_paper(layer, x, initial_states=states))
    for index, name in enumerate(("hidden_state", "cell_state")):
        wanted = np.zeros_like(held[0]) if states is None else states[index]
        np.testing.assert_array_equal(captured.initial_states[name], wanted.reshape(SAMPLES, -1))


def test_states_may_come_from_the_model() -> None:
    layer, x = keras.layers.ConvLSTM1D(FILTERS, 2, return_state=True, name="rnn"), images(1)
    states = [np.random.default_rng(i).normal(size=(SAMPLES, 6, FILTERS)).astype("float32") for i in (1, 2)]
    inputs = [keras.Input(batch_shape=array.shape) for array in (x, *states)]
    model = randomized(keras.Model(inputs, layer(inputs[0], initial_state=inputs[1:])))
    acts = looked_at(model, [x, *states])
    reference = by_paper(layer, x, initial_states=states)
    agree(acts["rnn"], reference)
    for index, final in enumerate((reference.final[0], *reference.final)):
        prediction = acts.predictions[f"output_{index}"]
        np.testing.assert_allclose(prediction.reshape(SAMPLES, -1), final, atol=ATOL)


def test_what_it_read_is_flattened_like_its_units() -> None:
    layer, x = keras.layers.ConvLSTM2D(FILTERS, 2, name="rnn"), images(2)
    captured = looked_at(modelled(layer, x), x)["rnn"]
    np.testing.assert_array_equal(captured.inputs, x.reshape(SAMPLES, TIMESTEPS, -1))


def test_both_directions() -> None:
    layer = keras.layers.Bidirectional(keras.layers.ConvLSTM2D(FILTERS, 2, name="rnn"), name="both")
    x = images(2)
    acts = looked_at(modelled(layer, x), x)
    agree(acts["both/forward_rnn"], by_paper(layer.forward_layer, x))
    agree(acts["both/backward_rnn"], by_paper(layer.backward_layer, x))


def test_two_in_a_row() -> None:
    first = keras.layers.ConvLSTM2D(FILTERS, 2, return_sequences=True, name="first")
    second = keras.layers.ConvLSTM2D(CHANNELS, 2, name="second")
    x = images(2)
    acts = looked_at(randomized(keras.Sequential([keras.Input(batch_shape=x.shape), first, second])), x)
    reference = by_paper(first, x)
    agree(acts["first"], reference)
    agree(acts["second"], by_paper(second, reference.signals["hidden_state"].reshape(SAMPLES, TIMESTEPS, 4, 5, -1)))


@pytest.mark.parametrize(("dtype", "atol"), [("float64", 1e-13), ("mixed_float16", 1e-2)])
@pytest.mark.slow
def test_precision(dtype: str, atol: float) -> None:
    """float64: sums of 60 products of order 1. Half: as many roundings of 2^-11, some of which cancel."""
    layer, x = keras.layers.ConvLSTM2D(FILTERS, 3, dtype=dtype, name="rnn"), images(2)
    x = x.astype("float64") if dtype == "float64" else x
    captured = looked_at(modelled(layer, x), x)["rnn"]
    assert {values.dtype.name for values in captured.values()} == {"float64" if dtype == "float64" else "float32"}
    agree(captured, by_paper(layer, x), atol)


@pytest.mark.slow
def test_dropout_is_the_layers_own() -> None:
    layer, x = keras.layers.ConvLSTM2D(FILTERS, 2, dropout=0.4, recurrent_dropout=0.4, seed=3, name="rnn"), images(2)
    model = modelled(layer, x)
    agree(looked_at(model, x)["rnn"], by_paper(layer, x))
    seen = looked_at(model, x, training=True)["rnn"]["hidden_state"]
    own = own_output(model, x, training=True)  # Draws the masks that capturing has seen, and not drawn.
    np.testing.assert_allclose(seen[:, -1].reshape(own.shape), own, atol=ATOL)
    assert not np.allclose(seen, by_paper(layer, x).signals["hidden_state"], atol=0.01)
