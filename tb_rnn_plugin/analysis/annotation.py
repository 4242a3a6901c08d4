"""Checks an annotation against a layer, and finds the timesteps at which it is known."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from tb_rnn_plugin.analysis.errors import AnalysisError
from tb_rnn_plugin.analysis.sequences import present
from tb_rnn_plugin.log.schema import Array, LayerTrace

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


def shape(trace: LayerTrace) -> tuple[int, ...]:
    """Return how many samples and timesteps a layer has."""
    return next(iter(trace.signals.values())).shape[:2]
