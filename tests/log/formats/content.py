"""Converts a run to JSON values: everything that `open_run` returns."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from tb_rnn_plugin.log.schema import Array
from tb_rnn_plugin.run import Run
from tests.runs import logged


def content(run: Run) -> dict[str, Any]:
    """Return every name and number of a run, and of its event file."""
    probe = run.probe
    return {
        "unit": run.unit,
        "steps": run.steps,
        "probe": {
            "inputs": _by_name(probe.inputs),
            "targets": _by_name(probe.targets),
            "annotations": _by_name(probe.annotations),
            "tokens": None if probe.tokens is None else [list(sample) for sample in probe.tokens],
            "sample_names": list(probe.sample_names),
        },
        "layers": {key: layer.to_json() for key, layer in run.layers.items()},
        "traces": {str(step): {trace.key: _trace(trace) for trace in run.traces(step)} for step in run.steps},
        "summaries": _summaries(run),
    }


def plain(values: Array) -> Any:
    """Return an array as nested lists of the shortest numbers that identify its values, which JSON keeps exactly.

    NaN, which JSON lacks, becomes None.
    """
    return [plain(part) for part in values] if np.ndim(values) else _value(values[()])


def _value(value: Any) -> Any:
    if value.dtype.kind != "f":
        return value.item()
    return None if np.isnan(value) else float(str(value))


def _by_name(arrays: Any) -> dict[str, Any]:
    return {name: {"dtype": str(array.dtype), "values": plain(array)} for name, array in arrays.items()}


def _trace(trace: Any) -> dict[str, Any]:
    return {
        "cell": trace.cell,
        "signals": _by_name(trace.signals),
        "gradients": _by_name(trace.gradients),
        "initial_states": _by_name(trace.initial_states),
        "weights": _by_name(trace.weights),
        "inputs": plain(trace.inputs),
        "mask": plain(trace.mask),
        "config": dict(trace.config),
    }


def _summaries(run: Run) -> dict[str, Any]:
    tags = ["logs/loss"] + [
        f"signals/{key}/{signal.name}"
        for key, layer in run.layers.items()
        for signal in layer.signals
        if not signal.name.startswith("gradient:")
    ]
    return {
        tag: {str(step): plain(np.asarray(v)) for step, v in logged(Path(run.directory), tag).items()} for tag in tags
    }
