"""What a run will take on the disk, told before it is written."""

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
    """The bytes of one step, as every step takes them.

    Attributes:
        trace: Of its trace file.
        summary: Of its event.
    """

    trace: int
    summary: int

    def of_run(self, steps: int, keep: int | None = None) -> int:
        """Return the bytes of a run of so many steps, of whose trace files at most `keep` are kept."""
        kept = steps if keep is None else min(steps, keep)
        return kept * self.trace + steps * self.summary


def forecast(
    layers: Sequence[LayerTrace],
    predictions: Mapping[str, Array] | None = None,
    logs: Mapping[str, float] | None = None,
    dtype: str = "float16",
) -> Forecast:
    """Return what one step takes, from one that was captured; exact but for the digits of checksums and extremes.

    Args:
        layers: What each layer did.
        predictions: The model's outputs by name.
        logs: What Keras logs for a step.
        dtype: What floating-point values are stored as.
    """
    stored = stored_arrays(layers, predictions or {}, np.dtype(dtype))
    document = step_document(0, [describe(layer) for layer in layers])
    event = step_event(1, 0.0, layers, logs or {})
    return Forecast(file_size(stored, document), event.ByteSize())


def spell_bytes(count: int) -> str:
    """Return a number of bytes as people read it: `"3.1 MB"`."""
    size = float(count)
    for unit in ("bytes", "kB", "MB", "GB"):
        if size < 1000:
            return f"{size:.0f} {unit}" if unit == "bytes" else f"{size:.3g} {unit}"
        size /= 1000
    return f"{size:.3g} TB"
