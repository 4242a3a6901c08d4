"""File names and version of the log format."""

from __future__ import annotations

import os
import re
from pathlib import Path

PLUGIN_NAME = "rnn_timeline"

TRACE_DIRECTORY = ("plugins", PLUGIN_NAME)
"""Relative to a run's directory: TensorBoard's convention for a plugin's assets."""

VERSION = 1
"""The version of both tiers, summaries and traces. Readers open every version up to this one."""

SUB_RUN = "rnn"
"""The run's directory under the user's `log_dir`, beside the `train` and `validation` of Keras' TensorBoard callback.
With two writers in one run directory, TensorBoard's Python event reader would follow only one of them."""

PROBE_FILE = "probe.safetensors"

_STEP_FILE = re.compile(r"step-([0-9]{10}|[1-9][0-9]{10,17})\.safetensors")
"""Matches the names that `step_file` returns, for steps that fit into an int64."""


def trace_directory(run_directory: Path) -> Path:
    """Return the directory of a run's trace files."""
    return run_directory.joinpath(*TRACE_DIRECTORY)


def step_file(step: int) -> str:
    """Return the name of a step's trace file. Names sort in the order of their steps."""
    return f"step-{step:010d}.safetensors"


def identity(status: os.stat_result) -> tuple[int, int, int]:
    """Return a key that changes when a file is replaced. Files of a log are replaced as a whole, never modified."""
    return status.st_ino, status.st_size, status.st_mtime_ns


def parse_step_file(name: str) -> int | None:
    """Return the step of a trace file's name, or None for any other name."""
    match = _STEP_FILE.fullmatch(name)
    return int(match[1]) if match else None
