"""Writes one run: its probe once, then summaries and traces step by step."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from tb_rnn_plugin.log import arrays, layout
from tb_rnn_plugin.log.errors import LogError
from tb_rnn_plugin.log.events import EventFile
from tb_rnn_plugin.log.probe_file import write_probe
from tb_rnn_plugin.log.schema import Array, LayerInfo, LayerTrace, ProbeBatch, describe, gradient_state
from tb_rnn_plugin.log.summaries import step_event
from tb_rnn_plugin.log.traces import last_step, read_layers, step_arrays


class RunWriter:
    """The writer of one run directory.

    Args:
        directory: The run's directory, created if need be. Steps already there are kept and may be continued.
        unit: What a step counts, `"epoch"` or `"batch"`.
        dtype: What floating-point values are stored as, `"float16"` or `"float32"`. An array with a value too large
            for float16 is stored as float32.

    Raises:
        NotADirectoryError, PermissionError, OSError: the directory cannot be made.
    """

    def __init__(self, directory: Path, unit: str = "epoch", dtype: str = "float16") -> None:
        self.directory = directory
        self._unit = unit
        self._dtype = np.dtype(dtype)
        self._traces = layout.trace_directory(directory)
        self._traces.mkdir(parents=True, exist_ok=True)
        self._events = EventFile(directory)
        self._layers = self._described_so_far()

    def write_probe(self, probe: ProbeBatch) -> None:
        """Write the probe batch. Its numbers are kept as they are, whatever `dtype` is."""
        write_probe(self._traces / layout.PROBE_FILE, probe, self._unit)

    def write_step(
        self,
        step: int,
        layers: Sequence[LayerTrace],
        predictions: Mapping[str, Array] | None = None,
        logs: Mapping[str, float] | None = None,
    ) -> None:
        """Write the traces of one step, then its summaries.

        Args:
            step: The epoch index, or the global batch index.
            layers: What each layer did.
            predictions: The model's outputs by name, each with samples on the first axis.
            logs: What Keras logged for the step.

        Raises:
            OSError: the step cannot be written; the steps before it are untouched, and the next may be tried.
        """
        described = [self._describe(layer) for layer in layers]
        document = {"kind": "step", "step": step, "layers": [layer.to_json() for layer in described]}
        stored = {name: self._narrow(name, array) for name, array in step_arrays(layers, predictions or {})}
        arrays.write(self._traces / layout.step_file(step), stored, document)
        self._layers = {layer.key: layer for layer in described}
        self._events.append(step_event(step, time.time(), layers, logs or {}))

    def _describe(self, layer: LayerTrace) -> LayerInfo:
        described = describe(layer)
        earlier = self._layers.get(layer.key)
        return described.widened(earlier) if earlier else described

    def _described_so_far(self) -> dict[str, LayerInfo]:
        """Return the layers as the last step of an earlier fit left them, so that extremes go on from there."""
        step = last_step(self._traces)
        if step is None:
            return {}
        try:
            return read_layers(arrays.ArrayFile(self._traces / layout.step_file(step)))
        except LogError:
            return {}  # A damaged step costs the extremes before it, not the new fit.

    def _narrow(self, name: str, array: Array) -> Array:
        if gradient_state(name.rpartition("/")[2]) is not None:
            # They span many orders of magnitude, and float16 ends at 6e-8.
            return array.astype(np.float32, copy=False)
        if array.dtype.kind != "f" or array.dtype.itemsize <= self._dtype.itemsize:
            return array
        with np.errstate(over="ignore"):
            narrow = array.astype(self._dtype, order="C")
        overflows = self._dtype == np.float16 and np.isinf(narrow).sum() != np.isinf(array).sum()
        return array.astype(np.float32) if overflows else narrow
