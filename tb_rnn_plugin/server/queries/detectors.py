"""The units that track an annotation, and the units that form a pattern: at one step, and over steps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Literal, TypedDict

import numpy as np

from tb_rnn_plugin.analysis.detectors import Detector, least_score, rank, scores
from tb_rnn_plugin.analysis.matching import Match, pattern_score
from tb_rnn_plugin.analysis.permutation import chance_sentences
from tb_rnn_plugin.analysis.timestep_inputs import checked_index
from tb_rnn_plugin.log.schema import Array, Finite, LayerTrace, gradient_state
from tb_rnn_plugin.log.step_file import check_signal, find_layer, read_layers, read_part
from tb_rnn_plugin.run import Run
from tb_rnn_plugin.server.parameters import MAX_UNITS
from tb_rnn_plugin.server.queries.findings import MAX_LISTED
from tb_rnn_plugin.server.queries.step_history import history


class Detectors(TypedDict):
    """The units that track an annotation best.

    Attributes:
        annotation: The annotation.
        step: The step.
        measure: What a score is: `"AUC"` for a flag, `"|r|"` for a number.
        detectors: The best 100 of all layers and signals, best first.
        least: The score of a unit that says nothing: 0.5 or 0.
        chance_sentences: What the ranking is worth, compared with chance.
        places: How many samples times timesteps the annotation has.
        compared_places: At how many of them the units were compared with it: fewer in a large run.
    """

    annotation: str
    step: int
    measure: Literal["AUC", "|r|"]
    detectors: list[Detector]
    least: Finite
    chance_sentences: list[str]
    places: int
    compared_places: int


class Pattern(TypedDict):
    """The units that form a pattern in a range of timesteps, and the other places where it occurs.

    Attributes:
        units: The strongest 256 at most, strongest first.
        unit_count: The number of units of the pattern.
        matches: The other places of the probe where the whole pattern holds, best first.
        max_units: The number of units that one request of `/match_history` takes.
    """

    units: list[int]
    unit_count: int
    matches: list[Match]
    max_units: int


def list_detectors(run: Run, annotation: str, step: int) -> Detectors:
    """Answer `/detectors`."""
    values = run.annotation(annotation)
    ranking = rank(run.traces(step), values)
    ranked = ranking.detectors
    return {
        "annotation": annotation,
        "step": step,
        "measure": "AUC" if values.dtype == np.bool_ else "|r|",
        "detectors": list(ranked),
        "least": least_score(values),
        "chance_sentences": chance_sentences(ranked[0].score, ranked[0].chance, len(values)) if ranked else [],
        "places": values.size,
        "compared_places": ranking.compared_places,
    }


def read_detector_history(run: Run, annotation: str, layer: str, signal: str, unit: int) -> dict[str, Array]:
    """Answer `/detector_history`: the score of one unit and the best score of its signal, at each step.

    Raises:
        LogError, AnalysisError: no step has this layer, signal and unit, or the annotation does not fit the layer.
    """
    values = run.annotation(annotation)

    def score(step: int) -> tuple[float, float]:
        of_units, _ = scores(_one_signal(run, layer, signal, step), signal, values, _units(run, step))
        return of_units[checked_index("Units", unit, len(of_units))], of_units.max()

    read = history(run, score)
    own, best = zip(*read.found, strict=True)
    return {**read.arrays, "score": np.array(own), "best": np.array(best)}


def find_pattern(
    run: Run, layer: str, signal: str, step: int, *, sample: int, start: int, end: int, threshold: float
) -> Pattern:
    """Answer `/match`."""
    pattern = run.match(layer, signal, step, sample=sample, start=start, end=end, threshold=threshold)
    return {
        "units": list(pattern.units[:MAX_LISTED]),
        "unit_count": len(pattern.units),
        "matches": list(pattern.matches),
        "max_units": MAX_UNITS,
    }


def read_pattern_history(
    run: Run,
    layer: str,
    signal: str,
    units: Sequence[int],
    *,
    sample: int,
    start: int,
    end: int,
    threshold: float,
) -> dict[str, Array]:
    """Answer `/match_history`: the share of a pattern that holds at its place, at each step.

    Raises:
        LogError, AnalysisError: no step has this layer, signal, place and units.
    """

    def score(step: int) -> float:
        file = run.opened(step)
        row = file.read(check_signal(find_layer(file, layer), signal), sample)
        return pattern_score(row[np.newaxis], units, 0, start, end, threshold)

    read = history(run, score)
    return {**read.arrays, "score": np.array(read.found)}


def _units(run: Run, step: int) -> int:
    """Return how many units a ranking of all signals at a step has."""
    layers = read_layers(run.opened(step)).values()
    return sum(s.units for layer in layers for s in layer.signals if gradient_state(s.name) is None)


def _one_signal(run: Run, layer: str, signal: str, step: int) -> LayerTrace:
    """Return a layer with one of its signals and its mask; nothing else is read."""
    file = run.opened(step)
    known = find_layer(file, layer)
    check_signal(known, signal)
    return replace(read_part(file, known, signal), row_samples=run.row_samples(file, known))
