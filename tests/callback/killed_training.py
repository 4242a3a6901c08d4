"""A training that kills its own process."""

from __future__ import annotations

import os
import signal
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import keras

from tb_rnn_plugin.log.layout import step_file
from tests.callback.training import fit, timeline, tiny_model


@dataclass(frozen=True)
class Training:
    """One training with `BackupAndRestore` and `RNNTimeline`.

    Attributes:
        directory: Where both write.
        order: `"timeline, backup"` or `"backup, timeline"`: the order of the callbacks.
        epochs: As `fit` takes it.
        update_freq: As `RNNTimeline` takes it.
        killed_in: The epoch in which it is killed; None to let it end.
        killed_at: `"batch 3"` for the end of a batch; 0, 1 or 2 for the end of the epoch before, between and after the
            two callbacks; `"rename"` for when the epoch's traces, which are written, are to get their name.
    """

    directory: str
    order: str = "timeline, backup"
    epochs: int = 4
    update_freq: str | int = "epoch"
    killed_in: int | None = None
    killed_at: str | int = 0


def kill() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


class Killer(keras.callbacks.Callback):  # type: ignore[misc]
    """Kills the process at the end of an epoch, or of one of its batches."""

    def __init__(self, epoch: int | None, batch: int | None = None) -> None:
        super().__init__()
        self._epoch, self._batch, self._now = epoch, batch, -1

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        self._now = epoch

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        if (self._now, batch) == (self._epoch, self._batch):
            kill()

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        if epoch == self._epoch and self._batch is None:
            kill()


def train(training: Training) -> None:
    """Train in this process."""
    directory = Path(training.directory)
    theirs = keras.callbacks.BackupAndRestore(directory / "backup", delete_checkpoint=False)
    ours = timeline(directory / "logs", update_freq=training.update_freq)
    callbacks = [ours, theirs] if training.order == "timeline, backup" else [theirs, ours]
    if training.killed_at == "rename":
        kill_at_rename_of(step_file(training.killed_in or 0))
    elif isinstance(training.killed_at, str):
        callbacks.append(Killer(training.killed_in, int(training.killed_at.removeprefix("batch "))))
    else:
        callbacks.insert(training.killed_at, Killer(training.killed_in))
    fit(tiny_model(), callbacks, epochs=training.epochs, shuffle=False)


def kill_at_rename_of(name: str) -> None:
    rename = Path.replace

    def replace(self: Path, target: Path) -> Path:
        if target.name == name:
            kill()
        return rename(self, target)

    Path.replace = replace  # type: ignore[assignment, method-assign]


def train_with(**fields: Any) -> None:
    """Train in this process, given the fields of a `Training`."""
    train(Training(**fields))
