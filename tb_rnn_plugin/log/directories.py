"""Chooses the directory that a fit is written to."""

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


def check_log_dir(log_dir: Path) -> None:
    """Raise if nothing can be written under `log_dir`.

    Raises:
        NotADirectoryError: it is a file, or would have to lie in one.
        PermissionError: it cannot be written to.
    """
    nearest = next(part for part in (log_dir, *log_dir.absolute().parents) if part.exists())
    if not nearest.is_dir():
        raise NotADirectoryError(
            f"log_dir must be a directory, or one that can be made, got {str(log_dir)!r}, and {nearest} is a file: "
            "choose another directory, or move the file away."
        )
    if not os.access(nearest, os.W_OK | os.X_OK):
        raise PermissionError(
            f"log_dir must be a directory that can be written to, got {str(log_dir)!r}, and {nearest} cannot: "
            "choose another directory, or change its permissions."
        )


def claim_run(log_dir: Path, first_step: int, unit: str, inputs: Mapping[str, Array]) -> Path:
    """Return the run directory for a fit that starts at `first_step`, made, and claimed for this process.

    A fit from step 0 is a new one: where `<log_dir>/rnn` holds an earlier fit, it gets `rnn-2`, `rnn-3`, …, so that
    the two are told apart and nothing is lost. A fit from a later step resumes the newest, if that counts the same unit
    and shows the model the same batch, and no other process is writing it.

    Args:
        log_dir: The user's directory.
        first_step: The fit's first step.
        unit: What it counts, `"epoch"` or `"batch"`.
        inputs: The probe batch's, by name.

    Raises:
        OSError: the directory cannot be made.
    """
    number, newest = 1, None
    while _has_steps(_numbered(log_dir, number)):
        newest = _numbered(log_dir, number)
        number += 1
    if first_step > 0 and newest is not None and _continues(newest, unit, inputs) and claim_directory(newest):
        return newest
    # A run without a step may be one that another process has just begun, or has ended since it was looked at.
    while not _claimed_without_steps(free := _numbered(log_dir, number)):
        number += 1
    return free


def _claimed_without_steps(directory: Path) -> bool:
    # One that this process has is another callback's of the same fit.
    if is_held(layout.trace_directory(directory)) or not claim_directory(directory):
        return False
    if _has_steps(directory):
        release(layout.trace_directory(directory))
        return False
    return True


def _has_steps(directory: Path) -> bool:
    return last_step(layout.trace_directory(directory)) is not None


def claim_directory(directory: Path) -> bool:
    """Make a run directory, if need be, and claim it for this process; False if another process has it.

    Raises:
        OSError: it cannot be made.
    """
    traces = layout.trace_directory(directory)
    traces.mkdir(parents=True, exist_ok=True)
    if not claim(traces):
        return False
    remove_unfinished(traces)
    return True


def _continues(directory: Path, unit: str, inputs: Mapping[str, Array]) -> bool:
    """Tell whether a run counts this unit and has this probe; one whose probe's file is lost is not gone on with."""
    try:
        file = ArrayFile(layout.trace_directory(directory) / layout.PROBE_FILE)
        return bool(file.field("unit") == unit) and _same(read_probe(file).inputs, inputs)
    except (LogError, OSError):
        return False


def _same(before: Mapping[str, Array], now: Mapping[str, Array]) -> bool:
    if before.keys() != now.keys():
        return False
    pairs = [(np.asarray(before[name]), np.asarray(now[name])) for name in before]
    # Texts are read back in another type than they had.
    pairs = [(a.astype(str), b.astype(str)) if b.dtype.kind in "SUO" else (a, b) for a, b in pairs]
    return all(np.array_equal(a, b, equal_nan=b.dtype.kind in "fc") for a, b in pairs)


def _numbered(log_dir: Path, number: int) -> Path:
    return log_dir / (layout.SUB_RUN if number == 1 else f"{layout.SUB_RUN}-{number}")
