"""Weights by gate, against slices by hand, Keras' own layers and a cell of TensorFlow 1 in plain NumPy."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest

from tb_rnn_plugin.analysis import gate_weights, split_kernel
from tests.analysis.traces import COLUMNS, FEATURES, FORMS, UNITS, made_up_weights
from tests.reference.activations import sigmoid


@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("form", FORMS)
def test_each_gate_has_its_columns(form: str, bias: bool) -> None:
    cell, _ = FORMS[form]
    weights = made_up_weights(form, bias)
    gates = gate_weights(cell, weights)
    assert list(gates) == COLUMNS[cell]
    for position, gate in enumerate(gates.values()):
        columns = slice(position * UNITS, (position + 1) * UNITS)
        np.testing.assert_array_equal(gate.W, weights["kernel"][:, columns])
        np.testing.assert_array_equal(gate.U, weights["recurrent_kernel"][:, columns])
        assert (gate.b is not None) == bias
        assert (gate.recurrent_b is not None) == (bias and form == "GRU")
        if bias:
            rows = np.atleast_2d(weights["bias"])
            np.testing.assert_array_equal(gate.b, rows[0, columns])
            np.testing.assert_array_equal(gate.recurrent_b, rows[1, columns] if form == "GRU" else None)


def _variables(layer: Any) -> dict[str, Any]:
    random = np.random.default_rng(3)
    for weight in layer.weights:
        weight.assign(random.normal(scale=0.5, size=weight.shape))
    return {variable.name: np.asarray(variable) for variable in layer.cell.weights}


def _biased(product: Any, bias: Any) -> Any:
    assert bias is not None
    return product + bias


def test_an_lstm_of_keras_taken_one_step_with_them() -> None:
    """The layer's own c and h, so that no order of columns is believed."""
    layer = keras.layers.LSTM(UNITS, return_state=True, dtype="float64")
    layer.build((1, 1, FEATURES))
    gates = gate_weights("LSTM", _variables(layer))
    x, h, c = (np.random.default_rng(4).normal(size=(1, size)) for size in (FEATURES, UNITS, UNITS))
    z = {name: _biased(x @ gate.W + h @ gate.U, gate.b) for name, gate in gates.items()}
    new_c = sigmoid(z["forget_gate"]) * c + sigmoid(z["input_gate"]) * np.tanh(z["candidate"])
    _, state_h, state_c = layer(x[:, None], initial_state=[h, c])
    np.testing.assert_allclose(np.asarray(state_c), new_c, rtol=1e-12)
    np.testing.assert_allclose(np.asarray(state_h), sigmoid(z["output_gate"]) * np.tanh(new_c), rtol=1e-12)


@pytest.mark.parametrize("reset_after", [True, False])
def test_a_gru_of_keras_taken_one_step_with_them(reset_after: bool) -> None:
    layer = keras.layers.GRU(UNITS, reset_after=reset_after, dtype="float64")
    layer.build((1, 1, FEATURES))
    gates = gate_weights("GRU", _variables(layer))
    x, h = (np.random.default_rng(4).normal(size=(1, size)) for size in (FEATURES, UNITS))
    from_x = {name: _biased(x @ gate.W, gate.b) for name, gate in gates.items()}
    from_h = {name: _biased(h @ gate.U, gate.recurrent_b if reset_after else 0.0) for name, gate in gates.items()}
    z, r = (sigmoid(from_x[name] + from_h[name]) for name in ("update_gate", "reset_gate"))
    recurrent = r * from_h["candidate"] if reset_after else (r * h) @ gates["candidate"].U
    expected = z * h + (1 - z) * np.tanh(from_x["candidate"] + recurrent)
    np.testing.assert_allclose(np.asarray(layer(x[:, None], initial_state=h)), expected, rtol=1e-12)


@pytest.mark.parametrize("rank", [1, 2, 3])
def test_a_conv_lstm_keeps_its_kernels_axes(rank: int) -> None:
    filters, kernel_size = 2, (3,) * rank
    layer = getattr(keras.layers, f"ConvLSTM{rank}D")(filters, kernel_size)
    layer.build((1, 2, *(5,) * rank, FEATURES))
    variables = _variables(layer)
    gates = gate_weights(f"ConvLSTM{rank}D", variables)
    assert list(gates) == COLUMNS["LSTM"]
    forget = gates["forget_gate"]
    assert forget.W.shape == (*kernel_size, FEATURES, filters)
    np.testing.assert_array_equal(forget.W, variables["kernel"][..., filters : 2 * filters])
    np.testing.assert_array_equal(forget.U, variables["recurrent_kernel"][..., filters : 2 * filters])
    np.testing.assert_array_equal(forget.b, variables["bias"][filters : 2 * filters])


def test_an_old_basic_rnn_cell_recomputed_by_hand() -> None:
    """Three inputs, two units: rows 0 to 2 are W, rows 3 and 4 are U."""
    kernel = np.array([[1.0, -1.0], [2.0, 0.5], [0.0, 3.0], [0.25, 4.0], [-2.0, 1.0]])
    [(name, gate)] = split_kernel(kernel, np.array([0.5, -0.5])).items()
    assert name == "hidden_state"
    assert gate.W.tolist() == [[1.0, -1.0], [2.0, 0.5], [0.0, 3.0]]
    assert gate.U.tolist() == [[0.25, 4.0], [-2.0, 1.0]]
    assert gate.b is not None
    x, h = np.array([1.0, 10.0, 100.0]), np.array([8.0, 4.0])
    # The old cell multiplies its one kernel with input and state in a row: 1 + 20 + 2 - 8, and -1 + 5 + 300 + 32 + 4.
    assert (x @ gate.W + h @ gate.U).tolist() == (np.concatenate([x, h]) @ kernel).tolist() == [15.0, 340.0]
    assert (x @ gate.W + h @ gate.U + gate.b).tolist() == [15.5, 339.5]


def test_an_old_basic_lstm_cell_names_its_gates_in_its_own_order() -> None:
    kernel, bias = np.arange(5 * 8.0).reshape(5, 8), np.arange(8.0)
    gates = split_kernel(kernel, bias, gates=("input_gate", "candidate", "forget_gate", "output_gate"))
    assert [gate.b.tolist() for gate in gates.values() if gate.b is not None] == [[0, 1], [2, 3], [4, 5], [6, 7]]
    assert gates["forget_gate"].W.tolist() == [[4, 5], [12, 13], [20, 21]]
    assert gates["forget_gate"].U.tolist() == [[28, 29], [36, 37]]
    assert gates["forget_gate"].recurrent_b is None


def test_an_old_kernel_without_bias_or_inputs() -> None:
    gate = split_kernel(np.eye(2))["hidden_state"]
    assert (gate.W.shape, gate.U.tolist(), gate.b) == ((0, 2), [[1, 0], [0, 1]], None)


@pytest.mark.parametrize(
    ("shape", "bias", "gates", "words"),
    [
        ((5,), None, ["h"], r"must be a matrix .* 1 gates, got the shape \(5,\): name the gates"),
        ((5, 7), None, ["i", "f"], r"as many columns for each of the 2 gates, got the shape \(5, 7\)"),
        ((5, 2), None, [], r"for each of the 0 gates"),
        ((0, 0), None, ["h"], r"got the shape \(0, 0\)"),
        ((3, 8), None, ["h"], "a row for each of its 8 units .* got 3 rows: .* needs gates="),
        ((5, 2), (3,), ["h"], r"one number per column of the kernel, 2, got the shape \(3,\)\."),
        ((5, 2), (2, 2), ["h"], r"one number per column of the kernel, 2, got the shape \(2, 2\)\."),
    ],
)
def test_an_old_kernel_that_cannot_be(shape: Any, bias: Any, gates: list[str], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        split_kernel(np.ones(shape), None if bias is None else np.ones(bias), gates=gates)


def test_another_cells_variables_are_listed() -> None:
    variables = {"kernel": np.ones((3, 4)), "peephole": np.ones(4)}
    with pytest.raises(
        ValueError, match=r"SimpleRNN, got Peephole: use .*as they are, 'kernel' \[3, 4\], 'peephole' \[4\]\."
    ):
        gate_weights("Peephole", variables)
    with pytest.raises(ValueError, match=r"got Dropout: use its variables as they are, none\."):
        gate_weights("Dropout", {})


def test_missing_weights_are_refused() -> None:
    with pytest.raises(
        ValueError, match="weights of this LSTM must be stored, got none: write the log with weights=True"
    ):
        gate_weights("LSTM", {})
    with pytest.raises(ValueError, match=r"of GRU must be kernel, recurrent_kernel and bias, got 'kernel' \[2, 3\]\."):
        gate_weights("GRU", {"kernel": np.ones((2, 3))})


@pytest.mark.parametrize("name", ["kernel", "recurrent_kernel", "bias"])
def test_columns_that_do_not_fit_the_units_are_refused(name: str) -> None:
    weights = {**made_up_weights("LSTM"), name: np.ones((UNITS, 15))}
    with pytest.raises(ValueError, match=rf"The {name} of LSTM must have 16 columns, 4 per .* got the shape \(4, 15\)"):
        gate_weights("LSTM", weights)
