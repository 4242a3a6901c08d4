"""The predicted size of a run, against its size on disk."""

from __future__ import annotations

from pathlib import Path

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
