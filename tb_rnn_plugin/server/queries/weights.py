"""The weights of a layer's gates: at one step, and over training."""

from __future__ import annotations

import numpy as np

from tb_rnn_plugin.analysis.weight_history import MATRICES, spectral_radius, weight_history
from tb_rnn_plugin.log.schema import Array
from tb_rnn_plugin.run import Run
from tb_rnn_plugin.server.queries.served import at_each, spread

_EIGENVALUES_UNITS = 128
_EIGENVALUES_STEPS = 24
_FEWEST_STEPS = 4
"""Eigenvalues cost the cube of the units, 10 ms for 128 on one core. So many steps of so many units have them; of more
units fewer steps, by that cube, but never fewer than these."""


def read_weights(run: Run, layer: str, step: int) -> dict[str, Array]:
    """Answer `/weights`: every gate's matrices at one step, as stored."""
    gates = run.weights(layer, step)
    named = {f"{gate}/{name}": getattr(weights, name) for gate, weights in gates.items() for name in MATRICES}
    return {name: np.ascontiguousarray(array) for name, array in named.items() if array is not None}


def read_weight_history(run: Run, layer: str) -> dict[str, Array]:
    """Answer `/weight_history`: norms and histograms of every gate's matrices, spectral radii of its U."""
    steps = list(at_each(run, spread(run.steps)))
    gates = [run.weights(layer, step) for step in steps]
    answer: dict[str, Array] = {"steps": np.array(steps, np.int64)}
    for gate, matrices in weight_history(gates).items():
        for name, history in matrices.items():
            answer[f"norm/{gate}/{name}"] = history.norms
            answer[f"counts/{gate}/{name}"] = history.counts.astype(np.int64)
            answer[f"edges/{gate}/{name}"] = history.edges
    units = next(iter(gates[0].values())).U.shape[-1]
    chosen = spread(steps, _eigenvalue_steps(units))
    answer["radius_steps"] = np.array(chosen, np.int64)
    for gate in gates[0]:
        recurrent = [gates[steps.index(step)][gate].U for step in chosen]
        answer[f"radius/{gate}"] = np.array([spectral_radius(matrix) for matrix in recurrent])
    return answer


def _eigenvalue_steps(units: int) -> int:
    return int(np.clip(_EIGENVALUES_STEPS * (_EIGENVALUES_UNITS / units) ** 3, _FEWEST_STEPS, _EIGENVALUES_STEPS))
