from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from tests.runs import write_run
from tests.tensorboard_process import TensorBoard, tensorboard

MASK = np.ones((3, 12), np.bool_)
MASK[1, 7:] = False


@pytest.fixture(scope="session")
def logdir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    logdir = tmp_path_factory.mktemp("logs")
    write_run(logdir / "plain" / "rnn")
    write_run(logdir / "masked" / "rnn", mask=MASK)
    write_run(logdir / "spaces & ünïcode" / "rnn", steps=1)
    return logdir


@pytest.fixture(scope="session", params=["true", "false"], ids=["rust-reader", "python-reader"])
def board(request: pytest.FixtureRequest, logdir: Path) -> Iterator[TensorBoard]:
    with tensorboard("--logdir", logdir, f"--load_fast={request.param}") as board:
        board.wait_for_runs("plain/rnn", "masked/rnn", "spaces & ünïcode/rnn")
        yield board
