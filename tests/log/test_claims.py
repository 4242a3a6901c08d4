"""One process at a time writes a run, however the last one ended."""

from __future__ import annotations

import fcntl
import shutil
import signal
import subprocess
import sys
from functools import partial
from pathlib import Path

import pytest

from tb_rnn_plugin import open_run
from tb_rnn_plugin.log import claims
from tb_rnn_plugin.log.claims import claim, is_held, release
from tb_rnn_plugin.log.forecast import Forecast
from tb_rnn_plugin.log.layout import trace_directory
from tb_rnn_plugin.recording import Recording
from tests.log.recorder import capture
from tests.runs import probe

OTHER = """
import sys
from pathlib import Path
from tb_rnn_plugin.log.claims import claim
print(claim(Path(sys.argv[1])), flush=True)
sys.stdin.readline()
"""


class Other:
    """Another process that tries to claim a directory, and lives until it is told to end."""

    def __init__(self, directory: Path) -> None:
        command = [sys.executable, "-c", OTHER, str(directory)]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout is not None
        self.claimed = self.process.stdout.readline().strip() == "True"

    def end(self, how: signal.Signals = signal.SIGTERM) -> None:
        self.process.send_signal(how)
        self.process.communicate()


def test_one_at_a_time(tmp_path: Path) -> None:
    other = Other(tmp_path)
    assert other.claimed
    assert not claim(tmp_path)
    other.end()
    assert claim(tmp_path)
    another = Other(tmp_path)
    assert not another.claimed
    another.end()
    release(tmp_path)
    another = Other(tmp_path)
    assert another.claimed
    another.end()


def test_a_process_that_is_killed_claims_nothing(tmp_path: Path) -> None:
    other = Other(tmp_path)
    other.end(signal.SIGKILL)
    assert claim(tmp_path)
    release(tmp_path)


def test_a_process_keeps_what_it_has(tmp_path: Path) -> None:
    """As in a notebook, where a fit that was interrupted has left its callback behind."""
    assert claim(tmp_path)
    assert claim(tmp_path / "." / "sub" / "..")
    release(tmp_path)
    release(tmp_path)


@pytest.mark.parametrize("error", [OSError(9, "Bad file descriptor"), OSError(95, "Operation not supported")])
def test_where_there_are_no_locks_nothing_is_claimed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: OSError
) -> None:
    def refuse(*_: object) -> None:
        raise error

    monkeypatch.setattr(fcntl, "flock", refuse)
    assert claim(tmp_path)
    monkeypatch.undo()
    other = Other(tmp_path)
    assert other.claimed
    other.end()


def test_where_there_is_no_kind_of_lock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(claims, "fcntl", None)
    assert claim(tmp_path)
    release(tmp_path)


def test_a_directory_that_is_gone_is_not_held(tmp_path: Path) -> None:
    directory = tmp_path / "run"
    directory.mkdir()
    assert claim(directory)
    assert is_held(directory)
    shutil.rmtree(directory)
    assert not is_held(directory)
    directory.mkdir()
    assert not is_held(directory)
    release(directory)


def write(recording: Recording, step: int) -> None:
    recording.write(step, partial(capture, 1, step), {"loss": 1.0})
    assert recording.failures == 0


def test_what_was_let_go_is_claimed_again(tmp_path: Path) -> None:
    """The same callback in the next fit."""
    recording = Recording(tmp_path, probe(), "epoch", "float16")
    recording.open(0, Forecast(0, 0), None)
    write(recording, 0)
    recording.close()
    write(recording, 1)
    other = Other(trace_directory(tmp_path / "rnn"))
    assert not other.claimed
    other.end()
    recording.close()
    assert open_run(tmp_path / "rnn").steps == [0, 1]


def test_what_was_let_go_may_be_another_processs_by_then(tmp_path: Path) -> None:
    recording = Recording(tmp_path, probe(), "epoch", "float16")
    recording.open(0, Forecast(0, 0), None)
    write(recording, 0)
    recording.close()
    other = Other(trace_directory(tmp_path / "rnn"))
    assert other.claimed
    write(recording, 1)
    other.end()
    recording.close()
    assert [open_run(tmp_path / run).steps for run in ("rnn", "rnn-2")] == [[0], [1]]
