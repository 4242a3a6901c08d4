"""Whose the rows of a layer are, as a log says it or leaves it open."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from tb_rnn_plugin import open_run
from tb_rnn_plugin.log.rows import describe_rows, list_rows, row_name
from tb_rnn_plugin.log.schema import describe
from tb_rnn_plugin.log.writer import RunWriter
from tb_rnn_plugin.run import Run
from tests.runs import lstm_trace, probe


def written(directory: Path, rows: int, row_samples: Sequence[int | None] | None, with_probe: bool = True) -> Run:
    writer = RunWriter(directory)
    if with_probe:
        writer.write_probe(replace(probe(), sample_names=["A", "B", "C"]))
    writer.write_step(0, [replace(lstm_trace(0, rows), row_samples=row_samples)])
    return open_run(directory)


@pytest.mark.parametrize(
    ("samples", "names"),
    [
        ([2, 1, 0], ["C", "B", "A"]),
        ([0, 0, 1], ["A · part 1", "A · part 2", "B"]),
        ([1, 0, 1, 0, 2], ["B · part 1", "A · part 1", "B · part 2", "A · part 2", "C"]),
        ([None, None], ["row 0", "row 1"]),
        ([0, None, 1], ["A · row 0", "row 1", "B · row 2"]),
        ([0, 3, 2**62], ["A · row 0", "row 1", "row 2"]),
    ],
    ids=str,
)
def test_the_names_of_rows(tmp_path: Path, samples: list[int | None], names: list[str]) -> None:
    assert [row.name for row in list_rows(samples, ["A", "B", "C"])] == names
    run = written(tmp_path, len(samples), samples)
    assert [row.name for row in run.rows("lstm", 0)] == names
    assert run.layers["lstm"].row_samples == run.trace("lstm", 0).row_samples == tuple(samples)


def test_the_samples_in_order_are_not_written() -> None:
    assert "row_samples" not in describe(lstm_trace(0)).to_json()
    assert describe(replace(lstm_trace(0), row_samples=(2, None, 0))).to_json()["row_samples"] == [2, None, 0]


def test_a_log_that_does_not_say_it(tmp_path: Path) -> None:
    """With one row per sample it is Keras' contract, else it is not known, as in logs that older versions wrote."""
    run = written(tmp_path / "as many", 3, None)
    assert [(row.name, row.sample) for row in run.rows("lstm", 0)] == [("A", 0), ("B", 1), ("C", 2)]
    assert run.trace("lstm", 0).row_samples is None
    run = written(tmp_path / "more", 4, None)
    assert [(row.name, row.sample) for row in run.rows("lstm", 0)] == [(f"row {i}", None) for i in range(4)]
    assert [trace.row_samples for trace in run.traces(0)] == [(None,) * 4]
    assert written(tmp_path / "without a probe", 4, None, with_probe=False).trace("lstm", 0).row_samples is None


def test_messages_name_rows_by_the_index_of_their_sample() -> None:
    assert [row_name(None, 2), row_name((1, 1, 0), 1), row_name((None, 1), 0)] == [
        "sample 2",
        "sample 1 · part 2",
        "row 0",
    ]
    assert row_name((2**62, 2**62), 1) == f"sample {2**62} · part 2"


def test_one_sentence_for_all_layers() -> None:
    assert describe_rows({"a": None, "b": None}, 2) is None
    sentence = describe_rows({"a": None, "b": (0, 0), "c": (0, None)}, 2)
    assert sentence == (
        "The model reshapes, reorders or mixes the probe's 2 samples before 'b' (2 rows), 'c' (2 rows), and whose they "
        "are is not known in 'c': these are shown as \"row 7\", without name, tokens and annotations."
    )
