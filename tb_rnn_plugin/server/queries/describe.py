"""What there is: the runs, what one of them holds, and a sample of its probe batch."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from tb_rnn_plugin.analysis.findings.saturation import NEARLY_ALWAYS
from tb_rnn_plugin.analysis.signals import describe_layer
from tb_rnn_plugin.log.errors import LogError
from tb_rnn_plugin.log.schema import ProbeBatch
from tb_rnn_plugin.log.step_file import read_layers
from tb_rnn_plugin.run import Run
from tb_rnn_plugin.server.queries.served_run import check_sample


def list_runs(runs: Mapping[str, Run]) -> dict[str, Any]:
    """Answer `/runs`.

    Args:
        runs: By name.
    """
    listed = []
    for name, run in runs.items():
        steps = run.steps
        last = steps[-1] if steps else None
        listed.append({"name": name, "unit": run.unit, "steps": len(steps), "last_step": last})
    return {"runs": listed}


def describe_run(
    name: str, run: Run, logs: Mapping[str, Mapping[int, float]], unread: Sequence[str] = ()
) -> dict[str, Any]:
    """Answer `/run`: what can be read of a run, and a sentence for each part that cannot.

    Args:
        name: What TensorBoard calls it.
        run: The run.
        logs: By name, Keras' logs by step.
        unread: A sentence for each of the logs that could not be read.
    """
    steps = run.steps
    problems = list(unread)
    layers: list[dict[str, Any]] = []
    for step in reversed(steps):
        # A damaged last step must not hide the run: the one before it names the same layers.
        try:
            layers = [describe_layer(info) for info in read_layers(run.opened(step)).values()]
            break
        except (LogError, OSError) as error:
            problems.append(str(error))
    probe = ProbeBatch(inputs={}, sample_names=[])
    try:
        probe = run.probe
    except (LogError, OSError) as error:
        problems.append(str(error))
    return {
        "run": name,
        "directory": str(run.directory.resolve()),
        "unit": run.unit,
        "steps": steps,
        "logs": {log: [_finite(values.get(step)) for step in steps] for log, values in sorted(logs.items())},
        "layers": layers,
        "samples": [{"name": sample} for sample in probe.sample_names],
        "annotations": [
            {"name": annotation, "kind": "flag" if values.dtype == np.bool_ else "number"}
            for annotation, values in probe.annotations.items()
        ],
        "problems": problems,
        "saturated_share": NEARLY_ALWAYS,
    }


def describe_sample(run: Run, sample: int) -> dict[str, Any]:
    """Answer `/sample`.

    Raises:
        LogError: there is no such sample, or the probe cannot be read.
    """
    probe = run.probe
    check_sample(probe, sample)
    return {
        "name": probe.sample_names[sample],
        "tokens": None if probe.tokens is None else list(probe.tokens[sample]),
        "annotations": {
            name: [_finite(value) for value in values[sample].tolist()] for name, values in probe.annotations.items()
        },
    }


def _finite(value: float | None) -> float | None:
    return None if value is None or not math.isfinite(value) else float(value)
