"""Typical ranges: of units and steps with outliers, against NumPy's quantiles; and what has no outliers."""

from __future__ import annotations

import numpy as np
import pytest

from tb_rnn_plugin.analysis.scales import histogram_end, reaches, typical_range
from tb_rnn_plugin.log.schema import Array, Interval

UNITS, STEPS = 24, 8


def states(seed: int = 0, samples: int = 2, timesteps: int = 50) -> list[Array]:
    """Return cell states of a healthy layer at each step: units of different sizes, which grow."""
    random = np.random.default_rng(seed)
    sizes = random.uniform(0.5, 1.5, UNITS)
    return [random.normal(size=(samples, timesteps, UNITS)) * sizes * (1 + step / STEPS) for step in range(STEPS)]


def range_of(steps: list[Array]) -> Interval:
    everything = np.concatenate([values.ravel() for values in steps])
    finite = everything[np.isfinite(everything)]
    found = typical_range(np.concatenate([reaches(values) for values in steps]), (finite.min(), finite.max()))
    assert found is not None
    return found


def share_within(steps: list[Array], ends: Interval) -> float:
    everything = np.concatenate([values.ravel() for values in steps])
    return float(((everything >= ends[0]) & (everything <= ends[1])).mean())


def test_a_reach_holds_98_percent_of_a_unit() -> None:
    values = np.random.default_rng(1).normal(size=(3, 67, 5))
    expected = np.quantile(np.abs(values).reshape(-1, 5), 0.98, axis=0, method="higher")
    np.testing.assert_allclose(reaches(values), expected)
    padded = values.copy()
    padded[1, 40:] = np.nan
    padded[:, :, 3] = np.nan
    padded[0, 0, 4] = np.inf
    found = reaches(padded)
    assert np.isnan(found[3])
    for unit in (0, 4):
        finite = padded[:, :, unit][np.isfinite(padded[:, :, unit])]
        assert found[unit] == np.quantile(np.abs(finite), 0.98, method="higher")


def test_without_outliers_the_range_is_that_of_the_extremes() -> None:
    random = np.random.default_rng(0)
    steps = [random.uniform(-3, 2, (2, 50, UNITS)) for _ in range(STEPS)]
    everything = np.stack(steps)
    assert range_of(steps) == (everything.min(), everything.max())


@pytest.mark.parametrize("units", [[10], [0, 1, 2]], ids=["one unit", "an eighth"])
def test_units_far_beyond_the_others_do_not_widen_it(units: list[int]) -> None:
    steps = states()
    alone = range_of(steps)
    for values in steps:
        values[:, :, units] = 48.6 * np.sign(values[:, :, units])
    low, high = range_of(steps)
    assert (low, high) == pytest.approx((-alone[1], alone[1]), rel=0.5)
    others = [np.delete(values, units, axis=2) for values in steps]
    assert share_within(others, (low, high)) > 0.97
    assert high < 15


def test_a_step_that_explodes_does_not_widen_it() -> None:
    steps = states()
    steps[5] = steps[5] * 1e10
    low, high = range_of(steps)
    assert high < 15
    assert share_within(steps[:5] + steps[6:], (low, high)) > 0.97


def test_it_stays_as_a_run_grows() -> None:
    """Rounding keeps the colours from changing at each new step."""
    steps = states()
    for values in steps:
        values[0, 0, 0] = 100.0
    steps = [values / (1 + step / STEPS) for step, values in enumerate(steps)]
    assert len({range_of(steps[: 3 + grown])[1] for grown in range(STEPS - 2)}) <= 2


def test_most_units_dead() -> None:
    """A scale of nothing would hide the units that live."""
    steps = [np.zeros((1, 20, UNITS)) for _ in range(STEPS)]
    for values in steps:
        values[..., 3] = 2.5
    assert range_of(steps) == (0.0, 2.5)


def test_a_range_on_one_side_stays_there() -> None:
    steps = [np.abs(values) + 0.1 for values in states()]
    steps[0][0, 0, 0] = 400.0
    low, high = range_of(steps)
    assert 0.1 <= low < 0.2
    assert 1 < high < 10


def test_nothing_finite_has_no_range() -> None:
    nothing = np.full((1, 4, UNITS), np.nan)
    assert typical_range(reaches(nothing), None) is None
    assert typical_range(reaches(np.empty((1, 0, UNITS))), (-1.0, 1.0)) == (-1.0, 1.0)


def test_one_large_weight_does_not_widen_the_scale_of_weights() -> None:
    weights = np.random.default_rng(2).normal(scale=0.1, size=(4, 2000))
    weights[1, 7] = -2.4
    edges = np.linspace(-2.4, 2.4, 49)
    counts = np.stack([np.histogram(step, edges)[0] for step in weights])
    quantile = np.quantile(np.abs(weights), 0.98)
    end = histogram_end(counts, edges)
    assert quantile <= end < quantile + 0.1
    assert end in edges
    uniform = np.tile(np.linspace(-2.3, 2.3, 2000), (3, 1))
    counts = np.stack([np.histogram(step, edges)[0] for step in uniform])
    assert histogram_end(counts, edges) == 2.4
    assert histogram_end(np.zeros((2, 48), np.int64), edges) == 2.4
