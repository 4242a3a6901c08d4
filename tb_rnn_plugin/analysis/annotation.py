"""Checks an annotation against a layer, and finds the timesteps at which it is known."""

from __future__ import annotations

from dataclasses import replace
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from tb_rnn_plugin.analysis.errors import AnalysisError
from tb_rnn_plugin.analysis.sequences import present
from tb_rnn_plugin.log.schema import OVER_TIME, Array, LayerTrace, is_over_time

Flags: TypeAlias = NDArray[np.bool_]


def checked(annotation: Array) -> Array:
    """Return an annotation as bool or float64, or raise unless it is flags or numbers by sample and timestep."""
    annotation = np.asarray(annotation)
    if annotation.ndim != 2 or annotation.dtype.kind not in "biuf":
        raise AnalysisError(
            "An annotation must be flags or numbers by sample and timestep, "
            f"got {annotation.dtype} of the shape {list(annotation.shape)}."
        )
    return annotation if annotation.dtype == np.bool_ else annotation.astype(np.float64)


def varies(trace: LayerTrace, annotation: Array, places: Flags | None = None) -> bool:
    """Return whether an annotation has at least two values where it is known, of these places if any are given."""
    there = known_positions(trace, annotation)
    known = annotation[there if places is None else there & places]
    return bool(len(known)) and bool(known.min() != known.max())


def unvarying(trace: LayerTrace, annotation: Array) -> str:
    """Return the message for an annotation that does not vary."""
    known = annotation[known_positions(trace, annotation)]
    got = f"{known[0]} at all of them" if len(known) else "none that is known"
    return (
        f"An annotation must vary over the timesteps that layer {trace.key!r} read, got {got}: "
        "choose samples in which it does."
    )


def known_positions(trace: LayerTrace, annotation: Array) -> Flags:
    """Return where the layer read a timestep whose annotation is known, `[sample, time]`."""
    return np.asarray(present(trace, next(iter(trace.signals.values()))) & np.isfinite(annotation))


def over_time(trace: LayerTrace) -> LayerTrace | None:
    """Return a trace with only the signals whose second axis is known to be time; None if there are none."""
    signals = {name: s for name, s in trace.signals.items() if is_over_time(trace.axes.get(name, OVER_TIME))}
    return replace(trace, signals=signals) if signals else None


def in_sample_order(trace: LayerTrace) -> LayerTrace | None:
    """Return a trace over time with one row for each of the probe's samples, in their order; None if it is another."""
    timed = over_time(trace)
    if timed is None:
        return None
    trace = timed
    if trace.row_samples is None:
        return trace
    rows = {sample: row for row, sample in enumerate(trace.row_samples) if sample is not None}
    if not len(rows) == len(trace.row_samples) == 1 + max(rows, default=-1):
        return None
    order = [rows[sample] for sample in range(len(rows))]
    mask = None if trace.mask is None else trace.mask[order]
    signals = {name: values[order] for name, values in trace.signals.items()}
    return replace(trace, signals=signals, mask=mask, row_samples=None)


def shape(trace: LayerTrace) -> tuple[int, ...]:
    """Return how many samples and timesteps a layer has."""
    return next(iter(trace.signals.values())).shape[:2]
