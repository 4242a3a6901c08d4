"""Predicts the size of a run on disk before it is written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from tb_rnn_plugin.log.array_writer import file_size
from tb_rnn_plugin.log.schema import Array, LayerTrace, describe
from tb_rnn_plugin.log.step_file import step_document, stored_arrays
from tb_rnn_plugin.log.summaries import step_event


@dataclass(frozen=True)
class Forecast:
    """The size of one step in bytes; all steps of a run have about the same size.

    Attributes:
        trace: Size of the step's trace file.
        summary: Size of the step's event.
    """

    trace: int
    summary: int

    def of_run(self, steps: int, keep: int | None = None) -> int:
        """Return the size in bytes of a run of `steps` steps that keeps at most `keep` trace files."""
        kept = steps if keep is None else min(steps, keep)
        return kept * self.trace + steps * self.summary


def forecast(
    layers: Sequence[LayerTrace],
    predictions: Mapping[str, Array] | None = None,
    logs: Mapping[str, float] | None = None,
    dtype: str = "float16",
) -> Forecast:
    """Return the size of one step, computed from a captured step.

    Only the number of digits of checksums and extremes varies from step to step.

    Args:
        layers: The trace of each layer.
        predictions: The model's outputs by name.
        logs: Keras' logs of a step.
        dtype: The dtype that floating-point values are stored in.
    """
    stored = stored_arrays(layers, predictions or {}, np.dtype(dtype))
    document = step_document(0, [describe(layer) for layer in layers])
    event = step_event(1, 0.0, layers, logs or {})
    return Forecast(file_size(stored, document), event.ByteSize())


def spell_bytes(count: int) -> str:
    """Return a number of bytes in readable form: `"3.1 MB"`."""
    size = float(count)
    for unit in ("bytes", "kB", "MB", "GB"):
        if size < 1000:
            return f"{size:.0f} {unit}" if unit == "bytes" else f"{size:.3g} {unit}"
        size /= 1000
    return f"{size:.3g} TB"
