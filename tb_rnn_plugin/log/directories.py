"""Chooses the directory that a fit is written to."""

from __future__ import annotations

import os
from pathlib import Path

from tb_rnn_plugin.log import layout
from tb_rnn_plugin.log.arrays import ArrayFile
from tb_rnn_plugin.log.errors import LogError
from tb_rnn_plugin.log.traces import last_step


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


def run_directory(log_dir: Path, first_step: int, unit: str) -> Path:
    """Return the run directory for a fit that starts at `first_step`, counted in `unit`s.

    A fit from step 0 is a new one: where `<log_dir>/rnn` holds an earlier fit, it gets `rnn-2`, `rnn-3`, …, so that
    the two are told apart and nothing is lost. A fit from a later step resumes the newest, if that counts
    the same unit.
    """
    number, newest = 1, log_dir / layout.SUB_RUN
    while last_step(layout.trace_directory(_numbered(log_dir, number))) is not None:
        newest = _numbered(log_dir, number)
        number += 1
    resumes = first_step > 0 and (number == 1 or _unit(newest) == unit)
    return newest if resumes else _numbered(log_dir, number)


def _unit(directory: Path) -> str | None:
    try:
        return str(ArrayFile(layout.trace_directory(directory) / layout.PROBE_FILE).field("unit"))
    except (LogError, OSError):
        return None


def _numbered(log_dir: Path, number: int) -> Path:
    return log_dir / (layout.SUB_RUN if number == 1 else f"{layout.SUB_RUN}-{number}")
