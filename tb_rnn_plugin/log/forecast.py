"""Predicts the size of a run on disk before it is written."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from tb_rnn_plugin.log.array_writer import file_size
from tb_rnn_plugin.log.schema import Array, LayerTrace, describe, gradient_state
from tb_rnn_plugin.log.step_file import step_document, stored_arrays
from tb_rnn_plugin.log.summaries import step_event

LARGE_STEP = 100_000_000
"""Bytes of a step from which a user is warned. Ours: a hundred epochs take 10 GB."""

_OPTIONAL = ("gradients", "weights")
_PREDICTIONS = (None, "predictions")
"""The key of the part that is of no layer."""


@dataclass(frozen=True)
class Forecast:
    """The size of one step in bytes; all steps of a run have about the same size.

    Attributes:
        trace: Size of the step's trace file.
        summary: Size of the step's event.
        parts: Size of what is stored of each layer, by its key and the kind of the arrays: `"signals"`, `"gradients"`,
            `"weights"`, `"inputs"`, …; and of the model's outputs, by `_PREDICTIONS`.
    """

    trace: int
    summary: int
    parts: Mapping[tuple[str | None, str], int] = field(default_factory=dict)

    def of_run(self, steps: int, keep: int | None = None) -> int:
        """Return the size in bytes of a run of `steps` steps that keeps at most `keep` trace files."""
        kept = steps if keep is None else min(steps, keep)
        return kept * self.trace + steps * self.summary

    def describe_large(self, samples: int) -> str | None:
        """Return a sentence on what makes a large step large, and what makes it smaller; None for a step that is not.

        Args:
            samples: The number of the probe's samples.
        """
        size = self.of_run(1)
        if size < LARGE_STEP:
            return None
        layers, kinds = Counter[str | None](), Counter[str]()
        for (key, kind), part in self.parts.items():
            layers[key] += part
            kinds[kind] += part
        [(largest, largest_size)] = layers.most_common(1)
        advice = [f"probe fewer than {samples} samples"] if samples > 1 else ["probe shorter sequences"]
        if largest is not None and len([key for key in layers if key is not None]) > 1:
            advice.append("choose other layers with layers=")
        advice += [f"leave out the {kind} with {kind}=False" for kind in _OPTIONAL if kinds[kind] > size / 8]
        what = "the predictions" if largest is None else f"layer {largest!r}"
        return (
            f"A step takes {spell_bytes(size)}, {spell_bytes(largest_size)} of it for {what}: {', or '.join(advice)}."
        )


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
    stored: dict[str, Array] = {}
    parts = Counter[tuple[str | None, str]]()
    for layer in layers:
        arrays = stored_arrays([layer], {}, np.dtype(dtype))
        for name, array in arrays.items():
            is_gradient = gradient_state(name.rpartition("/")[2]) is not None
            parts[layer.key, "gradients" if is_gradient else name.partition("/")[0]] += array.nbytes
        stored |= arrays
    outputs = stored_arrays([], predictions or {}, np.dtype(dtype))
    if outputs:
        parts[_PREDICTIONS] = sum(array.nbytes for array in outputs.values())
    stored |= outputs
    document = step_document(0, [describe(layer) for layer in layers])
    event = step_event(1, 0.0, layers, logs or {})
    return Forecast(file_size(stored, document), event.ByteSize(), parts)


def spell_bytes(count: int) -> str:
    """Return a number of bytes in readable form: `"3.1 MB"`."""
    size = float(count)
    for unit in ("bytes", "kB", "MB", "GB"):
        if size < 1000:
            return f"{size:.0f} {unit}" if unit == "bytes" else f"{size:.3g} {unit}"
        size /= 1000
    return f"{size:.3g} TB"
