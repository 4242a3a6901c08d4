"""The demo's last step: TensorBoard and the printed link."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from demo.serve import link
from tests.runs import write_run


def test_the_link_names_the_run() -> None:
    assert link(6006, "lstm-96/rnn") == "http://localhost:6006/#rnn_timeline&p.rnn_timeline.run=lstm-96%2Frnn"


@pytest.mark.slow
def test_serve_prints_the_link_when_the_run_is_listed_and_stops_on_ctrl_c(tmp_path: Path) -> None:
    write_run(tmp_path / "lstm-96" / "rnn")
    # Processes that a shell starts in the background inherit an ignored SIGINT; the test may run in one.
    script = (
        "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); from pathlib import Path; "
        f"from demo.serve import serve; serve(Path({str(tmp_path)!r}), ['lstm-96/rnn'])"
    )
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        printed = ""
        deadline = time.monotonic() + 60
        while "Ctrl+C" not in printed and time.monotonic() < deadline:
            printed += process.stdout.readline()
        process.send_signal(signal.SIGINT)
        try:
            assert process.wait(timeout=30) == 0
        finally:
            process.kill()  # Otherwise leaving the block would wait without end.
    assert "/#rnn_timeline&p.rnn_timeline.run=lstm-96%2Frnn" in printed
    assert not [pid for pid in Path("/proc").glob("[0-9]*") if str(tmp_path) in _command(pid)]


def _command(process: Path) -> str:
    try:
        return (process / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except OSError:
        return ""  # The process has ended.


def test_make_demo_can_train_without_serving() -> None:
    root = Path(__file__).parents[2]
    printed = subprocess.run(
        ["make", "--dry-run", "demo", "SERVE=0"], cwd=root, capture_output=True, text=True, check=True, env=os.environ
    ).stdout
    assert "-m demo --serve=0" in printed
