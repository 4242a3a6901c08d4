"""One process at a time writes to a run, even if the last one was killed."""

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
    """Another process, which tries to claim a directory and runs until `end` is called."""

    def __init__(self, directory: Path) -> None:
        command = [sys.executable, "-c", OTHER, str(directory)]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout is not None
        self.claimed = self.process.stdout.readline().strip() == "True"

    def end(self, how: signal.Signals = signal.SIGTERM) -> None:
        self.process.send_signal(how)
        self.process.communicate()


def test_one_process_at_a_time_holds_a_claim(tmp_path: Path) -> None:
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


def test_a_killed_process_loses_its_claim(tmp_path: Path) -> None:
    other = Other(tmp_path)
    other.end(signal.SIGKILL)
    assert claim(tmp_path)
    release(tmp_path)


def test_a_process_may_claim_a_directory_again(tmp_path: Path) -> None:
    """In a notebook, an interrupted fit leaves its callback behind."""
    assert claim(tmp_path)
    assert claim(tmp_path / "." / "sub" / "..")
    release(tmp_path)
    release(tmp_path)


@pytest.mark.parametrize("error", [OSError(9, "Bad file descriptor"), OSError(95, "Operation not supported")])
def test_claiming_succeeds_on_a_file_system_without_locks(
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


def test_claiming_succeeds_on_a_system_without_fcntl(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(claims, "fcntl", None)
    assert claim(tmp_path)
    release(tmp_path)


def test_a_deleted_directory_is_not_held(tmp_path: Path) -> None:
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


def test_a_closed_recording_claims_its_run_again(tmp_path: Path) -> None:
    """As when the same callback is passed to another fit."""
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


def test_a_closed_recording_leaves_its_run_to_a_process_that_claimed_it(tmp_path: Path) -> None:
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
