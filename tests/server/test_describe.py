"""What `/run` says of Keras' logs: a value that is no number, and one that is missing, are two things."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from tb_rnn_plugin.log.layout import trace_directory
from tb_rnn_plugin.log.schema import Array
from tb_rnn_plugin.server.queries.describe import describe_run
from tb_rnn_plugin.server.queries.served_run import ServedRun
from tests.runs import write_run
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
