"""The predicted size of a run, against its size on disk."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tb_rnn_plugin.log.forecast import Forecast, forecast, spell_bytes
from tb_rnn_plugin.log.layout import step_file, trace_directory
from tb_rnn_plugin.log.writer import RunWriter
from tests.runs import gru_trace, lstm_trace


@pytest.mark.parametrize("dtype", ["float16", "float32"])
def test_the_forecast_is_the_size_of_the_files(tmp_path: Path, dtype: str) -> None:
    layers = [lstm_trace(0, timesteps=50, units=20), gru_trace(1, timesteps=50, units=20)]
    predicted = forecast(layers, {"output": layers[0].signals["candidate"]}, {"loss": 1.0}, dtype)
    writer = RunWriter(tmp_path, dtype=dtype)
    for step in range(5):
        layers = [lstm_trace(step, timesteps=50, units=20), gru_trace(step, timesteps=50, units=20)]
        writer.write_step(step, layers, {"output": layers[0].signals["candidate"]}, {"loss": 1.0})
    files = [trace_directory(tmp_path) / step_file(step) for step in range(5)]
    [events] = tmp_path.glob("*tfevents*")
    for file in files:
        assert file.stat().st_size == pytest.approx(predicted.trace, rel=0.01)
    assert events.stat().st_size == pytest.approx(5 * predicted.summary, rel=0.01)
    whole = sum(file.stat().st_size for file in [*files, events])
    assert predicted.of_run(5) == pytest.approx(whole, rel=0.01)


def test_dropped_traces_do_not_count() -> None:
    predicted = Forecast(trace=1000, summary=10)
    assert predicted.of_run(20) == 20_200
    assert predicted.of_run(20, keep=5) == 5_200
    assert predicted.of_run(3, keep=5) == 3_030


@pytest.mark.parametrize(
    ("count", "text"),
    [(0, "0 bytes"), (999, "999 bytes"), (1000, "1 kB"), (3_140_000, "3.14 MB"), (2.5e10, "25 GB"), (4e15, "4e+03 TB")],
)
def test_readable_bytes(count: float, text: str) -> None:
    assert spell_bytes(int(count)) == text


def test_a_large_step_names_what_makes_it_large() -> None:
    """100 MB and more; each advice is about what takes the space."""
    assert forecast([lstm_trace(0)]).describe_large(3) is None
    wide = replace(lstm_trace(0, samples=3, timesteps=100, units=40_000), key="conv")
    predicted = forecast([lstm_trace(0), wide])
    assert predicted.describe_large(3) == (
        f"A step takes {spell_bytes(predicted.of_run(1))}, 145 MB of it for layer 'conv': probe fewer than 3 samples, "
        "or choose other layers with layers=."
    )
    alone = forecast([replace(wide, gradients={"hidden_state": wide.signals["hidden_state"]})])
    assert str(alone.describe_large(1)).endswith(
        "for layer 'conv': probe shorter sequences, or leave out the gradients with gradients=False."
    )
    heavy = replace(lstm_trace(0), weights={"kernel": np.zeros((1000, 60_000), np.float32)})
    assert str(forecast([heavy]).describe_large(3)).endswith("or leave out the weights with weights=False.")


def test_predictions_that_make_a_step_large_are_named() -> None:
    """Next-token probabilities over a vocabulary of 100,000, beside two small layers."""
    layers = [lstm_trace(0), replace(lstm_trace(1), key="second")]
    predicted = forecast(layers, {"output": np.broadcast_to(np.float16(0), (8, 100, 100_000))})
    size = spell_bytes(predicted.of_run(1))
    assert predicted.describe_large(8) == (
        f"A step takes {size}, 160 MB of it for the predictions: probe fewer than 8 samples."
    )
    parts = {("conv", "signals"): 145_000_000, **predicted.parts, (None, "predictions"): 10_000_000}
    assert Forecast(predicted.trace, predicted.summary, parts).describe_large(8) == (
        f"A step takes {size}, 145 MB of it for layer 'conv': probe fewer than 8 samples, or choose other layers with "
        "layers=."
    )
