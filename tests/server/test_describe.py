"""What `/run` says of Keras' logs: a value that is no number, and one that is missing, are two things."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tb_rnn_plugin.log import array_writer, layout
from tb_rnn_plugin.log.arrays import ArrayFile
from tb_rnn_plugin.log.layout import trace_directory
from tb_rnn_plugin.log.schema import Array
from tb_rnn_plugin.log.writer import RunWriter
from tb_rnn_plugin.server.queries.describe import RunInfo, describe_run
from tb_rnn_plugin.server.queries.served_run import ServedRun
from tests.runs import lstm_trace, probe, write_run
from tests.server.runs import Listed


class Logged:
    """Event files that hold one log and no summary."""

    def __init__(self, values: dict[int, float]) -> None:
        self.values = values

    def summaries(self, layer: str, signal: str) -> list[tuple[int, Array]]:
        return []

    def logs(self) -> tuple[dict[str, dict[int, float]], list[str]]:
        return {"accuracy": {0: 0.5}, "loss": self.values}, []


def test_a_loss_that_is_no_number_is_named(tmp_path: Path) -> None:
    run = write_run(tmp_path, steps=5)
    events = Logged({0: 1.0, 1: np.inf, 2: np.nan, 4: -np.inf})
    described = describe_run(ServedRun("run", trace_directory(run), Listed([0, 1, 2, 3, 4]), events))
    assert described["logs"]["loss"] == [1.0, None, None, None, None]
    assert described["not_finite"] == {
        "loss": [{"step": 1, "value": "Infinity"}, {"step": 2, "value": "NaN"}, {"step": 4, "value": "-Infinity"}]
    }


def described_with(directory: Path, **fields: Any) -> RunInfo:
    """Describe a run with flags and fingerprints whose probe file has other fields."""
    writer = RunWriter(directory)
    writer.write_step(0, [lstm_trace(0)])
    writer.write_probe(probe(), {"lstm": "one"})
    path = trace_directory(directory) / layout.PROBE_FILE
    file = ArrayFile(path)
    known = {name: file.field(name) for name in ("kind", "unit", "sample_names", "texts", "tokens", "fingerprints")}
    array_writer.write(path, {name: file.read(name) for name in file.names}, {**known, **fields})
    return describe_run(ServedRun("run", trace_directory(directory), Listed([0]), Logged({})))


@pytest.mark.parametrize(
    ("fields", "readable"),
    [
        ({"fingerprints": [1]}, {"samples", "probe"}),
        ({"texts": []}, {"fingerprint"}),
        ({"tokens": 7}, {"probe", "fingerprint"}),
    ],
    ids=["fingerprints", "texts", "tokens"],
)
def test_a_damaged_field_of_the_probe_hides_no_other(tmp_path: Path, fields: Any, readable: set[str]) -> None:
    described = described_with(tmp_path, **fields)
    found = {"samples": described["samples"], "probe": described["probe"]}
    found["fingerprint"] = described["layers"][0]["fingerprint"]
    assert {name for name, value in found.items() if value} == readable
    assert bool(described["annotations"]) == ("samples" in readable)
    assert 1 <= len(described["problems"]) <= 2, described["problems"]
    rows = described["layers"][0]["rows"]
    assert rows is None if "samples" in readable else [row.name for row in rows or ()] == ["row 0", "row 1", "row 2"]
