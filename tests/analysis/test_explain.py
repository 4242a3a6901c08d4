"""Explained values, against the papers' equations in float64 and against sums written out here."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tb_rnn_plugin.analysis import Explanation, explain, explain_value, gate_weights, split_kernel
from tb_rnn_plugin.log.schema import LayerTrace
from tests.analysis.traces import COLUMNS, FORMS, TIMESTEPS, UNITS, reference_trace
from tests.analysis.traces import LAYERS as COMMON_LAYERS
from tests.reference.activations import BY_NAME

RTOL = 1e-10
"""Everything is float64, eps 2e-16; a wrong column, timestep or bias shows in the first digit."""

LAYERS = {**COMMON_LAYERS, "a loop by hand": {"sequences": TIMESTEPS}}


def everything(trace: LayerTrace) -> list[Explanation]:
    """Explain every value that the layer has."""
    mask = np.ones((2, TIMESTEPS), np.bool_) if trace.mask is None else trace.mask
    return [
        explain(trace, signal, sample=int(sample), timestep=int(timestep), unit=unit)
        for signal in trace.signals
        for sample, timestep in np.argwhere(mask)
        for unit in range(UNITS)
    ]


@pytest.mark.parametrize("options", LAYERS.values(), ids=LAYERS)
@pytest.mark.parametrize("form", FORMS)
def test_every_value_is_the_one_that_the_papers_give(form: str, options: dict[str, Any]) -> None:
    trace = reference_trace(form, **options)
    explained = everything(trace)
    assert explained
    for e in explained:
        expected = trace.signals[e.signal][e.sample, e.timestep, e.unit]
        assert e.captured == expected
        assert e.value == pytest.approx(expected, rel=RTOL)
        assert (e.layer, e.step) == ("rnn", None)


@pytest.mark.parametrize("options", LAYERS.values(), ids=LAYERS)
@pytest.mark.parametrize("form", FORMS)
def test_parts_sum_to_what_the_activation_is_applied_to(form: str, options: dict[str, Any]) -> None:
    trace = reference_trace(form, **options)
    for e in everything(trace):
        if e.signal not in COLUMNS[trace.cell]:
            assert e.pre_activation is None
            assert e.contributions == ()
            assert sum(e.parts.values()) == pytest.approx(e.captured, rel=RTOL)
            continue
        assert e.pre_activation is not None
        assert list(e.parts) == ["input", "recurrent", "bias"]
        assert e.numbers == {}
        assert sum(e.parts.values()) == pytest.approx(e.pre_activation, rel=1e-12)
        squashed = e.signal in ("candidate", "hidden_state")
        function = BY_NAME[trace.config["activation" if squashed else "recurrent_activation"]]
        assert function(np.float64(e.pre_activation)) == pytest.approx(e.captured, rel=RTOL)  # type: ignore[arg-type]
        for source in ("input", "recurrent"):
            whole = sum(c.value for c in e.contributions if c.source == source)
            assert whole == pytest.approx(e.parts[source], rel=1e-9, abs=1e-14)


@pytest.mark.parametrize("form", FORMS)
def test_parts_are_those_of_the_matrices(form: str) -> None:
    """At one timestep, with the columns, and the GRU's two ways to reset, written out."""
    trace = reference_trace(form)
    t, s, unit = 3, 1, 2
    assert trace.inputs is not None
    x, h = trace.inputs[s, t], trace.signals["hidden_state"][s, t - 1]
    biases = np.atleast_2d(trace.weights["bias"])
    for position, signal in enumerate(COLUMNS[trace.cell]):
        column = position * UNITS + unit
        w, u = trace.weights["kernel"][:, column], trace.weights["recurrent_kernel"][:, column]
        bias = biases[:, column]
        r = trace.signals["reset_gate"][s, t] if (trace.cell, signal) == ("GRU", "candidate") else np.ones(UNITS)
        before = np.ones(UNITS) if form == "GRU" else r
        after = r[unit] if form == "GRU" else 1.0
        e = explain(trace, signal, sample=s, timestep=t, unit=unit)
        assert e.parts["input"] == pytest.approx(x @ w, rel=RTOL)
        assert e.parts["recurrent"] == pytest.approx(after * ((before * h) @ u), rel=RTOL)
        assert e.parts["bias"] == pytest.approx(bias[0] + (after * bias[1] if form == "GRU" else 0.0), rel=RTOL)
        by_source = {(c.source, c.index): c for c in e.contributions}
        assert len(by_source) == len(e.contributions) == len(x) + len(h)
        for k in range(len(x)):
            c = by_source["input", k]
            assert (c.weight, c.activity, c.value) == (w[k], x[k], w[k] * x[k])
        for k in range(len(h)):
            c = by_source["recurrent", k]
            assert c.weight == pytest.approx(after * u[k], rel=RTOL)
            assert c.activity == pytest.approx(before[k] * h[k], rel=RTOL)
            assert c.value == c.weight * c.activity


def test_the_strongest_come_first() -> None:
    e = explain(reference_trace("LSTM"), "forget_gate", sample=0, timestep=2, unit=1)
    sizes = [abs(c.value) for c in e.contributions]
    assert sizes == sorted(sizes, reverse=True)
    assert {c.source for c in e.contributions} == {"input", "recurrent"}


def test_states_have_their_letters() -> None:
    lstm, gru = reference_trace("LSTM"), reference_trace("GRU")
    at = {"sample": 1, "timestep": 0, "unit": 3}
    c = explain(lstm, "cell_state", **at)
    now = {name: float(values[1, 0, 3]) for name, values in lstm.signals.items()}
    before = float(lstm.initial_states["cell_state"][1, 3])
    assert before != 0.0
    assert c.numbers == {"f": now["forget_gate"], "c_prev": before, "i": now["input_gate"], "g": now["candidate"]}
    assert c.parts == {"f * c_prev": now["forget_gate"] * before, "i * g": now["input_gate"] * now["candidate"]}
    h = explain(lstm, "hidden_state", **at)
    assert h.numbers == {"o": now["output_gate"], "c": now["cell_state"]}
    assert list(h.parts) == ["o * tanh(c)"]
    h = explain(gru, "hidden_state", **at)
    z, g = (float(gru.signals[name][1, 0, 3]) for name in ("update_gate", "candidate"))
    before = float(gru.initial_states["hidden_state"][1, 3])
    assert h.numbers == {"z": z, "h_prev": before, "g": g}
    assert h.parts == {"z * h_prev": z * before, "(1 - z) * g": (1 - z) * g}


@pytest.mark.parametrize(
    ("form", "options", "signal", "equation"),
    [
        ("LSTM", {}, "forget_gate", "f = sigmoid(W_f x + U_f h + b_f)"),
        ("LSTM", {"bias": False}, "input_gate", "i = sigmoid(W_i x + U_i h)"),
        ("LSTM", {"activation": "linear"}, "candidate", "g = W_g x + U_g h + b_g"),
        ("LSTM", {"recurrent_activation": "hard_sigmoid"}, "output_gate", "o = hard_sigmoid(W_o x + U_o h + b_o)"),
        ("LSTM", {}, "cell_state", "c = f * c_prev + i * g"),
        ("LSTM", {"activation": "softsign"}, "hidden_state", "h = o * softsign(c)"),
        ("LSTM", {"activation": "linear"}, "hidden_state", "h = o * c"),
        ("GRU", {}, "update_gate", "z = sigmoid(W_z x + U_z h + b_z + b'_z)"),
        ("GRU", {}, "candidate", "g = tanh(W_g x + b_g + r * (U_g h + b'_g))"),
        ("GRU", {"bias": False}, "candidate", "g = tanh(W_g x + r * U_g h)"),
        ("GRU-reset-before", {}, "reset_gate", "r = sigmoid(W_r x + U_r h + b_r)"),
        ("GRU-reset-before", {}, "candidate", "g = tanh(W_g x + U_g (r * h) + b_g)"),
        ("GRU", {}, "hidden_state", "h = z * h_prev + (1 - z) * g"),
        ("SimpleRNN", {}, "hidden_state", "h = tanh(W x + U h_prev + b)"),
    ],
)
def test_equations_in_letters(form: str, options: dict[str, Any], signal: str, equation: str) -> None:
    assert explain(reference_trace(form, **options), signal, sample=0, timestep=1, unit=0).equation == equation


def test_a_function_of_the_users_leaves_the_captured_value() -> None:
    config = {"activation": "custom:swing", "recurrent_activation": "sigmoid"}
    trace = reference_trace("LSTM", activation="softsign", config=config)
    for e in everything(trace):
        expected = trace.signals[e.signal][e.sample, e.timestep, e.unit]
        assert e.value == pytest.approx(expected, rel=RTOL)
        if e.signal == "candidate":
            assert e.equation == "g = swing(W_g x + U_g h + b_g)"
            assert e.pre_activation is not None
            assert e.pre_activation == pytest.approx(sum(e.parts.values()), rel=1e-12)
            assert e.pre_activation / (1 + abs(e.pre_activation)) == pytest.approx(expected, rel=RTOL)  # softsign
        if e.signal == "hidden_state":
            assert e.equation == "h = o * swing(c)"
            assert e.parts == {"o * swing(c)": expected}


def test_a_users_function_with_a_name_of_keras_is_not_keras() -> None:
    trace = reference_trace("SimpleRNN", activation="softsign", config={"activation": "custom:tanh"})
    e = explain(trace, "hidden_state", sample=0, timestep=1, unit=0)
    assert e.value == e.captured
    assert e.equation == "h = tanh(W x + U h_prev + b)"


def test_an_old_kernel_is_explained() -> None:
    """Two inputs and one unit, h = relu(W x + U h + B): 2 * 3 + 4 * 0.5 - 10 * 0.25 + 1."""
    weights = split_kernel(np.array([[3.0], [0.5], [-10.0]]), np.array([1.0]))
    arguments = (np.array([2.0, 4.0]), {"hidden_state": np.array([0.25])}, {"hidden_state": np.array([6.5])})
    e = explain_value("SimpleRNN", {"activation": "relu"}, weights, *arguments, "hidden_state", 0)
    assert e.parts == {"input": 8.0, "recurrent": -2.5, "bias": 1.0}
    assert e.pre_activation == e.value == e.captured == 6.5
    assert [(c.source, c.index, c.value) for c in e.contributions] == [
        ("input", 0, 6.0),
        ("recurrent", 0, -2.5),
        ("input", 1, 2.0),
    ]


def test_a_network_that_has_diverged_is_explained() -> None:
    trace = reference_trace("LSTM")
    trace.weights["recurrent_kernel"][2, UNITS] = np.nan
    trace.weights["kernel"][0, UNITS] = np.inf
    e = explain(trace, "forget_gate", sample=0, timestep=2, unit=0)
    assert np.isnan(e.value)
    assert [(c.source, c.index) for c in e.contributions[:2]] == [("recurrent", 2), ("input", 0)]
    assert "nan" in str(e)


def test_float32_is_summed_in_float64() -> None:
    """One and ten times 3e-8: float32 (eps 1.2e-7) drops every one of them."""
    x = np.array([1.0, *[3e-8] * 10], np.float32)
    weights = gate_weights("SimpleRNN", {"kernel": np.ones((11, 1), "f4"), "recurrent_kernel": np.zeros((1, 1), "f4")})
    h = {"hidden_state": np.ones(1, np.float32)}
    e = explain_value("SimpleRNN", {"activation": None}, weights, x, h, h, "hidden_state", 0)
    assert e.value == pytest.approx(1 + 10 * float(np.float32(3e-8)), rel=1e-15)
