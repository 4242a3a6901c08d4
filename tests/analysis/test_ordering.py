"""The spectral order: activity whose order is known, the whole Laplacian, and what no correlation is defined for."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tb_rnn_plugin.analysis.ordering import spectral_order
from tb_rnn_plugin.log.schema import Array
from tests.analysis.laplacian import fiedler_order


def waves(times: int, units: int, noise: float = 0.0) -> Array:
    """Return sinusoids whose phases go through 0.9 of half a period from the first unit to the last."""
    phases = np.linspace(0, 0.9 * np.pi, units)
    clean = np.sin(np.linspace(0, 6 * np.pi, times)[:, None] + phases)
    return np.asarray(clean + noise * np.random.default_rng(1).normal(size=(times, units)))


def either_way(order: Array) -> list[int]:
    return min(order.tolist(), order[::-1].tolist())


@pytest.mark.parametrize(("times", "units", "noise"), [(200, 20, 0.1), (300, 40, 0.03), (30, 40, 0.01), (50, 3, 0.3)])
def test_shuffled_waves_come_back_in_order(times: int, units: int, noise: float) -> None:
    values, shuffle = waves(times, units, noise), np.random.default_rng(0).permutation(units)
    order = spectral_order(values[:, shuffle])
    assert order.dtype == np.int64
    assert either_way(shuffle[order]) == list(range(units))


@pytest.mark.parametrize(("times", "units"), [(40, 12), (12, 40), (11, 12), (12, 11), (3, 9)])
def test_it_is_the_second_eigenvector_of_the_laplacian(times: int, units: int) -> None:
    """More units than timesteps, which goes another way through the same matrices, included."""
    for seed in range(5):
        values = np.cumsum(np.random.default_rng(seed).normal(size=(times, units)), axis=0)
        assert either_way(spectral_order(values)) == either_way(np.array(fiedler_order(values)))


@pytest.mark.parametrize(("times", "units"), [(40, 12), (12, 40)])
def test_the_order_does_not_depend_on_how_units_are_numbered(times: int, units: int) -> None:
    random = np.random.default_rng(2)
    values = random.normal(size=(times, units)) + random.normal(size=units)
    expected = spectral_order(values).tolist()
    for _ in range(5):
        shuffle = random.permutation(units)
        assert shuffle[spectral_order(values[:, shuffle])].tolist() == expected


def test_the_direction_is_the_one_in_which_means_rise() -> None:
    values, lift = waves(60, 9), np.linspace(0, 5, 9)
    assert spectral_order(values + lift).tolist() == list(range(9))
    assert spectral_order(values - lift).tolist() == list(range(9))[::-1]


def test_scale_and_offset_do_not_matter_to_who_is_whose_neighbour() -> None:
    values = waves(80, 15, 0.1)
    moved = values * np.linspace(0.01, 100, 15) + np.linspace(-3, 900, 15)
    assert either_way(spectral_order(moved)) == either_way(spectral_order(values))


@pytest.mark.parametrize("times", [50, 100])
def test_units_that_do_the_same_stand_together_by_index(times: int) -> None:
    """Ten kinds among 60 units, in a size of their own; no rounding error parts or shuffles them."""
    random = np.random.default_rng(0)
    kinds = random.integers(0, 10, 60)
    values = waves(times, 10)[:, kinds] * random.uniform(0.1, 9, 60) + random.normal(size=60)
    by_kind = sorted(range(60), key=lambda unit: (kinds[unit], unit))
    by_kind_reversed = sorted(range(60), key=lambda unit: (-kinds[unit], unit))
    assert spectral_order(values).tolist() in (by_kind, by_kind_reversed)


def test_units_that_all_do_the_same_stay() -> None:
    random = np.random.default_rng(0)
    values = waves(50, 1) * random.uniform(0.1, 9, 20) + random.normal(size=20)
    assert spectral_order(values).tolist() == list(range(20))


def test_opposite_units_stand_apart() -> None:
    """Affinity 0 between the groups: their matrix falls in two, and has its lowest eigenvalue twice."""
    x = waves(40, 1)
    values = np.concatenate([x, -x, 3 * x, -x - 7, x + 1, -x], axis=1)
    assert spectral_order(values).tolist() in ([0, 2, 4, 1, 3, 5], [1, 3, 5, 0, 2, 4])


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_constant_units_come_last(dtype: type[np.floating[Any]]) -> None:
    values = np.insert(waves(30, 5), [0, 2, 5], [0.1, 0.0, -7.3], axis=1).astype(dtype)
    order = spectral_order(values).tolist()
    assert order[5:] == [0, 3, 7]
    assert either_way(np.array(order[:5])) == [1, 2, 4, 5, 6]
    assert spectral_order(values[:, [0, 3, 7]]).tolist() == [0, 1, 2]


def test_timesteps_that_are_not_finite_are_left_out() -> None:
    values = waves(60, 8, 0.2)
    gaps = np.insert(values, [5, 5, 20, 60], 0.0, axis=0)
    gaps[5, 0], gaps[6, 7], gaps[22], gaps[63, 3] = np.nan, np.inf, np.nan, -np.inf
    np.testing.assert_array_equal(spectral_order(gaps), spectral_order(values))


@pytest.mark.parametrize("values", [np.full((4, 3), np.nan), np.diag([np.inf] * 3), np.zeros((0, 3)), np.ones((1, 3))])
def test_where_nothing_is_known_units_stay(values: Array) -> None:
    assert spectral_order(values).tolist() == [0, 1, 2]


@pytest.mark.parametrize("units", [0, 1, 2])
def test_few_units(units: int) -> None:
    assert sorted(spectral_order(waves(20, units, 0.1)).tolist()) == list(range(units))


@pytest.mark.parametrize("scale", [5e-324, 1e-200, 1e200, 1.7e308])
def test_the_smallest_and_largest_numbers(scale: float) -> None:
    values = np.random.default_rng(0).integers(-1, 2, (30, 6)).astype(np.float64)
    assert spectral_order(values * scale).tolist() == spectral_order(values).tolist()


def test_more_units_than_could_be_paired() -> None:
    """A ConvLSTM's: every pair of them would be 80 GB."""
    order = spectral_order(np.random.default_rng(0).normal(size=(5, 100_000)))
    assert sorted(order.tolist()) == list(range(100_000))
