"""The choice of a fit's run directory."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tb_rnn_plugin.log.directories import check_log_dir, claim_run
from tb_rnn_plugin.log.layout import PROBE_FILE, trace_directory
from tb_rnn_plugin.log.schema import Array, ProbeBatch
from tb_rnn_plugin.log.step_file import list_steps
from tb_rnn_plugin.log.writer import RunWriter
from tests.runs import probe, write_run

INPUTS = probe().inputs


@pytest.mark.parametrize("first_step", [0, 5])
def test_the_first_fit_goes_to_rnn(tmp_path: Path, first_step: int) -> None:
    assert claim_run(tmp_path, first_step, "epoch", INPUTS) == tmp_path / "rnn"
    # A second callback of the same fit, before the first has written anything.
    assert claim_run(tmp_path, first_step, "epoch", INPUTS) == tmp_path / "rnn-2"


def test_a_new_fit_does_not_touch_earlier_ones(tmp_path: Path) -> None:
    write_run(tmp_path / "rnn")
    assert claim_run(tmp_path, 0, "epoch", INPUTS) == tmp_path / "rnn-2"
    write_run(tmp_path / "rnn-2")
    assert claim_run(tmp_path, 0, "epoch", INPUTS) == tmp_path / "rnn-3"


def test_a_resumed_fit_continues_the_newest_run(tmp_path: Path) -> None:
    write_run(tmp_path / "rnn")
    write_run(tmp_path / "rnn-2")
    assert claim_run(tmp_path, 4, "epoch", INPUTS) == tmp_path / "rnn-2"


def test_another_unit_starts_another_run(tmp_path: Path) -> None:
    write_run(tmp_path / "rnn")
    assert claim_run(tmp_path, 400, "batch", INPUTS) == tmp_path / "rnn-2"


@pytest.mark.parametrize(
    "inputs",
    [
        {"input": INPUTS["input"] + 1},
        {"input": INPUTS["input"][:2]},
        {"other": INPUTS["input"]},
        {**INPUTS, "second": INPUTS["input"]},
    ],
    ids=["values", "shape", "name", "count"],
)
def test_another_probe_starts_another_run(tmp_path: Path, inputs: dict[str, Array]) -> None:
    write_run(tmp_path / "rnn")
    assert claim_run(tmp_path, 4, "epoch", inputs) == tmp_path / "rnn-2"


@pytest.mark.parametrize("kind", [object, str, bytes])
def test_a_probe_of_strings_or_with_nan_equals_itself(tmp_path: Path, kind: type) -> None:
    inputs = {"text": np.array(["to be", "or not"]).astype(kind), "number": np.array([1.5, np.nan])}
    write_run(tmp_path / "rnn")
    RunWriter(tmp_path / "rnn").write_probe(ProbeBatch(inputs=inputs, sample_names=["a", "b"]))
    assert claim_run(tmp_path, 4, "epoch", inputs) == tmp_path / "rnn"


@pytest.mark.parametrize("damage", [b"", None])
def test_a_run_without_a_readable_probe_is_not_resumed(tmp_path: Path, damage: bytes | None) -> None:
    path = trace_directory(write_run(tmp_path / "rnn")) / PROBE_FILE
    if damage is None:
        path.unlink()
    else:
        path.write_bytes(damage)
    assert claim_run(tmp_path, 4, "epoch", INPUTS) == tmp_path / "rnn-2"


def test_temporary_files_of_a_killed_writer_are_removed(tmp_path: Path) -> None:
    traces = trace_directory(write_run(tmp_path / "rnn"))
    (traces / ".step-0000000004.safetensors.4711.tmp").write_bytes(b"half")
    assert claim_run(tmp_path, 4, "epoch", INPUTS) == tmp_path / "rnn"
    assert not list(traces.glob("*.tmp"))
    assert list_steps(traces) == [0, 1, 2, 3]


def test_a_file_is_not_a_log_dir(tmp_path: Path) -> None:
    file = tmp_path / "notes.txt"
    file.touch()
    for log_dir in (file, file / "run-1"):
        with pytest.raises(
            NotADirectoryError, match=r"log_dir must be a directory .* but .*notes\.txt is a file: choose"
        ):
            check_log_dir(log_dir)
    check_log_dir(tmp_path / "not" / "yet")
