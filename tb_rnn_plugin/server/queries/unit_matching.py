"""The units of two runs, matched by what they do, and the distributions of their values."""

from __future__ import annotations

import numpy as np

from tb_rnn_plugin.log.schema import Array
from tb_rnn_plugin.log.step_file import check_signal, find_layer
from tb_rnn_plugin.run import Run

BINS = 40


def read_unit_matching(
    run: Run,
    layer: str,
    signal: str,
    step: int,
    *,
    other_run: Run,
    other_layer: str,
    other_step: int,
) -> dict[str, Array]:
    """Answer `/unit_matching`: pairs of units with their correlation.

    Raises:
        LogError, AnalysisError: a run has no such step, layer or signal, the probes differ, or SciPy is not installed.
    """
    found = run.match_units(other_run, layer, signal, step, other_layer=other_layer, other_step=other_step)
    return {
        "a": np.array([pair.a for pair in found.pairs], np.int64),
        "b": np.array([pair.b for pair in found.pairs], np.int64),
        "r": np.array([pair.r for pair in found.pairs], np.float64),
        "units": np.array(found.units, np.int64),
        "signed": np.array(found.signed),
        "chance": np.array(found.chance, np.float64),
        "places": np.array(found.places, np.int64),
    }


def read_distributions(
    run: Run,
    layer: str,
    signal: str,
    step: int,
    *,
    other_run: Run,
    other_layer: str,
    other_step: int,
) -> dict[str, Array]:
    """Answer `/distributions`: histograms of a signal's values in two runs, over the same bins.

    Raises:
        LogError: a run has no such step, layer or signal.
    """
    one = _finite(run, layer, signal, step)
    two = _finite(other_run, other_layer, signal, other_step)
    both = [values for values in (one, two) if values.size]
    low = min((float(values.min()) for values in both), default=0.0)
    high = max((float(values.max()) for values in both), default=1.0)
    edges = bins(low, high)
    return {
        "edges": edges,
        "counts/a": np.histogram(one, edges)[0].astype(np.int64),
        "counts/b": np.histogram(two, edges)[0].astype(np.int64),
    }


def bins(low: float, high: float) -> Array:
    """Return the edges of bins that hold all values from `low` to `high`, ascending; one bin if there is no room."""
    # Half of the range of the largest numbers is a number, too.
    edges = 2 * np.linspace(low / 2, high / 2, BINS + 1)
    edges[0], edges[-1] = low, high
    with np.errstate(over="ignore"):
        return edges if (np.diff(edges) > 0).all() else np.array([np.nextafter(low, -np.inf), high])


def _finite(run: Run, layer: str, signal: str, step: int) -> Array:
    """Return all finite values of a signal, of every sample, timestep and unit, as float64."""
    file = run.opened(step)
    values = file.read(check_signal(find_layer(file, layer), signal))
    return values[np.isfinite(values)].astype(np.float64)
