"""What `find` reads, ranks and refuses, and layers of every odd shape."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import fields, replace
from typing import Any

import keras
import numpy as np
import pytest

from tb_rnn_plugin import capture
from tb_rnn_plugin.analysis.findings import KINDS, Finding, find
from tb_rnn_plugin.log.schema import Array, LayerTrace
from tests.analysis.findings.networks import Weights, columns, findings, inputs, synthetic, trace_of, with_gradients
from tests.runs import lstm_trace


def forgetful(weights: Weights) -> None:
    weights["bias"][columns("LSTM", "forget_gate", [0])] = 10.0


def ill(weights: Weights) -> None:
    weights["kernel"][0, 0] = np.nan


def reads(traces: Sequence[LayerTrace], step: int) -> list[int]:
    """Return the steps that are read, in order, of a run whose steps are 0, 1, 2, …."""
    read: list[int] = []

    def reader(at: int) -> list[LayerTrace]:
        read.append(at)
        return [traces[at]]

    find(step, range(len(traces)), reader)
    return read


def test_no_step_is_read_twice_nor_without_need() -> None:
    moving = [synthetic(np.random.default_rng(i).uniform(-1, 1, (2, 20, 3))) for i in range(30)]
    assert reads(moving, 2) == [2]
    assert reads(moving, 20) == [20, 19]
    saturated, broken, still = trace_of(fault=forgetful), trace_of(fault=ill), trace_of()
    unchanged = [replace(still, weights={})] * 30
    assert reads(unchanged, 20) == [20, 19, 18, 17]
    assert reads([still] * 30, 20) == [20, 19, 0]
    assert reads([saturated] * 30, 20) == [20, 0, 5, 10, 15, 19]
    assert reads([*[still] * 18, *[broken] * 12], 20) == [20, 19, 18, 17]


def test_later_steps_do_not_count() -> None:
    assert set(reads([trace_of(fault=forgetful)] * 30, 4)) == {0, 1, 2, 3, 4}


def test_the_most_severe_come_first() -> None:
    def faults(weights: Weights) -> None:
        forgetful(weights)
        weights["bias"][columns("LSTM", "output_gate", slice(1, 8))] = -50.0

    run = {0: [replace(trace_of(fault=faults), key="second"), replace(trace_of(fault=ill), key="first")]}
    found = find(0, [0], run.__getitem__)
    assert [(f.kind, f.signal) for f in found] == [
        ("non_finite", "input_gate"),
        ("dead_units", "hidden_state"),
        ("saturated_low", "output_gate"),
        ("saturated_high", "forget_gate"),
    ]
    assert [f.severity for f in found] == sorted((f.severity for f in found), reverse=True)
    assert all(0 < f.severity <= 1 for f in found)


def test_every_finding_says_all() -> None:
    def faults(weights: Weights) -> None:
        forgetful(weights)
        weights["bias"][columns("LSTM", "output_gate", [3])] = -50.0

    trace = with_gradients(
        trace_of(fault=faults), hidden_state=np.logspace(-9, 0, 40)[None, :, None] * np.ones((4, 40, 8))
    )
    every = [f for group in findings(*[trace] * 4).values() for f in group]
    assert {f.kind for f in every} == {"saturated_high", "saturated_low", "dead_units", "vanishing_gradient", "frozen"}
    for finding in every:
        assert finding.kind in KINDS
        assert all(type(index) is int for index in (*finding.units, *finding.timesteps, *finding.steps))
        assert type(finding.severity) is float
        for name in ("message", "rule", "source", "advice", "not_a_fault"):
            text = getattr(finding, name)
            assert text.endswith((".", "1910.09890.")), text
            assert text[0].isupper() or text.startswith("keras"), text
    assert {field.name for field in fields(Finding)} >= {"kind", "layer", "signal", "units", "rule", "source", "advice"}


@pytest.mark.parametrize(("step", "steps"), [(5, [0, 1]), (0, [])])
def test_a_step_that_was_not_captured_is_refused(step: int, steps: list[int]) -> None:
    with pytest.raises(ValueError, match=f"got {step}"):
        find(step, steps, lambda at: [])


def test_a_custom_cell_without_ranges() -> None:
    class Leaky(keras.layers.Layer):  # type: ignore[misc]
        """Two states: one that is a leaky sum, one that is always 0, of another size."""

        state_size = (3, 2)

        def call(self, inputs: Any, states: Any) -> Any:
            h, other = states
            h = 0.9 * h + inputs
            return h, [h, 0 * other]

    model = keras.Sequential([keras.Input((40, 3)), keras.layers.RNN(Leaky(), name="mine")])
    [trace] = capture(model, inputs()).traces
    assert findings(trace) == {}
    zeros = np.zeros_like(trace.signals["state_0"])
    assert set(findings(replace(trace, signals={**trace.signals, "state_0": zeros}))) == {"dead_units"}


def test_maps_of_a_convolution() -> None:
    model = keras.Sequential([keras.Input((10, 6, 6, 1)), keras.layers.ConvLSTM2D(2, 3, padding="same", name="maps")])
    random = np.random.default_rng(0)
    traces = capture(model, random.normal(size=(2, 10, 6, 6, 1)).astype(np.float32)).traces
    assert set(findings(traces)) <= {"constant_units"}


ODD: dict[str, tuple[int, int, int]] = {
    "one of each": (1, 1, 1),
    "one sample": (1, 20, 4),
    "one timestep": (9, 1, 4),
    "one unit": (3, 20, 1),
    "no samples": (0, 5, 3),
    "no timesteps": (2, 0, 3),
    "no units": (2, 5, 0),
}
FILLINGS: dict[str, Callable[[Any], Any]] = {
    "noise": lambda shape: np.random.default_rng(0).uniform(-1, 1, shape),
    "zeros": np.zeros,
    "ones": np.ones,
    "NaN": lambda shape: np.full(shape, np.nan),
    "infinity": lambda shape: np.full(shape, np.inf),
    "the largest": lambda shape: np.full(shape, 1.7e308) * np.where(np.arange(shape[-1]) % 2, -1.0, 1.0),
    "the smallest": lambda shape: np.full(shape, 5e-324),
    "half": lambda shape: np.random.default_rng(0).uniform(-1, 1, shape).astype(np.float16),
    "whole numbers": lambda shape: np.ones(shape, np.int32),
}


@pytest.mark.parametrize("filling", FILLINGS)
@pytest.mark.parametrize("shape", [*ODD.values(), (3, 24, 5)], ids=[*ODD, "plain"])
@pytest.mark.parametrize("masked", ["none", "half", "all"])
@pytest.mark.parametrize("recurrent", [True, False])
def test_nothing_fails_on_an_odd_layer(shape: tuple[int, int, int], filling: str, masked: str, recurrent: bool) -> None:
    values: Array = FILLINGS[filling](shape)
    mask = None if masked == "none" else np.zeros(shape[:2], np.bool_)
    if mask is not None and masked == "half":
        mask[:, ::2] = True
    if recurrent:
        signals = {"input_gate": np.abs(values), "cell_state": values, "hidden_state": values, "mine": values[..., :1]}
        trace = with_gradients(
            synthetic(
                values, mask=mask, cell="LSTM", signals=signals, ranges={"input_gate": (0.0, 1.0)}, inputs=values
            ),
            hidden_state=values,
            cell_state=values,
        )
    else:
        trace = LayerTrace("dense", "Dense", {"output": values}, {}, None, {}, mask)
    kinds = set(findings(*[trace] * 5))
    if masked == "all" or not values.size:
        assert kinds == set()
    elif filling == "NaN":
        assert kinds == {"non_finite"}
    elif not recurrent:
        assert kinds <= {"non_finite", "dead_units", "frozen"}


def test_a_layer_without_signals_and_a_mask_of_another_length() -> None:
    assert findings(LayerTrace("none", "None", {}, {}, None, {})) == {}
    trace = synthetic(np.random.default_rng(0).uniform(-1, 1, (2, 20, 3)), mask=np.zeros((2, 7), np.bool_))
    assert findings(trace) == {}


def test_half_precision_gives_what_single_gives() -> None:
    trace = lstm_trace(0, timesteps=60, units=20)
    narrow = replace(trace, signals={name: values.astype(np.float16) for name, values in trace.signals.items()})
    assert {k: [f.units for f in v] for k, v in findings(trace).items()} == {
        k: [f.units for f in v] for k, v in findings(narrow).items()
    }
