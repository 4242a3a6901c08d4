"""When the callback captures, and which run and step it writes to."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from tb_rnn_plugin import open_run
from tests.callback.training import BATCHES, PROBE, fit, new_model, timeline, tiny_model
from tests.runs import logged


def steps(log_dir: Path, run: str = "rnn") -> list[int]:
    return open_run(log_dir / run).steps


@pytest.mark.parametrize(("every", "wanted"), [(1, [0, 1, 2, 3, 4]), (2, [0, 2, 4]), (3, [0, 3]), (9, [0])])
def test_epochs(tmp_path: Path, every: int, wanted: list[int]) -> None:
    fit(tiny_model(), timeline(tmp_path, every=every), epochs=5)
    assert steps(tmp_path) == wanted
    assert sorted(logged(tmp_path / "rnn", "signals/rnn/forget_gate")) == wanted


@pytest.mark.parametrize(
    ("update_freq", "wanted"),
    [(1, list(range(15))), (2, [0, 2, 4, 6, 8, 10, 12, 14]), (4, [0, 4, 8, 12]), (7, [0, 7, 14]), (100, [0])],
)
def test_batches_are_counted_on_through_the_epochs(tmp_path: Path, update_freq: int, wanted: list[int]) -> None:
    """Three epochs of five batches."""
    fit(tiny_model(), timeline(tmp_path, update_freq=update_freq), epochs=3)
    assert steps(tmp_path) == wanted
    assert sorted(logged(tmp_path / "rnn", "signals/rnn/forget_gate")) == wanted


@pytest.mark.parametrize(
    ("steps_per_execution", "update_freq", "wanted"),
    [
        # Keras reports batches 1, 3, 4 of each epoch: two, two and one at a time.
        (2, 1, [1, 3, 4, 6, 8, 9]),
        # Batches 0, 3, 6 and 9 are due, each captured after the execution that includes it.
        (2, 3, [1, 3, 6, 9]),
        (5, 1, [4, 9]),
        (5, 7, [4, 9]),
    ],
)
def test_several_steps_per_execution(
    tmp_path: Path, steps_per_execution: int, update_freq: int, wanted: list[int]
) -> None:
    """A step is captured after the execution that includes it, under the index of the last batch that ran."""
    model = tiny_model(steps_per_execution=steps_per_execution)
    fit(model, timeline(tmp_path, update_freq=update_freq), epochs=2)
    assert steps(tmp_path) == wanted
    assert int(model.optimizer.iterations) == 2 * BATCHES


@pytest.mark.slow
def test_training_resumed_goes_on_in_the_same_run(tmp_path: Path) -> None:
    model = tiny_model()
    fit(model, timeline(tmp_path), epochs=2)
    before = open_run(tmp_path / "rnn").load("rnn", "cell_state", 1)
    fit(model, timeline(tmp_path), epochs=4, initial_epoch=2)
    assert steps(tmp_path) == [0, 1, 2, 3]
    assert [path.name for path in tmp_path.iterdir()] == ["rnn"]
    np.testing.assert_array_equal(open_run(tmp_path / "rnn").load("rnn", "cell_state", 1), before)


@pytest.mark.slow
def test_batches_resumed_go_on_in_the_same_run(tmp_path: Path) -> None:
    model = tiny_model()
    fit(model, timeline(tmp_path, update_freq=1), epochs=1)
    fit(model, timeline(tmp_path, update_freq=1), epochs=2, initial_epoch=1)
    assert steps(tmp_path) == list(range(2 * BATCHES))
    assert [path.name for path in tmp_path.iterdir()] == ["rnn"]


@pytest.mark.slow
def test_a_new_fit_goes_to_a_run_of_its_own(tmp_path: Path) -> None:
    fit(tiny_model(), timeline(tmp_path), epochs=2)
    fit(tiny_model(), timeline(tmp_path), epochs=1)
    fit(tiny_model(), timeline(tmp_path), epochs=1)
    assert [steps(tmp_path, run) for run in ("rnn", "rnn-2", "rnn-3")] == [[0, 1], [0], [0]]


class Stopped(keras.callbacks.Callback):  # type: ignore[misc]
    """A user who stops a notebook's cell after the first epoch."""

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        raise KeyboardInterrupt


@pytest.mark.slow
def test_a_fit_after_the_logs_of_one_that_was_stopped_were_deleted(tmp_path: Path) -> None:
    stopped = timeline(tmp_path)  # In a notebook it still exists.
    with pytest.raises(KeyboardInterrupt):
        fit(tiny_model(), [stopped, Stopped()], epochs=3)
    shutil.rmtree(tmp_path / "rnn")
    fit(tiny_model(), timeline(tmp_path), epochs=2)
    assert [path.name for path in tmp_path.iterdir()] == ["rnn"]
    assert steps(tmp_path) == [0, 1]


@pytest.mark.slow
def test_training_resumed_goes_on_in_the_newest_run(tmp_path: Path) -> None:
    fit(tiny_model(), timeline(tmp_path), epochs=1)
    fit(tiny_model(), timeline(tmp_path), epochs=1)
    fit(tiny_model(), timeline(tmp_path), epochs=2, initial_epoch=1)
    assert steps(tmp_path, "rnn") == [0]
    assert steps(tmp_path, "rnn-2") == [0, 1]


@pytest.mark.slow
def test_training_resumed_with_another_probe_is_a_run_of_its_own(tmp_path: Path) -> None:
    model = tiny_model()
    fit(model, timeline(tmp_path), epochs=2)
    fit(model, timeline(tmp_path, PROBE + 1), epochs=3, initial_epoch=2)
    assert [steps(tmp_path, run) for run in ("rnn", "rnn-2")] == [[0, 1], [2]]
    np.testing.assert_array_equal(open_run(tmp_path / "rnn").probe.inputs["input"], PROBE)


@pytest.mark.slow
def test_training_resumed_from_earlier_takes_the_place_of_what_followed(tmp_path: Path) -> None:
    model = tiny_model()
    fit(model, timeline(tmp_path), epochs=6)
    fit(model, timeline(tmp_path), epochs=4, initial_epoch=3)
    assert steps(tmp_path) == [0, 1, 2, 3]
    run = open_run(tmp_path / "rnn")
    largest = max(abs(run.load("rnn", "cell_state", step)).max() for step in run.steps)
    bounds = next(s.extremes for s in run.layers["rnn"].signals if s.name == "cell_state")
    assert max(map(abs, bounds or ())) == pytest.approx(largest, rel=1e-3)


@pytest.mark.slow
def test_nothing_is_dropped_before_there_is_something_in_its_place(tmp_path: Path) -> None:
    model = tiny_model()
    fit(model, timeline(tmp_path), epochs=6)
    fit(model, timeline(tmp_path, every=5), epochs=4, initial_epoch=3)
    assert steps(tmp_path) == [0, 1, 2, 3, 4, 5]


@pytest.mark.parametrize("options", [{}, {"update_freq": 2}], ids=str)
@pytest.mark.slow
def test_the_same_callback_fitted_twice_goes_on(tmp_path: Path, options: dict[str, Any]) -> None:
    model, callback = tiny_model(), timeline(tmp_path, **options)
    fit(model, callback, epochs=2)
    fit(model, callback, epochs=2)
    assert steps(tmp_path) == ([0, 2, 4, 6, 8, 10, 12, 14, 16, 18] if options else [0, 1, 2, 3])
    assert [path.name for path in tmp_path.iterdir()] == ["rnn"]


@pytest.mark.slow
def test_the_same_callback_resumed_keeps_the_epochs_number(tmp_path: Path) -> None:
    model, callback = tiny_model(), timeline(tmp_path)
    fit(model, callback, epochs=2)
    fit(model, callback, epochs=4, initial_epoch=2)
    assert steps(tmp_path) == [0, 1, 2, 3]


@pytest.mark.slow
def test_the_same_callback_on_another_model_starts_anew(tmp_path: Path) -> None:
    callback = timeline(tmp_path)
    fit(tiny_model(), callback, epochs=2)
    fit(new_model(keras.layers.SimpleRNN(1, unroll=True)), callback, epochs=1)
    assert [steps(tmp_path, run) for run in ("rnn", "rnn-2")] == [[0, 1], [0]]
    assert list(open_run(tmp_path / "rnn-2").layers) == ["simple_rnn"]


@pytest.mark.slow
def test_two_callbacks_in_one_fit_have_a_run_each(tmp_path: Path) -> None:
    fit(tiny_model(), [timeline(tmp_path), timeline(tmp_path, PROBE + 1)], epochs=2)
    assert [steps(tmp_path, run) for run in ("rnn", "rnn-2")] == [[0, 1], [0, 1]]
    for run, probe in (("rnn", PROBE), ("rnn-2", PROBE + 1)):
        np.testing.assert_array_equal(open_run(tmp_path / run).probe.inputs["input"], probe)
        np.testing.assert_allclose(np.asarray(open_run(tmp_path / run).trace("rnn", 1).inputs), probe, atol=2e-3)


class ChangesDirectory(keras.callbacks.Callback):  # type: ignore[misc]
    """Changes the working directory at the end of every epoch, as a program under Hydra may."""

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        (directory := Path(f"epoch-{epoch}")).mkdir()
        os.chdir(directory)


@pytest.mark.parametrize("log_dir", ["logs", "./logs"])
def test_a_training_that_changes_the_working_directory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, log_dir: str
) -> None:
    monkeypatch.chdir(tmp_path)
    callbacks = [ChangesDirectory(), timeline(log_dir)]
    fit(tiny_model(), callbacks, epochs=2)
    monkeypatch.chdir(tmp_path)
    reopened = open_run("logs/rnn")
    os.chdir("/")
    assert reopened.steps == [0, 1]
    assert reopened.load("rnn", "forget_gate", 1).shape
    assert not list((tmp_path / "epoch-0").rglob("*.safetensors"))


def test_a_second_fit_after_the_working_directory_changed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    callback, model = timeline("logs"), tiny_model()
    fit(model, callback)
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    fit(model, callback)
    assert steps(tmp_path / "logs") == [0, 1]


def test_the_home_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    fit(tiny_model(), timeline("~/logs"))
    assert open_run("~/logs/rnn").steps == [0]
    assert [path.name for path in tmp_path.iterdir()] == ["logs"]


def test_a_file_address(tmp_path: Path) -> None:
    fit(tiny_model(), timeline((tmp_path / "logs").as_uri()))
    assert open_run(f"file://{tmp_path}/logs/rnn").steps == steps(tmp_path / "logs") == [0]


def test_a_large_step_is_a_warning_before_training(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tb_rnn_plugin.log.forecast.LARGE_STEP", 1000)
    callback, model = timeline(tmp_path), tiny_model()
    callback.set_model(model)
    with pytest.warns(
        RuntimeWarning, match=r"^RNNTimeline: A step takes .* of it for layer 'rnn': probe fewer than 2 s"
    ):
        callback.on_train_begin()
    assert not list(tmp_path.iterdir())
