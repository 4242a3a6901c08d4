"""A defect of ours is a 500 with a traceback in TensorBoard's output; what a caller causes is not."""

from __future__ import annotations

import sys
import time
from pathlib import Path
from typing import Any

import pytest
from tensorboard.errors import PublicError
from werkzeug import wrappers
from werkzeug.test import Client

from tb_rnn_plugin.analysis.errors import AnalysisError, OutOfRangeError
from tb_rnn_plugin.log.errors import NotInLogError, UnreadableFileError
from tb_rnn_plugin.server import wire
from tests.server.runs import write_explained_run
from tests.tensorboard_process import PATIENCE, TensorBoard, tensorboard

_BROKEN = """
import sys, types
sys.modules["tensorboard.compat.notf"] = types.ModuleType("notf")
from tb_rnn_plugin.run import Run
def horizon(run, layer, step):
    return [][step]
Run.horizon = horizon
from tensorboard.main import run_main
run_main()
"""
"""Starts TensorBoard with an analysis that has a defect."""


def wait_for(board: TensorBoard, line: str, count: int) -> str:
    """Return what TensorBoard has printed, once a line is in it so often: werkzeug answers first, and then prints."""
    deadline = time.monotonic() + PATIENCE
    while (printed := board.output.read_text()).count(line) < count:
        assert time.monotonic() < deadline, printed
        time.sleep(0.05)
    return printed


def test_a_defect_is_a_500_with_a_traceback(tmp_path: Path) -> None:
    write_explained_run(tmp_path / "explained" / "rnn")
    asked: dict[str, Any] = {"run": "explained/rnn", "layer": "rnn", "step": 1}
    with tensorboard("--logdir", tmp_path, program=[sys.executable, "-c", _BROKEN]) as board:
        board.wait_for_runs("explained/rnn")
        for _ in range(2):  # An error is not kept: the second request computes again.
            assert board.get("horizon", **asked).status == 500
        printed = wait_for(board, "IndexError: list index out of range", 2)
        assert printed.count("Traceback (most recent call last)") == 2, printed
        assert printed.count("in read_horizon") == 2
        assert board.get("saturation", **asked).status == 200
        assert board.process.poll() is None


@pytest.mark.parametrize(
    ("error", "status", "sentence"),
    [
        (AnalysisError("no weights"), 400, "Invalid argument: no weights"),
        (OutOfRangeError("no such unit"), 404, "Not found: no such unit"),
        (NotInLogError("no such layer"), 404, "Not found: no such layer"),
        (UnreadableFileError("damaged"), 404, "Not found: damaged"),
        (PermissionError(13, "denied"), 404, "Not found: The run cannot be read: [Errno 13] denied."),
        (MemoryError(), 404, "Not found: This machine has too little memory for this request."),
        (AnalysisError("x" * 3000), 400, "Invalid argument: " + "x" * 1999 + "…"),
        (NotInLogError("\udcff"), 404, "Not found: \\udcff"),
    ],
)
def test_an_error_that_a_user_can_cause(error: Exception, status: int, sentence: str) -> None:
    def fail(request: wrappers.Request) -> wrappers.Response:
        raise error

    with pytest.raises(PublicError) as raised:
        Client(wire.application(fail)).get("/")
    assert (raised.value.http_code, str(raised.value)) == (status, sentence)


@pytest.mark.parametrize("error", [ValueError, IndexError, KeyError, TypeError, ZeroDivisionError])
def test_no_other_error_is_translated(error: type[Exception]) -> None:
    def fail(request: wrappers.Request) -> wrappers.Response:
        raise error("a defect")

    with pytest.raises(error, match="a defect"):
        Client(wire.application(fail)).get("/")
