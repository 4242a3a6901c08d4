"""How far the colours of a signal without a range reach, and those of weights: typical values, not the extremes.

One unit or one step of huge values would otherwise leave all others without colour.
"""

from __future__ import annotations

import math

import numpy as np

from tb_rnn_plugin.log.schema import Array, Interval

WITHIN = 0.98
"""The share of a unit's values that its own reach holds: the convention of seaborn's and xarray's `robust=True`."""

FENCE = 1.5
"""Reaches this many interquartile ranges above the upper quartile are outliers: Tukey's rule for box plots."""

KEPT = 0.9
"""The share of the other reaches that the range holds."""

NEAR = 2
"""Extremes at most this many times the typical reach are the range: typical values then still have enough colour."""

_STEPS = (1.0, 1.2, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 8.0, 10.0)


def reaches(values: Array) -> Array:
    """Return the magnitude that `WITHIN` of each unit's values do not exceed, `[unit]` of float64.

    Values that are not finite, such as padding, do not count; NaN for a unit without any other.

    Args:
        values: `[..., unit]`, of one step.
    """
    sizes = np.abs(values.reshape(-1, values.shape[-1]).T.astype(np.float64))
    sizes[~np.isfinite(sizes)] = np.nan
    # NaN sorts last, so the first `counts` entries of each row are its finite values, ascending.
    sizes.sort(axis=1)
    counts = np.isfinite(sizes).sum(axis=1)
    if sizes.shape[1] == 0:
        return np.full(len(sizes), np.nan)
    last = np.ceil(WITHIN * np.maximum(counts - 1, 0)).astype(np.intp)
    reach: Array = sizes[np.arange(len(sizes)), last]
    return reach


def typical_range(found: Array, extremes: Interval | None) -> Interval | None:
    """Return the range that the colours of a signal span: the same at all steps, and without outliers.

    The reach that `KEPT` of those that are no outliers do not exceed, rounded up, so that a run that grows rarely
    changes it, and never beyond the extremes. With extremes that are near, the range is theirs.

    Args:
        found: Reaches of any units at any steps, in one dimension. NaN does not count.
        extremes: The smallest and largest value of all, or None.
    """
    if extremes is None:
        return None
    known = found[np.isfinite(found)]
    farthest = max(-extremes[0], extremes[1])
    if not known.size:
        return extremes
    low, high = np.quantile(known, (0.25, 0.75))
    reach = float(np.quantile(known[known <= high + FENCE * (high - low)], KEPT))
    # A reach of 0 would leave no colours: most units are dead.
    if reach == 0 or farthest <= NEAR * reach:
        return extremes
    reach = _rounded_up(reach)
    return max(extremes[0], -reach), min(extremes[1], reach)


def histogram_end(counts: Array, edges: Array) -> float:
    """Return how far about zero the colours of weights reach: the first edge within which `WITHIN` of them lie.

    The last edge if it is near, or if there are no weights.

    Args:
        counts: `[step, bin]`, an even number of bins.
        edges: `[bin + 1]`, symmetric about zero.
    """
    half = counts.shape[1] // 2
    of_size = counts[:, half:].sum(axis=0) + counts[:, :half].sum(axis=0)[::-1]
    last = float(edges[-1])
    if not of_size.any():
        return last
    within = np.cumsum(of_size) >= WITHIN * of_size.sum()
    end = float(edges[half + 1 + int(np.argmax(within))])
    return last if last <= NEAR * end else end


def _rounded_up(value: float) -> float:
    power = 10.0 ** math.floor(math.log10(value))
    return next((step * power for step in _STEPS if step * power >= value), 10 * power)
