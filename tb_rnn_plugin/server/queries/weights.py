"""The weights of a layer's gates: at one step, and over training."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from tb_rnn_plugin.analysis.scales import histogram_end
from tb_rnn_plugin.analysis.weight_history import MATRICES, largest_weights, spectral_radius, weight_history
from tb_rnn_plugin.log.schema import Array
from tb_rnn_plugin.run import Run
from tb_rnn_plugin.server.queries.step_history import history, spread, step_arrays

EIGENVALUES_UNITS = 256
"""Eigenvalues cost the cube of the units: a larger layer gets none."""

_FULL_UNITS = 128
_MAX_EIGENVALUE_STEPS = 24
_MIN_EIGENVALUE_STEPS = 4
"""A layer of up to `_FULL_UNITS` units has eigenvalues at `_MAX_EIGENVALUE_STEPS` steps; a larger one at fewer, by the
cube of its units, but at `_MIN_EIGENVALUE_STEPS` or more."""


def read_weights(run: Run, layer: str, step: int) -> dict[str, Array]:
    """Answer `/weights`: every gate's matrices at one step, as stored."""
    gates = run.weights(layer, step)
    named = {f"{gate}/{name}": getattr(weights, name) for gate, weights in gates.items() for name in MATRICES}
    return {name: np.ascontiguousarray(array) for name, array in named.items() if array is not None}


def read_weight_history(run: Run, layer: str) -> dict[str, Array]:
    """Answer `/weight_history`: norms and histograms of every gate's matrices, spectral radii of its U.

    Raises:
        LogError, AnalysisError: no step has this layer with weights; the error comes from the last readable step.
    """
    read = history(run, lambda step: largest_weights(run.weights(layer, step)))
    last = read.found[-1]
    # If the gates or biases changed, only the steps with the present ones are compared.
    same = [(step, ends) for step, ends in zip(read.steps, read.found, strict=True) if ends.keys() == last.keys()]
    steps = [step for step, _ in same]
    largest = {name: max(ends[name] for _, ends in same) for name in last}
    answer = step_arrays(steps, read.unreadable)
    for (gate, name), of_matrix in weight_history((run.weights(layer, step) for step in steps), largest).items():
        answer[f"norm/{gate}/{name}"] = of_matrix.norms
        answer[f"counts/{gate}/{name}"] = of_matrix.counts.astype(np.int64)
        answer[f"edges/{gate}/{name}"] = of_matrix.edges
        answer[f"typical/{gate}/{name}"] = np.array(histogram_end(of_matrix.counts, of_matrix.edges))
    return answer | _radii(run, layer, steps)


def _radii(run: Run, layer: str, steps: Sequence[int]) -> dict[str, Array]:
    units = next(iter(run.weights(layer, steps[-1]).values())).U.shape[-1]
    chosen = spread(steps, _eigenvalue_steps(units)) if units <= EIGENVALUES_UNITS else []
    radii: dict[str, list[float]] = {}
    for step in chosen:
        for gate, weights in run.weights(layer, step).items():
            radii.setdefault(gate, []).append(spectral_radius(weights.U))
    found = {f"radius/{gate}": np.array(of_gate) for gate, of_gate in radii.items()}
    return {"radius_steps": np.array(chosen, np.int64), **found}


def _eigenvalue_steps(units: int) -> int:
    steps = _MAX_EIGENVALUE_STEPS * (_FULL_UNITS / units) ** 3
    return int(np.clip(steps, _MIN_EIGENVALUE_STEPS, _MAX_EIGENVALUE_STEPS))
