"""Who tracks an annotation, and which units make a pattern: at one step, and since when."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import numpy as np

from tb_rnn_plugin.analysis.detectors import least_score, scores
from tb_rnn_plugin.analysis.matching import pattern_score
from tb_rnn_plugin.analysis.permutation import chance_sentences
from tb_rnn_plugin.analysis.timestep_inputs import checked_index
from tb_rnn_plugin.log.schema import Array, LayerTrace
from tb_rnn_plugin.log.step_file import check_signal, find_layer, mask_array
from tb_rnn_plugin.run import Run
from tb_rnn_plugin.server.queries.findings import MAX_LISTED
from tb_rnn_plugin.server.queries.step_history import history


def list_detectors(run: Run, annotation: str, step: int) -> dict[str, Any]:
    """Answer `/detectors`."""
    values, ranked = run.annotation(annotation), run.detectors(annotation, step)
    return {
        "annotation": annotation,
        "step": step,
        "measure": "AUC" if values.dtype == np.bool_ else "|r|",
        "least": least_score(values),
        "chance_sentences": chance_sentences(ranked[0].score, ranked[0].chance, len(values)) if ranked else [],
        "detectors": [asdict(detector) for detector in ranked],
    }


def read_detector_history(run: Run, annotation: str, layer: str, signal: str, unit: int) -> dict[str, Array]:
    """Answer `/detector_history`: one unit's score at each step, and the best of its layer and signal.

    Raises:
        LogError, ValueError: no step has such a layer, signal and unit, or the annotation does not fit it.
    """
    values = run.annotation(annotation)

    def score(step: int) -> tuple[float, float]:
        of_units, _ = scores(_one_signal(run, layer, signal, step), signal, values)
        return of_units[checked_index("Units", unit, len(of_units))], of_units.max()

    read = history(run, score)
    own, best = zip(*read.found, strict=True)
    return {**read.arrays, "score": np.array(own), "best": np.array(best)}


def find_pattern(
    run: Run, layer: str, signal: str, step: int, *, sample: int, start: int, end: int, threshold: float
) -> dict[str, Any]:
    """Answer `/match`."""
    pattern = run.match(layer, signal, step, sample=sample, start=start, end=end, threshold=threshold)
    return {
        "units": list(pattern.units[:MAX_LISTED]),
        "unit_count": len(pattern.units),
        "matches": [asdict(match) for match in pattern.matches],
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
    """Answer `/match_history`: how much of a pattern holds at its place at each step.

    Raises:
        LogError, IndexError: no step has such a layer, signal, place and units.
    """

    def score(step: int) -> float:
        file = run.opened(step)
        row = file.read(check_signal(find_layer(file, layer), signal), sample)
        return pattern_score(row[np.newaxis], units, 0, start, end, threshold)

    read = history(run, score)
    return {**read.arrays, "score": np.array(read.found)}


def _one_signal(run: Run, layer: str, signal: str, step: int) -> LayerTrace:
    """Return a layer with one of its signals alone, and its mask: nothing else is read."""
    file = run.opened(step)
    known = find_layer(file, layer)
    signals = {signal: file.read(check_signal(known, signal))}
    mask = file.read(mask_array(layer)) if known.masked else None
    return LayerTrace(layer, known.cell, signals, {}, None, {}, mask)
