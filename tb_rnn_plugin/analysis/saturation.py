"""The share of its time that each unit is at either end of its range."""

from __future__ import annotations

from functools import lru_cache

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
    low, high, number = saturated_counts(values, bounds)
    with np.errstate(invalid="ignore", divide="ignore"):
        return low / number, high / number


def saturated_counts(values: Array, bounds: Interval | None) -> tuple[Array, Array, Array]:
    """Return at how many values each unit is saturated low, and high, and how many are finite: `[unit]` of int64 each.

    Args:
        values: As in `saturated_shares`.
        bounds: Likewise.
    """
    low, high = saturation_thresholds(bounds)
    if values.dtype == np.float16:
        # As logs are stored: it has few values, so that looking each up is faster than comparing.
        found = _sides_of_half(low, high)[values.view(np.uint16)]
        return _count(found == _LOW), _count(found == _HIGH), _count(found > 0)
    finite = np.isfinite(values)
    return _count((values < low) & finite), _count((values > high) & finite), _count(finite)


_BETWEEN, _LOW, _HIGH = 1, 2, 3


@lru_cache(maxsize=8)
def _sides_of_half(low: float, high: float) -> Array:
    """Return where each float16 lies, by its bits: 0 if it is not finite. The thresholds are not rounded to float16."""
    every = np.arange(2**16, dtype=np.uint16).view(np.float16).astype(np.float64)
    sides = np.select([~np.isfinite(every), every < low, every > high], [0, _LOW, _HIGH], _BETWEEN)
    return sides.astype(np.uint8)


def _count(there: Array) -> Array:
    return np.asarray(there.sum(axis=(0, 1), dtype=np.uint32)).astype(np.int64)
