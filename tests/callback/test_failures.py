"""Nothing the callback does ends a training: the first failure warns, and every later step is tried again."""

from __future__ import annotations

import logging
import os
import resource
import shutil
import signal
import subprocess
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

from tb_rnn_plugin import open_run
from tests.callback.training import BATCHES, BatchCounter, fit, new_model, timeline, tiny_model
from tests.runs import logged


class At(keras.callbacks.Callback):  # type: ignore[misc]
    """Does something at the beginning of given epochs."""

    def __init__(self, actions: dict[int, Callable[[], object]]) -> None:
        super().__init__()
        self._actions = actions

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        if epoch in self._actions:
            self._actions[epoch]()


def fit_through(log_dir: Path, actions: dict[int, Callable[[], object]], epochs: int, **options: Any) -> list[str]:
    """Train to the end through failures, and return the warnings."""
    counter = BatchCounter()
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        fit(tiny_model(), [At(actions), timeline(log_dir, **options), counter], epochs=epochs)
    assert counter.count == epochs * BATCHES
    return [str(warning.message) for warning in caught if warning.category is RuntimeWarning]


def assert_whole(run_directory: Path, steps: list[int]) -> None:
    """Assert that a run holds these steps, that everything in them can be read, and that it holds no other files."""
    run = open_run(run_directory)
    assert run.steps == steps
    for step in steps:
        for name, layer in run.layers.items():
            for signal_info in layer.signals:
                assert np.isfinite(run.load(name, signal_info.name, step)).all()
    assert sorted(logged(run_directory, "signals/rnn/cell_state")) == steps
    assert sorted(logged(run_directory, "logs/loss")) == steps
    assert not list(run_directory.rglob("*.tmp"))


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of half a megabyte."""
    directory = tmp_path / "disk"
    directory.mkdir()
    mount = shutil.which("mount")
    command = [str(mount), "-t", "tmpfs", "-o", "size=512k", "tmpfs", str(directory)]
    if mount is None or os.geteuid() != 0 or subprocess.run(command, capture_output=True).returncode:
        pytest.skip("mounting a file system takes root")
    yield directory
    subprocess.run(["umount", str(directory)], check=True)


def fill(directory: Path) -> None:
    """Write until the file system is full."""
    with (directory / "ballast").open("wb", buffering=0) as file:
        try:
            while True:
                file.write(bytes(4096))
        except OSError:
            return


def test_a_disk_that_fills_up_and_is_cleared(small_disk: Path) -> None:
    actions: dict[int, Callable[[], object]] = {3: lambda: fill(small_disk), 5: (small_disk / "ballast").unlink}
    warned = fit_through(small_disk / "logs", actions, epochs=7)
    assert len(warned) == 1
    for word in ("step 3", "No space left", "Training goes on", str(small_disk)):
        assert word in warned[0]
    assert_whole(small_disk / "logs" / "rnn", [0, 1, 2, 5, 6])


@pytest.mark.slow
def test_a_disk_that_is_full_from_the_start(small_disk: Path) -> None:
    fill(small_disk)
    warned = fit_through(small_disk / "logs", {2: (small_disk / "ballast").unlink}, epochs=4)
    assert len(warned) == 1
    assert "No space left" in warned[0]
    assert_whole(small_disk / "logs" / "rnn", [2, 3])


@pytest.fixture
def file_size_limit() -> Iterator[Callable[[int], None]]:
    """Sets the largest file that the process may write; restored afterwards."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    assert signal.getsignal(signal.SIGXFSZ) == signal.SIG_IGN  # Python ignores the signal: a write fails instead.
    yield lambda size: resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.parametrize(
    ("limit", "written"),
    [
        (0, [0, 1, 2, 5, 6]),
        (1000, [0, 1, 2, 5, 6]),
        # Enough for a step's traces, not for the event file, which holds three steps by then; the next is a new one.
        (5000, [0, 1, 2, 4, 5, 6]),
    ],
)
def test_writes_that_fail_or_fall_short(
    tmp_path: Path, file_size_limit: Callable[[int], None], limit: int, written: list[int]
) -> None:
    actions: dict[int, Callable[[], object]] = {
        3: lambda: file_size_limit(limit),
        5: lambda: file_size_limit(resource.RLIM_INFINITY),
    }
    warned = fit_through(tmp_path, actions, epochs=7)
    assert len(warned) == 1
    assert "step 3" in warned[0]
    assert "too large" in warned[0]
    assert_whole(tmp_path / "rnn", written)


@pytest.mark.slow
def test_a_file_system_that_becomes_read_only(small_disk: Path) -> None:
    def remount(how: str) -> None:
        subprocess.run(["mount", "-o", f"remount,{how}", str(small_disk)], check=True)

    warned = fit_through(small_disk / "logs", {1: lambda: remount("ro"), 2: lambda: remount("rw")}, epochs=4)
    assert len(warned) == 1
    assert "Read-only" in warned[0]
    assert_whole(small_disk / "logs" / "rnn", [0, 2, 3])


@pytest.mark.slow
def test_a_directory_that_is_deleted(tmp_path: Path) -> None:
    warned = fit_through(tmp_path / "logs", {2: lambda: shutil.rmtree(tmp_path / "logs")}, epochs=4)
    assert len(warned) == 1
    assert "step 2" in warned[0]
    assert_whole(tmp_path / "logs" / "rnn", [3])
    assert open_run(tmp_path / "logs" / "rnn").probe.sample_names == ["sample 0", "sample 1"]


@pytest.mark.slow
def test_a_run_that_cannot_be_opened_at_first_never_goes_into_an_earlier_one(tmp_path: Path) -> None:
    """A file has the second run's name, and is removed after step 0."""
    fit(tiny_model(), timeline(tmp_path), epochs=3)
    earlier = {path: path.read_bytes() for path in (tmp_path / "rnn").rglob("*") if path.is_file()}
    (tmp_path / "rnn-2").write_text("in the way")
    warned = fit_through(tmp_path, {2: (tmp_path / "rnn-2").unlink}, epochs=4)
    assert len(warned) == 1
    assert {path: path.read_bytes() for path in (tmp_path / "rnn").rglob("*") if path.is_file()} == earlier
    assert_whole(tmp_path / "rnn-2", [2, 3])


class FailsOnDemand(keras.layers.Layer):  # type: ignore[misc]
    """The identity; fails while its flag is set."""

    def build(self, input_shape: Any) -> None:
        self.fails = tf.Variable(False, trainable=False)

    def call(self, inputs: Any) -> Any:
        with tf.control_dependencies([tf.debugging.Assert(tf.logical_not(self.fails), ["fails on demand"])]):
            return tf.identity(inputs)


class MakesFail(keras.callbacks.Callback):  # type: ignore[misc]
    """Makes a layer fail at the end of some epochs."""

    def __init__(self, layer: FailsOnDemand, *at: int) -> None:
        super().__init__()
        self._layer, self._at = layer, at

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        self._layer.fails.assign(False)

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        self._layer.fails.assign(epoch in self._at)


@pytest.mark.slow
def test_a_probe_that_raises_during_training(tmp_path: Path) -> None:
    rnn, fails = keras.layers.LSTM(2, unroll=True, name="rnn"), FailsOnDemand()
    model, counter = new_model(keras.Sequential([rnn, fails])), BatchCounter()
    with pytest.warns(RuntimeWarning, match=r"(?s)step 1.*fails on demand.*Training goes on") as caught:
        fit(model, [MakesFail(fails, 1), timeline(tmp_path), counter], epochs=4)
    assert [warning.category for warning in caught].count(RuntimeWarning) == 1
    assert counter.count == 4 * BATCHES
    assert open_run(tmp_path / "rnn").steps == [0, 2, 3]


def test_a_failure_is_no_exception_where_warnings_are_errors(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    counter = BatchCounter()
    with warnings.catch_warnings(), caplog.at_level(logging.WARNING, logger="tb_rnn_plugin"):
        warnings.simplefilter("error", RuntimeWarning)
        actions: dict[int, Callable[[], object]] = {1: lambda: shutil.rmtree(tmp_path / "logs")}
        fit(tiny_model(), [At(actions), timeline(tmp_path / "logs"), counter], epochs=3)
    assert counter.count == 3 * BATCHES
    messages = [record.getMessage() for record in caplog.records if record.name == "tb_rnn_plugin"]
    assert len([message for message in messages if "Training goes on" in message]) == 1
    assert messages[-1] == f"Steps that could not be written to {tmp_path / 'logs'}: 1."


def test_every_failure_is_logged_with_its_traceback(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """The first at level ERROR, in addition to its warning; later ones at level INFO."""
    rnn, fails = keras.layers.LSTM(2, unroll=True, name="rnn"), FailsOnDemand()
    model = new_model(keras.Sequential([rnn, fails]))
    callbacks = [MakesFail(fails, 1, 3), timeline(tmp_path)]
    with caplog.at_level(logging.INFO, logger="tb_rnn_plugin"), pytest.warns(RuntimeWarning):
        fit(model, callbacks, epochs=4)
    failures = [record for record in caplog.records if record.name == "tb_rnn_plugin" and record.exc_info]
    assert [record.getMessage() for record in failures] == [
        f"The run in {tmp_path} could not be captured at step {step}." for step in (1, 3)
    ]
    assert [record.levelname for record in failures] == ["ERROR", "INFO"]
    for record in failures:
        text = logging.Formatter().format(record)
        assert "Traceback (most recent call last)" in text
        assert "fails on demand" in text
