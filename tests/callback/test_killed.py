"""A training that is killed and started again is one run, the same as without the kill."""

from __future__ import annotations

import signal
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest
from tensorboard.backend.event_processing.plugin_event_accumulator import EventAccumulator

from tb_rnn_plugin import open_run
from tb_rnn_plugin.run import Run
from tests.callback.killed_training import Training, train
from tests.callback.training import BATCHES
from tests.forks import Forks
from tests.runs import logged

# The warning is of Keras' own saving, on any NumPy from 2.0 on.
pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy:DeprecationWarning"),
]

EPOCHS = 4

Kill = Callable[[Training], None]


@pytest.fixture(scope="module")
def kill(forks: Forks) -> Kill:
    """Return a function that runs a training in a separate process, which is killed."""

    def run(training: Training) -> None:
        fork = forks.start("tests.callback.killed_training:train_with", **asdict(training))
        assert fork.wait() == -signal.SIGKILL, fork.output.read_text()

    return run


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Run:
    directory = tmp_path_factory.mktemp("undisturbed")
    train(Training(str(directory), epochs=EPOCHS))
    return open_run(directory / "logs" / "rnn")


def summarized(run_directory: Path) -> list[int]:
    """Return the steps of a run's summaries in TensorBoard, repeated ones included."""
    accumulator = EventAccumulator(str(run_directory), tensor_size_guidance={"rnn_timeline": 1000}).Reload()
    return [event.step for event in accumulator.Tensors("signals/rnn/cell_state")]


@pytest.mark.parametrize(
    ("order", "killed_in", "killed_at", "found"),
    [
        ("timeline, backup", 2, 1, [0, 1, 2]),
        # Keras considers the epoch done and does not train it again, although its capture is lost.
        ("backup, timeline", 2, "rename", [0, 1]),
        ("backup, timeline", EPOCHS - 1, 1, [0, 1, 2]),
        # Nothing was saved: both start again.
        ("timeline, backup", 0, "rename", []),
    ],
)
def test_a_training_restored_is_one_run_without_gaps(
    tmp_path: Path, kill: Kill, undisturbed: Run, order: str, killed_in: int, killed_at: str | int, found: list[int]
) -> None:
    kill(Training(str(tmp_path), order, EPOCHS, killed_in=killed_in, killed_at=killed_at))
    assert open_run(tmp_path / "logs" / "rnn").steps == found
    train(Training(str(tmp_path), order, EPOCHS))
    assert [path.name for path in (tmp_path / "logs").iterdir()] == ["rnn"]
    directory = tmp_path / "logs" / "rnn"
    run = open_run(directory)
    assert run.steps == summarized(directory) == list(range(EPOCHS))
    assert not list(directory.rglob("*.tmp"))
    for step in run.steps:
        for signal_name in ("forget_gate", "cell_state"):
            expected = undisturbed.load("rnn", signal_name, step)
            np.testing.assert_array_equal(run.load("rnn", signal_name, step), expected, err_msg=f"step {step}")
    lost = {killed_in} if order == "backup, timeline" else set()
    assert set(logged(directory, "logs/loss")) | lost == set(range(EPOCHS))


def test_what_was_captured_of_the_first_epoch_without_a_backup_is_a_run_of_its_own(tmp_path: Path, kill: Kill) -> None:
    """Keras starts again, like a new fit: nothing distinguishes the two, so nothing is overwritten."""
    kill(Training(str(tmp_path), epochs=EPOCHS, killed_in=0, killed_at=1))
    train(Training(str(tmp_path), epochs=EPOCHS))
    assert open_run(tmp_path / "logs" / "rnn").steps == [0]
    assert open_run(tmp_path / "logs" / "rnn-2").steps == list(range(EPOCHS))


def test_batches_restored_are_one_run_without_gaps(tmp_path: Path, kill: Kill) -> None:
    """The epoch in which it was killed is trained again from its first batch."""
    kill(Training(str(tmp_path), epochs=3, update_freq=2, killed_in=2, killed_at="batch 3"))
    assert open_run(tmp_path / "logs" / "rnn").steps == [0, 2, 4, 6, 8, 10, 12]
    train(Training(str(tmp_path), epochs=3, update_freq=2))
    assert [path.name for path in (tmp_path / "logs").iterdir()] == ["rnn"]
    directory = tmp_path / "logs" / "rnn"
    assert open_run(directory).steps == summarized(directory) == list(range(0, 3 * BATCHES, 2))
