"""Statistics against NumPy's, timestep by timestep."""

from __future__ import annotations

import numpy as np
import pytest

from tb_rnn_plugin.log.schema import Array, Interval
from tb_rnn_plugin.log.statistics import QUANTILES, STATISTICS, saturation_thresholds, summarize


def expected(values: Array, mask: Array | None, bounds: Interval | None) -> Array:
    rows = []
    for t in range(values.shape[1]):
        present = values[:, t] if mask is None else values[mask[:, t], t]
        finite = present[np.isfinite(present)].astype(np.float64)
        row = dict.fromkeys(STATISTICS, np.nan)
        if present.size:
            row["non_finite"] = 1 - finite.size / present.size
        if finite.size:
            row.update(mean=finite.mean(), std=finite.std(), min=finite.min(), max=finite.max())
            row.update({name: float(np.quantile(finite, q)) for name, q in QUANTILES.items()})
            if bounds:
                low, high = saturation_thresholds(bounds)
                row.update(saturated_low=(finite < low).mean(), saturated_high=(finite > high).mean())
        rows.append([row[name] for name in STATISTICS])
    return np.array(rows)


@pytest.mark.parametrize("bounds", [(0.0, 1.0), (-1.0, 1.0), None])
@pytest.mark.parametrize("masked", [False, True])
@pytest.mark.parametrize("broken", [False, True])
def test_all_statistics(bounds: Interval | None, masked: bool, broken: bool) -> None:
    random = np.random.default_rng(0)
    low, high = bounds or (-60.0, 60.0)
    values = random.uniform(low, high, (4, 9, 7)).astype(np.float32)
    mask = None
    if masked:
        mask = random.random((4, 9)) > 0.4
        mask[:, 8] = False  # Masked in every sample.
        values = np.where(mask[..., None], values, np.float32(np.nan))
    if broken:
        values[1, 2, 3], values[0, 4, 0], values[:, 6] = np.nan, np.inf, np.nan
    np.testing.assert_allclose(summarize(values, mask, bounds), expected(values, mask, bounds), rtol=2e-6, atol=2e-7)


@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_the_spread_of_values_that_explode(sign: float) -> None:
    """Their squares are beyond float32, and their mean may be 0."""
    values = np.random.default_rng(0).normal(size=(3, 4, 8)).astype(np.float32) * np.float32(1e25)
    values[:, :2] = np.float32(1e30) * np.where(np.arange(8) % 2, 1.0, sign)
    np.testing.assert_allclose(summarize(values, None, None), expected(values, None, None), rtol=2e-6)


def test_thresholds() -> None:
    assert saturation_thresholds((0.0, 1.0)) == (0.1, 0.9)
    assert saturation_thresholds((-1.0, 1.0)) == (-0.9, 0.9)
    assert np.isnan(saturation_thresholds(None)).all()
