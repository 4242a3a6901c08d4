"""One process at a time writes a run, however the last one ended."""

from __future__ import annotations

import fcntl
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tb_rnn_plugin.log import claims
from tb_rnn_plugin.log.claims import claim, release

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
