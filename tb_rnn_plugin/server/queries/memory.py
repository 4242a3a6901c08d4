"""How long units remember: by their gates, and by their gradients."""

from __future__ import annotations

import numpy as np

from tb_rnn_plugin.analysis.memory import KEPT
from tb_rnn_plugin.log.schema import Array
from tb_rnn_plugin.run import Run


def read_horizon(run: Run, layer: str, step: int) -> dict[str, Array]:
    """Answer `/horizon`."""
    return {"horizon": run.horizon(layer, step)}


def read_reach(
    run: Run, layer: str, signal: str, step: int, *, sample: int, timestep: int, unit: int
) -> dict[str, Array]:
    """Answer `/reach`."""
    found = run.reach(layer, signal, step, sample=sample, timestep=timestep, unit=unit)
    return {
        "steps": np.array(found.steps, np.int64),
        "end": np.array(found.end, np.int64),
        "all": np.array(found.is_all, np.bool_),
        "kept": np.array(KEPT),
        **{f"norms/{state}": norms for state, norms in found.norms.items()},
    }
