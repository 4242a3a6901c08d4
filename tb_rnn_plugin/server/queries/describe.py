"""What there is: the runs, what one of them holds, and a sample of its probe batch."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from tb_rnn_plugin.log.errors import LogError
from tb_rnn_plugin.log.probe_file import read_probe
from tb_rnn_plugin.log.schema import ProbeBatch
from tb_rnn_plugin.log.traces import read_layers
from tb_rnn_plugin.server.queries.files import check_sample, open_probe, open_step


def list_runs(directories: Mapping[str, tuple[Path, Sequence[int]]]) -> dict[str, Any]:
    """Answer `/runs`.

    Args:
        directories: By run, its trace directory and its steps.
    """
    runs = []
    for name, (directory, steps) in directories.items():
        last = steps[-1] if steps else None
        runs.append({"name": name, "unit": _unit(directory), "steps": len(steps), "last_step": last})
    return {"runs": runs}


def describe_run(
    name: str, directory: Path, steps: Sequence[int], logs: Mapping[str, Mapping[int, float]]
) -> dict[str, Any]:
    """Answer `/run`: what can be read of a run, and a sentence for each part that cannot.

    Args:
        name: The run.
        directory: Its trace directory.
        steps: Its steps, ascending.
        logs: By name, Keras' logs by step.
    """
    problems: list[str] = []
    layers: list[dict[str, Any]] = []
    for step in reversed(steps):
        # A damaged last step must not hide the run: the one before it names the same layers.
        try:
            layers = [layer.to_json() for layer in read_layers(open_step(directory, step)).values()]
            break
        except LogError as error:
            problems.append(str(error))
    probe = ProbeBatch(inputs={}, sample_names=[])
    try:
        probe = read_probe(open_probe(directory))
    except LogError as error:
        problems.append(str(error))
    run_directory = directory.parents[1]  # As `layout.trace_directory` nests the one in the other.
    return {
        "run": name,
        "directory": str(run_directory.resolve()),
        "unit": _unit(directory),
        "steps": list(steps),
        "logs": {log: [_finite(values.get(step)) for step in steps] for log, values in sorted(logs.items())},
        "layers": layers,
        "samples": [{"name": sample} for sample in probe.sample_names],
        "annotations": [
            {"name": annotation, "kind": "flag" if values.dtype == np.bool_ else "number"}
            for annotation, values in probe.annotations.items()
        ],
        "problems": problems,
    }


def describe_sample(directory: Path, sample: int) -> dict[str, Any]:
    """Answer `/sample`.

    Raises:
        LogError: there is no such sample, or the probe cannot be read.
    """
    probe = read_probe(open_probe(directory))
    check_sample(probe, sample)
    return {
        "name": probe.sample_names[sample],
        "tokens": None if probe.tokens is None else list(probe.tokens[sample]),
        "annotations": {
            name: [_finite(value) for value in values[sample].tolist()] for name, values in probe.annotations.items()
        },
    }


def _unit(directory: Path) -> str:
    try:
        return str(open_probe(directory).field("unit"))
    except (LogError, OSError):
        return "epoch"


def _finite(value: float | None) -> float | None:
    return None if value is None or not math.isfinite(value) else float(value)
