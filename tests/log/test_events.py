"""Event files against TensorBoard's own reader, and on a full disk."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from tensorboard.backend.event_processing import event_file_loader
from tensorboard.compat.proto import event_pb2, summary_pb2
from tensorboard.util import tensor_util

from tb_rnn_plugin.log.events import EventFile
from tb_rnn_plugin.log.statistics import STATISTICS, summarize
from tb_rnn_plugin.log.summaries import parse_plugin_data, step_event
from tests.runs import RANGES, lstm_trace, write_run


def read(path: Path) -> list[event_pb2.Event]:
    return list(event_file_loader.EventFileLoader(str(path)).Load())


def test_tensorboard_reads_the_summaries(tmp_path: Path) -> None:
    [path] = write_run(tmp_path / "rnn", steps=3).glob("events.out.tfevents.*")
    first, start, *events = read(path)
    assert first.file_version == "brain.Event:2"
    assert start.session_log.status == event_pb2.SessionLog.START
    assert [event.step for event in events] == [0, 1, 2]
    for event in events:
        values = {value.tag: value for value in event.summary.value}
        assert set(values) == {"checksums", "logs/loss", *(f"signals/lstm/{name}" for name in RANGES)}
        assert {value.metadata.data_class for value in values.values()} == {summary_pb2.DATA_CLASS_TENSOR}
        assert {value.metadata.plugin_data.plugin_name for value in values.values()} == {"rnn_timeline"}
        assert tensor_util.make_ndarray(values["logs/loss"].tensor) == np.float32(3.0 - event.step / 2)
        signal = lstm_trace(event.step).signals["cell_state"]
        np.testing.assert_array_equal(
            tensor_util.make_ndarray(values["signals/lstm/cell_state"].tensor), summarize(signal, None, None)
        )


def test_plugin_data_names_the_signal(tmp_path: Path) -> None:
    event = step_event(0, 1.0, [lstm_trace(0)], {"loss": 1.0, "histogram": np.zeros(3)})  # type: ignore[dict-item]
    values = {value.tag: value for value in event.summary.value}
    assert "logs/histogram" not in values
    data = parse_plugin_data(values["signals/lstm/forget_gate"].metadata.plugin_data.content)
    assert data is not None
    assert (data.version, data.signal.layer, data.signal.cell, data.signal.name) == (1, "lstm", "LSTM", "forget_gate")
    assert (data.signal.units, tuple(data.signal.statistics)) == (5, STATISTICS)


def test_plugin_data_of_a_later_version_is_ignored() -> None:
    event = step_event(0, 1.0, [], {"loss": 1.0})
    content = event.summary.value[0].metadata.plugin_data.content
    assert parse_plugin_data(content) is not None
    assert parse_plugin_data(content.replace(b"\x08\x01", b"\x08\x02", 1)) is None


def test_a_partial_write_is_undone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = EventFile(tmp_path)
    file.append(event_pb2.Event(step=0, wall_time=1.0))
    write = io.FileIO.write

    class HalfFull(io.FileIO):
        def write(self, data: bytes) -> int:  # type: ignore[override]
            return write(self, data[: len(data) // 2])

    with monkeypatch.context() as patch:
        patch.setattr(Path, "open", lambda path, mode, buffering: HalfFull(path, mode.replace("b", "")))
        with pytest.raises(OSError, match="bytes could be written"):
            file.append(event_pb2.Event(step=1, wall_time=1.0))
    file.append(event_pb2.Event(step=2, wall_time=1.0))
    assert [event.step for event in read(file.path)[2:]] == [0, 2]
