"""The share of its time that each unit is at either end of its range."""

from __future__ import annotations

import numpy as np

from tb_rnn_plugin.log.schema import Array, Interval
from tb_rnn_plugin.log.statistics import saturation_thresholds


def saturated_shares(values: Array, bounds: Interval | None) -> tuple[Array, Array]:
    """Return the share of its values at which each unit is saturated low, and high: `[unit]` of float64 each.

    These are the axes of figure 4 of Karpathy, Johnson & Fei-Fei 2015. NaN for a unit without a finite value.

    Args:
        values: `[sample, time, unit]`; values that are not finite, such as padding, do not count.
        bounds: The signal's range, or None; the thresholds are those of `saturation_thresholds`.
    """
    low, high = saturation_thresholds(bounds)
    number = np.isfinite(values).sum(axis=(0, 1))
    with np.errstate(invalid="ignore", divide="ignore"):
        below = ((values < low) & np.isfinite(values)).sum(axis=(0, 1)) / number
        above = ((values > high) & np.isfinite(values)).sum(axis=(0, 1)) / number
    return below, above
