"""Computes the summaries of the event file: statistics of a signal per timestep, over samples and units."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tb_rnn_plugin.log.schema import Array, Interval

QUANTILES = {"q05": 0.05, "q25": 0.25, "median": 0.5, "q75": 0.75, "q95": 0.95}

STATISTICS = ("mean", "std", "min", *QUANTILES, "max", "saturated_low", "saturated_high", "non_finite")
"""Names of the statistic axis, in order."""

_MAX_SQUARED = 1e15
"""Largest value of which millions of squares add up to less than the largest float32."""


def summarize(values: Array, mask: Array | None, bounds: Interval | None) -> NDArray[np.float32]:
    """Return the statistics of a signal at each timestep.

    Masked timesteps are excluded. `non_finite` is the share of the remaining values that is NaN or infinite. All other
    statistics are over the finite values, and NaN if there are none. Quantiles interpolate linearly, like
    `numpy.quantile`.

    Args:
        values: `[sample, time, unit]`.
        mask: `[sample, time]` of bool, False where padded, or None.
        bounds: The signal's range. A value beyond `saturation_thresholds(bounds)` counts as saturated; without a range
            the two shares are NaN.

    Returns:
        `[time, statistic]`, in the order of `STATISTICS`.
    """
    samples, timesteps, units = values.shape
    rows = np.moveaxis(values, 1, 0).reshape(timesteps, samples * units)
    present = np.full(timesteps, samples * units) if mask is None else mask.sum(axis=0) * units
    finite = np.isfinite(rows)
    counts = present if finite.all() else finite.sum(axis=1)
    # NaN sorts last, so the first `counts` entries of each row are its finite values, ascending.
    rows = np.sort(rows if counts is present else np.where(finite, rows, np.nan), axis=1)

    with np.errstate(invalid="ignore", divide="ignore", over="ignore"):
        mean = np.nansum(rows, axis=1, dtype=np.float64) / counts
        lowest, highest = _quantile(rows, counts, 0.0), _quantile(rows, counts, 1.0)
        # float32 overflows where values that explode are squared; float64 takes longer.
        largest = np.fmax.reduce(np.abs([lowest, highest]), axis=None, initial=0.0)
        exact = rows if largest < _MAX_SQUARED else rows.astype(np.float64)
        variance = np.nansum(np.square(exact - mean[:, None].astype(exact.dtype)), axis=1, dtype=np.float64) / counts
        low, high = saturation_thresholds(bounds)
        columns = {
            "mean": mean,
            "std": np.sqrt(variance),
            "min": lowest,
            **{name: _quantile(rows, counts, q) for name, q in QUANTILES.items()},
            "max": highest,
            "saturated_low": (rows < low).sum(axis=1) / counts if bounds else np.full(timesteps, np.nan),
            "saturated_high": (rows > high).sum(axis=1) / counts if bounds else np.full(timesteps, np.nan),
            "non_finite": (present - counts) / present,
        }
    return np.stack([columns[name] for name in STATISTICS], axis=1).astype(np.float32)


def saturation_thresholds(bounds: Interval | None) -> Interval:
    """Return the values below and above which a signal counts as saturated; both NaN if it has no range.

    0.1 and 0.9 for gates, after Karpathy, Johnson & Fei-Fei, "Visualizing and Understanding Recurrent Networks" (2015),
    section 4.2. For signals of range -1 to 1, 90 % of the bounds likewise: -0.9 and 0.9.
    """
    if bounds is None:
        return np.nan, np.nan
    low, high = bounds
    return (0.1 * high if low == 0 else 0.9 * low), 0.9 * high


def _quantile(rows: Array, counts: Array, q: float) -> Array:
    """Return a quantile of the first `counts[i]` entries of each sorted row `i`, NaN if there are none."""
    position = q * np.maximum(counts - 1, 0)
    below = np.floor(position).astype(np.intp)
    above = np.minimum(below + 1, np.maximum(counts - 1, 0))
    index = np.arange(len(rows))
    lower, upper = rows[index, below].astype(np.float64), rows[index, above].astype(np.float64)
    return np.where(counts > 0, lower + (upper - lower) * (position - below), np.nan)
