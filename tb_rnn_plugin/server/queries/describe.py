"""The runs, what one of them holds, and one sample of its probe batch."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias, TypedDict, TypeVar

import numpy as np

from tb_rnn_plugin.analysis.findings.saturation import NEARLY_ALWAYS
from tb_rnn_plugin.analysis.signals import SignalMeaning, describe_signal
from tb_rnn_plugin.cells import find_spec
from tb_rnn_plugin.log import schema
from tb_rnn_plugin.log.arrays import ArrayFile
from tb_rnn_plugin.log.errors import LogError
from tb_rnn_plugin.log.rows import Row, list_rows
from tb_rnn_plugin.log.schema import Axes, Finite, Interval, ProbeBatch, is_over_time
from tb_rnn_plugin.log.step_file import read_layers, row_count
from tb_rnn_plugin.run import Run
from tb_rnn_plugin.server.queries.served_run import ServedRun, check_sample

T = TypeVar("T")
Unit: TypeAlias = Literal["epoch", "batch"]


class RunEntry(TypedDict):
    """One run in the list of runs.

    Attributes:
        name: The run's name in TensorBoard.
        unit: What a step counts, `"epoch"` or `"batch"`.
        steps: The number of steps that have a trace file.
        last_step: The highest of them, or null if there are none.
    """

    name: str
    unit: Unit
    steps: int
    last_step: int | None


class RunList(TypedDict):
    """All runs with data of the callback.

    Attributes:
        runs: Sorted by name.
    """

    runs: list[RunEntry]


@dataclass(frozen=True, kw_only=True)
class SignalInfo(SignalMeaning):
    """One signal of a layer.

    Attributes:
        name: `"forget_gate"`, `"cell_state"`, …; `"gradient:<state>"` for the gradient of the model's loss by a state,
            in units of loss per unit of state, if the run was written with gradients.
        range: The interval that the signal's activation function cannot leave, or null if there is none.
        extremes: The smallest and the largest finite value over all steps up to the last, all samples, timesteps and
            units; null if no value is finite. With `range` it gives a colour scale that is the same at every step.
        units: The number of units.
        axes: What its second and third axis are. The second is `"time"`, the timesteps of a recurrent layer, `"query"`
            of attention, `"none"` where there is none and a single timestep stands for it, or null where it is not
            known; tokens and annotations belong to `"time"` alone. The third is `"unit"`, or `"key"` or `"head·key"`,
            of attention scores.
        position: What one index of the second axis is called: `"timestep"`, `"query"`, or `"position"` where the axis
            is not known.
    """

    name: str
    range: Interval | None
    extremes: Interval | None
    units: int
    axes: Axes
    position: str


class LayerInfo(TypedDict):
    """One layer: shapes and names, no values.

    Attributes:
        key: The layer's key.
        cell: `"LSTM"`, `"GRU"`, `"SimpleRNN"`, or the class name of another cell or layer.
        units: The number of units of its widest signal; the states of a custom cell differ in size.
        timesteps: The number of timesteps, or of what `position` says.
        position: What one place on the second axis of its first signal is: `"timestep"`, `"query"` of attention, or
            `"position"` where it is not known.
        over_time: Whether its second axis is time, as the probe's tokens and annotations are.
        masked: Whether the layer got a mask.
        signals: Its signals, in the order of the cell's equations.
        keeps: The gate that multiplies the old state; null if the cell has none, or is not known.
        config: What else the cell's equations depend on: `activation`, `recurrent_activation`, `reset_after`,
            `go_backwards`, `dropout` (whether any was applied); and `return_sequences`, as given to the layer.
        rows: The rows on the sample axis of its arrays, which the parameter `sample` of other routes counts; null where
            they are the samples of the probe in order, as they are unless the model reshapes its batch.
        fingerprint: A hash of the weights that the layer's training began with; null if they are not known. Units of
            two runs correspond if these are equal.
    """

    key: str
    cell: str
    units: int
    timesteps: int
    position: str
    over_time: bool
    masked: bool
    signals: list[SignalInfo]
    keeps: str | None
    config: Mapping[str, str | Finite | bool | None]
    rows: list[Row] | None
    fingerprint: str | None


class AnnotationInfo(TypedDict):
    """One annotation of the probe.

    Attributes:
        name: Its name.
        kind: `"flag"` for booleans, `"number"` for everything else.
    """

    name: str
    kind: Literal["flag", "number"]


class SampleName(TypedDict):
    """One sample of the probe, without its contents.

    Attributes:
        name: Its name.
    """

    name: str


class NotFinite(TypedDict):
    """A value of one of Keras' logs that JSON has no number for.

    Attributes:
        step: The step.
        value: The value, as JavaScript's `Number` reads it.
    """

    step: int
    value: Literal["NaN", "Infinity", "-Infinity"]


class RunInfo(TypedDict):
    """What one run holds.

    Attributes:
        run: The run's name in TensorBoard.
        directory: The run's directory on TensorBoard's machine, absolute, links resolved: the argument of `open_run`.
        unit: What a step counts, `"epoch"` or `"batch"`.
        steps: The steps that have a trace file, ascending. They need not be consecutive.
        logs: Keras' logs by name, aligned with `steps`; null where the event file has no finite value for the step.
        not_finite: By name, the values of these logs that are not finite, by step; a log without any is left out.
        layers: The layers at the last readable step, in the model's order.
        samples: The samples of the probe.
        annotations: The annotations of the probe.
        problems: One sentence for each file that cannot be read, because it is truncated or written by a newer version.
        saturated_share: The share of timesteps from which a unit counts as saturated.
        probe: A hash of the probe's inputs, the same for two runs with the same probe; null if it cannot be read.
    """

    run: str
    directory: str
    unit: Unit
    steps: list[int]
    logs: dict[str, list[float | None]]
    not_finite: dict[str, list[NotFinite]]
    layers: list[LayerInfo]
    samples: list[SampleName]
    annotations: list[AnnotationInfo]
    problems: list[str]
    saturated_share: Finite
    probe: str | None


class SampleInfo(TypedDict):
    """One sample of the probe.

    Attributes:
        name: Its name.
        tokens: One string per timestep; null if the run has no tokens.
        annotations: By name, one number per timestep: 0 or 1 for a flag, null if not finite.
    """

    name: str
    tokens: list[str] | None
    annotations: dict[str, list[float | None]]


def list_runs(runs: Sequence[ServedRun]) -> RunList:
    """Answer `/runs`."""
    return {"runs": [_entry(run) for run in runs]}


def _entry(run: ServedRun) -> RunEntry:
    steps = run.steps
    return {"name": run.name, "unit": _unit(run), "steps": len(steps), "last_step": steps[-1] if steps else None}


def describe_run(run: ServedRun) -> RunInfo:
    """Answer `/run`: what can be read of a run, and a sentence for each part that cannot."""
    logs, unreadable = run.events.logs()
    steps = run.steps
    lost: list[str] = []
    probe = _readable(lambda: run.probe, ProbeBatch(inputs={}, sample_names=[]), lost)
    inputs = _readable(lambda: run.probe_fingerprint, None, lost)
    none_known: Mapping[str, str] = {}
    fingerprints = _readable(lambda: run.fingerprints, none_known, lost)
    layers, damaged = _last_layers(run, steps, probe.sample_names, fingerprints)
    problems = [*unreadable, *damaged, *dict.fromkeys(lost)]
    return {
        "run": run.name,
        "directory": str(run.directory.resolve()),
        "unit": _unit(run),
        "steps": steps,
        "logs": {log: [_finite(values.get(step)) for step in steps] for log, values in sorted(logs.items())},
        "not_finite": {log: found for log, values in sorted(logs.items()) if (found := _not_finite(values, steps))},
        "layers": layers,
        "samples": [{"name": sample} for sample in probe.sample_names],
        "annotations": [
            {"name": annotation, "kind": "flag" if values.dtype == np.bool_ else "number"}
            for annotation, values in probe.annotations.items()
        ],
        "problems": problems,
        "saturated_share": NEARLY_ALWAYS,
        "probe": inputs,
    }


def _readable(read: Callable[[], T], default: T, problems: list[str]) -> T:
    """Return what is read, or the default if it cannot be, and add a sentence for that to the problems."""
    try:
        return read()
    except (LogError, OSError) as error:
        problems.append(str(error))
        return default


def describe_sample(run: Run, sample: int) -> SampleInfo:
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


def _unit(run: Run) -> Unit:
    return "batch" if run.unit == "batch" else "epoch"


def _last_layers(
    run: Run, steps: Sequence[int], names: Sequence[str], fingerprints: Mapping[str, str]
) -> tuple[list[LayerInfo], list[str]]:
    """Return the layers at the last readable step, and a sentence for each step after it.

    A damaged last step does not hide the run: the step before it names the same layers.
    """
    layers: list[LayerInfo] = []
    problems: list[str] = []
    for step in reversed(steps):
        try:
            file = run.opened(step)
            layers = [
                describe_layer(info, _rows(run, file, info, names), fingerprints.get(key))
                for key, info in read_layers(file).items()
            ]
            break
        except (LogError, OSError) as error:
            problems.append(str(error))
    return layers, problems


def _rows(run: Run, file: ArrayFile, info: schema.LayerInfo, names: Sequence[str]) -> list[Row] | None:
    row_samples = run.row_samples(file, info)
    if row_samples is None and names:
        return None
    # Without the probe, rows have numbers for names.
    return list(list_rows(range(row_count(file, info)) if row_samples is None else row_samples, names))


_POSITIONS: dict[str | None, str] = {"time": "timestep", "none": "timestep", "query": "query"}


def describe_layer(info: schema.LayerInfo, rows: list[Row] | None = None, fingerprint: str | None = None) -> LayerInfo:
    """Return a layer as `/run` describes it."""
    spec = find_spec(info.cell)
    return {
        "key": info.key,
        "cell": info.cell,
        "units": info.units,
        "timesteps": info.timesteps,
        "position": _position(info.signals[0]),
        "over_time": is_over_time(info.signals[0].axes),
        "masked": info.masked,
        "signals": [_signal(info.cell, signal) for signal in info.signals],
        "keeps": spec.keeps if spec else None,
        "config": info.config,
        "rows": rows,
        "fingerprint": fingerprint,
    }


def _signal(cell: str, info: schema.SignalInfo) -> SignalInfo:
    return SignalInfo(**vars(describe_signal(cell, info)), **vars(info), position=_position(info))


def _position(info: schema.SignalInfo) -> str:
    return _POSITIONS.get(info.axes[0], "position")


def _not_finite(values: Mapping[int, float], steps: Sequence[int]) -> list[NotFinite]:
    broken = [step for step in steps if not math.isfinite(values.get(step, 0.0))]
    return [{"step": step, "value": _name(values[step])} for step in broken]


def _name(value: float) -> Literal["NaN", "Infinity", "-Infinity"]:
    return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"


def _finite(value: Any) -> float | None:
    return None if value is None or not math.isfinite(value) else float(value)
