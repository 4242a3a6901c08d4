"""The answers over all steps, against NumPy on the arrays that `safetensors` reads from the files."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import safetensors.numpy

from tb_rnn_plugin.log.errors import NotInLogError
from tb_rnn_plugin.log.layout import trace_directory
from tb_rnn_plugin.log.schema import Array
from tb_rnn_plugin.log.writer import RunWriter
from tb_rnn_plugin.run import open_run
from tb_rnn_plugin.server.queries.history import read_change, read_evolution
from tb_rnn_plugin.server.queries.served_run import ServedRun
from tests.conftest import Reading
from tests.runs import lstm_trace, write_run
from tests.server.runs import MASK, UNEVEN_STEPS, Listed, step_path, stored
from tests.tensorboard_process import TensorBoard
from tests.untrusted.forger import exchange

UNEVEN: dict[str, Any] = {"run": "uneven/rnn", "layer": "lstm", "sample": 1}


def served(board: TensorBoard, route: str, **parameters: Any) -> dict[str, Array]:
    answer = board.get(route, **parameters)
    assert (answer.status, answer.headers["Content-Type"]) == (200, "application/octet-stream"), answer.body
    return safetensors.numpy.load(answer.body)


def test_one_unit_at_every_step(board: TensorBoard, logdir: Path) -> None:
    evolution = served(board, "evolution", run="plain/rnn", layer="lstm", sample=2, signal="forget_gate", unit=4)
    assert set(evolution) == {"steps", "unreadable", "values", "extremes", "typical"}
    assert evolution["steps"].dtype == np.int64
    assert evolution["steps"].tolist() == [0, 1, 2, 3]
    columns = [stored(logdir / "plain" / "rnn", step)["forget_gate"][2, :, 4] for step in range(4)]
    assert evolution["values"].dtype == np.float16
    np.testing.assert_array_equal(evolution["values"], np.array(columns).T)


@pytest.mark.parametrize(("signal", "dtype"), [("cell_state", np.float32), ("hidden_state", np.float16)])
def test_steps_that_cannot_be_compared_are_left_out(
    board: TensorBoard, logdir: Path, signal: str, dtype: type[np.floating[Any]]
) -> None:
    evolution = served(board, "evolution", **UNEVEN, signal=signal, unit=3)
    assert evolution["steps"].tolist() == UNEVEN_STEPS
    columns = [stored(logdir / "uneven" / "rnn", step)[signal][1, :, 3] for step in UNEVEN_STEPS]
    assert evolution["values"].dtype == dtype
    np.testing.assert_array_equal(evolution["values"], np.stack(columns, axis=1))
    np.testing.assert_array_equal(evolution["mask"], np.tile(MASK[1][:, np.newaxis], len(UNEVEN_STEPS)))


def test_each_step_of_an_evolution_has_its_own_mask(tmp_path: Path) -> None:
    """A layer may compute its mask from weights: first it masks nothing, then more and more, at last there is none."""
    masks: list[Array | None] = [np.ones((3, 12), np.bool_), np.ones((3, 12), np.bool_), MASK, None]
    masks[1] = masks[0] & (np.arange(12) != 3)
    writer = RunWriter(tmp_path)
    for step, mask in enumerate(masks):
        writer.write_step(step, [lstm_trace(step, mask=mask)])
    evolution = read_evolution(open_run(tmp_path), "lstm", 1, "cell_state", 2)
    expected = [np.ones(12, np.bool_) if mask is None else mask[1] for mask in masks]
    np.testing.assert_array_equal(evolution["mask"], np.stack(expected, axis=1))
    values = [stored(tmp_path, step)["cell_state"][1, :, 2] for step in range(4)]
    np.testing.assert_array_equal(evolution["values"], np.stack(values, axis=1))
    np.testing.assert_array_equal(np.isnan(evolution["values"]), ~evolution["mask"])


def test_an_evolution_has_the_range_of_its_unit(tmp_path: Path) -> None:
    writer = RunWriter(tmp_path, dtype="float32")
    for step in range(12):
        trace = lstm_trace(step, samples=1)
        cell = np.clip(trace.signals["cell_state"] / 20, 0.1, 1)
        cell[..., 0] *= 48
        if step == 7:
            cell[..., 1] *= 1e6
        writer.write_step(step, [replace(trace, signals={"cell_state": cell})])
    run = open_run(tmp_path)
    other, exploding = (read_evolution(run, "lstm", 0, "cell_state", unit) for unit in (2, 1))
    np.testing.assert_array_equal(other["extremes"], [other["values"].min(), other["values"].max()])
    np.testing.assert_array_equal(other["typical"], other["extremes"])
    assert exploding["extremes"][1] > 1e5
    assert exploding["typical"][1] <= 1


def test_a_mask_of_another_shape_is_damage(tmp_path: Path) -> None:
    writer = RunWriter(tmp_path)
    for step in range(3):
        writer.write_step(step, [lstm_trace(step, mask=MASK)])
    exchange(step_path(tmp_path, 1), "masks/lstm", np.ones((3, 9), np.bool_))
    evolution = read_evolution(open_run(tmp_path), "lstm", 1, "cell_state", 2)
    assert (evolution["steps"].tolist(), evolution["unreadable"].tolist()) == ([0, 2], [1])


def expected_change(before: Array, after: Array) -> Array:
    """Return the change, computed timestep by timestep and unit by unit in float64."""
    means = []
    for earlier, later in zip(before.T.astype(np.float64), after.T.astype(np.float64), strict=True):
        apart = [abs(b - a) for a, b in zip(earlier, later, strict=True) if np.isfinite(a) and np.isfinite(b)]
        means.append(sum(apart) / len(apart) if apart else np.nan)
    return np.array(means)


@pytest.mark.parametrize("signal", ["forget_gate", "cell_state", "hidden_state"])
@pytest.mark.parametrize(("run", "steps"), [("plain", [0, 1, 2, 3]), ("uneven", UNEVEN_STEPS)])
def test_how_much_each_unit_changed(board: TensorBoard, logdir: Path, run: str, steps: list[int], signal: str) -> None:
    change = served(board, "change", **{**UNEVEN, "run": f"{run}/rnn", "signal": signal})
    assert set(change) == {"steps", "unreadable", "change"}
    assert change["steps"].dtype == np.int64
    assert change["steps"].tolist() == steps
    traces = [stored(logdir / run / "rnn", step)[signal][1] for step in steps]
    expected = [expected_change(before, after) for before, after in pairwise(traces)]
    assert change["change"].dtype == np.float32
    assert np.isnan(change["change"][0]).all()
    np.testing.assert_allclose(change["change"][1:], expected, rtol=1e-6)
    # Unit 4 is NaN throughout step 5: its change to and from that step is NaN.
    gone = np.isnan(change["change"][1:, 4])
    assert gone.tolist() == ([False, True, True] if (run, signal) == ("uneven", "hidden_state") else [False] * 3)


def test_change_between_the_largest_numbers(tmp_path: Path) -> None:
    """The difference exceeds float32 at one of four timesteps; the mean does not."""
    writer = RunWriter(tmp_path, dtype="float32")
    for step, value in enumerate([-2e38, 2e38]):
        trace = lstm_trace(0, samples=1, timesteps=4, units=1)
        values = np.array([value, 0, 0, 0], np.float32).reshape(1, 4, 1)
        writer.write_step(step, [replace(trace, signals={"cell_state": values})])
    change = read_change(open_run(tmp_path), "lstm", 0, "cell_state")["change"]
    assert change[1].tolist() == pytest.approx([1e38])


class NoEvents:
    """Empty event files."""

    def summaries(self, layer: str, signal: str) -> list[tuple[int, Array]]:
        return []

    def logs(self) -> tuple[dict[str, dict[int, float]], list[str]]:
        return {}, []


def listed_run(run: Path, steps: list[int]) -> ServedRun:
    return ServedRun("run", trace_directory(run), Listed(steps), NoEvents())


def test_a_step_deleted_in_the_meantime_is_left_out(tmp_path: Path) -> None:
    run = write_run(tmp_path)
    step_path(run, 1).unlink()
    listed = listed_run(run, [0, 1, 2, 3, 9])
    evolution = read_evolution(listed, "lstm", 0, "candidate", 0)
    change = read_change(listed, "lstm", 0, "candidate")
    for answer in (evolution, change):
        assert (answer["steps"].tolist(), answer["unreadable"].tolist()) == ([0, 2, 3], [])
    before, after = (stored(run, step)["candidate"][0] for step in (0, 2))
    np.testing.assert_allclose(change["change"][1], expected_change(before, after), rtol=1e-6)


def test_a_sample_that_is_damaged_at_one_step_costs_that_step(tmp_path: Path) -> None:
    run = write_run(tmp_path)
    values = stored(run, 3)["candidate"][2].tobytes()
    data = step_path(run, 3).read_bytes()
    step_path(run, 3).write_bytes(data.replace(values, values[:-1] + bytes([values[-1] ^ 1])))
    assert step_path(run, 3).read_bytes() != data
    whole: tuple[list[int], list[int]] = ([0, 1, 2, 3], [])
    for sample, signal, expected in [
        (2, "candidate", ([0, 1, 2], [3])),
        (1, "candidate", whole),
        (2, "cell_state", whole),
    ]:
        evolution = read_evolution(open_run(run), "lstm", sample, signal, 0)
        assert (evolution["steps"].tolist(), evolution["unreadable"].tolist()) == expected


def test_damaged_steps_are_named(tmp_path: Path) -> None:
    run = write_run(tmp_path)
    for step in (1, 2):
        step_path(run, step).write_bytes(b"")
    evolution = read_evolution(open_run(run), "lstm", 0, "candidate", 0)
    change = read_change(open_run(run), "lstm", 0, "candidate")
    for answer in (evolution, change):
        assert (answer["steps"].tolist(), answer["unreadable"].tolist()) == ([0, 3], [1, 2])


@pytest.mark.parametrize("steps", [[], [9], [0, 1]], ids=["none", "gone", "damaged"])
def test_a_run_without_a_readable_step_is_refused(tmp_path: Path, steps: list[int]) -> None:
    run = write_run(tmp_path, steps=2)
    for step in range(2):
        step_path(run, step).write_bytes(b"")
    listed = listed_run(run, steps)
    with pytest.raises(NotInLogError, match="This run has no step that can be read"):
        read_evolution(listed, "lstm", 0, "candidate", 0)
    with pytest.raises(NotInLogError, match="This run has no step that can be read"):
        read_change(listed, "lstm", 0, "candidate")


def test_one_sample_of_one_signal_is_read(tmp_path: Path, readings: list[Reading]) -> None:
    run = write_run(tmp_path, mask=MASK)
    read_evolution(open_run(run), "lstm", 1, "candidate", 0)
    assert [reading[1:] for reading in readings] == [("signals/lstm/candidate", 1), ("masks/lstm", 1)] * 4
