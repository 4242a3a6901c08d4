"""Matches the units of two layers that did not start from the same weights, by what they do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tb_rnn_plugin.analysis.errors import AnalysisError
from tb_rnn_plugin.analysis.sequences import present
from tb_rnn_plugin.analysis.signals import values_of
from tb_rnn_plugin.log.rows import RowSamples
from tb_rnn_plugin.log.schema import Array, Finite, LayerTrace

MAX_UNITS = 2048
"""The assignment takes time by the cube of the units: a second for these."""

MAX_PLACES = 20_000
"""Timesteps of all samples that correlations are computed from; of more, evenly spread ones are taken."""


@dataclass(frozen=True)
class UnitPair:
    """Two units that were matched.

    Attributes:
        a: The unit of the first layer.
        b: The unit of the second layer.
        r: The correlation of their traces over all samples and timesteps.
    """

    a: int
    b: int
    r: Finite


@dataclass(frozen=True)
class UnitMatching:
    """The units of two layers, matched one to one.

    Attributes:
        pairs: The pairs, the strongest correlation first; as many as the narrower layer has units.
        signed: Whether pairs were chosen by r; else by |r|, as the sign of a state that may be negative is arbitrary.
        chance: The median of |r| over the pairs when each sample is matched with another; NaN for one sample.
        places: The number of timesteps of all samples that the correlations are computed from.
        units: The number of units of each layer.
    """

    pairs: tuple[UnitPair, ...]
    signed: bool
    chance: float
    places: int
    units: tuple[int, int]


def match_units(first: LayerTrace, second: LayerTrace, signal: str) -> UnitMatching:
    """Match the units of two layers by the correlation of one signal over the same probe.

    After Li, Yosinski, Clune, Lipson & Hopcroft 2016, "Convergent Learning: Do different neural networks learn the same
    representations?": the pairs are those of the assignment with the largest sum of correlations, found by SciPy.

    Args:
        first: What the one layer did on a probe.
        second: What the other did on the same probe.
        signal: A signal of both.

    Raises:
        AnalysisError: a layer has no such signal, the layers differ in samples or timesteps, one has too many units,
            or SciPy is not installed.
    """
    values = [values_of(trace, signal) for trace in (first, second)]
    shapes = [array.shape for array in values]
    if shapes[0][:2] != shapes[1][:2] or first.row_samples != second.row_samples:
        raise AnalysisError(
            "Units are matched by what they do at the same timesteps of the same samples, got "
            f"{_spell(first, shapes[0])} and {_spell(second, shapes[1])}."
        )
    units = (shapes[0][2], shapes[1][2])
    if max(units) > MAX_UNITS:
        raise AnalysisError(f"At most {MAX_UNITS} units of a layer can be matched, got {max(units)}.")
    read = present(first, values[0]) & present(second, values[1])
    score, r = _scores(values[0], values[1], read, signed := _is_positive(first, second, signal))
    rows, columns = _assigned(score)
    order = np.argsort(-score[rows, columns], kind="stable")
    pairs = tuple(UnitPair(int(rows[i]), int(columns[i]), float(r[rows[i], columns[i]])) for i in order)
    return UnitMatching(pairs, signed, _chance(first, second, values, signed), min(int(read.sum()), MAX_PLACES), units)


def _chance(first: LayerTrace, second: LayerTrace, values: list[Array], signed: bool) -> float:
    others = _other_samples(first.row_samples, len(values[1]))
    if others is None:
        return float("nan")
    read = present(first, values[0]) & present(second, values[1])[others]
    score, r = _scores(values[0], values[1][others], read, signed)
    return float(np.median(np.abs(r[_assigned(score)])))


def _other_samples(row_samples: RowSamples, rows: int) -> NDArray[np.int64] | None:
    """Return for each row one of another sample, as far as samples are known; None if there is none."""
    samples = np.arange(rows) if row_samples is None or None in row_samples else np.array(row_samples, np.int64)
    for shift in range(1, rows):
        others = np.roll(np.arange(rows), -shift)
        if (samples[others] != samples).all():
            return others
    return None


def _scores(first: Array, second: Array, read: NDArray[np.bool_], signed: bool) -> tuple[Array, Array]:
    """Return what the assignment maximizes, and the correlations, each `[unit of the first, unit of the second]`."""
    places = np.flatnonzero(read)
    if len(places) > MAX_PLACES:
        places = places[np.linspace(0, len(places) - 1, MAX_PLACES).astype(np.int64)]
    if len(places) < 2:
        raise AnalysisError(f"Units are matched by at least 2 timesteps that both layers read, got {len(places)}.")
    one, other = (_standardized(values.reshape(-1, values.shape[2])[places]) for values in (first, second))
    r = np.clip(one.T @ other, -1.0, 1.0)
    return (r if signed else np.abs(r)), r


def _standardized(values: Array) -> NDArray[np.float64]:
    """Return columns of mean 0 and norm 1; 0 for a unit that is constant or not finite, which correlates with none."""
    with np.errstate(all="ignore"):
        centred = values.astype(np.float64) - values.mean(axis=0, dtype=np.float64)
        norms = np.sqrt((centred**2).sum(axis=0))
        moves = np.isfinite(norms) & (norms > 1e-9 * np.sqrt(len(values)) * (1 + np.abs(values).max(axis=0)))
        return np.where(moves, centred / norms, 0.0)


def _assigned(score: Array) -> tuple[Any, Any]:
    try:
        from scipy.optimize import linear_sum_assignment  # Optional, and slow to import.
    except ImportError as error:
        raise AnalysisError(
            "Matching units needs SciPy, which is not installed: `pip install tb-rnn-plugin[matching]`."
        ) from error
    rows, columns = linear_sum_assignment(score, maximize=True)
    return rows, columns


def _is_positive(first: LayerTrace, second: LayerTrace, signal: str) -> bool:
    ranges = [trace.ranges.get(signal) for trace in (first, second)]
    return all(known is not None and known[0] >= 0 for known in ranges)


def _spell(trace: LayerTrace, shape: tuple[int, ...]) -> str:
    return f"{shape[0]} rows of {shape[1]} timesteps of {trace.key!r}"
