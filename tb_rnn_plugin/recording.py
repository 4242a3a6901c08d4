"""Writes what is captured during a training, and keeps failures from ending it."""

from __future__ import annotations

import logging
import shutil
import warnings
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from tb_rnn_plugin.log.claims import is_lost, release
from tb_rnn_plugin.log.directories import claim_directory, claim_run, numbered_runs
from tb_rnn_plugin.log.fingerprint import first_fingerprints
from tb_rnn_plugin.log.forecast import Forecast, spell_bytes
from tb_rnn_plugin.log.layout import trace_directory
from tb_rnn_plugin.log.schema import ProbeBatch
from tb_rnn_plugin.log.step_file import last_step
from tb_rnn_plugin.log.writer import RunWriter

if TYPE_CHECKING:
    from tb_rnn_plugin.probe import Activations

_log = logging.getLogger("tb_rnn_plugin")


class Recording:
    """One run that is being written. The first failure warns; the next step is tried all the same.

    Every failure is logged with its traceback: the first at level ERROR, later ones at level INFO.

    Args:
        log_dir: The user's directory.
        batch: The probe batch, written once.
        unit: What a step counts, `"epoch"` or `"batch"`.
        dtype: The dtype that values are stored in.
        keep: Maximum number of steps whose traces are kept; None for all.

    Attributes:
        failures: Number of failures.
    """

    def __init__(self, log_dir: Path, batch: ProbeBatch, unit: str, dtype: str, keep: int | None = None) -> None:
        self._log_dir = log_dir
        self._batch = batch
        self._unit = unit
        self._dtype = dtype
        self._keep = keep
        self._first_step = 0
        self._fingerprints: Mapping[str, str] = {}
        self._origins: Mapping[str, str] | None = None
        self._is_first = True
        self._directory: Path | None = None
        self._writer: RunWriter | None = None
        self.failures = 0

    def open(
        self,
        first_step: int,
        forecast: Forecast,
        steps: int | None,
        fingerprints: Callable[[], Mapping[str, str]] = dict,
    ) -> None:
        """Choose the directory, write the probe batch, and log the size of the run, before the fit's first step.

        Args:
            first_step: The fit's first step.
            forecast: The size of each step.
            steps: Maximum number of steps; None if it is not known.
            fingerprints: Returns by layer the fingerprint of the weights at the start of the fit.
        """
        self._first_step, self._is_first = first_step, True

        def open_run() -> None:
            self._fingerprints = {}
            self._fingerprints = fingerprints()
            self._log_size(self._opened().directory, forecast, steps)

        self._guarded(open_run, "opened")

    def stops_before(self, step: int) -> bool:
        """Return whether the run has earlier steps, and neither this one nor later ones."""
        last = None if self._directory is None else last_step(trace_directory(self._directory))
        return last is not None and last < step

    def write(self, step: int, capture: Callable[[], Activations], logs: Mapping[str, float]) -> None:
        """Capture and write one step."""
        self._guarded(lambda: self._write(step, capture(), logs), f"captured at step {step}")
        if self._keep is not None and self._writer is not None:
            writer, keep = self._writer, self._keep
            self._guarded(lambda: writer.thin(keep), f"thinned at step {step}")

    def close(self, fingerprints: Callable[[], Mapping[str, str]] = dict) -> None:
        """Release the run for other processes; the next write claims it again.

        Args:
            fingerprints: Returns by layer the fingerprint of the weights at the end of the fit.
        """
        writer, self._writer = self._writer, None
        if self._directory is not None:
            traces = trace_directory(self._directory)
            if writer is not None and not is_lost(traces) and last_step(traces) is not None:
                self._guarded(lambda: writer.write_probe(self._batch, self._origins, fingerprints()), "closed")
            release(traces)

    def _write(self, step: int, captured: Activations, logs: Mapping[str, float]) -> None:
        writer = self._opened()
        writer.write_step(step, captured.traces, captured.predictions, logs)
        if self._is_first:
            # Steps that an earlier fit left after the resumed one are dropped only once this step replaces them.
            writer.drop_after(step)
            self._is_first = False

    def _log_size(self, directory: Path, forecast: Forecast, steps: int | None) -> None:
        each = f"{spell_bytes(forecast.of_run(1))} a step"
        if steps is None:
            _log.info("Writing the RNN Timeline to %s, %s.", directory, each)
            return
        size, free = forecast.of_run(steps, self._keep), shutil.disk_usage(directory).free
        _log.info("Writing the RNN Timeline to %s, %s: %s for %d steps.", directory, each, spell_bytes(size), steps)
        if size > free:
            warn(
                f"RNNTimeline: {steps} steps take {spell_bytes(size)}, {each}, and {directory} has {spell_bytes(free)} "
                "left: keep fewer with keep=, capture less often with every=, or fewer layers or samples."
            )

    def _opened(self) -> RunWriter:
        if self._directory is not None and is_lost(trace_directory(self._directory)):
            # The directory there now may be another process' run.
            lost, self._directory = self._directory, None
            release(trace_directory(lost))
            raise FileNotFoundError(f"{lost} was deleted while it was written")
        if self._writer is None:
            if self._directory is None or not claim_directory(self._directory):
                # By the fit's first step, not the current one: a fit is new even if its run could not be opened then.
                self._directory = claim_run(self._log_dir, self._first_step, self._unit, self._batch.inputs)
            writer = RunWriter(self._directory, self._unit, self._dtype)
            earlier = [run for run in numbered_runs(self._log_dir) if run != self._directory]
            self._origins = first_fingerprints(self._directory, earlier, self._fingerprints)
            writer.write_probe(self._batch, self._origins)
            self._writer = writer
        return self._writer

    def _guarded(self, action: Callable[[], object], what: str) -> None:
        """Do something that must not end training.

        Args:
            action: What to do.
            what: What it does to the run, as in "the run could not be …".
        """
        try:
            action()
        except Exception as error:  # Training continues after any error.
            # The directory may be gone, or half a probe written: open the run again at the next step.
            self._writer = None
            self.failures += 1
            level = logging.ERROR if self.failures == 1 else logging.INFO
            _log.log(level, "The run in %s could not be %s.", self._log_dir, what, exc_info=True)
            if self.failures == 1:
                warn(
                    f"RNNTimeline: the run in {self._log_dir} could not be {what} ({error}). Training goes on; what "
                    "was written before is whole, and every following step is tried again."
                )


def warn(message: str) -> None:
    """Warn, or log the warning where the user's filters turn warnings into errors."""
    try:
        warnings.warn(message, RuntimeWarning, stacklevel=2)
    except RuntimeWarning:
        # Raised under `-W error`, it would end the user's training.
        _log.warning(message)
