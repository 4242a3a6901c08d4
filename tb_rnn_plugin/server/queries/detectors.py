"""Who tracks an annotation, and which units make a pattern: at one step, and since when."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import Any, TypeVar

import numpy as np

from tb_rnn_plugin.analysis.detectors import scores
from tb_rnn_plugin.analysis.matching import pattern_score
from tb_rnn_plugin.analysis.moment import checked_index
from tb_rnn_plugin.log.errors import LogError
from tb_rnn_plugin.log.schema import Array
from tb_rnn_plugin.run import Run
from tb_rnn_plugin.server.queries.findings import finite_json
from tb_rnn_plugin.server.queries.served import at_each, spread

T = TypeVar("T")


def list_detectors(run: Run, annotation: str, step: int) -> dict[str, Any]:
    """Answer `/detectors`."""
    is_flag = run.annotation(annotation).dtype == np.bool_
    ranked = [finite_json(asdict(detector)) for detector in run.detectors(annotation, step)]
    return {"annotation": annotation, "step": step, "measure": "AUC" if is_flag else "|r|", "detectors": ranked}


def read_detector_history(run: Run, annotation: str, layer: str, signal: str, unit: int) -> dict[str, Array]:
    """Answer `/detector_history`: one unit's score at each step, and the best of its layer and signal.

    Raises:
        LogError, ValueError: no step has such a layer, signal and unit, or the annotation does not fit it.
    """
    values = run.annotation(annotation)

    def score(step: int) -> tuple[float, float]:
        of_units, _ = scores(run.trace(layer, step), signal, values)
        return of_units[checked_index("Units", unit, len(of_units))], of_units.max()

    steps, found = _history(run, score)
    own, best = zip(*found, strict=True)
    return {"steps": steps, "score": np.array(own), "best": np.array(best)}


def find_pattern(
    run: Run, layer: str, signal: str, step: int, *, sample: int, start: int, end: int, threshold: float
) -> dict[str, Any]:
    """Answer `/match`."""
    pattern = run.match(layer, signal, step, sample=sample, start=start, end=end, threshold=threshold)
    return {"units": list(pattern.units), "matches": [asdict(match) for match in pattern.matches]}


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
        return pattern_score(run.load(layer, signal, step), units, sample, start, end, threshold)

    steps, found = _history(run, score)
    return {"steps": steps, "score": np.array(found)}


def _history(run: Run, score: Callable[[int], T]) -> tuple[Array, list[T]]:
    """Return the steps at which something can be computed, and what; a layer may have had another shape at others.

    Raises:
        LogError, IndexError, ValueError: it can be at none; what was wrong at the last.
    """
    kept: list[int] = []
    found: list[T] = []
    failure: Exception | None = None
    for step in at_each(run, spread(run.steps)):
        try:
            value = score(step)
        except (LogError, IndexError, ValueError) as error:
            failure = error
            continue
        found.append(value)
        kept.append(step)
    if failure is not None and not kept:
        raise failure
    return np.array(kept, np.int64), found
