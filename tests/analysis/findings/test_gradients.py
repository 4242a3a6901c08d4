"""Gradients that fade or grow on their way back, of recurrences whose factor is known."""

from __future__ import annotations

from dataclasses import replace

import keras
import numpy as np
import pytest

from tb_rnn_plugin import capture
from tb_rnn_plugin.analysis.findings.finding import Finding
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


def test_a_small_gradient_has_not_exploded() -> None:
    """A hundred-thousandth of the one above grows to 0.02 in sum over four samples, a millionth to 0.002."""
    start = float(np.linalg.norm(back(1.5)[:, -1], axis=1).mean())
    largest = 0.005 / (start * 1.5**39)
    assert "exploding_gradient" in findings(with_gradients(trace_of(), cell_state=largest * back(1.5)))
    assert findings(with_gradients(trace_of(), cell_state=0.1 * largest * back(1.5))) == {}
    assert findings(with_gradients(trace_of(), hidden_state=1e-9 * back(0.5))) == {}


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


def test_a_loss_that_is_not_learned_at_one_timestep_is_not_an_explosion() -> None:
    norms = np.full(40, 1e-3)
    norms[3] = 50.0
    norms[:3] = [5.0, 40.0, 20.0]
    assert not exploded_timesteps(norms)[0].any()
    norms[:20] = 1e-3 * 3.0 ** np.arange(20, 0, -1)
    assert exploded_timesteps(norms)[0].any()


def differentiated(radius: float, activation: str = "linear") -> LayerTrace:
    """Return what Keras computes of a recurrence whose eigenvalues all have this size, the loss on its last state."""
    layer = keras.layers.SimpleRNN(UNITS, activation=activation, name="rnn")
    model = keras.Sequential([keras.Input((TIMESTEPS, FEATURES)), layer])
    model.compile(loss="mse")
    orthogonal, _ = np.linalg.qr(np.random.default_rng(1).normal(size=(UNITS, UNITS)))
    kernel = np.random.default_rng(2).normal(scale=1e-3, size=(FEATURES, UNITS))
    layer.set_weights([kernel, radius * orthogonal, np.zeros(UNITS)])
    return capture(model, inputs(), targets=np.ones((SAMPLES, UNITS), np.float32)).traces[0]


DEPTH = 5


def stacked(factor: float, gap: bool = False) -> list[LayerTrace]:
    """Return what Keras computes of a stack, each of whose layers multiplies the gradient by a factor on its way down.

    Layers are linear, keep nothing over time and turn their inputs by orthogonal matrices. A `gap`, a layer between the
    first two that hides that one reads the other, multiplies by 1.
    """
    layers = [
        keras.layers.SimpleRNN(UNITS, activation="linear", return_sequences=True, name=f"rnn_{place}")
        for place in range(DEPTH)
    ]
    between = [keras.layers.Rescaling(1.0, offset=1.0)] if gap else []
    model = keras.Sequential([keras.Input((TIMESTEPS, UNITS)), layers[0], *between, *layers[1:]])
    model.compile(loss="mse")
    for place, layer in enumerate(layers):
        orthogonal, _ = np.linalg.qr(np.random.default_rng(place).normal(size=(UNITS, UNITS)))
        layer.set_weights([factor * orthogonal, np.zeros((UNITS, UNITS)), np.zeros(UNITS)])
    x = np.random.default_rng(0).normal(size=(SAMPLES, TIMESTEPS, UNITS)).astype(np.float32)
    return list(capture(model, x, targets=np.ones((SAMPLES, TIMESTEPS, UNITS), np.float32)).traces)


def of_gradients(traces: list[LayerTrace]) -> list[Finding]:
    return [found for kind, one in findings(traces).items() if "gradient" in kind or "depth" in kind for found in one]


@pytest.mark.slow
def test_a_gradient_that_vanishes_through_depth() -> None:
    """Four times a twentieth is 1 / 160,000; the lowest layer alone is below 1e-4."""
    [found] = of_gradients(stacked(0.05))
    assert (found.kind, found.layer, found.group) == ("vanishing_depth", "rnn_0", "vanishing through depth")
    assert found.message == (
        "Gradient by the hidden state: it falls by 2e5 from rnn_4 to rnn_0 (median 20 times a layer). "
        "1 of 5 layers gets less than 0.0001 of it."
    )
    assert found.severity == pytest.approx(0.9 * (0.2 + 0.8 / 5))


@pytest.mark.slow
def test_a_gradient_that_explodes_through_depth() -> None:
    [found] = of_gradients(stacked(20.0))
    assert (found.kind, found.layer) == ("exploding_depth", "rnn_0")
    assert found.severity == pytest.approx(0.9)
    assert found.message == (
        "Gradient by the hidden state: it grows by 2e5 from rnn_4 to rnn_0 (median 20 times a layer)."
    )


@pytest.mark.slow
def test_milder_stacks_do_neither() -> None:
    assert of_gradients(stacked(0.2)) == []
    assert of_gradients(stacked(5.0)) == []


@pytest.mark.slow
def test_a_connection_that_the_log_does_not_show_is_not_claimed() -> None:
    [found] = of_gradients(stacked(0.05, gap=True))
    assert (found.kind, found.layer) == ("uneven_gradient", "rnn_0")
    assert found.message == (
        "Gradient by the hidden state: it is 2e5 times smaller in rnn_0 than in rnn_4. 1 of 5 layers gets less than "
        "0.0001 of it. The log does not show whether one of the two leads to the other."
    )


def test_what_depth_has_taken_is_not_called_a_growth_over_time() -> None:
    """The lower layer's gradient grows a million times, to a hundredth of what the upper one has at its end."""
    upper = with_gradients(trace_of(), hidden_state=back(1.0))
    lower = replace(with_gradients(trace_of(), hidden_state=1e-2 * back(1.5) / 1.5**39), key="lower")
    assert "exploding_gradient" not in findings([lower, upper])
    assert "exploding_gradient" in findings(lower)


def test_what_depth_has_taken_is_not_called_vanishing_through_time_either() -> None:
    upper = with_gradients(trace_of(), hidden_state=back(1.0))
    for scale, found in ((1e-3, True), (1e-5, False)):
        lower = replace(with_gradients(trace_of(), hidden_state=scale * back(0.5)), key="lower")
        assert ("vanishing_gradient" in findings([lower, upper])) == found


def kinds(trace: LayerTrace) -> set[str]:
    return {kind for kind in findings(trace) if kind.endswith("gradient")}


@pytest.mark.slow
def test_gradients_that_keras_computes_of_a_network_with_that_fault_and_of_one_without() -> None:
    assert kinds(differentiated(0.6)) == {"vanishing_gradient"}
    assert kinds(differentiated(1.4)) == {"exploding_gradient"}
    assert kinds(differentiated(1.0)) == set()
    assert kinds(differentiated(1.0, "tanh")) == set()
