"""Small runs for tests, written through the real writer."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tensorboard.backend.event_processing.event_file_loader import LegacyEventFileLoader
from tensorboard.util import tensor_util

from tb_rnn_plugin.log.schema import Array, Interval, LayerTrace, ProbeBatch
from tb_rnn_plugin.log.writer import RunWriter

RANGES: dict[str, Interval | None] = {
    "input_gate": (0.0, 1.0),
    "forget_gate": (0.0, 1.0),
    "candidate": (-1.0, 1.0),
    "output_gate": (0.0, 1.0),
    "cell_state": None,
    "hidden_state": (-1.0, 1.0),
}


def lstm_trace(
    seed: int, samples: int = 3, timesteps: int = 12, units: int = 5, key: str = "lstm", mask: Array | None = None
) -> LayerTrace:
    """Return random signals in the ranges of an LSTM."""
    random = np.random.default_rng(seed)
    signals = {}
    for name, bounds in RANGES.items():
        low, high = bounds or (-20.0 - seed, 20.0 + seed)
        values = random.uniform(low, high, (samples, timesteps, units)).astype(np.float32)
        signals[name] = values if mask is None else np.where(mask[..., None], values, np.float32(np.nan))
    return LayerTrace(
        key=key,
        cell="LSTM",
        signals=signals,
        ranges=RANGES,
        inputs=random.normal(size=(samples, timesteps, 2)).astype(np.float32),
        initial_states={name: np.zeros((samples, units), np.float32) for name in ("hidden_state", "cell_state")},
        mask=mask,
        weights={"kernel": random.normal(size=(2, 4 * units)).astype(np.float32)},
    )


def gru_trace(seed: int, samples: int = 3, timesteps: int = 12, units: int = 5, key: str = "gru") -> LayerTrace:
    """Return random signals in the ranges of a GRU."""
    random = np.random.default_rng(seed)
    ranges = {
        "update_gate": (0.0, 1.0),
        "reset_gate": (0.0, 1.0),
        "candidate": (-1.0, 1.0),
        "hidden_state": (-1.0, 1.0),
    }
    return LayerTrace(
        key=key,
        cell="GRU",
        signals={
            name: random.uniform(low, high, (samples, timesteps, units)).astype(np.float32)
            for name, (low, high) in ranges.items()
        },
        ranges=ranges,
        inputs=random.normal(size=(samples, timesteps, 2)).astype(np.float32),
        initial_states={"hidden_state": np.zeros((samples, units), np.float32)},
    )


def probe(samples: int = 3, timesteps: int = 12) -> ProbeBatch:
    """Return a probe batch with tokens, a flag and a number."""
    tokens = [[chr(ord("a") + (s + t) % 26) for t in range(timesteps)] for s in range(samples)]
    return ProbeBatch(
        inputs={"input": np.arange(samples * timesteps, dtype=np.int32).reshape(samples, timesteps)},
        sample_names=[f"sample {s}" for s in range(samples)],
        tokens=tokens,
        annotations={
            "vowel": np.array([[token in "aeiou" for token in row] for row in tokens]),
            "depth": np.arange(samples * timesteps, dtype=np.float32).reshape(samples, timesteps) % 4,
        },
    )


def write_run(directory: Path, steps: int = 4, mask: Array | None = None) -> Path:
    """Write a run of a few epochs and return its directory."""
    writer = RunWriter(directory)
    writer.write_probe(probe())
    for step in range(steps):
        writer.write_step(
            step, [lstm_trace(step, mask=mask)], {"output": np.ones((3, 1), np.float32)}, {"loss": 3.0 - step / 2}
        )
    return directory


def logged(run_directory: Path, tag: str) -> dict[int, NDArray[Any]]:
    """Return the values of a tag by step, as TensorBoard reads them from a run's event files."""
    values: dict[int, NDArray[Any]] = {}
    for path in sorted(run_directory.glob("*tfevents*")):
        for event in LegacyEventFileLoader(str(path)).Load():
            for value in event.summary.value:
                if value.tag == tag:
                    values[event.step] = tensor_util.make_ndarray(value.tensor)
    return values
