"""Gradients that fade or grow on their way back, of recurrences whose factor is known."""

from __future__ import annotations

from dataclasses import replace

import keras
import numpy as np
import pytest

from tb_rnn_plugin import capture
from tb_rnn_plugin.analysis.findings.gradients import exploded_timesteps, gradient_norms, vanished_timesteps
from tb_rnn_plugin.log.schema import Array, LayerTrace
from tests.analysis.findings.networks import (
    FEATURES,
    SAMPLES,
    TIMESTEPS,
    UNITS,
    findings,
    inputs,
    trace_of,
    with_gradients,
)


def back(factor: float, at_each: bool = False, dtype: str = "float32") -> Array:
    """Return dL/dh of h' = factor * h and a loss at the last timestep, or at each."""
    gradient = np.zeros((SAMPLES, TIMESTEPS, UNITS))
    gradient[:, -1] = np.random.default_rng(0).normal(size=(SAMPLES, UNITS))
    for timestep in range(TIMESTEPS - 2, -1, -1):
        gradient[:, timestep] = factor * gradient[:, timestep + 1] + at_each * gradient[:, -1]
    return gradient.astype(dtype)


def test_a_factor_of_a_half_vanishes() -> None:
    """2^-13 is above 1e-4, 2^-14 below: 14 timesteps before the last."""
    found = findings(with_gradients(trace_of(), hidden_state=back(0.5)))
    [gone] = found["vanishing_gradient"]
    assert (gone.signal, gone.units) == ("gradient:hidden_state", ())
    assert gone.timesteps == tuple(range(26))
    assert gone.message.startswith("Gradient by the hidden state: on its way back it falls below")
    assert "falls below 0.0001 of its largest norm at timestep 25; at timestep 0" in gone.message
    assert f"{0.5**39:.1e} of it is left" in gone.message
    assert gone.severity == pytest.approx(0.8 * (0.2 + 0.8 * 26 / 40))
    assert set(found) == {"vanishing_gradient"}


def test_a_factor_of_one_and_a_half_explodes() -> None:
    """The last 10 %, 4 timesteps, are the end; 1.5^17 = 985 and 1.5^18 = 1478 timesteps before those."""
    found = findings(with_gradients(trace_of(), cell_state=back(1.5)))
    [blown] = found["exploding_gradient"]
    assert (blown.signal, blown.timesteps) == ("gradient:cell_state", tuple(range(36 - 17)))
    assert f"grows {1.5**36:.1e} times on its way back to timestep 0." in blown.message
    assert blown.severity == pytest.approx(0.9 * (0.2 + 0.8 * 19 / 40))
    assert set(found) == {"exploding_gradient"}


@pytest.mark.parametrize("factor", [0.85, 1.0, 1.15])
@pytest.mark.parametrize("at_each", [False, True])
def test_milder_factors_do_neither(factor: float, at_each: bool) -> None:
    assert findings(with_gradients(trace_of(), hidden_state=back(factor, at_each))) == {}


def test_a_loss_at_each_timestep_keeps_gradients_from_vanishing() -> None:
    assert findings(with_gradients(trace_of(), hidden_state=back(0.5, at_each=True))) == {}


def test_a_layer_that_goes_backwards_has_its_first_timestep_last() -> None:
    trace = replace(trace_of("SimpleRNN", go_backwards=True))
    found = findings(with_gradients(trace, hidden_state=back(0.5)[:, ::-1]))
    assert found["vanishing_gradient"][0].timesteps == tuple(range(14, 40))
    assert "norm at timestep 14; at timestep 39" in found["vanishing_gradient"][0].message
    assert findings(with_gradients(trace, hidden_state=back(0.85)[:, ::-1])) == {}


def test_a_layer_that_does_not_reach_the_loss() -> None:
    assert findings(with_gradients(trace_of(), hidden_state=np.zeros((SAMPLES, TIMESTEPS, UNITS)))) == {}


def test_padding_is_left_out() -> None:
    """Padded at both ends; what is masked is neither small nor the end."""
    mask = np.zeros((SAMPLES, TIMESTEPS), np.bool_)
    mask[:, 5:30] = True
    gradient = np.full((SAMPLES, TIMESTEPS, UNITS), np.nan)
    gradient[:, 5:30] = back(0.5)[:, -25:]
    found = findings(with_gradients(trace_of(mask=mask), hidden_state=gradient))
    assert found["vanishing_gradient"][0].timesteps == tuple(range(5, 16))
    assert found["vanishing_gradient"][0].severity == pytest.approx(0.8 * (0.2 + 0.8 * 11 / 25))
    gradient[:, 5:30] = back(0.85)[:, -25:]
    assert findings(with_gradients(trace_of(mask=mask), hidden_state=gradient)) == {}


def test_sequences_beside_each_other_do_not_follow_each_other() -> None:
    """Two of 20 timesteps on one axis: each has its own start."""
    trace = trace_of("SimpleRNN")
    trace = replace(trace, initial_states={"hidden_state": np.zeros((SAMPLES, 2, UNITS))})
    gradient = np.tile(back(0.5)[:, -20:], (1, 2, 1))
    found = findings(with_gradients(trace, hidden_state=gradient))
    assert found["vanishing_gradient"][0].timesteps == (*range(6), *range(20, 26))


def test_norms_are_those_of_a_loop() -> None:
    gradient = np.random.default_rng(0).normal(size=(3, 9, 4)).astype(np.float16)
    gradient[0, 6:], gradient[1, 2:], gradient[:, 8] = np.nan, np.nan, np.nan
    norms = gradient_norms(gradient)
    for timestep in range(8):
        lengths = [sum(float(g) ** 2 for g in row) ** 0.5 for row in gradient[:, timestep] if row[0] == row[0]]
        assert norms[timestep] == pytest.approx(sum(lengths) / len(lengths), rel=1e-12)
    assert np.isnan(norms[8])


def test_only_the_first_timesteps_vanish() -> None:
    norms = np.array([1e-9, np.nan, 1e-6, 1e-3, 1e-9, 1.0, 1e-9])
    assert np.flatnonzero(vanished_timesteps(norms)).tolist() == [0, 2]
    assert not vanished_timesteps(norms[3:]).any()


def test_a_last_timestep_without_a_loss_is_not_an_explosion() -> None:
    norms = np.ones(40)
    norms[-1] = 1e-6
    assert not exploded_timesteps(norms)[0].any()
    norms[-10:] = 0.0
    assert not exploded_timesteps(norms)[0].any()


def differentiated(radius: float, activation: str = "linear") -> LayerTrace:
    """Return what Keras computes of a recurrence whose eigenvalues all have this size, the loss on its last state."""
    layer = keras.layers.SimpleRNN(UNITS, activation=activation, name="rnn")
    model = keras.Sequential([keras.Input((TIMESTEPS, FEATURES)), layer])
    model.compile(loss="mse")
    orthogonal, _ = np.linalg.qr(np.random.default_rng(1).normal(size=(UNITS, UNITS)))
    kernel = np.random.default_rng(2).normal(scale=1e-3, size=(FEATURES, UNITS))
    layer.set_weights([kernel, radius * orthogonal, np.zeros(UNITS)])
    return capture(model, inputs(), targets=np.ones((SAMPLES, UNITS), np.float32)).traces[0]


def kinds(trace: LayerTrace) -> set[str]:
    return {kind for kind in findings(trace) if kind.endswith("gradient")}


@pytest.mark.slow
def test_gradients_that_keras_computes_of_a_network_with_that_fault_and_of_one_without() -> None:
    assert kinds(differentiated(0.6)) == {"vanishing_gradient"}
    assert kinds(differentiated(1.4)) == {"exploding_gradient"}
    assert kinds(differentiated(1.0)) == set()
    assert kinds(differentiated(1.0, "tanh")) == set()
