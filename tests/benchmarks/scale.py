"""Temporary runs of realistic size, written by the real writer."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from tb_rnn_plugin.log.forecast import forecast, spell_bytes
from tb_rnn_plugin.log.layout import PROBE_FILE
from tb_rnn_plugin.log.schema import LayerTrace
from tb_rnn_plugin.log.writer import RunWriter
from tests.runs import lstm_trace, probe


@dataclass(frozen=True)
class Scale:
    """The size of a run, or of each of several."""

    epochs: int
    layers: int
    units: int
    timesteps: int
    samples: int
    runs: int = 1

    def bytes(self) -> int:
        """Return how many bytes the runs take on disk, computed from one epoch."""
        return self.runs * forecast(self.first_epoch(), logs={"loss": 1.0}).of_run(self.epochs)

    def names(self) -> list[str]:
        """Return the runs as TensorBoard lists them."""
        return [f"run-{number:03d}/rnn" for number in range(self.runs)]

    def first_epoch(self) -> list[LayerTrace]:
        """Return the layers' traces; each later epoch has the same, shifted by one unit."""
        random = np.random.default_rng(0)
        recurrent = random.normal(size=(self.units, 4 * self.units)).astype(np.float32)
        layers = [lstm_trace(i, self.samples, self.timesteps, self.units, key=f"lstm_{i}") for i in range(self.layers)]
        return [replace(layer, weights={**layer.weights, "recurrent_kernel": recurrent}) for layer in layers]


LONG = Scale(epochs=1000, layers=1, units=256, timesteps=100, samples=4)
WIDE = Scale(epochs=20, layers=3, units=512, timesteps=200, samples=8)
SEQUENCE = Scale(epochs=5, layers=1, units=64, timesteps=10_000, samples=2)
LARGE = Scale(epochs=5, layers=3, units=512, timesteps=200, samples=64)
MANY = Scale(epochs=5, layers=1, units=16, timesteps=50, samples=4, runs=100)


@contextmanager
def written(scale: Scale) -> Iterator[Path]:
    """Write the runs into a log directory, and delete it on exit."""
    with tempfile.TemporaryDirectory() as directory:
        log_dir, told = Path(directory), scale.bytes()
        free = shutil.disk_usage(directory).free
        if told > free:
            raise SystemExit(
                f"A run of {spell_bytes(told)} does not fit into {directory}: {spell_bytes(free)} are free."
            )
        first = scale.first_epoch()
        for name in scale.names():
            writer = RunWriter(log_dir / name)
            writer.write_probe(probe(scale.samples, scale.timesteps))
            for epoch in range(scale.epochs):
                logs = {"loss": 3 / (1 + epoch)}
                writer.write_step(epoch, [_moved(layer, epoch) for layer in first], logs=logs)
        took = sum(path.stat().st_size for path in log_dir.rglob("*") if path.is_file() and path.name != PROBE_FILE)
        assert abs(took / told - 1) < 0.02, f"{spell_bytes(told)} were told, {spell_bytes(took)} written"
        yield log_dir


def _moved(layer: LayerTrace, by: int) -> LayerTrace:
    return replace(layer, signals={name: np.roll(values, by, axis=2) for name, values in layer.signals.items()})
