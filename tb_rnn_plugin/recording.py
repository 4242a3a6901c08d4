"""Writes what is captured during a training, and keeps every failure of doing so to itself."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from tb_rnn_plugin.log.directories import run_directory
from tb_rnn_plugin.log.schema import ProbeBatch
from tb_rnn_plugin.log.writer import RunWriter

if TYPE_CHECKING:
    from tb_rnn_plugin.probe import Activations

_log = logging.getLogger("tb_rnn_plugin")


class Recording:
    """One run that is being written. The first failure is one warning; every step is tried anew.

    Args:
        log_dir: The user's directory.
        batch: The probe batch, written once.
        unit: What a step counts, `"epoch"` or `"batch"`.
        dtype: What values are stored as.
    """

    def __init__(self, log_dir: Path, batch: ProbeBatch, unit: str, dtype: str) -> None:
        self._log_dir = log_dir
        self._batch = batch
        self._unit = unit
        self._dtype = dtype
        self._first_step = 0
        self._directory: Path | None = None
        self._writer: RunWriter | None = None
        self.failures = 0

    def open(self, first_step: int) -> None:
        """Choose the directory and write the probe batch, before the first step."""
        self._first_step = first_step
        self._guarded(self._opened, "opened")

    def write(self, step: int, capture: Callable[[], Activations], logs: Mapping[str, float]) -> None:
        """Capture and write one step."""
        self._guarded(lambda: self._write(step, capture(), logs), f"captured at step {step}")

    def _write(self, step: int, captured: Activations, logs: Mapping[str, float]) -> None:
        self._opened().write_step(step, captured.traces, captured.predictions, logs)

    def _opened(self) -> RunWriter:
        if self._writer is None:
            if self._directory is None:
                # By the fit's first step, not the one at hand: a fit that failed to open at first is still a new one.
                self._directory = run_directory(self._log_dir, self._first_step, self._unit)
                _log.info("Writing the RNN Timeline to %s.", self._directory)
            writer = RunWriter(self._directory, self._unit, self._dtype)
            writer.write_probe(self._batch)
            self._writer = writer
        return self._writer

    def _guarded(self, action: Callable[[], object], what: str) -> None:
        """Do something that must not end training."""
        try:
            action()
        except Exception as error:  # Whatever it is, training goes on.
            # The directory may be gone, or half a probe written: begin again at the next step.
            self._writer = None
            self.failures += 1
            if self.failures == 1:
                warn(
                    f"RNNTimeline: the run in {self._log_dir} could not be {what} ({error}). Training goes on; what "
                    "was written before is whole, and every following step is tried again."
                )


def warn(message: str) -> None:
    """Warn, whatever the user's filters make of warnings."""
    try:
        warnings.warn(message, RuntimeWarning, stacklevel=2)
    except RuntimeWarning:
        # Under `-W error` a warning is an exception, and would end the user's training.
        _log.warning(message)
