"""The demo's last step: the one link, and what it opens."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from demo.serve import link
from tests.runs import write_run


def test_the_link_names_the_run() -> None:
    assert link(6006, "lstm-96/rnn") == "http://localhost:6006/#rnn_timeline&p.rnn_timeline.run=lstm-96%2Frnn"


def test_serving_prints_the_link_once_the_run_is_there_and_ends_on_ctrl_c(tmp_path: Path) -> None:
    write_run(tmp_path / "lstm-96" / "rnn")
    # What a shell starts in the background ignores Ctrl+C, and all that it starts in turn: tests may be run so.
    script = (
        "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); from pathlib import Path; "
        f"from demo.serve import serve; serve(Path({str(tmp_path)!r}), ['lstm-96/rnn'])"
    )
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        said = ""
        deadline = time.monotonic() + 60
        while "Ctrl+C" not in said and time.monotonic() < deadline:
            said += process.stdout.readline()
        process.send_signal(signal.SIGINT)
        try:
            assert process.wait(timeout=30) == 0
        finally:
            process.kill()  # Else leaving the block would wait for ever.
    assert "/#rnn_timeline&p.rnn_timeline.run=lstm-96%2Frnn" in said
    assert not [pid for pid in Path("/proc").glob("[0-9]*") if str(tmp_path) in _command(pid)]


def _command(process: Path) -> str:
    try:
        return (process / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except OSError:
        return ""  # It has ended meanwhile.


def test_the_makefile_offers_a_demo_for_scripts() -> None:
    root = Path(__file__).parents[2]
    printed = subprocess.run(
        ["make", "--dry-run", "demo", "SERVE=0"], cwd=root, capture_output=True, text=True, check=True, env=os.environ
    ).stdout
    assert "-m demo --serve=0" in printed
