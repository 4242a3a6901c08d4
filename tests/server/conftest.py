from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.runs import write_run
from tests.server.application import Application
from tests.server.runs import MASK, write_explained_run, write_scored_run, write_uneven_run
from tests.tensorboard_process import TensorBoard, tensorboard


@pytest.fixture(scope="session")
def logdir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    logdir = tmp_path_factory.mktemp("logs")
    write_run(logdir / "plain" / "rnn")
    write_run(logdir / "masked" / "rnn", mask=MASK)
    write_run(logdir / "spaces & ünïcode" / "rnn", steps=1)
    write_uneven_run(logdir / "uneven" / "rnn")
    write_scored_run(logdir / "scored" / "rnn")
    write_explained_run(logdir / "explained" / "rnn")
    return logdir


@pytest.fixture(scope="session", params=[True, False], ids=["rust-reader-tensorflow", "python-reader"])
def board(request: pytest.FixtureRequest, logdir: Path) -> Iterator[TensorBoard]:
    reader = f"--load_fast={str(request.param).lower()}"
    with tensorboard("--logdir", logdir, reader, tensorflow=request.param) as board:
        board.wait_for_runs(
            "plain/rnn", "masked/rnn", "spaces & ünïcode/rnn", "uneven/rnn", "scored/rnn", "explained/rnn"
        )
        yield board


@pytest.fixture(scope="session")
def application(logdir: Path) -> Application:
    return Application(logdir)
