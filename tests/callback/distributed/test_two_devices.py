"""A `fit` under `MirroredStrategy` on two devices is logged as one: one run, one probe for each epoch."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.callback.distributed.logs import assert_one_run, assert_values
from tests.callback.distributed.network import EPOCHS, probe_runs
from tests.forks import Forks

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory, forks: Forks) -> Path:
    directory = tmp_path_factory.mktemp("two-devices")
    forks.run("tests.callback.distributed.two_devices:train", directory=str(directory))
    return directory


def test_there_is_one_run_with_every_step_once(written: Path) -> None:
    assert_one_run(written / "logs")


def test_the_values_are_those_of_the_trained_weights(written: Path) -> None:
    assert_values(written / "logs" / "rnn", written / "fit.npz")


def test_the_probe_runs_once_for_each_epoch(written: Path) -> None:
    """Before the first, it runs once to compile, and some more times to find whose its rows are."""
    before, since = probe_runs(written / "fit.npz")
    assert before >= 1
    assert since == EPOCHS
