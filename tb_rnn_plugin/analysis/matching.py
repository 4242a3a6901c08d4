"""The units that are on in a range of timesteps, and the other places where they are on together.

After Strobelt et al. 2018, "LSTMVis: A Tool for Visual Analysis of Hidden State Dynamics in Recurrent Neural Networks",
sections 4 and 5: a unit is on above a threshold, and a pattern consists of the units that are on throughout a range,
and off right before and after it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from operator import index

import numpy as np
from numpy.typing import NDArray

from tb_rnn_plugin.analysis.errors import AnalysisError, OutOfRangeError
from tb_rnn_plugin.analysis.timestep_inputs import checked_index
from tb_rnn_plugin.log.schema import Array, Finite

MIN_SCORE = 0.5
"""The lowest score of a match. Ours: a place with half the pattern on and nothing off beside it is another pattern."""


@dataclass(frozen=True)
class Match:
    """A place at which a pattern holds, in whole or in part.

    Attributes:
        sample: Index in the batch.
        start: Its first timestep.
        end: The timestep after its last.
        score: How much of the pattern holds there, 0 to 1, by `pattern_score`.
    """

    sample: int
    start: int
    end: int
    score: Finite


def select_units(
    values: Array, sample: int, start: int, end: int, threshold: float, *, below: bool = False
) -> NDArray[np.int64]:
    """Return the units that are on throughout a range of timesteps, and off right before and after it.

    Before and after do not count if a unit has no finite value there: at the ends of the sample, and beside padding.

    Args:
        values: `[sample, time, unit]` of one signal, NaN where masked.
        sample: Index in the batch.
        start: The first timestep of the range.
        end: The timestep after its last.
        threshold: A unit is on where its value is larger, and off where it is not. A value that is not finite is
            neither.
        below: Whether a unit is on where its value is smaller than the threshold instead.

    Returns:
        Indices of units, strongest first: by how far the mean in the range lies above (with `below`, below) the mean
        over the other timesteps of the sample. Equal ones, and all if there is no other timestep, are by index.

    Raises:
        OutOfRangeError: there is no such sample or range.
        AnalysisError: the values have other axes, or the threshold is not a finite number.
    """
    sample, start, end = _checked_place(values, sample, start, end)
    on, off = _states(values[sample], threshold, below)
    selected = on[start:end].all(axis=0)
    for beside in (start - 1, end):
        if 0 <= beside < len(on):
            selected &= ~on[beside]
    units = np.flatnonzero(selected)
    rows = values[sample][:, units].astype(np.float64)
    outside = (on | off)[:, units]
    inside, outside[start:end] = rows[start:end].mean(axis=0), False
    count = outside.sum(axis=0)
    means = np.where(outside, rows, 0.0).sum(axis=0) / np.maximum(count, 1)
    strength = np.where(count > 0, means - inside if below else inside - means, -math.inf)
    return units[np.argsort(-strength, kind="stable")].astype(np.int64)


def match(
    values: Array,
    units: Sequence[int] | Array,
    sample: int,
    start: int,
    end: int,
    threshold: float,
    *,
    below: bool = False,
    count: int | None = 50,
) -> tuple[Match, ...]:
    """Return the other places where a pattern holds best, with a score of `MIN_SCORE` or more.

    Places have the length of the range. None overlaps the range or a better place. A value that is not finite is
    neither on nor off, so no place in padding matches.

    Args:
        values: `[sample, time, unit]` of one signal, NaN where masked.
        units: The units of the pattern, from `select_units`.
        sample: The sample of the range, which is no match of itself.
        start: Its first timestep.
        end: The timestep after its last.
        threshold: As in `select_units`.
        below: As in `select_units`.
        count: How many places to return; None for all of them.

    Returns:
        The places, best first by `pattern_score`; equal ones by sample, then by start. Of two that overlap the first
        in this order is kept.

    Raises:
        OutOfRangeError: there is no such sample, range or unit.
        AnalysisError: the values have other axes, there are no units, or the threshold is not a finite number.
    """
    sample, start, end = _checked_place(values, sample, start, end)
    length = end - start
    scores = _scores(values, units, length, threshold, below)
    taken = np.zeros(values.shape[:2], np.bool_)
    taken[sample, start:end] = True
    found: list[Match] = []
    for place in np.argsort(-scores, axis=None, kind="stable").tolist():
        other, first = divmod(place, scores.shape[1])
        score = float(scores[other, first])
        if score < MIN_SCORE or len(found) == count:
            break
        if not taken[other, first : first + length].any():
            taken[other, first : first + length] = True
            found.append(Match(other, first, first + length, score))
    return tuple(found)


def pattern_score(
    values: Array,
    units: Sequence[int] | Array,
    sample: int,
    start: int,
    end: int,
    threshold: float,
    *,
    below: bool = False,
) -> float:
    """Return how much of a pattern holds at one place, such as the same place at another epoch.

    The score is the product of two shares of pairs of a unit and a timestep. The first is the share of pairs within the
    range in which the unit is on. The second also counts the pairs right before and after the range: the share in which
    the unit is on within and off beside. The score is 1 for the whole pattern, and 0 if no unit is on, however many are
    off beside. Before and after do not count if the unit has no finite value there. The product is ours.

    Args:
        values: `[sample, time, unit]` of one signal, NaN where masked.
        units: The units of the pattern, from `select_units`.
        sample: Index in the batch.
        start: The first timestep of the range.
        end: The timestep after its last.
        threshold: As in `select_units`.
        below: As in `select_units`.

    Returns:
        The score, 0 to 1.

    Raises:
        OutOfRangeError: there is no such sample, range or unit.
        AnalysisError: the values have other axes, there are no units, or the threshold is not a finite number.
    """
    sample, start, end = _checked_place(values, sample, start, end)
    return float(_scores(values[sample : sample + 1], units, end - start, threshold, below)[0, start])


def _scores(
    values: Array, units: Sequence[int] | Array, length: int, threshold: float, below: bool
) -> NDArray[np.float64]:
    """Return the score of every place of this length, `[sample, start]`."""
    chosen = [checked_index("Units", unit, values.shape[2]) for unit in units]
    if not chosen:
        raise AnalysisError("A pattern must have units, got none: lower the threshold, or choose another range.")
    # How many are on and off at each timestep, padded by one timestep at either end, at which none is.
    on, off = (np.pad(state.sum(axis=2), ((0, 0), (1, 1))) for state in _states(values[:, :, chosen], threshold, below))
    until = np.cumsum(on, axis=1)
    places = values.shape[1] - length + 1
    before, after = slice(0, places), slice(length + 1, None)
    inside = until[:, length : length + places] - until[:, before]
    within = len(chosen) * length
    cells = within + (on + off)[:, before] + (on + off)[:, after]
    return np.asarray(inside / within * ((inside + off[:, before] + off[:, after]) / cells))


def _states(values: Array, threshold: float, below: bool) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Return where units are on, and where they are off."""
    if not math.isfinite(threshold):
        raise AnalysisError(f"A threshold must be a finite number, got {threshold}.")
    # A single number would be rounded to the float16 of the values; before NumPy 2, one of NumPy's own, too.
    exact = np.array([threshold], np.float64)
    finite = np.isfinite(values)
    on = finite & ((values < exact) if below else (values > exact))
    return on, finite & ~on


def _checked_place(values: Array, sample: int, start: int, end: int) -> tuple[int, int, int]:
    if values.ndim != 3:
        raise AnalysisError(
            f"Values must be those of a signal, [sample, time, unit], got the shape {list(values.shape)}."
        )
    sample, timesteps = checked_index("Samples", sample, len(values)), values.shape[1]
    if not 0 <= index(start) < index(end) <= timesteps:
        raise OutOfRangeError(f"Ranges start before they end and lie within 0 to {timesteps}, got {start} to {end}.")
    return sample, index(start), index(end)
