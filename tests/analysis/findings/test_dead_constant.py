"""Units that stay at 0, and units that stay at another value."""

from __future__ import annotations

import keras
import numpy as np
import pytest

from tb_rnn_plugin import capture
from tb_rnn_plugin.analysis.findings.dead_constant import constant_units, dead_units
from tests.analysis.findings.networks import Weights, columns, findings, inputs, synthetic, trace_of


def shut_output(weights: Weights) -> None:
    weights["bias"][columns("LSTM", "output_gate", [3, 6])] = -50.0


def test_a_unit_whose_output_gate_is_shut_is_dead_and_nothing_else() -> None:
    found = findings(trace_of(fault=shut_output))
    [dead] = found["dead_units"]
    assert (dead.signal, dead.units, dead.steps) == ("hidden_state", (3, 6), (0,))
    assert dead.severity == pytest.approx(0.7 * (0.2 + 0.8 * 2 / 8))
    assert dead.message.startswith("Hidden state: 2 of 8 units are never further than ")
    assert dead.message.endswith(" from 0: units 3, 6.")
    # The gate itself is found, too: it is the cause.
    assert set(found) == {"dead_units", "saturated_low"}


def test_a_unit_without_input_that_settles_is_constant() -> None:
    def fault(weights: Weights) -> None:
        weights["kernel"][:, 5] = weights["recurrent_kernel"][:, 5] = 0.0
        weights["recurrent_kernel"][5, 5] = 0.5
        weights["bias"][5] = 0.3

    found = findings(trace_of("SimpleRNN", fault))
    [constant] = found["constant_units"]
    assert constant.units == (5,)
    assert "Unit 5 stays at 0.5" in constant.message  # The solution of h = tanh(h / 2 + 0.3) is 0.520.
    assert set(found) == {"constant_units"}


def test_a_relu_that_never_fires() -> None:
    def fault(weights: Weights) -> None:
        weights["bias"][1] = -1000.0

    found = findings(trace_of("SimpleRNN", fault, activation="relu"))
    [dead] = found["dead_units"]
    assert dead.units == (1,)
    assert "1 of 8 units is 0 throughout: unit 1" in dead.message
    assert set(found) == {"dead_units"}


def test_of_a_layer_that_is_not_recurrent_only_zeros_are_dead() -> None:
    layer = keras.layers.Dense(4, activation="relu", name="dense")
    model = keras.Sequential([keras.Input((40, 3)), keras.layers.SimpleRNN(5, return_sequences=True), layer])
    kernel = np.random.default_rng(0).normal(size=(5, 4))
    kernel[:, 0] *= 1e-9
    layer.set_weights([kernel, np.array([1e-9, 0.5, -1e3, 0.5])])
    found = findings(capture(model, inputs(), layers="dense").traces)
    assert [(f.layer, f.signal, f.units) for f in found["dead_units"]] == [("dense", "output", (2,))]
    assert set(found) == {"dead_units"}


@pytest.mark.parametrize(("peak", "dead"), [(0.0099, True), (0.0101, False)])
def test_one_hundredth_of_the_range(peak: float, dead: bool) -> None:
    values = np.zeros((2, 10, 1))
    values[1, 7, 0] = -peak
    assert dead_units(values, (-1.0, 1.0)).tolist() == [dead]
    assert dead_units(100 * values, (-100.0, 100.0)).tolist() == [dead]


def test_without_a_range_the_layers_largest_value_is_the_measure() -> None:
    values = np.random.default_rng(0).normal(size=(2, 10, 3)) * [1e6, 1.0, 1e3]
    assert dead_units(values, None).tolist() == [False, True, False]
    assert dead_units(np.zeros((2, 10, 3)), None).tolist() == [True] * 3


def test_a_unit_that_fires_once_is_not_constant() -> None:
    values = np.full((4, 100, 2), 0.5)
    values[2, 60, 0] = 0.51
    assert constant_units(values).tolist() == [False, True]


def test_the_start_of_each_sample_is_left_out() -> None:
    """Ten of 100 timesteps of the first, which is all there; two of 20 of the second, whose first 80 are padding."""
    values = np.full((2, 100, 3), 0.5)
    values[1, :80] = np.nan
    values[0, 9, 0], values[0, 10, 1], values[1, 81, 0], values[1, 82, 2] = 0.9, 0.9, 0.9, 0.9
    assert constant_units(values).tolist() == [True, False, False]


def test_noise_of_float16_does_not_hide_a_constant() -> None:
    values = (0.5 + 1e-4 * np.random.default_rng(0).normal(size=(2, 30, 1))).astype(np.float16)
    assert [f.units for f in findings(synthetic(values))["constant_units"]] == [(0,)]
