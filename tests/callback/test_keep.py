"""How much of a run is kept, and the size that is logged for it."""

from __future__ import annotations

import logging
import shutil
import warnings
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from tb_rnn_plugin import open_run
from tests.callback.training import BATCHES, fit, timeline, tiny_model
from tests.runs import logged


@pytest.mark.slow
def test_the_first_the_last_and_a_fair_spread(tmp_path: Path) -> None:
    fit(tiny_model(), timeline(tmp_path, keep=4), epochs=10)
    run = open_run(tmp_path / "rnn")
    assert run.steps == [0, 4, 8, 9]
    for step in run.steps:
        assert np.isfinite(run.load("rnn", "cell_state", step)).all()
    assert sorted(logged(tmp_path / "rnn", "signals/rnn/cell_state")) == list(range(10))


@pytest.mark.slow
def test_a_resumed_fit_thins_what_was_there(tmp_path: Path) -> None:
    model = tiny_model()
    fit(model, timeline(tmp_path), epochs=5)
    fit(model, timeline(tmp_path, keep=3), epochs=7, initial_epoch=5)
    assert open_run(tmp_path / "rnn").steps == [0, 4, 6]


@pytest.mark.parametrize("keep", [1, 0, -1, 2.0, True, "5"])
def test_what_cannot_be_kept(tmp_path: Path, keep: Any) -> None:
    with pytest.raises(ValueError, match=r"keep must be a number of steps from 2, or None to keep all, got"):
        timeline(tmp_path, keep=keep)


def logged_size(text: str) -> tuple[float, int]:
    """Return the bytes and the steps in the log message."""
    size, unit, _, steps, _ = text.rpartition(": ")[2].split()
    return float(size) * {"bytes": 1, "kB": 1e3, "MB": 1e6}[unit], int(steps)


@pytest.mark.parametrize(
    ("options", "epochs", "steps"),
    [({}, 3, 3), ({"every": 2}, 6, 3), ({"update_freq": 2}, 2, BATCHES), ({"keep": 3}, 12, 12)],
    ids=str,
)
@pytest.mark.slow
def test_the_size_of_a_run_is_logged_before(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, options: dict[str, Any], epochs: int, steps: int
) -> None:
    with caplog.at_level(logging.INFO, "tb_rnn_plugin"):
        fit(tiny_model(), timeline(tmp_path, **options), epochs=epochs)
    [text] = [record.getMessage() for record in caplog.records if "Writing" in record.getMessage()]
    size, logged_steps = logged_size(text)
    assert str(tmp_path / "rnn") in text
    assert logged_steps == steps
    [events] = (tmp_path / "rnn").glob("*tfevents*")
    traces = (tmp_path / "rnn" / "plugins" / "rnn_timeline").glob("step-*")
    # The loss, unknown beforehand, is a noticeable part of files this small.
    assert size == pytest.approx(sum(path.stat().st_size for path in [events, *traces]), rel=0.1)


@pytest.mark.slow
def test_a_disk_that_will_not_hold_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=20_000))
    with pytest.warns(RuntimeWarning, match="100 steps take .* has 20 kB left: keep fewer with keep="):
        fit(tiny_model(), timeline(tmp_path), epochs=100, steps_per_epoch=1)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        fit(tiny_model(), timeline(tmp_path / "fewer", keep=2), epochs=3)
