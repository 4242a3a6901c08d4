"""The README's code runs, and its numbers hold."""

from __future__ import annotations

import re
from pathlib import Path

import keras
import numpy as np
import pytest

from tb_rnn_plugin import Probe, RNNTimeline, open_run
from tb_rnn_plugin.log.forecast import forecast
from tb_rnn_plugin.log.statistics import STATISTICS
from tests.benchmarks.networks import FEATURES, batch, network
from tests.docs.pages import README, ROOT, run

TEXT = README.read_text()
SAMPLES, TIMESTEPS, UNITS, OUTPUTS = 8, 100, 128, 10


@pytest.mark.slow
def test_the_code_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    model = keras.Sequential([keras.Input((5, 3)), keras.layers.LSTM(4, name="lstm"), keras.layers.Dense(1)])
    model.compile("adam", "mse")
    x = np.random.default_rng(0).normal(size=(16, 5, 3)).astype("float32")
    run(README, {"model": model, "x": x, "y": x[:, 0, :1], "x_val": x})
    assert open_run("logs/run-1/rnn").steps == list(range(20))


def formula(values: tuple[int, int, int], weights: int, *, gradients: bool) -> int:
    """Return the bytes of a trace file by the README's formula; `values` are its sums of signals, states, features."""
    signals, states, features = values
    every_value = 2 * SAMPLES * (TIMESTEPS * (signals + features) + states + OUTPUTS)
    of_gradients = 4 * SAMPLES * TIMESTEPS * states if gradients else 0
    return every_value + 2 * weights + of_gradients


@pytest.mark.parametrize("gradients", [False, True])
@pytest.mark.slow
def test_bytes_per_epoch(gradients: bool) -> None:
    model, inputs = network("LSTM", UNITS, TIMESTEPS), batch(SAMPLES, TIMESTEPS)
    targets = np.arange(SAMPLES) % OUTPUTS if gradients else None
    captured = Probe(model, inputs, targets=targets)()
    predicted = forecast(captured.traces, captured.predictions, {"loss": 1.0})
    weights = sum(weight.size for trace in captured.traces for weight in trace.weights.values())
    values = 2 * 6 * UNITS, 2 * 2 * UNITS, FEATURES + UNITS
    assert predicted.trace == pytest.approx(formula(values, weights, gradients=gradients), rel=0.005)
    signals = 2 * (6 + (2 if gradients else 0))
    assert len(STATISTICS) * 4 == 48
    assert predicted.summary == pytest.approx(48 * TIMESTEPS * signals, rel=0.06)
    if not gradients:
        stated = re.findall(r"(\d\.\d\d) MB", TEXT)
        assert stated == [f"{predicted.of_run(1) / 1e6:.2f}"] * 2


@pytest.mark.slow
def test_the_forecast_is_what_a_fit_writes(tmp_path: Path) -> None:
    model, inputs = network("LSTM", UNITS, TIMESTEPS), batch(SAMPLES, TIMESTEPS)
    model.fit(inputs, np.arange(SAMPLES), epochs=2, verbose=0, callbacks=[RNNTimeline(tmp_path, inputs)])
    files = [path for path in (tmp_path / "rnn").rglob("*") if path.is_file() and not path.name.startswith("probe")]
    assert sum(path.stat().st_size for path in files) / 2e6 == pytest.approx(3.30, abs=0.01)


def test_the_requirements_are_those_declared() -> None:
    project = (ROOT / "pyproject.toml").read_text()
    for name in ("keras", "tensorflow", "tensorboard"):
        [bound] = set(re.findall(rf'"{name}>=([\d.]+)"', project))
        assert re.search(rf"{name} {re.escape(bound)} or newer", TEXT, re.IGNORECASE), name
    versions = re.findall(r"Programming Language :: Python :: ([\d.]+)", project)
    assert set(re.findall(r"3\.\d+ to 3\.\d+", TEXT)) == {f"{versions[0]} to {versions[-1]}"}
