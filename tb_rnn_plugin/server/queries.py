"""What the routes answer, as plain functions of trace directories and event data: no HTTP in here."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from tb_rnn_plugin.log import layout
from tb_rnn_plugin.log.arrays import ArrayFile
from tb_rnn_plugin.log.errors import LogError, NotInLogError
from tb_rnn_plugin.log.probe_file import read_probe
from tb_rnn_plugin.log.schema import Array, ProbeBatch
from tb_rnn_plugin.log.traces import check_signal, find_layer, mask_array, read_layers
from tb_rnn_plugin.server.runs import inside


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
        probe = open_probe(directory)
    except LogError as error:
        problems.append(str(error))
    return {
        "run": name,
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
    probe = open_probe(directory)
    if sample >= len(probe.sample_names):
        raise NotInLogError(f"Samples of this run are 0 to {len(probe.sample_names) - 1}, got {sample}.")
    return {
        "name": probe.sample_names[sample],
        "tokens": None if probe.tokens is None else list(probe.tokens[sample]),
        "annotations": {
            name: [_finite(value) for value in values[sample].tolist()] for name, values in probe.annotations.items()
        },
    }


def read_trace(file: ArrayFile, layer: str, sample: int, signal: str | None) -> dict[str, Array]:
    """Answer `/trace`: one sample of one signal, or of every signal, and the mask.

    Raises:
        LogError: there is no such layer, sample or signal, or the file is damaged.
    """
    info = find_layer(file, layer)
    names = [known.name for known in info.signals] if signal is None else [signal]
    trace = {f"signals/{name}": file.read(check_signal(info, name), sample) for name in names}
    if info.masked:
        trace["mask"] = file.read(mask_array(layer), sample)
    return trace


def stack_summaries(data: Sequence[tuple[int, Array]]) -> dict[str, Array]:
    """Answer `/summary`: the events of one tag, sorted by step; of a step that was written twice, the later event.

    Args:
        data: Step and `[time, statistic]`, in the order they were read.
    """
    by_step = dict(data)
    steps = sorted(by_step)
    # A tag whose shape changed on the way was refitted with another probe: the last shape is the one in force.
    shape = by_step[steps[-1]].shape
    steps = [step for step in steps if by_step[step].shape == shape]
    return {
        "steps": np.array(steps, np.int64),
        "summary": np.stack([by_step[step] for step in steps]).astype(np.float32),
    }


def open_step(directory: Path, step: int) -> ArrayFile:
    """Open the file of one step.

    Raises:
        LogError: there is no such step, or the file cannot be read.
    """
    try:
        return ArrayFile(inside(directory, layout.step_file(step)))
    except FileNotFoundError:
        raise NotInLogError(f"This run has no trace of step {step} (any more).") from None


def open_probe(directory: Path) -> ProbeBatch:
    """Read the probe of a run.

    Raises:
        LogError: it is missing or cannot be read.
    """
    try:
        return read_probe(ArrayFile(inside(directory, layout.PROBE_FILE)))
    except FileNotFoundError:
        path = directory / layout.PROBE_FILE
        raise NotInLogError(f"{path} is missing: tokens and annotations cannot be shown.") from None


def _unit(directory: Path) -> str:
    try:
        return str(ArrayFile(inside(directory, layout.PROBE_FILE)).field("unit"))
    except (LogError, OSError):
        return "epoch"


def _finite(value: float | None) -> float | None:
    return None if value is None or not math.isfinite(value) else float(value)
