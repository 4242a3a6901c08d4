"""Writes one run: the probe once, then summaries and traces step by step."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from tb_rnn_plugin.log import layout
from tb_rnn_plugin.log.array_writer import atomic_write
from tb_rnn_plugin.log.arrays import ArrayFile
from tb_rnn_plugin.log.errors import LogError
from tb_rnn_plugin.log.events import EventFile
from tb_rnn_plugin.log.probe_file import write_probe
from tb_rnn_plugin.log.schema import Array, LayerInfo, LayerTrace, ProbeBatch, describe
from tb_rnn_plugin.log.step_file import list_steps, read_layers, step_document, stored_arrays
from tb_rnn_plugin.log.summaries import step_event
from tb_rnn_plugin.log.thinning import steps_to_drop


class RunWriter:
    """The writer of one run directory.

    Args:
        directory: The run's directory, created if needed. Existing steps are kept.
        unit: What a step counts, `"epoch"` or `"batch"`.
        dtype: The dtype that floating-point values are stored in, `"float16"` or `"float32"`. An array with a value too
            large for float16 is stored as float32.

    Raises:
        NotADirectoryError, PermissionError, OSError: the directory cannot be created.
    """

    def __init__(self, directory: Path, unit: str = "epoch", dtype: str = "float16") -> None:
        self.directory = directory
        self._unit = unit
        self._dtype = np.dtype(dtype)
        self._traces = layout.trace_directory(directory)
        self._traces.mkdir(parents=True, exist_ok=True)
        self._events = EventFile(directory)
        self._layers: dict[str, LayerInfo] | None = None

    def write_probe(
        self,
        probe: ProbeBatch,
        fingerprints: Mapping[str, str] | None = None,
        ended_with: Mapping[str, str] | None = None,
    ) -> None:
        """Write the probe batch. Its numbers keep their dtype, whatever the writer's `dtype` is.

        Args:
            probe: The batch.
            fingerprints: By layer, the fingerprint of the weights at the start of training; None if they are not known.
            ended_with: By layer, the fingerprint of the weights at the end of the last fit; None if they are not known.
        """
        write_probe(self._traces / layout.PROBE_FILE, probe, self._unit, fingerprints, ended_with)

    def write_step(
        self,
        step: int,
        layers: Sequence[LayerTrace],
        predictions: Mapping[str, Array] | None = None,
        logs: Mapping[str, float] | None = None,
    ) -> None:
        """Write one step. The trace file is renamed into place after the summaries are written, so it implies both.

        Args:
            step: The epoch index, or the global batch index.
            layers: The trace of each layer.
            predictions: The model's outputs by name, each with samples on the first axis.
            logs: Keras' logs of the step.

        Raises:
            OSError: the step cannot be written; earlier steps are untouched, and further steps may be written.
        """
        earlier = self._described_before(step) if self._layers is None else self._layers
        described = [describe(layer).widened(earlier.get(layer.key)) for layer in layers]
        stored = stored_arrays(layers, predictions or {}, self._dtype)
        event = step_event(step, time.time(), layers, logs or {})
        with atomic_write(self._traces / layout.step_file(step), stored, step_document(step, described)):
            self._events.append(event)
        self._layers = {layer.key: layer for layer in described}

    def thin(self, keep: int) -> None:
        """Drop trace files so that at most `keep` remain: the first, the last and evenly spread ones between.

        The summaries of dropped steps remain.

        Raises:
            OSError: a file cannot be deleted.
        """
        self._drop(steps_to_drop(list_steps(self._traces), keep))

    def drop_after(self, step: int) -> None:
        """Drop the trace files of later steps, which a resumed run writes again.

        Raises:
            OSError: a file cannot be deleted.
        """
        self._drop([later for later in list_steps(self._traces) if later > step])

    def _drop(self, steps: Sequence[int]) -> None:
        for step in steps:
            (self._traces / layout.step_file(step)).unlink(missing_ok=True)

    def _described_before(self, step: int) -> dict[str, LayerInfo]:
        """Return the layers of the last readable step before `step`, to continue their extremes."""
        for before in reversed([earlier for earlier in list_steps(self._traces) if earlier < step]):
            # Skip a damaged step: only its own extremes are lost.
            with contextlib.suppress(LogError, OSError):
                return read_layers(ArrayFile(self._traces / layout.step_file(before)))
        return {}
