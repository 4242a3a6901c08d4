"""Opens the files of a trace directory: those of steps, and that of the probe batch."""

from __future__ import annotations

from pathlib import Path

from tb_rnn_plugin.log import layout
from tb_rnn_plugin.log.arrays import ArrayFile
from tb_rnn_plugin.log.errors import NotInLogError
from tb_rnn_plugin.log.schema import ProbeBatch
from tb_rnn_plugin.server.runs import inside


def open_step(directory: Path, step: int) -> ArrayFile:
    """Open the file of one step.

    Raises:
        LogError: there is no such step, or the file cannot be read.
    """
    try:
        return ArrayFile(inside(directory, layout.step_file(step)))
    except FileNotFoundError:
        raise NotInLogError(f"This run has no trace of step {step} (any more).") from None


def open_probe(directory: Path) -> ArrayFile:
    """Open the file of a run's probe batch.

    Raises:
        LogError: it is missing or cannot be read.
    """
    try:
        return ArrayFile(inside(directory, layout.PROBE_FILE))
    except FileNotFoundError:
        path = directory / layout.PROBE_FILE
        raise NotInLogError(f"{path} is missing: tokens and annotations cannot be shown.") from None


def check_sample(probe: ProbeBatch, sample: int) -> None:
    """Raise unless the probe batch has such a sample.

    Raises:
        NotInLogError: it has not.
    """
    if sample >= len(probe.sample_names):
        raise NotInLogError(f"Samples of this run are 0 to {len(probe.sample_names) - 1}, got {sample}.")
