"""What a run holds, and what its numbers say: `open_run`."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import numpy as np

from tb_rnn_plugin.analysis import Explanation, GateWeights, explain, gate_weights
from tb_rnn_plugin.log import layout
from tb_rnn_plugin.log.arrays import ArrayFile
from tb_rnn_plugin.log.errors import NotInLogError
from tb_rnn_plugin.log.probe_file import read_probe
from tb_rnn_plugin.log.schema import Array, LayerInfo, ProbeBatch
from tb_rnn_plugin.log.traces import (
    check_signal,
    find_layer,
    list_steps,
    mask_array,
    read_layer,
    read_layers,
    read_weights,
)


def open_run(directory: str | os.PathLike[str]) -> Run:
    """Open the run that `RNNTimeline(log_dir, …)` wrote, for reading.

    Args:
        directory: The run's directory, `<log_dir>/rnn`.

    Example:
        >>> run = open_run("logs/run-1/rnn")                   # doctest: +SKIP
        >>> run.load("lstm", "forget_gate", step=7).shape      # doctest: +SKIP
        (8, 100, 128)

    Raises:
        NotInLogError: there is no run.
    """
    return Run(Path(directory))


class Run:
    """One run on disk. Each call reads just what it returns, so that a run may be read while it grows."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self._traces = layout.trace_directory(directory)
        if not self._traces.is_dir():
            raise NotInLogError(
                f"{directory} holds no RNN Timeline run: pass the directory that has `plugins/{layout.PLUGIN_NAME}` "
                f"in it, `<log_dir>/{layout.SUB_RUN}` of the callback."
            )

    @property
    def steps(self) -> list[int]:
        """The captured steps, ascending."""
        return list_steps(self._traces)

    @property
    def layers(self) -> dict[str, LayerInfo]:
        """The captured layers by key, in the model's order, as of the last step."""
        steps = self.steps
        return read_layers(self._open(steps[-1])) if steps else {}

    @property
    def probe(self) -> ProbeBatch:
        """The probe batch."""
        return read_probe(ArrayFile(self._traces / layout.PROBE_FILE))

    def load(self, layer: str, signal: str, step: int) -> Array:
        """Return one trace, `[sample, time, unit]`, as float32 (float64 where it was stored so), NaN where masked.

        Raises:
            NotInLogError: the run has no such layer, signal or step; the message lists what it has.
            UnreadableFileError: the file is damaged.
            NewerFormatError: a later version of this package wrote it.
        """
        file = self._open(step)
        stored = file.read(check_signal(find_layer(file, layer), signal))
        return stored.astype(np.promote_types(stored.dtype, np.float32))

    def mask(self, layer: str, step: int) -> Array | None:
        """Return the mask of a layer, `[sample, time]` of bool, False where padded; None if it got none."""
        file = self._open(step)
        return file.read(mask_array(layer)) if find_layer(file, layer).masked else None

    def weights(self, layer: str, step: int) -> dict[str, GateWeights]:
        """Return a layer's weights by gate, in the dtype they are stored in: `W` and `U` and the biases of each.

        Example:
            >>> run.weights("lstm", step=7)["forget_gate"].W.shape   # doctest: +SKIP
            (3, 128)

        Raises:
            NotInLogError: the run has no such layer or step; the message lists what it has.
            ValueError: the cell's gates are not known, or its weights were not stored.
        """
        file = self._open(step)
        return gate_weights(find_layer(file, layer).cell, read_weights(file, layer))

    def explain(self, layer: str, signal: str, *, step: int, sample: int, timestep: int, unit: int) -> Explanation:
        """Return one value taken apart: its equation, the parts of its sum, and what weighed most in them.

        Example:
            >>> print(run.explain("lstm", "forget_gate", step=7, sample=0, timestep=40, unit=3))   # doctest: +SKIP

        Raises:
            NotInLogError: the run has no such layer, signal, step or sample; the message lists what it has.
            IndexError: there is no such timestep or unit.
            ValueError: the value cannot be explained: another cell than an LSTM, GRU or SimpleRNN, weights that were
                not stored, a masked timestep, a capture with dropout.
        """
        file = self._open(step)
        check_signal(find_layer(file, layer), signal)
        trace = read_layer(file, layer, sample)
        return replace(explain(trace, signal, sample=0, timestep=timestep, unit=unit, step=step), sample=sample)

    def _open(self, step: int) -> ArrayFile:
        try:
            return ArrayFile(self._traces / layout.step_file(step))
        except FileNotFoundError:
            raise NotInLogError(f"{self.directory} has {_spell(self.steps)}, got step {step}.") from None


def _spell(steps: list[int]) -> str:
    if not steps:
        return "no steps"
    return f"{len(steps)} steps from {steps[0]} to {steps[-1]}" if len(steps) > 1 else f"step {steps[0]} alone"
