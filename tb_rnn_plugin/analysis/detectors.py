"""Which units track an annotation, such as "inside a string", and how well the best unit does so by chance."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from tb_rnn_plugin.analysis.annotation import checked, in_sample_order, known_positions, shape, unvarying, varies
from tb_rnn_plugin.analysis.association import Flags, Floats, effects, place
from tb_rnn_plugin.analysis.errors import AnalysisError
from tb_rnn_plugin.analysis.permutation import chance_level, sample_orders
from tb_rnn_plugin.analysis.sequences import present
from tb_rnn_plugin.analysis.signals import values_of
from tb_rnn_plugin.log.schema import Array, Finite, LayerTrace

_BLOCK = 2**20
"""How many numbers are processed at once: 8 MB of float64."""

MAX_VALUES = 2**24
"""How many values, over all units, samples and timesteps, are compared with an annotation; of more, at as many places
as this leaves for each unit. Ours: 17 million take a second or two."""

MIN_PLACES = 2000
"""How many places, samples times timesteps, are compared at least. Ours: the standard error of an AUC is then 0.015."""

_DECIMALS = 9
"""Decimals of a score that the ranking compares: equal units differ beyond them, by rounding errors."""


@dataclass(frozen=True)
class Detector:
    """One unit as a detector of an annotation.

    Attributes:
        layer: The layer's key.
        signal: `"cell_state"`, …
        unit: Index of the unit.
        score: For flags the AUC, 0.5 to 1: how often the unit's value separates a timestep with the flag from one
            without. For numbers `|r|`, 0 to 1.
        chance: The score that the best of all ranked units reaches by chance; NaN for a batch of one sample.
        sign: 1 if the unit is high where the annotation is, -1 if it is low there.
    """

    layer: str
    signal: str
    unit: int
    score: Finite
    chance: float
    sign: int


@dataclass(frozen=True)
class Ranking:
    """The units that track an annotation best.

    Attributes:
        detectors: The best units, best first; equal ones in the order of layers, signals and units.
        compared_places: At how many of the annotation's places, samples times timesteps, the units were compared.
    """

    detectors: tuple[Detector, ...]
    compared_places: int


def compared_places(size: int, units: int) -> int:
    """Return at how many of an annotation's places, samples times timesteps, so many units are compared at least."""
    return min(size, max(MIN_PLACES, MAX_VALUES // max(units, 1)))


def detectors(
    traces: Sequence[LayerTrace], annotation: Array, *, count: int | None = 100, permutations: int = 200, seed: int = 0
) -> tuple[Detector, ...]:
    """Return the best units of `rank`, best first."""
    return rank(traces, annotation, count=count, permutations=permutations, seed=seed).detectors


def rank(
    traces: Sequence[LayerTrace], annotation: Array, *, count: int | None = 100, permutations: int = 200, seed: int = 0
) -> Ranking:
    """Rank the units of all signals by how well each tracks an annotation.

    A score is over all timesteps that the layer read and at which the annotation is known: the AUC for flags (Hanley &
    McNeil 1982, "The meaning and use of the area under a receiver operating characteristic curve"), the absolute value
    of Pearson's r for numbers. A unit that is constant, or not finite at a timestep that was read, scores 0.5 or 0. Of
    more places than `compared_places` returns, as many are drawn at random, the same for all units and permutations,
    unless the annotation would not vary at these over the timesteps of a layer: then all are compared.

    Chance is estimated by giving each sample the annotation of another, which keeps the annotation's course over time.
    Each such permutation has a best score over all ranked units; chance is the score among these that luck exceeds in
    5 % of all cases. It is one number for the whole ranking, and corrects for testing many units (the maximal statistic
    of Nichols & Holmes 2002, "Nonparametric permutation tests for functional neuroimaging"). In a permutation a
    timestep counts if the layer read it both in the sample and in the one whose annotation it gets. For the AUC, ranks
    stay those among all timesteps read, so that every permutation has the same statistic as the actual annotation. Two
    or three samples have one or five permutations, a weak test: luck exceeds their best in a half or a sixth of all
    cases.

    Args:
        traces: What the layers did at one step. Layers whose rows are not the probe's samples, or whose second axis is
            not known to be time or has another length, and those over whose timesteps it does not vary, are left out.
        annotation: `[sample, time]`, of bool for flags, else numbers, not finite where they are not known.
        count: How many units to return; None for all.
        permutations: How many are drawn at most; if there are no more, all but the identity.
        seed: Of the random draw.

    Raises:
        AnalysisError: the annotation is neither flags nor numbers, fits no layer, or does not vary.
    """
    annotation = checked(annotation)
    ordered = [in_sample_order(trace) for trace in traces]
    fitting = [trace for trace in ordered if trace is not None and shape(trace) == annotation.shape]
    if not fitting:
        shapes = ", ".join(map(_described, traces)) or "no layers"
        raise AnalysisError(
            f"An annotation must have as many samples and timesteps as a layer, got {list(annotation.shape)} for "
            f"{shapes}."
        )
    varying = [trace for trace in fitting if varies(trace, annotation)]
    if not varying:
        raise AnalysisError(unvarying(fitting[0], annotation))

    chosen = _chosen(varying, annotation, sum(values.shape[2] for trace in traces for values in trace.signals.values()))
    orders = sample_orders(len(annotation), permutations, seed)
    best = np.full(len(orders), np.nan)
    found: list[tuple[str, str, Floats]] = []
    for trace in varying:
        for signal, values in trace.signals.items():
            effect = _effects_of_units(trace, values, annotation, chosen, orders, best)
            found.append((trace.key, signal, effect))
    ranked = _ranked(found, least_score(annotation), chance_level(best), count)
    return Ranking(ranked, int(chosen.sum()))


def scores(trace: LayerTrace, signal: str, annotation: Array, units: int | None = None) -> tuple[Array, Array]:
    """Return how well each unit of one signal tracks an annotation, as in `rank`, without chance.

    Args:
        trace: What the layer did.
        signal: `"cell_state"`, …
        annotation: `[sample, time]`, of bool for flags, else numbers, not finite where they are not known.
        units: How many units a ranking has, so that the score is the one in that; None for those of the signal.

    Returns:
        The score and the sign, `[unit]` of float64 and of int64.

    Raises:
        AnalysisError: the layer has no such signal, or the annotation is neither flags nor numbers, has another
            shape or does not vary.
    """
    annotation = checked(annotation)
    values_of(trace, signal)  # Refused before the annotation is held against it.
    ordered = in_sample_order(trace)
    if ordered is None or signal not in ordered.signals or shape(ordered) != annotation.shape:
        raise AnalysisError(
            f"An annotation of layer {trace.key!r} must have its samples and timesteps, got {list(annotation.shape)} "
            f"for {_described(trace)}."
        )
    trace = ordered
    if not varies(trace, annotation):
        raise AnalysisError(unvarying(trace, annotation))
    none = sample_orders(len(annotation), 0, 0)
    values = trace.signals[signal]
    chosen = _chosen([trace], annotation, values.shape[2] if units is None else units)
    effect = _effects_of_units(trace, values, annotation, chosen, none, np.empty(0))
    return least_score(annotation) + np.abs(effect), _sign(effect)


def _described(trace: LayerTrace) -> str:
    rows = "" if in_sample_order(trace) is not None else ", whose rows are not the probe's samples"
    return f"{list(shape(trace))} of {trace.key!r}{rows}"


def least_score(annotation: Array) -> float:
    """Return the score of a unit that does not track an annotation at all."""
    return 0.5 if annotation.dtype == np.bool_ else 0.0


def _chosen(traces: Sequence[LayerTrace], annotation: Array, units: int) -> Flags:
    """Return the places that are compared, `[sample, time]`: all of them where fewer would not vary in a layer."""
    count = compared_places(annotation.size, units)
    places = np.zeros(annotation.size, np.bool_)
    places[np.random.default_rng(0).permutation(annotation.size)[:count]] = True
    chosen = places.reshape(annotation.shape)
    if all(varies(trace, annotation, chosen) for trace in traces):
        return chosen
    return np.ones(annotation.shape, np.bool_)


def _effects_of_units(
    trace: LayerTrace, values: Array, annotation: Array, chosen: Flags, orders: Array, best: Floats
) -> Floats:
    """Return the effect on each unit, `[unit]`, and update the best effect of each permutation by these units."""
    read, known = present(trace, values) & chosen, known_positions(trace, annotation)
    effect = []
    for places in _blocks(values[read], flags=annotation.dtype == np.bool_):
        effect.append(effects(places, annotation[read][None], known[read][None])[0])
        rows = max(1, _BLOCK // max(1, len(places)))
        for start in range(0, len(orders), rows):
            chunk = orders[start : start + rows]
            permuted = np.abs(effects(places, annotation[chunk][:, read], known[chunk][:, read])).max(axis=1)
            best[start : start + rows] = np.fmax(best[start : start + rows], permuted)
    return np.concatenate(effect)


def _blocks(values: Array, *, flags: bool) -> Iterator[Floats]:
    positions, units = values.shape
    size = max(1, _BLOCK // max(1, positions))
    for start in range(0, units, size):
        yield place(values[:, start : start + size], flags=flags)


def _ranked(
    found: Sequence[tuple[str, str, Floats]], least: float, chance: float, count: int | None
) -> tuple[Detector, ...]:
    if not found:
        return ()
    effect = np.concatenate([of_units for _, _, of_units in found])
    owners = [(layer, signal, unit) for layer, signal, of_units in found for unit in range(len(of_units))]
    size, sign = np.abs(effect), _sign(effect)
    best_first = np.argsort(-np.round(size, _DECIMALS), kind="stable")[:count]
    ranked = []
    for k in best_first.tolist():
        layer, signal, unit = owners[k]
        ranked.append(Detector(layer, signal, unit, least + float(size[k]), least + chance, int(sign[k])))
    return tuple(ranked)


def _sign(effect: Floats) -> Array:
    return np.where(np.round(effect, _DECIMALS) < 0, -1, 1).astype(np.int64)
