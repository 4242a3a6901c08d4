"""Reads a run: `RunReader`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from tb_rnn_plugin.log import layout
from tb_rnn_plugin.log.arrays import ArrayFile
from tb_rnn_plugin.log.errors import LogError, NotInLogError
from tb_rnn_plugin.log.probe_file import inputs_fingerprint, read_fingerprints, read_probe, read_unit
from tb_rnn_plugin.log.rows import Row, RowSamples, list_rows, unknown_rows
from tb_rnn_plugin.log.schema import Array, LayerInfo, LayerTrace, ProbeBatch, gradient_signal
from tb_rnn_plugin.log.step_file import (
    check_signal,
    find_layer,
    list_steps,
    mask_array,
    read_all,
    read_layer,
    read_layers,
    row_count,
)


class RunReader:
    """One run on disk. Nothing but headers is cached, so that a run can be read while it is written.

    Args:
        directory: The run's directory, which contains `plugins/rnn_timeline`.
    """

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self._traces = layout.trace_directory(directory)

    @property
    def steps(self) -> list[int]:
        """The captured steps, ascending."""
        return list_steps(self._traces)

    @property
    def layers(self) -> dict[str, LayerInfo]:
        """The captured layers by key, in the model's order, as of the last step."""
        steps = self.steps
        return read_layers(self.opened(steps[-1])) if steps else {}

    @property
    def probe(self) -> ProbeBatch:
        """The probe batch."""
        return read_probe(self.opened_probe())

    @property
    def fingerprints(self) -> Mapping[str, str]:
        """By layer, the fingerprint of the weights that training began with; empty if they are not known."""
        return read_fingerprints(self.opened_probe()) or {}

    @property
    def probe_fingerprint(self) -> str:
        """A hash of the probe's inputs."""
        return inputs_fingerprint(self.opened_probe())

    @property
    def unit(self) -> str:
        """What a step counts, `"epoch"` or `"batch"`; `"epoch"` if the probe's file, which states it, is unreadable."""
        try:
            return read_unit(self.opened_probe())
        except (LogError, OSError):
            return "epoch"  # Used only in messages, so the rest of the run stays readable.

    def load(self, layer: str, signal: str, step: int) -> Array:
        """Return one trace, `[sample, time, unit]`, as float32 (float64 if stored as float64), NaN where masked.

        Raises:
            NotInLogError: the run has no such layer, signal or step; the message lists those it has.
            UnreadableFileError: the file is damaged.
            NewerFormatError: a later version of this package wrote it.
        """
        file = self.opened(step)
        stored = file.read(check_signal(find_layer(file, layer), signal))
        return stored.astype(np.promote_types(stored.dtype, np.float32))

    def gradient(self, layer: str, signal: str, step: int) -> Array:
        """Return the gradient of the model's loss with respect to a state, `[sample, time, unit]`, NaN where masked.

        It is the total derivative: it includes the state's effect on all later timesteps. The run must have been
        written with `RNNTimeline(…, targets=…, gradients=True)`. A custom cell has gradients of the states it returns,
        and only if its output is one of them.

        Args:
            layer: The layer's key.
            signal: The state: `"hidden_state"`, `"cell_state"`.
            step: The captured step.

        Raises:
            NotInLogError: the run has no such layer, gradient or step; the message lists those it has.
        """
        return self.load(layer, gradient_signal(signal), step)

    def mask(self, layer: str, step: int) -> Array | None:
        """Return the mask of a layer, `[sample, time]` of bool, False where padded; None if the layer has none."""
        file = self.opened(step)
        return file.read(mask_array(layer)) if find_layer(file, layer).masked else None

    def trace(self, layer: str, step: int) -> LayerTrace:
        """Return everything stored of a layer at a step, weights included, in the stored dtypes."""
        return self._with_rows([read_layer(self.opened(step), layer)])[0]

    def traces(self, step: int) -> list[LayerTrace]:
        """Return everything stored of all layers at a step, in the model's order."""
        return self._with_rows(read_all(self.opened(step)))

    def rows(self, layer: str, step: int) -> tuple[Row, ...]:
        """Return the rows of a layer's arrays, each with its name and the index of its sample in the probe.

        They are the probe's samples, unless the model reshapes or reorders its batch before the layer.

        Example:
            >>> run.rows("lstm", step=7)[6]                        # doctest: +SKIP
            Row(name='B · part 2', sample=1)

        Raises:
            NotInLogError: the run has no such layer or step, or no probe.
        """
        file, names = self.opened(step), self.probe.sample_names
        row_samples = self.row_samples(file, find_layer(file, layer))
        return list_rows(range(len(names)) if row_samples is None else row_samples, names)

    def row_samples(self, file: ArrayFile, layer: LayerInfo) -> RowSamples:
        """Return whose the rows of a layer are: what the step's file says, else what their number does."""
        return layer.row_samples or unknown_rows(row_count(file, layer), self._sample_count())

    def _with_rows(self, traces: Sequence[LayerTrace]) -> list[LayerTrace]:
        """Return traces with what the number of their rows says of these, where the step's file does not."""
        samples = self._sample_count()
        counts = [len(next(iter(trace.signals.values()))) for trace in traces]
        return [
            replace(trace, row_samples=trace.row_samples or unknown_rows(count, samples))
            for trace, count in zip(traces, counts, strict=True)
        ]

    def _sample_count(self) -> int | None:
        """Return the number of the probe's samples; None if its file cannot be read."""
        try:
            return len(self.opened_probe().field("sample_names"))
        except (LogError, OSError, TypeError):
            return None

    def _file(self, name: str) -> ArrayFile:
        """Open a file of the run. The server overrides this: it must not follow links."""
        return ArrayFile(self._traces / name)

    def opened(self, step: int) -> ArrayFile:
        """Open the file of one step.

        Raises:
            NotInLogError: the run has no such step.
            UnreadableFileError: the file is damaged.
        """
        try:
            return self._file(layout.step_file(step))
        except FileNotFoundError:
            raise NotInLogError(f"This run has {_format_steps(self.steps)}, got step {step}.") from None

    def opened_probe(self) -> ArrayFile:
        """Open the file of the probe batch.

        Raises:
            NotInLogError: the file is missing.
            UnreadableFileError: the file is damaged.
        """
        try:
            return self._file(layout.PROBE_FILE)
        except FileNotFoundError:
            raise NotInLogError(
                f"This run has no probe batch, so no tokens and no annotations: {layout.PROBE_FILE} is missing."
            ) from None


def _format_steps(steps: list[int]) -> str:
    if not steps:
        return "no steps"
    return f"{len(steps)} steps from {steps[0]} to {steps[-1]}" if len(steps) > 1 else f"step {steps[0]} alone"
