"""A layer's weights over training, summarized per gate: norms, histograms, spectral radius."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from tb_rnn_plugin.cells.weights import GateWeights
from tb_rnn_plugin.log.schema import Array

BINS = 48
"""Bins of a histogram."""

MATRICES = ("W", "U", "b", "recurrent_b")
"""The members of `GateWeights`."""


@dataclass(frozen=True, eq=False)
class WeightHistory:
    """One matrix of one gate over the captured steps.

    Attributes:
        norms: `[step]`, the Frobenius norm.
        counts: `[step, bin]` of int64, how many finite weights lie in each bin.
        edges: `[bin + 1]`, the same for all steps, so that histograms can be compared.
    """

    norms: Array
    counts: Array
    edges: Array


def largest_weights(gates: Mapping[str, GateWeights]) -> dict[tuple[str, str], float]:
    """Return the largest absolute finite weight of each gate's matrices, by gate and name; 0 if there is none."""
    return {name: _largest(array) for name, array in _matrices(gates)}


def weight_history(
    steps: Iterable[Mapping[str, GateWeights]], largest: Mapping[tuple[str, str], float]
) -> dict[tuple[str, str], WeightHistory]:
    """Return the history of each gate's matrices, by gate and by `"W"`, `"U"`, `"b"`, `"recurrent_b"`.

    Args:
        steps: One layer's weights by gate at each step; read one at a time, because all do not fit in memory.
        largest: The ends of the histograms, the largest of `largest_weights` over all steps.
    """
    # Scaled last: the distance between the ends overflows for the largest numbers.
    edges = {name: np.linspace(-1.0, 1.0, BINS + 1) * _end(weight) for name, weight in largest.items()}
    norms: dict[tuple[str, str], list[float]] = {name: [] for name in edges}
    counts: dict[tuple[str, str], list[Array]] = {name: [] for name in edges}
    for gates in steps:
        for name, array in _matrices(gates):
            norms[name].append(_norm(array))
            counts[name].append(np.histogram(array[np.isfinite(array)], edges[name])[0])
    return {name: WeightHistory(np.array(norms[name]), np.stack(counts[name]), edges[name]) for name in edges}


def spectral_radius(recurrent: Array) -> float:
    """Return the largest absolute eigenvalue of a gate's U, `[unit, unit]`; NaN if U is not finite.

    In a SimpleRNN a state fades if it is below one, and can grow above one (Pascanu, Mikolov & Bengio 2013, section
    2.1: a sufficient condition for gradients to vanish, a necessary one for them to explode). In a gate it measures how
    strongly units feed each other through it.
    """
    square = np.asarray(recurrent, np.float64)
    if square.ndim != 2 or not square.size or not np.isfinite(square).all():
        return float("nan")
    return float(np.abs(np.linalg.eigvals(square)).max())


def _matrices(gates: Mapping[str, GateWeights]) -> Iterator[tuple[tuple[str, str], Array]]:
    for gate, weights in gates.items():
        for name in MATRICES:
            array = getattr(weights, name)
            if array is not None:
                yield (gate, name), array


def _norm(array: Array) -> float:
    """Return the Frobenius norm; infinite where it overflows."""
    with np.errstate(over="ignore"):
        return float(np.sqrt(np.square(array, dtype=np.float64).sum()))


def _largest(array: Array) -> float:
    values = array[np.isfinite(array)]
    return float(np.abs(values).max()) if values.size else 0.0


def _end(largest: float) -> float:
    """Return the end of a histogram: 1 if all weights are 0, and large enough for its bins to differ."""
    return max(largest, float(np.finfo(np.float64).tiny)) if largest else 1.0
