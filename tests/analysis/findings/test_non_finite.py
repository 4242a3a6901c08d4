"""NaN and infinity: where they are, and where they began."""

from __future__ import annotations

from dataclasses import replace

import keras
import numpy as np
import pytest

from tb_rnn_plugin import capture
from tb_rnn_plugin.analysis.findings.non_finite import PATIENCE, episode_start, first_place
from tests.analysis.findings.networks import (
    TIMESTEPS,
    Weights,
    columns,
    findings,
    inputs,
    trace_of,
    with_gradients,
    with_signals,
)


def nan_weight(weights: Weights) -> None:
    weights["kernel"][0, columns("LSTM", "candidate", [2])] = np.nan


def test_a_nan_weight() -> None:
    """The candidate of unit 2 goes first; a timestep later its state has reached all gates."""
    found = findings(trace_of(fault=nan_weight))
    [broken] = found["non_finite"]
    assert set(found) == {"non_finite"}
    assert (broken.signal, broken.units, broken.timesteps, broken.severity) == (
        "candidate",
        (2, 0, 1, 3, 4, 5, 6, 7),
        (),
        1,
    )
    assert broken.message == (
        "Candidate: NaN or infinite in 8 of 8 units, from timestep 0 on, and so in its kernel. "
        "It began at epoch 0 in layer 'rnn': candidate at timestep 0."
    )


def test_padding_is_not_broken() -> None:
    mask = np.arange(TIMESTEPS) < np.array([[30], [10], [40], [0]])
    assert first_place(trace_of(mask=mask)) is None
    assert findings(trace_of(mask=mask)) == {}


def test_padding_beside_a_broken_value() -> None:
    mask = np.arange(TIMESTEPS) >= np.array([[5], [10], [20], [40]])
    [broken] = findings(trace_of(fault=nan_weight, mask=mask))["non_finite"]
    assert "from timestep 5 on" in broken.message
    assert broken.timesteps == ()


def test_the_episode_is_the_current_one() -> None:
    well, ill = trace_of(), trace_of(fault=nan_weight)
    [found] = findings(well, ill, well, ill, ill, ill)["non_finite"]
    assert found.steps == (30, 40, 50)
    assert "It began at epoch 30 in layer 'rnn'" in found.message
    assert "batch 30" in findings(well, ill, well, ill, ill, ill, unit="batch")["non_finite"][0].message
    assert "non_finite" not in findings(ill, ill, well)


@pytest.mark.slow
def test_the_layer_in_which_it_began_comes_first() -> None:
    """At step 10 the upper layer breaks alone, at step 20 both are broken."""
    layers = [keras.layers.LSTM(4, return_sequences=True, name="lower"), keras.layers.GRU(5, name="upper")]
    model = keras.Sequential([keras.Input((TIMESTEPS, 3)), *layers])
    x = inputs()
    steps = [capture(model, x).traces]
    for layer in reversed(layers):
        kernel, *others = layer.get_weights()
        layer.set_weights([np.full_like(kernel, np.inf), *others])
        steps.append(capture(model, x).traces)
    upper, lower = findings(*steps)["non_finite"]
    assert (upper.layer, lower.layer) == ("upper", "lower")
    assert upper.signal == "inputs"
    assert lower.signal == "input_gate"
    assert upper.steps == lower.steps == (10, 20)
    for found in (upper, lower):
        assert "It began at epoch 10 in layer 'upper': update gate at timestep 0." in found.message


def test_a_nan_in_the_data_is_named() -> None:
    x = inputs()
    x[2, 17, 1] = np.nan
    [found] = findings(trace_of(x=x))["non_finite"]
    assert (found.signal, found.units, found.sample, found.timesteps) == ("inputs", (), 2, (17,))
    assert "Inputs: NaN or infinite in 1 of 3 features, from timestep 17 on." in found.message


def test_first_is_what_was_computed_first() -> None:
    trace = trace_of("GRU", go_backwards=True)
    signals = {name: values.copy() for name, values in trace.signals.items()}
    signals["hidden_state"][0, 8, 3] = signals["candidate"][0, 4, 1] = np.nan
    place = first_place(with_signals(trace, **signals))
    assert place is not None
    assert (place.signal, place.timestep, place.units) == ("hidden_state", 8, (3,))
    place = first_place(replace(with_signals(trace, **signals), config={}))
    assert place is not None
    assert (place.signal, place.timestep, place.units) == ("candidate", 4, (1,))


def test_gradients_break_from_the_end() -> None:
    trace = trace_of()
    gradient = np.ones_like(trace.signals["hidden_state"])
    gradient[1, :30, 6] = gradient[1, :5, 2] = np.inf
    [found] = findings(with_gradients(trace, hidden_state=gradient))["non_finite"]
    assert (found.signal, found.units, found.timesteps) == ("gradient:hidden_state", (6, 2), tuple(range(30)))
    assert found.sample == 1
    assert found.message == (
        "Gradient by the hidden state: NaN or infinite in 2 of 8 units, from timestep 29 on. "
        "It began at epoch 0 in layer 'rnn': gradient by the hidden state at timestep 29."
    )


@pytest.mark.parametrize("onset", [0, 1, 7, 40, 98, 99])
def test_long_episodes_are_searched_by_halves(onset: int) -> None:
    steps, read = [3 * i for i in range(100)], list[int]()

    def broken(at: int) -> bool:
        read.append(at)
        return at >= 3 * onset

    start, held = episode_start(297, steps, broken)
    assert start == 3 * onset == held[0]
    assert held[-1] == 297
    assert held == tuple(sorted({297, *(at for at in read if at >= 3 * onset)}))
    assert len(read) == len(set(read)) <= PATIENCE + 7
