"""The typical range of each signal of a layer that has none of its own, over all steps."""

from __future__ import annotations

from typing import TypedDict

import numpy as np

from tb_rnn_plugin.analysis.scales import reaches, typical_range
from tb_rnn_plugin.log.arrays import ArrayFile
from tb_rnn_plugin.log.schema import Array, Interval, LayerInfo
from tb_rnn_plugin.log.step_file import find_layer, signal_array
from tb_rnn_plugin.run import Run
from tb_rnn_plugin.server.queries.step_history import history

MAX_STEPS = 16
MAX_VALUES = 2**17
"""Values of a signal that are read of a step, whole samples: 1,000 large steps take no longer than 16."""


class Scales(TypedDict):
    """The typical ranges of one layer's signals.

    Attributes:
        typical: By signal, for those without a range: the interval that the colours span. At most a few units, steps
            or values lie beyond; the extremes if nothing does.
    """

    typical: dict[str, Interval]


def read_scales(run: Run, layer: str) -> Scales:
    """Answer `/scales`.

    Raises:
        LogError: there is no such layer, or no step can be read.
    """
    found = history(run, lambda step: _read_reaches(run.opened(step), layer), MAX_STEPS).found
    last, _ = found[-1]
    typical: dict[str, Interval] = {}
    for signal in last.signals:
        if signal.range is not None:
            continue
        at_steps = [by_signal[signal.name] for _, by_signal in found if signal.name in by_signal]
        interval = typical_range(np.concatenate(at_steps), signal.extremes)
        if interval is not None:
            typical[signal.name] = interval
    return {"typical": typical}


def _read_reaches(file: ArrayFile, layer: str) -> tuple[LayerInfo, dict[str, Array]]:
    """Return the layer at one step, and the reach of each unit of its signals without a range."""
    info = find_layer(file, layer)
    arrays = {signal.name: signal_array(layer, signal.name) for signal in info.signals if signal.range is None}
    return info, {name: _reaches(file, array) for name, array in arrays.items()}


def _reaches(file: ArrayFile, array: str) -> Array:
    samples, timesteps, units = file.blocks[array].shape
    count = max(1, min(samples, MAX_VALUES // max(1, timesteps * units)))
    stride = max(1, timesteps * units // MAX_VALUES)
    rows = [file.read(array, sample)[::stride] for sample in range(count)]
    return reaches(np.stack(rows))
