"""Every signal of every cell agrees with the papers' equations, and with what the layer itself gives."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest

from tb_rnn_plugin import capture
from tests.probe.models import (
    ATOL,
    CELLS,
    TIMESTEPS,
    UNITS,
    assert_signals,
    expected,
    own_output,
    sequences,
    sequential,
)

GATED = [name for name in CELLS if name != "SimpleRNN"]


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize(
    "options",
    [
        {},
        {"use_bias": False, "return_sequences": True},
        {"go_backwards": True, "return_sequences": True},
        {"go_backwards": True, "unroll": True},
        {"activation": "relu", "unroll": True},
    ],
    ids=str,
)
def test_all_signals_agree_with_the_reference(cell: str, options: dict[str, Any]) -> None:
    _check(CELLS[cell](UNITS, name="rnn", **options))


@pytest.mark.parametrize("cell", GATED)
@pytest.mark.parametrize(
    "options",
    [
        {"implementation": 1},
        {"implementation": 2, "recurrent_activation": "hard_sigmoid", "activation": "softsign"},
        {"recurrent_activation": "linear", "activation": "hard_tanh", "go_backwards": True},
    ],
    ids=str,
)
def test_gates_agree_with_the_reference(cell: str, options: dict[str, Any]) -> None:
    _check(CELLS[cell](UNITS, name="rnn", **options))


def _check(layer: Any) -> None:
    model, x = sequential(layer), sequences()
    captured, reference = capture(model, x)["rnn"], expected(layer, x)
    assert_signals(captured, reference)
    hidden = captured["hidden_state"]
    if layer.go_backwards:  # The layer returns its outputs in the order in which it read.
        hidden = hidden[:, ::-1]
    np.testing.assert_allclose(hidden if layer.return_sequences else hidden[:, -1], own_output(model, x), atol=ATOL)


@pytest.mark.parametrize("cell", CELLS)
def test_the_equations_agree_to_the_last_digits_in_float64(cell: str) -> None:
    """Ten thousand million times sharper than in float32: no equation is merely nearly right."""
    layer = CELLS[cell](UNITS, name="rnn", dtype="float64")
    x = sequences(dtype="float64")
    captured = capture(sequential(layer, dtype="float64"), x)["rnn"]
    assert captured["hidden_state"].dtype == np.float64
    assert_signals(captured, expected(layer, x), atol=1e-14)


@pytest.mark.parametrize("cell", CELLS)
def test_a_cell_wrapped_in_rnn_is_the_same(cell: str) -> None:
    layer = CELLS[cell](UNITS, name="rnn")
    x = sequences()
    reference = capture(sequential(layer), x)["rnn"]
    wrapped = capture(sequential(keras.layers.RNN(layer.cell, name="wrapped")), x)["wrapped"]
    assert list(wrapped) == list(reference)
    for name in reference:
        np.testing.assert_array_equal(wrapped[name], reference[name])


@pytest.mark.parametrize("return_sequences", [True, False])
def test_all_timesteps_are_captured(return_sequences: bool) -> None:
    x = sequences()
    captured = capture(sequential(keras.layers.LSTM(UNITS, return_sequences=return_sequences, name="rnn")), x)["rnn"]
    assert {values.shape for values in captured.values()} == {(len(x), TIMESTEPS, UNITS)}
    assert {values.dtype for values in captured.values()} == {np.dtype("float32")}
    assert captured.mask is None


def test_the_time_axis_is_the_inputs_for_a_backward_layer() -> None:
    """A pulse at timestep 4 is seen from there on down to timestep 0, and not after."""
    x = np.zeros((1, TIMESTEPS, 3), "float32")
    x[0, 4] = 1.0
    layer = keras.layers.SimpleRNN(UNITS, go_backwards=True, use_bias=False, name="rnn")
    captured = capture(sequential(layer), x)["rnn"]
    seen = np.any(captured["hidden_state"][0] != 0.0, axis=-1)
    assert seen.tolist() == [True] * 5 + [False]
    np.testing.assert_array_equal(captured.inputs, x)


@pytest.mark.parametrize(
    ("cell", "policy", "atol"), [*((cell, "mixed_float16", 5e-3) for cell in CELLS), ("LSTM", "mixed_bfloat16", 5e-2)]
)
def test_half_precision_is_captured_as_float32(cell: str, policy: str, atol: float) -> None:
    """Tolerance: some ten roundings of 2^-11 (float16) or 2^-8 (bfloat16) at values of order 1."""
    layer = CELLS[cell](UNITS, name="rnn", dtype=policy)
    model, x = sequential(layer), sequences()
    captured = capture(model, x)["rnn"]
    assert {values.dtype for values in captured.values()} == {np.dtype("float32")}
    assert_signals(captured, expected(layer, x), atol)
    np.testing.assert_allclose(captured["hidden_state"][:, -1], own_output(model, x), atol=atol)


@pytest.mark.parametrize(
    ("cell", "implementation"), [("LSTM", 1), ("LSTM", 2), ("GRU", 2), ("GRU-reset-before", 1), ("SimpleRNN", None)]
)
@pytest.mark.slow
def test_dropout_is_off_unless_asked_for(cell: str, implementation: int | None) -> None:
    options: dict[str, Any] = {} if implementation is None else {"implementation": implementation}
    layer = CELLS[cell](UNITS, dropout=0.4, recurrent_dropout=0.4, seed=3, name="rnn", **options)
    model, x = sequential(layer), sequences()
    assert_signals(capture(model, x)["rnn"], expected(layer, x))

    seen = capture(model, x, training=True)["rnn"]["hidden_state"]
    # Looking has drawn no random number, so that the model now draws the very same masks.
    np.testing.assert_allclose(seen[:, -1], own_output(model, x, training=True), atol=ATOL)
    assert not np.allclose(seen, expected(layer, x).signals["hidden_state"], atol=0.01)
