"""Runs whose steps differ or cannot be read, and a run whose predictions are class scores."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import safetensors.numpy

from tb_rnn_plugin.log.schema import Array, Interval, LayerTrace, ProbeBatch
from tb_rnn_plugin.log.writer import RunWriter
from tests.analysis.traces import reference_trace
from tests.runs import RANGES, lstm_trace, probe

MASK = np.ones((3, 12), np.bool_)
MASK[1, 7:] = False

TRACE: dict[str, Any] = {"run": "plain/rnn", "step": 2, "layer": "lstm", "sample": 1}
"""The parameters of one trace of the plain run."""

UNEVEN_STEPS = [0, 3, 5, 6]
"""The readable steps of the uneven run whose layer and shape are those of the last readable step."""

CLASSES = 10


def step_path(run: Path, step: int) -> Path:
    return run / "plugins" / "rnn_timeline" / f"step-{step:010d}.safetensors"


def stored(run: Path, step: int, layer: str = "lstm") -> dict[str, Array]:
    """Return the signals of a layer by name, read with `safetensors` alone."""
    arrays = safetensors.numpy.load_file(step_path(run, step))
    prefix = f"signals/{layer}/"
    return {name.removeprefix(prefix): array for name, array in arrays.items() if name.startswith(prefix)}


@dataclass
class Listed:
    """A listing of steps that may be out of date."""

    listed: list[int]

    def steps(self, trace_directory: Path) -> list[int]:
        return self.listed

    def unit(self, trace_directory: Path, read: Callable[[], str]) -> str:
        return read()


EXPLAINED_STEPS = 3


def explained_layer(step: int) -> LayerTrace:
    """Return a layer with gradients, whose signals follow from its weights; another step has other weights."""
    trace = reference_trace("LSTM")
    ranges: dict[str, Interval | None] = {**RANGES, "cell_state": None}
    weights = {name: array * (1 + 0.5 * step) for name, array in trace.weights.items()}
    gradients = {state: 1e-9 * (1 + step) * trace.signals[state] for state in ("hidden_state", "cell_state")}
    return replace(trace, ranges=ranges, weights=weights, gradients=gradients)


def explained_annotation() -> Array:
    """Return a flag that is set where unit 2's hidden state is above its median."""
    values: Array = reference_trace("LSTM").signals["hidden_state"][:, :, 2]
    flags: Array = values > np.median(values)
    return flags


def write_explained_run(directory: Path) -> None:
    """Write a run that every analysis applies to."""
    writer = RunWriter(directory, dtype="float32")
    samples, timesteps = explained_annotation().shape
    writer.write_probe(replace(probe(samples, timesteps), annotations={"high": explained_annotation()}))
    for step in range(EXPLAINED_STEPS):
        writer.write_step(step, [explained_layer(step)])


def write_uneven_run(directory: Path) -> None:
    """Write eight steps: 1 is truncated, 2 is shorter, 4 has another layer, and 7 has a later format.

    At step 3 the cell state is too large for float16; at step 5 there are NaN and infinity.
    """
    writer = RunWriter(directory)
    writer.write_probe(probe())
    for step in range(8):
        writer.write_step(step, [_uneven(step)], {"output": np.ones((3, 1), np.float32)})
    truncated, newer = step_path(directory, 1), step_path(directory, 7)
    truncated.write_bytes(truncated.read_bytes()[:100])
    newer.write_bytes(newer.read_bytes().replace(b'"version":"1"', b'"version":"9"'))


def _uneven(step: int) -> LayerTrace:
    if step == 2:
        return lstm_trace(step, timesteps=8, mask=MASK[:, :8])
    trace = lstm_trace(step, mask=MASK, key="gru" if step == 4 else "lstm")
    signals = dict(trace.signals)
    if step == 3:
        signals["cell_state"] = signals["cell_state"] * np.float32(1e4)
    if step == 5:
        broken = signals["hidden_state"].copy()
        broken[1, 2, 3], broken[1, 4, 0], broken[1, :, 4] = np.nan, np.inf, np.nan
        signals["hidden_state"] = broken
    return replace(trace, signals=signals)


def write_scored_run(directory: Path) -> None:
    """Write a probe with inputs and targets of many forms, two steps with predictions, and a truncated third."""
    writer = RunWriter(directory)
    writer.write_probe(scored_probe())
    for step in range(3):
        writer.write_step(step, [lstm_trace(step)], scored_predictions(step))
    truncated = step_path(directory, 2)
    truncated.write_bytes(truncated.read_bytes()[:100])


def scored_probe() -> ProbeBatch:
    random = np.random.default_rng(0)
    indices = random.integers(0, CLASSES, (3, 12))
    indices[1, :4] = -1, CLASSES, 2**40, -100
    one_hot = np.eye(4, dtype=np.float32)[random.integers(0, 4, (3, 12))]
    one_hot[1, 9:] = 0
    return ProbeBatch(
        inputs={
            "ids": np.arange(36, dtype=np.int32).reshape(3, 12),
            "sensors": random.normal(size=(3, 20, 8)),
            "flags": random.random((3, 12, 1)) > 0.5,
            "too many": random.normal(size=(3, 12, 9)),
            "static": np.arange(3.0),
            "frames": np.zeros((3, 12, 2, 2)),
            "text": np.array([["a"] * 12] * 3),
        },
        targets={"next": indices, "kind": one_hot, "level": random.normal(size=(3, 12, 1))},
        sample_names=["a", "b", "c"],
    )


def scored_predictions(step: int) -> dict[str, Array]:
    random = np.random.default_rng(step + 1)
    alone = random.normal(size=(3, 12, 3)).astype(np.float32)
    alone[1, 4, 0], alone[1, 5] = np.nan, np.nan
    alone[1, 6] = 0.25
    return {
        "next": random.random((3, 12, CLASSES), np.float32),
        "kind": random.random((3, 12, 4), np.float32),
        "level": random.normal(size=(3, 12, 1)).astype(np.float32),
        "alone": alone,
        "pooled": random.normal(size=(3, 6)).astype(np.float32),
        "image": np.zeros((3, 12, 2, 2), np.float32),
        "loss": np.zeros((1, 12), np.float32),
    }
