"""Chooses the run directory of a fit."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from tb_rnn_plugin.log import layout
from tb_rnn_plugin.log.array_writer import remove_unfinished
from tb_rnn_plugin.log.arrays import ArrayFile
from tb_rnn_plugin.log.claims import claim, is_held, release
from tb_rnn_plugin.log.errors import LogError
from tb_rnn_plugin.log.probe_file import read_probe
from tb_rnn_plugin.log.schema import Array
from tb_rnn_plugin.log.step_file import last_step
from tb_rnn_plugin.log.texts import decoded_array


def check_log_dir(log_dir: Path) -> None:
    """Raise if `log_dir` cannot be created or written to.

    Raises:
        NotADirectoryError: `log_dir` or one of its parents is a file.
        PermissionError: `log_dir`, or the parent it would be created in, is not writable.
    """
    nearest = next(part for part in (log_dir, *log_dir.absolute().parents) if part.exists())
    if not nearest.is_dir():
        raise NotADirectoryError(
            f"log_dir must be a directory that exists or can be created, got {str(log_dir)!r}, but {nearest} is a "
            "file: choose another directory, or move the file."
        )
    if not os.access(nearest, os.W_OK | os.X_OK):
        raise PermissionError(
            f"log_dir must be a writable directory, got {str(log_dir)!r}, but {nearest} is not writable: "
            "choose another directory, or change its permissions."
        )


def claim_run(log_dir: Path, first_step: int, unit: str, inputs: Mapping[str, Array]) -> Path:
    """Create the run directory of a fit that starts at `first_step`, claim it for this process, and return it.

    A fit that starts at step 0 is new: if `<log_dir>/rnn` holds an earlier fit, the new one goes to `rnn-2`, `rnn-3`,
    …, so that no data is overwritten. A fit that starts later resumes the newest run if that has the same unit and the
    same probe batch, and no other process is writing to it.

    Args:
        log_dir: The directory that the user passed.
        first_step: The fit's first step.
        unit: What a step counts, `"epoch"` or `"batch"`.
        inputs: The probe batch's inputs, by name.

    Raises:
        OSError: the directory cannot be created.
    """
    runs = numbered_runs(log_dir)
    number, newest = 1 + len(runs), runs[-1] if runs else None
    if first_step > 0 and newest is not None and _is_resumable(newest, unit, inputs) and claim_directory(newest):
        return newest
    # Another process may just have created a run without steps, or may have written a run since the check above.
    while not _claimed_without_steps(free := _numbered(log_dir, number)):
        number += 1
    return free


def numbered_runs(log_dir: Path) -> list[Path]:
    """Return the directories of the runs with steps, `rnn`, `rnn-2`, …, up to the first without."""
    runs: list[Path] = []
    while _has_steps(run := _numbered(log_dir, len(runs) + 1)):
        runs.append(run)
    return runs


def _claimed_without_steps(directory: Path) -> bool:
    # Already claimed by another callback of this process.
    if is_held(layout.trace_directory(directory)) or not claim_directory(directory):
        return False
    if _has_steps(directory):
        release(layout.trace_directory(directory))
        return False
    return True


def _has_steps(directory: Path) -> bool:
    return last_step(layout.trace_directory(directory)) is not None


def claim_directory(directory: Path) -> bool:
    """Create a run directory if needed, and claim it for this process. Return False if another process holds it.

    Raises:
        OSError: the directory cannot be created.
    """
    traces = layout.trace_directory(directory)
    traces.mkdir(parents=True, exist_ok=True)
    if not claim(traces):
        return False
    remove_unfinished(traces)
    return True


def _is_resumable(directory: Path, unit: str, inputs: Mapping[str, Array]) -> bool:
    """Return whether a run has this unit and this probe. A run without a readable probe file is not resumed."""
    try:
        file = ArrayFile(layout.trace_directory(directory) / layout.PROBE_FILE)
        return bool(file.field("unit") == unit) and _equal_inputs(read_probe(file).inputs, inputs)
    except (LogError, OSError):
        return False


def _equal_inputs(logged: Mapping[str, Array], inputs: Mapping[str, Array]) -> bool:
    if logged.keys() != inputs.keys():
        return False
    pairs = [(np.asarray(logged[name]), np.asarray(inputs[name])) for name in logged]
    # Bytes are read back as strings.
    pairs = [(decoded_array(a), decoded_array(b)) if b.dtype.kind in "SUO" else (a, b) for a, b in pairs]
    return all(np.array_equal(a, b, equal_nan=b.dtype.kind in "fc") for a, b in pairs)


def _numbered(log_dir: Path, number: int) -> Path:
    return log_dir / (layout.SUB_RUN if number == 1 else f"{layout.SUB_RUN}-{number}")
