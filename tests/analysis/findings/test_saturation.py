"""Gates and states at an end of their range: forced by a bias, and counted by a loop."""

from __future__ import annotations

import numpy as np
import pytest

from tb_rnn_plugin.analysis.findings.saturation import saturated_units
from tb_rnn_plugin.log.schema import Array, Interval
from tests.analysis.findings.networks import Weights, columns, findings, synthetic, trace_of


def remember(*units: int) -> object:
    def fault(weights: Weights) -> None:
        weights["bias"][columns("LSTM", "forget_gate", list(units))] = 10.0

    return fault


@pytest.mark.parametrize("cell", ["LSTM", "GRU", "SimpleRNN"])
def test_a_healthy_layer_has_no_findings(cell: str) -> None:
    assert findings(trace_of(cell)) == {}


def test_a_forget_gate_that_a_bias_holds_open() -> None:
    [found] = findings(trace_of(fault=remember(2, 5)))["saturated_high"]  # type: ignore[arg-type]
    assert (found.layer, found.signal, found.steps, found.timesteps) == ("rnn", "forget_gate", (0,), ())
    assert sorted(found.units) == [2, 5]
    assert found.message == "Forget gate: 2 of 8 units are above 0.9 at 95 % of the timesteps or more."
    assert found.severity == pytest.approx(0.6 * (0.2 + 0.8 * 2 / 8))
    assert "1910.09890" in found.not_a_fault


def test_an_input_gate_that_a_bias_holds_shut() -> None:
    def fault(weights: Weights) -> None:
        weights["bias"][columns("LSTM", "input_gate", [1])] = -10.0

    [found] = findings(trace_of(fault=fault))["saturated_low"]
    assert (found.signal, found.units) == ("input_gate", (1,))
    assert found.message.startswith("Input gate: 1 of 8 units is below 0.1")


@pytest.mark.slow
def test_the_trend_is_told() -> None:
    steps = [trace_of(fault=remember(*units)) for units in ((), (), (3,), (3, 4, 6))]  # type: ignore[arg-type]
    [found] = findings(*steps)["saturated_high"]
    assert found.message.endswith("or more; none at epoch 0, none at epoch 10, 1 at epoch 20, 3 at epoch 30.")
    assert found.steps == (20, 30)
    assert "epoch" not in findings(*steps, unit="batch")["saturated_high"][0].message


@pytest.mark.parametrize(("size", "side"), [(-6.0, "saturated_low"), (6.0, "saturated_high")])
def test_a_state_that_flips_between_both_ends_is_saturated(size: float, side: str) -> None:
    """Nearly always at one end or the other; it goes to the end that it is at more often."""
    x = np.sign(np.random.default_rng(0).normal(size=(4, 40, 3)) + 0.3).astype(np.float32)

    def fault(weights: Weights) -> None:
        weights["kernel"][:, 2] = (size, 0.0, 0.0)
        weights["recurrent_kernel"][:, 2] = 0.0

    trace = trace_of("SimpleRNN", fault, x)
    assert {(h > 0).item() for h in trace.signals["hidden_state"][..., 2].ravel()} == {True, False}
    found = {(f.kind, f.signal) for kind in findings(trace).values() for f in kind if 2 in f.units}
    assert (side, "hidden_state") in found
    assert len({kind for kind, _ in found if kind.startswith("saturated")}) == 1


def by_loop(values: Array, bounds: Interval) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {"low": [], "high": []}
    for unit in range(values.shape[2]):
        known = [v for v in values[..., unit].ravel().tolist() if v == v]
        span = bounds[1] if bounds[0] == 0 else 0.0
        low = sum(v < (0.1 * span if span else 0.9 * bounds[0]) for v in known)
        high = sum(v > 0.9 * bounds[1] for v in known)
        if bounds[0] < 0 and low + high >= 0.95 * len(known):
            found["low" if low > high else "high"].append(unit)
        elif bounds[0] == 0:
            found["low"] += [unit] * (low >= 0.95 * len(known))
            found["high"] += [unit] * (high >= 0.95 * len(known))
    return found


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
@pytest.mark.parametrize("bounds", [(0.0, 1.0), (-1.0, 1.0)])
def test_counts_are_those_of_a_loop(bounds: Interval, dtype: str) -> None:
    """Units between 85 and 100 % saturated, on each side, with padding."""
    random = np.random.default_rng(3)
    values = random.uniform(0.2, 0.8, (3, 50, 60))
    extreme = random.uniform(size=values.shape) < np.linspace(0.85, 1.0, 60)
    ends = np.where(np.arange(60) % 2, 0.99, 0.01 if bounds[0] == 0 else -0.99)
    values = np.where(extreme, ends, values)
    values[:, :, :20:4] *= np.where(random.uniform(size=(3, 50, 5)) < 0.3, -1, 1) if bounds[0] < 0 else 1
    values[1, 30:] = np.nan
    values = values.astype(dtype)
    found = saturated_units(values, bounds)
    expected = by_loop(values.astype(np.float64), bounds)
    assert min(len(units) for units in expected.values()) > 5
    assert {side: sorted(units) for side, units in found.items()} == expected


@pytest.mark.parametrize("dtype", ["float16", "float32"])
def test_a_value_at_a_threshold_is_not_saturated(dtype: str) -> None:
    values = np.tile([[[0.999, 1.0, 9.0, 9.01, np.inf, np.nan]]], (1, 20, 1)).astype(dtype)
    assert saturated_units(values, (0.0, 10.0)) == {"low": (0,), "high": (3,)}


def test_the_most_saturated_come_first() -> None:
    values = np.full((1, 100, 4), 0.95)
    values[0, :3, 0], values[0, :2, 3], values[0, :6, 1] = 0.5, 0.5, 0.5
    assert saturated_units(values, (0.0, 1.0))["high"] == (2, 3, 0)


def test_masked_timesteps_are_not_counted() -> None:
    """Saturated at 10 of 10 timesteps, or, counting the padding, at 10 of 20."""
    mask = np.arange(20) < np.array([[10]])
    values = np.where(mask[..., None], np.linspace(0.92, 0.99, 20)[None, :, None], np.nan)
    assert saturated_units(values, (-1.0, 1.0))["high"] == (0,)
    assert "saturated_high" in findings(synthetic(values, mask=mask))


def test_few_values_and_signals_without_range_are_not_judged() -> None:
    assert saturated_units(np.ones((1, 7, 1)), (0.0, 1.0)) == {"low": (), "high": ()}
    assert saturated_units(np.ones((1, 8, 1)), (0.0, 1.0)) == {"low": (), "high": (0,)}
    assert saturated_units(np.ones((9, 9, 1)), None) == {"low": (), "high": ()}
