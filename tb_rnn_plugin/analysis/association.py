"""How strongly each unit is associated with an annotation: AUC for flags, Pearson's r for numbers, as matrix products.

The rank of each value within its unit is computed once. Then every annotation, such as each permutation of a test,
costs one row of a matrix product.
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from tb_rnn_plugin.log.schema import Array

Floats: TypeAlias = NDArray[np.float64]
Flags: TypeAlias = NDArray[np.bool_]

_CONSTANT = 1e-12
"""The variance that rounding errors may leave in a constant of size 1. float16 resolves 1 and 1.001: 1e-6."""


def place(values: Array, *, flags: bool) -> Floats:
    """Return the values in the form that `effects` multiplies.

    Args:
        values: `[position, unit]`.
        flags: Whether the annotation consists of flags.

    Returns:
        `[position, unit]`, -1 to 1. For flags, ranks minus their mean, divided by the number of positions; equal values
        share their mean rank. For numbers, values minus their mean, divided by the largest. A unit that is constant, or
        has a value that is not finite, is 0 everywhere.
    """
    rows = values.T.astype(np.promote_types(values.dtype, np.float16), order="C")
    rows[~np.isfinite(rows).all(axis=1)] = 0.0
    if flags:
        return _ranks(rows).T
    # Squares of the largest numbers overflow, and the mean of equal numbers is exact only if they are 1.
    numbers = _as_parts(rows.astype(np.float64))
    return _as_parts(numbers - numbers.mean(axis=1, keepdims=True)).T


def effects(places: Floats, annotations: Array, known: Flags) -> Floats:
    """Return the effect of each annotation on each unit: AUC - 0.5 for flags, Pearson's r for numbers.

    The AUC is Mann & Whitney's, with equal values counting half (Hanley & McNeil 1982), computed from ranks: the mean
    rank of positions with the flag minus the mean rank of positions without, divided by the number of positions. Ranks
    are among all positions even where a flag is not known everywhere. Pearson's r is over the known positions.

    Args:
        places: `[position, unit]`, from `place`.
        annotations: `[annotation, position]`, of bool for flags, else float64, finite where known.
        known: `[annotation, position]`, whether the position counts.

    Returns:
        `[annotation, unit]`. A row is NaN if the annotation does not vary over what is known; r is 0 if the unit does
        not vary.
    """
    with np.errstate(invalid="ignore", divide="ignore"):
        return (_auc if annotations.dtype == np.bool_ else _pearson)(places, annotations, known)


def _auc(ranks: Floats, flags: Array, known: Flags) -> Floats:
    on, off = (known & flags).astype(np.float64), (known & ~flags).astype(np.float64)
    weights = on / on.sum(axis=1, keepdims=True) - off / off.sum(axis=1, keepdims=True)
    return np.asarray(np.clip(weights @ ranks, -0.5, 0.5))


def _pearson(values: Floats, numbers: Array, known: Flags) -> Floats:
    count = known.sum(axis=1, keepdims=True)
    numbers = np.where(known, numbers, 0.0)
    centred = np.where(known, numbers - numbers.sum(axis=1, keepdims=True) / count, 0.0)
    if known.all():
        variance = np.square(values).mean(axis=0)
    else:
        one = known.astype(np.float64)
        variance = (one @ np.square(values) - np.square(one @ values) / count) / count
    lengths = np.linalg.norm(centred, axis=1, keepdims=True)
    r = np.where(variance > _CONSTANT, centred / lengths @ values / np.sqrt(variance * count), 0.0)
    return np.where(_varies(numbers, known)[:, None], np.clip(r, -1.0, 1.0), np.nan)


def _varies(numbers: Array, known: Flags) -> Flags:
    """Return whether each row's known numbers differ. Their variance does not show it: their mean is not exact."""
    lowest = np.where(known, numbers, np.inf).min(axis=1, initial=np.inf)
    highest = np.where(known, numbers, -np.inf).max(axis=1, initial=-np.inf)
    return np.asarray(lowest < highest)


def _ranks(rows: Array) -> Floats:
    """Return the ranks of each row's values, -0.5 to 0.5; equal values share their mean rank."""
    units, positions = rows.shape
    order = _order(rows)
    ordered = np.take_along_axis(rows, order, axis=1)
    edges = np.ones((units, positions + 1), np.bool_)
    np.not_equal(ordered[:, 1:], ordered[:, :-1], out=edges[:, 1:-1])
    index = np.arange(positions, dtype=np.int32)
    first = np.maximum.accumulate(np.where(edges[:, :-1], index, 0), axis=1)
    last = np.minimum.accumulate(np.where(edges[:, 1:], index, positions)[:, ::-1], axis=1)[:, ::-1]
    ranks = np.empty(rows.shape)
    np.put_along_axis(ranks, order, (first + last - (positions - 1)) / (2 * positions), axis=1)
    return ranks


def _order(rows: Array) -> Array:
    """Return the order of each row's values, ascending."""
    if rows.dtype != np.float16:
        return np.argsort(rows, axis=1)
    # A log's float16 as integers, which NumPy sorts by radix. Floats ascend with these where they are positive, and
    # descend where they are negative.
    bits = rows.view(np.uint16)
    return np.argsort(np.where(bits >> 15, ~bits, bits | 0x8000), axis=1, kind="stable")


def _as_parts(rows: Floats) -> Floats:
    """Return each row divided by its largest absolute number."""
    largest = np.abs(rows).max(axis=1, keepdims=True, initial=0.0)
    return rows / np.where(largest > 0, largest, 1.0)
