"""Two processes that write to one log_dir write two runs, whatever happens to their directories."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import numpy as np
import pytest

from tb_rnn_plugin import open_run
from tb_rnn_plugin.log import directories
from tb_rnn_plugin.log.claims import claim, release
from tb_rnn_plugin.log.layout import trace_directory
from tests.log.recorder import recorded
from tests.runs import logged, probe, write_run

SIGNAL = "signals/lstm/cell_state"


class Recorder:
    """One of the two processes."""

    def __init__(self, log_dir: Path, number: int) -> None:
        self.number = number
        command = [sys.executable, "-m", "tests.log.recorder", str(log_dir), str(number)]
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )

    def tell(self) -> None:
        """Make it open its run, or write its next step."""
        assert self._process.stdin is not None
        print(file=self._process.stdin, flush=True)

    def answer(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline().strip()

    def end(self) -> str:
        """Make it close its run, and return its standard error."""
        return self._process.communicate()[1]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[[int], Recorder]]:
    with ExitStack() as stack:

        def started(number: int) -> Recorder:
            recorder = Recorder(tmp_path, number)
            stack.callback(lambda: recorder._process.poll() is None and recorder.end())
            return recorder

        yield started


def assert_written_by(run_directory: Path, number: int, steps: list[int]) -> None:
    """Assert that a run has these steps, all written by the process with this number."""
    run = open_run(run_directory)
    assert run.steps == sorted(logged(run_directory, SIGNAL)) == steps
    for step in steps:
        expected = recorded(number, step).signals["cell_state"].astype(np.float16)
        np.testing.assert_array_equal(run.load("lstm", "cell_state", step), expected)


def test_both_runs_are_intact(tmp_path: Path, start: Callable[[int], Recorder]) -> None:
    one, other = start(1), start(2)
    for _ in range(20):  # The first round opens their runs.
        one.tell()
        other.tell()
        assert [one.answer(), other.answer()] == ["done", "done"]
    assert [one.end(), other.end()] == ["", ""]
    assert {path.name for path in tmp_path.iterdir()} == {"rnn", "rnn-2"}
    first = open_run(tmp_path / "rnn").load("lstm", "cell_state", 0)
    was_first = np.array_equal(first, recorded(1, 0).signals["cell_state"].astype(np.float16))
    for run, number in (("rnn", 1 if was_first else 2), ("rnn-2", 2 if was_first else 1)):
        assert_written_by(tmp_path / run, number, list(range(19)))


def test_a_directory_deleted_and_created_again_belongs_to_its_creator(
    tmp_path: Path, start: Callable[[int], Recorder]
) -> None:
    """As when somebody clears the logs for a new training while the last one still runs."""
    old, new = start(1), start(2)
    for _ in range(3):
        old.tell()
        assert old.answer() == "done"
    shutil.rmtree(tmp_path / "rnn")
    for _ in range(2):
        new.tell()
        assert new.answer() == "done"
    old.tell()
    assert old.answer() == "failed"
    for recorder in (new, old, old):
        recorder.tell()
        assert recorder.answer() == "done"
    warnings = old.end()
    assert warnings.count("RuntimeWarning") == 1
    assert "was deleted while it was written" in warnings
    assert new.end() == ""
    assert_written_by(tmp_path / "rnn", 2, [0, 1])
    assert_written_by(tmp_path / "rnn-2", 1, [3, 4])


def test_a_run_written_during_the_check_is_not_reused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The run has no step when it is checked, and no claim when it is claimed."""
    has_steps = directories._has_steps

    def write_after_check(directory: Path) -> bool:
        result = has_steps(directory)
        monkeypatch.undo()
        write_run(directory)
        return result

    monkeypatch.setattr(directories, "_has_steps", write_after_check)
    assert directories.claim_run(tmp_path, 0, "epoch", probe().inputs) == tmp_path / "rnn-2"
    release(trace_directory(tmp_path / "rnn-2"))
    assert open_run(tmp_path / "rnn").steps == [0, 1, 2, 3]


def test_a_claim_ends_with_its_directory(tmp_path: Path) -> None:
    directory = tmp_path / "run"
    directory.mkdir()
    assert claim(directory)
    shutil.rmtree(directory)
    directory.mkdir()
    command = "import sys, pathlib; from tb_rnn_plugin.log.claims import claim; print(claim(pathlib.Path(sys.argv[1])))"
    assert claim(directory)
    printed = subprocess.run(
        [sys.executable, "-c", command, directory], capture_output=True, text=True, check=True
    ).stdout
    assert printed == "False\n"
    release(directory)
