"""Which directory a fit is written to."""

from __future__ import annotations

from pathlib import Path

import pytest

from tb_rnn_plugin.log.directories import check_log_dir, run_directory
from tests.runs import write_run


def test_a_first_fit_is_rnn(tmp_path: Path) -> None:
    assert run_directory(tmp_path, 0, "epoch") == tmp_path / "rnn"
    assert run_directory(tmp_path, 5, "epoch") == tmp_path / "rnn"


def test_a_new_fit_leaves_the_earlier_ones_alone(tmp_path: Path) -> None:
    write_run(tmp_path / "rnn")
    assert run_directory(tmp_path, 0, "epoch") == tmp_path / "rnn-2"
    write_run(tmp_path / "rnn-2")
    assert run_directory(tmp_path, 0, "epoch") == tmp_path / "rnn-3"


def test_a_resumed_fit_goes_on_in_the_newest(tmp_path: Path) -> None:
    write_run(tmp_path / "rnn")
    write_run(tmp_path / "rnn-2")
    assert run_directory(tmp_path, 4, "epoch") == tmp_path / "rnn-2"


def test_steps_of_another_unit_are_another_run(tmp_path: Path) -> None:
    write_run(tmp_path / "rnn")
    assert run_directory(tmp_path, 400, "batch") == tmp_path / "rnn-2"


def test_a_file_is_no_log_dir(tmp_path: Path) -> None:
    file = tmp_path / "notes.txt"
    file.touch()
    for log_dir in (file, file / "run-1"):
        with pytest.raises(NotADirectoryError, match=r"log_dir must be a directory.*notes\.txt is a file: choose"):
            check_log_dir(log_dir)
    check_log_dir(tmp_path / "not" / "yet")
