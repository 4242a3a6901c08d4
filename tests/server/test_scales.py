"""`/scales`: over all steps of a run on disk, whatever some of them lack."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tb_rnn_plugin.log.errors import NotInLogError
from tb_rnn_plugin.log.writer import RunWriter
from tb_rnn_plugin.run import open_run
from tb_rnn_plugin.server.queries import scales
from tb_rnn_plugin.server.queries.scales import read_scales
from tests.conftest import Reading
from tests.runs import lstm_trace, write_run
from tests.server.runs import MASK, step_path

OUTLIER = 48.6


def write_outlier(directory: Path, steps: int = 4, units: int = 12, samples: int = 3) -> Path:
    """Write cell states within ±2, but for those of unit 5."""
    writer = RunWriter(directory)
    for step in range(steps):
        trace = lstm_trace(step, samples=samples, units=units)
        cell = np.clip(trace.signals["cell_state"] / 10, -2, 2)
        cell[:, :, 5] = OUTLIER
        writer.write_step(step, [replace(trace, signals={**trace.signals, "cell_state": cell})])
    return directory


def test_one_unit_does_not_blank_the_others(tmp_path: Path) -> None:
    run = open_run(write_outlier(tmp_path))
    assert read_scales(run, "lstm") == {"typical": {"cell_state": (-2.0, 2.0)}}


def test_only_signals_without_a_range_have_one(tmp_path: Path) -> None:
    run = open_run(write_run(tmp_path, mask=MASK))
    everything = [np.asarray(run.load("lstm", "cell_state", step)) for step in run.steps]
    extremes = (np.nanmin(everything), np.nanmax(everything))
    typical = read_scales(run, "lstm")["typical"]
    assert list(typical) == ["cell_state"]
    assert typical["cell_state"] == pytest.approx(extremes, rel=1e-3)


def test_damaged_steps_and_those_of_another_width_are_no_obstacle(tmp_path: Path) -> None:
    run = write_outlier(tmp_path)
    step_path(run, 1).write_bytes(b"")
    RunWriter(tmp_path / "other").write_step(0, [lstm_trace(0, units=3)])
    step_path(tmp_path / "other", 0).replace(step_path(run, 0))
    assert read_scales(open_run(run), "lstm")["typical"]["cell_state"][1] < OUTLIER
    with pytest.raises(NotInLogError, match="Layers of this run are 'lstm', got 'gru'"):
        read_scales(open_run(run), "gru")


def test_a_long_run_of_large_steps_is_read_in_part(
    tmp_path: Path, readings: list[Reading], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scales, "MAX_STEPS", 3)
    monkeypatch.setattr(scales, "MAX_VALUES", 12 * 12 * 2)
    run = open_run(write_outlier(tmp_path, steps=9, samples=5))
    assert read_scales(run, "lstm")["typical"]["cell_state"] == (-2.0, 2.0)
    files = [step_path(tmp_path, step).name for step in (0, 4, 8)]
    assert readings == [Reading(file, "signals/lstm/cell_state", sample) for file in files for sample in (0, 1)]
