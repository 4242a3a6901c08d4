"""Inputs, targets and predictions, against NumPy on the arrays that `safetensors` reads from the files."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest
import safetensors.numpy

from tb_rnn_plugin.log.schema import Array, ProbeBatch
from tb_rnn_plugin.log.writer import RunWriter
from tb_rnn_plugin.run import open_run
from tb_rnn_plugin.server.queries.series import read_series
from tests.runs import lstm_trace
from tests.server.runs import CLASSES, step_path
from tests.tensorboard_process import TensorBoard

OF_THE_PROBE = {"inputs/ids", "inputs/sensors", "inputs/flags", "targets/next", "targets/kind", "targets/level"}


@pytest.fixture(scope="module")
def files(logdir: Path) -> dict[str, Array]:
    """Return the arrays of the probe and of step 1, whole batches."""
    run = logdir / "scored" / "rnn"
    probe = safetensors.numpy.load_file(run / "plugins" / "rnn_timeline" / "probe.safetensors")
    return {**safetensors.numpy.load_file(step_path(run, 1)), **probe}


def served(board: TensorBoard, step: int = 1) -> dict[str, Array]:
    answer = board.get("series", run="scored/rnn", sample=1, step=step)
    assert (answer.status, answer.headers["Content-Type"]) == (200, "application/octet-stream"), answer.body
    return safetensors.numpy.load(answer.body)


def test_inputs_targets_and_predictions(board: TensorBoard, files: Mapping[str, Array]) -> None:
    series = served(board)
    shown = OF_THE_PROBE | {"predictions/kind", "predictions/level", "predictions/alone", "predictions/pooled"}
    assert {name for name in series if name.split("/")[0] in ("inputs", "targets", "predictions")} == shown
    for name in shown:
        row = files[name][1]
        expected = row.reshape(row.shape[0], -1).astype(np.float32)
        assert series[name].dtype == np.float32
        np.testing.assert_array_equal(series[name], expected)


@pytest.mark.parametrize("name", ["next", "kind", "alone"])
def test_the_best_class(board: TensorBoard, files: Mapping[str, Array], name: str) -> None:
    series = served(board)
    best, score = series[f"best/{name}"], series[f"best_score/{name}"]
    assert [best.dtype, score.dtype] == [np.int32, np.float32]
    for t, scores in enumerate(files[f"predictions/{name}"][1].astype(np.float32)):
        known = [(value, -index) for index, value in enumerate(scores.tolist()) if value == value]
        highest, index = max(known, default=(np.nan, 1))
        assert best[t] == -index
        np.testing.assert_equal(score[t], highest)
    if name == "alone":
        assert (best[5], best[6]) == (-1, 0)  # All are NaN; all are equal.


def test_the_class_of_the_target(board: TensorBoard, files: Mapping[str, Array]) -> None:
    series = served(board)
    asked = {
        "next": [index if 0 <= index < CLASSES else None for index in files["targets/next"][1].tolist()],
        "kind": [row.index(1.0) if 1.0 in row else None for row in files["targets/kind"][1].tolist()],
    }
    assert asked["next"][:4] == [None] * 4
    assert asked["kind"][9:] == [None] * 3
    for name, classes in asked.items():
        assert series[f"target_class/{name}"].dtype == np.int32
        assert series[f"target_score/{name}"].dtype == np.float32
        assert series[f"target_class/{name}"].tolist() == [-1 if index is None else index for index in classes]
        scores = files[f"predictions/{name}"][1]
        expected = [np.nan if index is None else scores[t, index] for t, index in enumerate(classes)]
        np.testing.assert_array_equal(series[f"target_score/{name}"], np.array(expected, np.float32))


def test_only_scores_of_classes_have_classes(board: TensorBoard) -> None:
    names = {name for name in served(board) if name.startswith(("best", "target_"))}
    assert names == {
        *(f"{kind}/{name}" for kind in ("best", "best_score") for name in ("next", "kind", "alone")),
        *(f"{kind}/{name}" for kind in ("target_class", "target_score") for name in ("next", "kind")),
    }


def test_a_step_that_cannot_be_read_costs_the_predictions(board: TensorBoard) -> None:
    assert set(served(board, step=2)) == OF_THE_PROBE


def test_series_are_not_sent_twice(board: TensorBoard) -> None:
    tags = [board.get("series", run="scored/rnn", sample=1, step=step).headers["ETag"] for step in range(3)]
    assert len(set(tags)) == 3
    assert board.get("trace", run="scored/rnn", sample=1, step=1, layer="lstm").headers["ETag"] not in tags
    again = board.get("series", headers={"If-None-Match": tags[1]}, run="scored/rnn", sample=1, step=1)
    assert (again.status, again.body) == (304, b"")


def written(directory: Path, targets: Mapping[str, Array], predictions: Mapping[str, Array]) -> dict[str, Array]:
    """Write a run of one step and return the series of its sample 0."""
    samples = len(next(iter(predictions.values())))
    writer = RunWriter(directory)
    names = [str(sample) for sample in range(samples)]
    writer.write_probe(ProbeBatch(inputs={}, targets=targets, sample_names=names))
    writer.write_step(0, [lstm_trace(0, samples=samples)], predictions)
    run = open_run(directory)
    return read_series(run, 0, 0)


SCORES = np.linspace(0, 1, 24, dtype=np.float16).reshape(2, 4, 3)
INDICES = np.array([[0, 1, 2, 0], [1, 1, 1, 1]])


@pytest.mark.parametrize(
    ("targets", "predictions", "paired"),
    [
        (["target"], ["output"], {"output": "target"}),
        (["a", "b"], ["b", "a"], {"a": "a", "b": "b"}),
        (["target_0", "target_1"], ["output_0", "output_1"], {"output_0": "target_0", "output_1": "target_1"}),
        (["a", "b"], ["b", "c"], {"b": "b"}),
        (["a", "b"], ["c"], {}),
        (["a"], ["b", "c"], {}),
        (["a"], ["b", "a"], {"a": "a"}),
        ([], ["a"], {}),
    ],
)
def test_which_target_belongs_to_which_prediction(
    tmp_path: Path, targets: list[str], predictions: list[str], paired: dict[str, str]
) -> None:
    """Each target names another class."""
    asked = {name: np.full((2, 4), position + 1) for position, name in enumerate(targets)}
    series = written(tmp_path, asked, dict.fromkeys(predictions, SCORES))
    found = {name: series[f"target_class/{name}"].tolist() for name in predictions if f"target_class/{name}" in series}
    assert found == {name: [targets.index(target) + 1] * 4 for name, target in paired.items()}


@pytest.mark.parametrize(
    ("target", "classes"),
    [
        (INDICES, [0, 1, 2, 0]),
        (INDICES[..., None].astype(np.uint64), [0, 1, 2, 0]),
        (np.full((2, 4), 2**64 - 1, np.uint64), [-1, -1, -1, -1]),
        (np.eye(3, dtype=np.bool_)[INDICES], [0, 1, 2, 0]),
        (np.eye(3, dtype=np.int64)[INDICES], [0, 1, 2, 0]),
        (np.eye(4)[INDICES], None),  # One class too many.
        (0.9 * np.eye(3)[INDICES], None),
        (np.ones((2, 4, 3)), None),
        (INDICES.astype(np.float32), None),
        (INDICES > 0, None),
        (INDICES[:, :3], None),
        (INDICES[:, 0], None),
        (np.zeros((2, 4, 1, 1), np.int64), None),
        (np.array([["a"] * 4] * 2), None),
    ],
    ids=lambda value: f"{value.dtype}{list(value.shape)}" if isinstance(value, np.ndarray) else None,
)
def test_targets_that_name_classes(tmp_path: Path, target: Array, classes: list[int] | None) -> None:
    series = written(tmp_path, {"target": target}, {"output": SCORES})
    if classes is None:
        assert not any(name.startswith("target_") for name in series)
        return
    assert series["target_class/output"].tolist() == classes
    expected = [SCORES[0, t, index] if index >= 0 else np.nan for t, index in enumerate(classes)]
    np.testing.assert_array_equal(series["target_score/output"], np.array(expected, np.float32))


def test_numbers_beyond_float32_are_infinite(tmp_path: Path) -> None:
    series = written(tmp_path, {"target": np.full((2, 4), -1e300)}, {"output": SCORES})
    assert series["targets/target"].tolist() == [[-np.inf]] * 4


def test_arrays_without_timesteps_or_features(tmp_path: Path) -> None:
    series = written(tmp_path, {"target": np.zeros((2, 4, 0))}, {"output": SCORES[:, :0], "none": SCORES[..., :0]})
    assert {name: array.shape for name, array in series.items()} == {
        "targets/target": (4, 0),
        "predictions/output": (0, 3),
        "predictions/none": (4, 0),
        "best/output": (0,),
        "best_score/output": (0,),
    }


def test_a_damaged_prediction_costs_the_predictions(tmp_path: Path) -> None:
    written(tmp_path, {"target": INDICES}, {"output": SCORES})
    step = step_path(tmp_path, 0)
    data, values = step.read_bytes(), SCORES[0].tobytes()
    step.write_bytes(data.replace(values, values[:-1] + bytes([values[-1] ^ 1])))
    run = open_run(tmp_path)
    assert set(read_series(run, 0, 0)) == {"targets/target"}
    assert "predictions/output" in read_series(run, 1, 0)
