"""Names and versions of the log format: everything that a file's name or metadata is recognised by."""

from __future__ import annotations

import os
import re
from pathlib import Path

PLUGIN_NAME = "rnn_timeline"

TRACE_DIRECTORY = ("plugins", PLUGIN_NAME)
"""Below a run's directory: TensorBoard's convention for the assets of a plugin."""

VERSION = 1
"""Version of both tiers, summaries and traces. Readers open every version up to this one."""

SUB_RUN = "rnn"
"""Directory under the user's `log_dir`. Keras' callback writes `train` and `validation` there: two writers in one
run directory would freeze TensorBoard's Python event reader on one of them."""

PROBE_FILE = "probe.safetensors"

_STEP_FILE = re.compile(r"step-([0-9]{10}|[1-9][0-9]{10,17})\.safetensors")
"""Names as `step_file` makes them, of steps that an int64 holds."""


def trace_directory(run_directory: Path) -> Path:
    """Return where the traces of a run lie."""
    return run_directory.joinpath(*TRACE_DIRECTORY)


def step_file(step: int) -> str:
    """Return the file name of one step's traces; names sort as their steps do."""
    return f"step-{step:010d}.safetensors"


def identity(status: os.stat_result) -> tuple[int, int, int]:
    """Return what tells a file of a log from another of its name: they are replaced, never changed."""
    return status.st_ino, status.st_size, status.st_mtime_ns


def parse_step_file(name: str) -> int | None:
    """Return the step that a file name stands for, or None if it is no step's file."""
    match = _STEP_FILE.fullmatch(name)
    return int(match[1]) if match else None
