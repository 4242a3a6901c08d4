"""A layer's weights over training, in a few numbers per gate: norms, histograms, spectral radius."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from tb_rnn_plugin.analysis.weights import GateWeights
from tb_rnn_plugin.log.schema import Array

BINS = 48
"""Of a histogram."""

MATRICES = ("W", "U", "b", "recurrent_b")
"""The members of `GateWeights`."""


@dataclass(frozen=True, eq=False)
class WeightHistory:
    """One matrix of one gate over the captured steps.

    Attributes:
        norms: `[step]`, the Frobenius norm.
        counts: `[step, bin]` of int64, how many weights lie in each bin; those that are not finite in none.
        edges: `[bin + 1]`, the same for all steps, so that histograms may be compared.
    """

    norms: Array
    counts: Array
    edges: Array


def weight_history(steps: Sequence[Mapping[str, GateWeights]]) -> dict[str, dict[str, WeightHistory]]:
    """Return the history of each gate's matrices, by gate and by `"W"`, `"U"`, `"b"`, `"recurrent_b"`.

    Args:
        steps: The weights by gate at each step, all of one layer.
    """
    histories: dict[str, dict[str, WeightHistory]] = {}
    for gate in steps[0]:
        for matrix in MATRICES:
            arrays = [getattr(weights[gate], matrix) for weights in steps]
            if arrays[0] is not None:
                histories.setdefault(gate, {})[matrix] = _history([np.asarray(a, np.float64) for a in arrays])
    return histories


def spectral_radius(recurrent: Array) -> float:
    """Return the largest absolute eigenvalue of a gate's U, `[unit, unit]`; NaN where it is not finite.

    Of a SimpleRNN: below one, what a state holds fades; above one it can grow (Pascanu, Mikolov & Bengio 2013, section
    2.1: a sufficient condition for gradients to vanish, a necessary one for them to explode). Of a gate it tells how
    strongly units feed each other through it.
    """
    square = np.asarray(recurrent, np.float64)
    if square.ndim != 2 or not square.size or not np.isfinite(square).all():
        return float("nan")
    return float(np.abs(np.linalg.eigvals(square)).max())


def _history(arrays: Sequence[Array]) -> WeightHistory:
    finite = [array[np.isfinite(array)] for array in arrays]
    largest = max((float(np.abs(values).max()) for values in finite if values.size), default=0.0) or 1.0
    edges = np.linspace(-largest, largest, BINS + 1)
    counts = np.stack([np.histogram(values, edges)[0] for values in finite])
    return WeightHistory(np.array([np.linalg.norm(array) for array in arrays]), counts, edges)
