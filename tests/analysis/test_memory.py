"""Memory: the horizon against a loop, the reach against a gradient tape through Keras' own cells."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

from tb_rnn_plugin.analysis.errors import AnalysisError
from tb_rnn_plugin.analysis.explain import explain
from tb_rnn_plugin.analysis.memory import KEPT, horizon, reach
from tb_rnn_plugin.log.schema import Array, LayerTrace
from tests.analysis.traces import FORMS, MASK, TIMESTEPS, reference_trace
from tests.analysis.traces import LAYERS as COMMON_LAYERS
from tests.reference import activations, lstm

LAYERS = {**COMMON_LAYERS, "relu": {"activation": "relu"}}
WITHOUT_BOUND = {
    "silu": lambda x: x * activations.sigmoid(x),
    "softplus": lambda x: np.logaddexp(0.0, x),
}
PLACES = [(0, 0, 3), (0, TIMESTEPS - 1, 1), (1, 3, 0)]
"""Sample, timestep and unit, at either end and in the middle, none of them masked."""

RTOL = 1e-9
"""Everything is float64, eps 2e-16; a gate left out shows in the first digits."""


def keras_cell(trace: LayerTrace) -> Any:
    """Return Keras' own cell, float64, with the trace's weights."""
    options = {k: v for k, v in trace.config.items() if k in ("activation", "recurrent_activation", "reset_after")}
    kernel = np.asarray(trace.weights["recurrent_kernel"])
    cell = getattr(keras.layers, f"{trace.cell}Cell")(
        len(kernel), use_bias="bias" in trace.weights, dtype="float64", **options
    )
    cell.build((1, trace.weights["kernel"].shape[0]))
    cell.set_weights([np.asarray(trace.weights[name], np.float64) for name in (v.name for v in cell.weights)])
    return cell


def taped(trace: LayerTrace, sample: int, timestep: int, unit: int, signal: str) -> dict[str, Array]:
    """Return the norms by a gradient tape, the cell called once per timestep read, in the order of reading."""
    names = ["hidden_state", "cell_state"] if trace.cell == "LSTM" else ["hidden_state"]
    cell, initial = keras_cell(trace), [np.asarray(trace.initial_states[name], np.float64)[sample] for name in names]
    sequences = initial[0].shape[0] if initial[0].ndim == 2 else 1
    timesteps = trace.signals["hidden_state"].shape[1]
    [order] = [p for p in np.split(np.arange(timesteps), sequences) if timestep in p]
    which = timestep // (timesteps // sequences)
    order = order[::-1] if trace.config["go_backwards"] else order
    states = [tf.constant(np.atleast_2d(s)[which if sequences > 1 else 0][None]) for s in initial]
    assert trace.inputs is not None
    after: dict[int, list[Any]] = {}
    with tf.GradientTape() as tape:
        tape.watch(states)
        for t in order.tolist():
            if trace.mask is None or trace.mask[sample, t]:
                _, states = cell(tf.constant(trace.inputs[sample, t][None], tf.float64), states)
                after[t] = states = list(states)
            if t == timestep:
                break
        value = states[names.index(signal)][0, unit]
    norms = {name: np.zeros(timesteps) for name in names}
    places = [(name, t) for t in after for name in names]
    gradients = tape.gradient(value, [state for at in after.values() for state in at])
    for (name, t), gradient in zip(places, gradients, strict=True):
        norms[name][t] = 0.0 if gradient is None else np.linalg.norm(gradient.numpy())
    if trace.mask is not None:
        norms = {name: np.where(trace.mask[sample], norm, np.nan) for name, norm in norms.items()}
    return norms


def assert_reach_is_taped(trace: LayerTrace, places: list[tuple[int, int, int]], rtol: float = RTOL) -> None:
    for signal in ("hidden_state", "cell_state") if trace.cell == "LSTM" else ("hidden_state",):
        for sample, timestep, unit in places:
            measured = reach(trace, sample=sample, timestep=timestep, unit=unit, signal=signal).norms
            expected = taped(trace, sample, timestep, unit, signal)
            assert set(measured) == set(expected)
            for state, norms in expected.items():
                np.testing.assert_allclose(measured[state], norms, rtol=rtol, atol=1e-14, err_msg=f"{signal} {state}")


@pytest.mark.parametrize("options", LAYERS.values(), ids=LAYERS)
@pytest.mark.parametrize("form", FORMS)
def test_reach_is_the_gradient_through_keras_own_cell(form: str, options: dict[str, Any]) -> None:
    trace = reference_trace(form, **options)
    assert_reach_is_taped(trace, PLACES)


@pytest.mark.parametrize("name", WITHOUT_BOUND)
@pytest.mark.parametrize("form", FORMS)
def test_activations_that_do_not_tell_their_derivative(form: str, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(activations.BY_NAME, name, WITHOUT_BOUND[name])
    trace = reference_trace(form, activation=name)
    assert_reach_is_taped(trace, [(0, TIMESTEPS - 1, 1), (1, 2, 0)])


def saturated_lstm(dtype: Any, units: int = 32, timesteps: int = 60) -> LayerTrace:
    """Return an LSTM whose forget gates and candidates saturate, as it is stored in this dtype."""
    random = np.random.default_rng(0)
    bias = np.repeat([0.0, 6.0, 0.0, 0.0], units) + random.normal(size=4 * units)
    weights = {
        "kernel": random.normal(scale=1.0, size=(3, 4 * units)),
        "recurrent_kernel": random.normal(scale=1.0, size=(units, 4 * units)),
        "bias": bias,
    }
    inputs = random.normal(size=(1, timesteps, 3))
    done = lstm(inputs, *weights.values())
    zeros = np.zeros((1, units), dtype)
    return LayerTrace(
        key="lstm",
        cell="LSTM",
        signals={name: values.astype(dtype) for name, values in done.signals.items()},
        ranges={},
        inputs=inputs.astype(dtype),
        initial_states={"hidden_state": zeros, "cell_state": zeros},
        weights=weights,
        config={
            "activation": "tanh",
            "recurrent_activation": "sigmoid",
            "go_backwards": False,
            "dropout": False,
        },
    )


def test_float16_keeps_the_reach() -> None:
    """Stored to 1 part in 2,048, saturated: a norm 10 timesteps back is within 5 %."""
    exact, stored = (reach(saturated_lstm(d), sample=0, timestep=40, unit=3) for d in (np.float64, np.float16))
    for state, norms in exact.norms.items():
        np.testing.assert_allclose(stored.norms[state][30:41], norms[30:41], rtol=0.05, err_msg=state)


def test_the_value_itself() -> None:
    """Of a hidden state by itself 1, of a cell state by the hidden state it makes 0."""
    trace = reference_trace("LSTM")
    h = reach(trace, sample=0, timestep=3, unit=1)
    c = reach(trace, sample=0, timestep=3, unit=1, signal="cell_state")
    assert (h.norms["hidden_state"][3], c.norms["cell_state"][3], c.norms["hidden_state"][3]) == (1.0, 1.0, 0.0)
    o, cell = (trace.signals[name][0, 3, 1] for name in ("output_gate", "cell_state"))
    assert h.norms["cell_state"][3] == pytest.approx(o / np.cosh(cell) ** 2, rel=1e-12)
    assert not h.norms["hidden_state"][4:].any()


def fading(factor: float, timesteps: int = 30, **changes: Any) -> LayerTrace:
    """Return a linear SimpleRNN of one unit, h = factor * h_prev + x."""
    zeros = np.zeros((1, timesteps, 1))
    weights = {"kernel": np.ones((1, 1)), "recurrent_kernel": np.full((1, 1), factor)}
    config = {"activation": "linear", "go_backwards": False, "dropout": False}
    trace = LayerTrace("rnn", "SimpleRNN", {"hidden_state": zeros}, {}, zeros, {"hidden_state": zeros[:, 0]}, None)
    return replace(trace, **{"weights": weights, "config": config, **changes})


def at_end(trace: LayerTrace, timestep: int = 29) -> Any:
    return reach(trace, sample=0, timestep=timestep, unit=0)


@pytest.mark.parametrize(("factor", "steps"), [(0.5, 7), (-0.5, 7), (0.05, 2), (0.9, 29), (1.0, 29), (1.5, 29), (0, 0)])
def test_steps_are_those_until_a_hundredth_is_left(factor: float, steps: int) -> None:
    """0.5 ** 6 is 1.6 % of the first and 0.5 ** 7 0.8 %: seven timesteps at 1 % or more."""
    measured = at_end(fading(factor))
    np.testing.assert_allclose(measured.norms["hidden_state"], np.abs(factor) ** np.arange(29, -1, -1), rtol=1e-12)
    assert KEPT == 0.01
    assert measured.steps == steps


def test_steps_count_what_was_read_before_in_the_sequence() -> None:
    mask = np.ones((1, 30), bool)
    mask[0, [3, 10, 11, 27, 28]] = False
    masked = at_end(fading(1.0, mask=mask))
    assert masked.steps == 24
    assert np.isnan(masked.norms["hidden_state"]).tolist() == (~mask[0]).tolist()
    assert np.nanmin(masked.norms["hidden_state"]) == 1.0
    first = at_end(fading(1.0), timestep=0)
    assert first.steps == 0
    assert first.norms["hidden_state"].tolist() == [1.0] + [0.0] * 29
    two = fading(1.0, initial_states={"hidden_state": np.zeros((1, 2, 1))})
    assert at_end(two).steps == 14
    assert at_end(two).norms["hidden_state"].tolist() == [0.0] * 15 + [1.0] * 15
    backwards = fading(1.0, config={"activation": "linear", "go_backwards": True, "dropout": False})
    assert at_end(backwards).steps == 0
    assert at_end(backwards, timestep=9).steps == 20
    assert at_end(backwards, timestep=9).norms["hidden_state"].tolist() == [0.0] * 9 + [1.0] * 21


def test_a_network_that_has_diverged_is_measured() -> None:
    nan = at_end(fading(math.nan))
    assert nan.steps == 0
    assert np.isnan(nan.norms["hidden_state"][:29]).all()
    grown = reach(fading(1e30), sample=0, timestep=29, unit=0)
    assert np.isinf(grown.norms["hidden_state"][0])
    assert grown.steps == 29


ERRORS: list[tuple[Mapping[str, Any], Mapping[str, Any], type[Exception], str]] = [
    ({"cell": "MyCell"}, {}, ValueError, "known for the cells LSTM, GRU, SimpleRNN, got MyCell"),
    ({}, {"signal": "cell_state"}, ValueError, "a state, 'hidden_state', got 'cell_state'"),
    ({"config": {"activation": "custom:swing"}}, {}, ValueError, "whose derivative is known, got 'custom:swing'"),
    ({"config": {"activation": "softmax"}}, {}, ValueError, "whose derivative is known, got 'softmax'"),
    ({"config": {"activation": "tanh", "dropout": True}}, {}, ValueError, "no dropout"),
    ({"weights": {}}, {}, ValueError, "weights .* must be stored"),
    ({"mask": np.zeros((1, 30), bool)}, {}, ValueError, "masked"),
    ({"inputs": None}, {}, ValueError, "must hold its inputs"),
    ({"inputs": np.zeros((1, 30, 2))}, {}, AnalysisError, "must fit its 2 features and 1 units, got W .1, 1. and U"),
    ({}, {"sample": 1}, IndexError, "Samples .* are 0 to 0, got 1"),
    ({}, {"timestep": -1}, IndexError, "Timesteps .* are 0 to 29, got -1"),
    ({}, {"unit": 1}, IndexError, "Units of hidden_state are 0 to 0, got 1"),
]


@pytest.mark.parametrize(("changes", "place", "kind", "message"), ERRORS)
def test_what_has_no_reach(
    changes: Mapping[str, Any], place: Mapping[str, Any], kind: type[Exception], message: str
) -> None:
    with pytest.raises(kind, match=message):
        reach(fading(0.5, **changes), **{"sample": 0, "timestep": 3, "unit": 0, **place})


def gated(cell: str, gate: Array, mask: Array | None = None) -> LayerTrace:
    name = "update_gate" if cell == "GRU" else "forget_gate"
    return LayerTrace("rnn", cell, {"other": 1 - gate, name: gate}, {}, None, {}, mask)


@pytest.mark.parametrize("dtype", [np.float16, np.float64])
@pytest.mark.parametrize("cell", ["LSTM", "GRU", "ConvLSTM1D", "ConvLSTM2D", "ConvLSTM3D"])
def test_the_horizon_is_that_of_the_mean_gate(cell: str, dtype: Any) -> None:
    gate = np.random.default_rng(0).uniform(size=(2, TIMESTEPS, 3)).astype(dtype)
    for mask in (None, MASK):
        trace = gated(cell, gate if mask is None else np.where(mask[..., None], gate, np.nan).astype(dtype), mask)
        measured = horizon(trace)
        assert measured.dtype == np.float64
        for unit in range(3):
            values = [float(gate[s, t, unit]) for s in range(2) for t in range(TIMESTEPS) if mask is None or mask[s, t]]
            assert measured[unit] == pytest.approx(1 / (1 - math.fsum(values) / len(values)), rel=1e-12)


def test_horizons_that_are_known() -> None:
    gate = np.tile([0.0, 0.5, 0.99, 1.0, 1.5, np.nan], (2, 4, 1))
    np.testing.assert_allclose(horizon(gated("LSTM", gate)), [1, 2, 100, np.inf, np.inf, np.nan], rtol=1e-12)
    assert np.isnan(horizon(gated("GRU", gate, np.zeros((2, 4), bool)))).all()


def test_float16_means_are_not_rounded() -> None:
    """Sums of 4,096 gates of 0.75 in float16 stop at 2,048 (spacing 2)."""
    assert horizon(gated("LSTM", np.full((8, 512, 1), 0.75, np.float16)))[0] == 4.0


def test_the_horizon_and_the_reach_of_a_gru_agree() -> None:
    """With nothing but its update gate, z = sigmoid(2), the gradient fades as z ** t does."""
    weights = {"kernel": np.zeros((1, 3)), "recurrent_kernel": np.zeros((1, 3)), "bias": np.array([2.0, 0.0, 0.0])}
    z, zeros = 1 / (1 + math.exp(-2)), np.zeros((1, 50, 1))
    trace = LayerTrace(
        "gru",
        "GRU",
        {"update_gate": zeros + z, "reset_gate": zeros + 0.5, "candidate": zeros, "hidden_state": zeros},
        {},
        zeros,
        {"hidden_state": zeros[:, 0]},
        weights=weights,
        config={"activation": "tanh", "recurrent_activation": "sigmoid", "reset_after": False},
    )
    norms = reach(trace, sample=0, timestep=49, unit=0).norms["hidden_state"]
    assert norms[48] == pytest.approx(1 - 1 / horizon(trace)[0], rel=1e-12)
    assert norms[0] == pytest.approx(z**49, rel=1e-12)


@pytest.mark.parametrize("cell", ["SimpleRNN", "MyCell", "Dense"])
def test_cells_without_a_keeping_gate_have_no_horizon(cell: str) -> None:
    with pytest.raises(ValueError, match=f"multiplies the old state, .* got {cell}"):
        horizon(gated(cell, np.ones((1, 1, 1))))


@pytest.mark.parametrize("form", FORMS)
def test_a_cell_called_by_hand_reaches_as_far_as_the_layer(form: str) -> None:
    layer = reference_trace(form)
    starts = {name: state[:, None] for name, state in layer.initial_states.items()}
    given = {name: np.concatenate([start, layer.signals[name][:, :-1]], axis=1) for name, start in starts.items()}
    by_hand = replace(layer, initial_states=given)
    for sample, timestep, unit in PLACES:
        place: dict[str, Any] = {"sample": sample, "timestep": timestep, "unit": unit}
        measured, wanted = reach(by_hand, **place), reach(layer, **place)
        assert (measured.steps, measured.end, measured.is_all) == (wanted.steps, wanted.end, wanted.is_all)
        for state, norms in wanted.norms.items():
            np.testing.assert_array_equal(measured.norms[state], norms)
        assert explain(by_hand, "hidden_state", **place) == explain(layer, "hidden_state", **place)
    given["hidden_state"][0, 3] += 1.0  # The model restarts the cell here.
    measured = reach(by_hand, sample=0, timestep=TIMESTEPS - 1, unit=1)
    assert (measured.norms["hidden_state"][:3] == 0).all()
    assert (measured.norms["hidden_state"][3:] > 0).all()
    restarted = explain(by_hand, "hidden_state", sample=0, timestep=3, unit=1)
    assert restarted.read_before is None


def test_the_end_of_the_reach_is_a_timestep_that_was_read() -> None:
    measured = at_end(fading(0.5))
    assert (measured.steps, measured.end, measured.is_all) == (7, 22, False)
    mask = np.ones((1, 30), bool)
    mask[0, [0, 1, 25]] = False
    masked = at_end(fading(1.0, mask=mask))
    assert (masked.end, masked.is_all) == (2, True)
    assert (at_end(fading(1.0), timestep=0).end, at_end(fading(0.0)).is_all) == (0, False)
    two = fading(1.0, initial_states={"hidden_state": np.zeros((1, 2, 1))})
    assert (at_end(two).end, at_end(two).is_all) == (15, True)
