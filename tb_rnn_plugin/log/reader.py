"""What a run holds: `RunReader`."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from tb_rnn_plugin.log import layout
from tb_rnn_plugin.log.arrays import ArrayFile
from tb_rnn_plugin.log.errors import LogError, NotInLogError
from tb_rnn_plugin.log.probe_file import read_probe, read_unit
from tb_rnn_plugin.log.schema import Array, LayerInfo, LayerTrace, ProbeBatch, gradient_signal
from tb_rnn_plugin.log.step_file import check_signal, find_layer, list_steps, mask_array, read_layer, read_layers


class RunReader:
    """One run on disk. Each call reads just what it returns, so that a run may be read while it grows.

    Args:
        directory: The run's directory, which holds a trace directory.
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
    def unit(self) -> str:
        """What a step counts, `"epoch"` or `"batch"`; `"epoch"` where the probe's file, which says so, is lost."""
        try:
            return read_unit(self.opened_probe())
        except (LogError, OSError):
            return "epoch"  # Only a word in messages; not worth the rest of the run.

    def load(self, layer: str, signal: str, step: int) -> Array:
        """Return one trace, `[sample, time, unit]`, as float32 (float64 where it was stored so), NaN where masked.

        Raises:
            NotInLogError: the run has no such layer, signal or step; the message lists what it has.
            UnreadableFileError: the file is damaged.
            NewerFormatError: a later version of this package wrote it.
        """
        file = self.opened(step)
        stored = file.read(check_signal(find_layer(file, layer), signal))
        return stored.astype(np.promote_types(stored.dtype, np.float32))

    def gradient(self, layer: str, signal: str, step: int) -> Array:
        """Return the gradient of the model's loss by a state, `[sample, time, unit]`, NaN where masked.

        In units of loss per unit of state, with all that follows from the state, for runs written with
        `RNNTimeline(…, targets=…, gradients=True)`. Of a custom cell, of the states as it hands them on, and only where
        its output is one of them.

        Args:
            layer: The layer's key.
            signal: The state: `"hidden_state"`, `"cell_state"`.
            step: The captured step.

        Raises:
            NotInLogError: the run has no such layer, gradient or step; the message lists what it has.
        """
        return self.load(layer, gradient_signal(signal), step)

    def mask(self, layer: str, step: int) -> Array | None:
        """Return the mask of a layer, `[sample, time]` of bool, False where padded; None if it got none."""
        file = self.opened(step)
        return file.read(mask_array(layer)) if find_layer(file, layer).masked else None

    def trace(self, layer: str, step: int) -> LayerTrace:
        """Return everything that a layer did at a step, and its weights, as stored."""
        return read_layer(self.opened(step), layer)

    def traces(self, step: int) -> list[LayerTrace]:
        """Return everything that all layers did at a step, in the model's order."""
        file = self.opened(step)
        return [read_layer(file, key) for key in read_layers(file)]

    def _file(self, name: str) -> ArrayFile:
        """Open a file of the run; the server, which must not follow links, opens them in its own way."""
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
            raise NotInLogError(f"This run has {_spell(self.steps)}, got step {step}.") from None

    def opened_probe(self) -> ArrayFile:
        """Open the file of the probe batch.

        Raises:
            NotInLogError: it is missing.
            UnreadableFileError: it is damaged.
        """
        try:
            return self._file(layout.PROBE_FILE)
        except FileNotFoundError:
            raise NotInLogError(
                f"This run has no probe batch, so no tokens and no annotations: {layout.PROBE_FILE} is missing."
            ) from None


def _spell(steps: list[int]) -> str:
    if not steps:
        return "no steps"
    return f"{len(steps)} steps from {steps[0]} to {steps[-1]}" if len(steps) > 1 else f"step {steps[0]} alone"
