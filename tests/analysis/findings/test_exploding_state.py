"""States that grow beyond all use, and large states that are no fault."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tb_rnn_plugin.analysis.findings.exploding_state import growing_units
from tb_rnn_plugin.analysis.findings.values import counting_units, main_signal
from tb_rnn_plugin.log.schema import LayerTrace
from tests.analysis.findings.networks import TIMESTEPS, UNITS, Weights, columns, findings, inputs, synthetic, trace_of


def count(weights: Weights) -> None:
    """Unit 4 of an LSTM adds one at each timestep."""
    for gate in ("input_gate", "forget_gate", "candidate"):
        weights["kernel"][:, columns("LSTM", gate, [4])] = 0.0
        weights["recurrent_kernel"][:, columns("LSTM", gate, [4])] = 0.0
        weights["bias"][columns("LSTM", gate, [4])] = 50.0


def test_a_cell_state_that_counts_beyond_ten() -> None:
    [found] = findings(trace_of(fault=count))["exploding_state"]
    assert (found.signal, found.units) == ("cell_state", (4,))
    assert found.timesteps == tuple(range(10, TIMESTEPS))
    assert "of 8 units get beyond 10 or -10, where tanh" in found.message
    assert "The furthest is 40, of unit 4 at timestep 39 of sample 0." in found.message
    assert found.sample == 0
    assert found.severity == pytest.approx(0.8 * (0.2 + 0.8 * 30 / 40 / 8))
    assert "Weiss" in found.not_a_fault


def test_masked_timesteps_are_not_in_the_share_nor_shown() -> None:
    mask = np.arange(TIMESTEPS) < np.array([[30], [20], [20], [0]])
    [found] = findings(trace_of(fault=count, mask=mask))["exploding_state"]
    assert found.timesteps == tuple(range(10, 30))
    assert found.severity == pytest.approx(0.8 * (0.2 + 0.8 * 40 / 70 / 8))


def test_a_cell_state_that_counts_to_nine() -> None:
    assert "exploding_state" not in findings(trace_of(fault=count, x=inputs(timesteps=9)))


def one_and_a_half(weights: Weights) -> None:
    weights["recurrent_kernel"] = 1.5 * np.eye(UNITS)


@pytest.mark.parametrize("go_backwards", [False, True])
def test_a_relu_rnn_with_an_eigenvalue_beyond_one(go_backwards: bool) -> None:
    trace = trace_of("SimpleRNN", one_and_a_half, activation="relu", go_backwards=go_backwards)
    [found] = findings(trace)["exploding_state"]
    assert found.signal == "hidden_state"
    assert set(found.units) == set(np.flatnonzero(trace.signals["hidden_state"].max(axis=(0, 1)) > 100).tolist())
    last = TIMESTEPS - 1
    assert (0 if go_backwards else last) in found.timesteps
    assert (last if go_backwards else 0) not in found.timesteps
    assert "growing over time" in found.message


def test_a_relu_rnn_with_smaller_eigenvalues() -> None:
    def fault(weights: Weights) -> None:
        weights["recurrent_kernel"] = 0.5 * np.eye(UNITS)

    assert findings(trace_of("SimpleRNN", fault, activation="relu")) == {}


def test_large_states_that_do_not_grow() -> None:
    wave = 150 * np.sin(np.arange(60))[None, :, None] * np.ones((2, 1, 3)) + np.arange(3)
    assert not growing_units(wave).any()
    assert growing_units(wave * np.linspace(0.1, 1, 60)[None, :, None]).all()
    assert not growing_units(0.5 * wave * np.linspace(0.1, 1, 60)[None, :, None]).any()


def test_growth_is_that_of_one_sample_over_its_own_timesteps() -> None:
    """One sample is large and level, one small: together they would look as if they grew."""
    values = np.full((2, 30, 1), np.nan)
    values[0, 20:] = 500.0
    values[1, :20] = 5.0
    assert not growing_units(values).any()
    values[0, 20:, 0] = np.linspace(100, 500, 10)
    assert growing_units(values).all()


def test_a_custom_cells_states_and_only_its_states() -> None:
    growing = np.exp(np.arange(30) / 3)[None, :, None] * np.ones((2, 1, 4))
    trace = synthetic(
        growing,
        cell="Mine",
        signals={"state_0": growing, "state_1": growing[..., :2], "taken": growing},
        ranges={},
        initial_states={"state_0": np.zeros((2, 4)), "state_1": np.zeros((2, 2))},
    )
    assert [f.signal for f in findings(trace)["exploding_state"]] == ["state_0", "state_1"]


def test_an_infinite_state_is_an_exploded_one() -> None:
    values = np.exp(20.0 * np.arange(12))[None, :, None]
    values[0, 8:] = np.inf
    found = findings(synthetic(values, bounds=None))
    assert set(found) == {"non_finite", "exploding_state"}
    assert "The furthest is inf, of unit 0" in found["exploding_state"][0].message


def counter(dtype: str = "float64", timesteps: int = 3000, by: float = 1.0) -> LayerTrace:
    """Return a cell with two states: one that works, and the timestep."""
    time = by * np.arange(1.0, timesteps + 1)[None, :, None] * np.ones((2, 1, 1))
    return synthetic(
        time,
        cell="Clockwork",
        signals={"state_0": np.random.default_rng(0).uniform(-1, 1, (2, timesteps, 3)), "state_1": time.astype(dtype)},
        ranges={},
        initial_states={"state_0": np.zeros((2, 3)), "state_1": np.zeros((2, 1))},
    )


@pytest.mark.parametrize("dtype", ["float64", "float16", "int32"])
def test_a_state_that_counts_timesteps_does_not_explode(dtype: str) -> None:
    """Beyond 2048 float16 has no odd numbers."""
    assert "exploding_state" not in findings(counter(dtype))


def test_a_counter_that_starts_again_or_runs_backwards() -> None:
    ticks = np.concatenate([np.arange(150), np.arange(600), -np.arange(300)])[None, :, None].astype(np.float64)
    assert counting_units(ticks).all()
    assert growing_units(np.abs(ticks[:, 150:750])).all()


def test_whole_numbers_that_double_or_leap_are_no_counters() -> None:
    doubling = 2.0 ** np.arange(12)[None, :, None] * np.ones((2, 1, 1))
    assert not counting_units(doubling).any()
    assert "exploding_state" in findings(synthetic(doubling, bounds=None))
    assert not counting_units(2.0 * np.arange(300)[None, :, None]).any()
    assert "exploding_state" in findings(counter(by=0.75))
    assert not counting_units((np.arange(40) % 2)[None, :, None].astype(np.float64)).any()


def test_a_counter_is_not_what_a_cell_hands_on() -> None:
    """Nor is it frozen, though it is the same at every step, or blind to the input."""
    trace = counter(timesteps=200)
    swapped = replace(trace, signals={"state_0": trace.signals["state_1"], "state_1": trace.signals["state_0"]})
    assert (main_signal(trace), main_signal(swapped)) == ("state_0", "state_1")
    moving = [
        replace(swapped, signals={**swapped.signals, "state_1": np.random.default_rng(i).uniform(-1, 1, (2, 200, 3))})
        for i in range(5)
    ]
    assert findings(*moving) == {}
    alone = replace(swapped, signals={"state_0": trace.signals["state_1"]})
    assert "input_blind_units" not in findings(alone)
