"""The routes of a real TensorBoard process, under both of its event readers."""

from __future__ import annotations

import os
import shutil
import time
from pathlib import Path

import numpy as np
import pytest
import safetensors.numpy

from tb_rnn_plugin import open_run
from tb_rnn_plugin.log.statistics import STATISTICS, summarize
from tests.analysis.laplacian import fiedler_order
from tests.runs import RANGES, lstm_trace, write_run
from tests.server.runs import MASK, TRACE, stored
from tests.tensorboard_process import PATIENCE, TensorBoard, tensorboard


def test_runs(board: TensorBoard) -> None:
    assert board.get("runs").json() == {
        "runs": [
            {"name": "explained/rnn", "unit": "epoch", "steps": 3, "last_step": 2},
            {"name": "masked/rnn", "unit": "epoch", "steps": 4, "last_step": 3},
            {"name": "plain/rnn", "unit": "epoch", "steps": 4, "last_step": 3},
            {"name": "scored/rnn", "unit": "epoch", "steps": 3, "last_step": 2},
            {"name": "spaces & ünïcode/rnn", "unit": "epoch", "steps": 1, "last_step": 0},
            {"name": "uneven/rnn", "unit": "epoch", "steps": 8, "last_step": 7},
        ]
    }


def test_run(board: TensorBoard, logdir: Path) -> None:
    run = board.get("run", run="plain/rnn").json()
    assert run["steps"] == [0, 1, 2, 3]
    assert run["logs"] == {"loss": [3.0, 2.5, 2.0, 1.5]}
    assert run["not_finite"] == {}
    assert run["problems"] == []
    assert run["directory"] == str((logdir / "plain" / "rnn").resolve())
    assert run["annotations"] == [{"name": "vowel", "kind": "flag"}, {"name": "depth", "kind": "number"}]
    assert [sample["name"] for sample in run["samples"]] == ["sample 0", "sample 1", "sample 2"]
    [layer] = run["layers"]
    assert (layer["key"], layer["cell"], layer["units"], layer["timesteps"], layer["masked"]) == (
        "lstm",
        "LSTM",
        5,
        12,
        False,
    )
    assert [signal["name"] for signal in layer["signals"]] == list(RANGES)
    cell_state = next(signal for signal in layer["signals"] if signal["name"] == "cell_state")
    values = np.stack([lstm_trace(step).signals["cell_state"] for step in range(4)])
    assert cell_state["range"] is None
    assert cell_state["extremes"] == pytest.approx([values.min(), values.max()])


def test_sample(board: TensorBoard) -> None:
    sample = board.get("sample", run="plain/rnn", sample=1).json()
    assert sample["name"] == "sample 1"
    assert "".join(sample["tokens"]) == "bcdefghijklm"
    assert sample["annotations"]["vowel"] == [0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 0]
    assert sample["annotations"]["depth"] == [t % 4 for t in range(12)]


def test_trace_is_the_files_numbers(board: TensorBoard) -> None:
    answer = board.get("trace", **TRACE)
    assert answer.headers["Content-Type"] == "application/octet-stream"
    served = safetensors.numpy.load(answer.body)
    assert set(served) == {f"signals/{name}" for name in RANGES}
    for name in RANGES:
        expected = lstm_trace(2).signals[name][1].astype(np.float16)
        assert served[f"signals/{name}"].dtype == np.float16
        np.testing.assert_array_equal(served[f"signals/{name}"], expected)


def test_trace_of_one_signal(board: TensorBoard) -> None:
    served = safetensors.numpy.load(board.get("trace", **TRACE, signal="forget_gate").body)
    assert set(served) == {"signals/forget_gate"}


def test_trace_with_a_mask(board: TensorBoard) -> None:
    served = safetensors.numpy.load(board.get("trace", **{**TRACE, "run": "masked/rnn"}).body)
    np.testing.assert_array_equal(served["mask"], MASK[1])
    assert np.isnan(served["signals/cell_state"][~MASK[1]]).all()
    assert not np.isnan(served["signals/cell_state"][MASK[1]]).any()


def test_summary(board: TensorBoard) -> None:
    answer = board.get("summary", run="masked/rnn", layer="lstm", signal="candidate")
    served = safetensors.numpy.load(answer.body)
    np.testing.assert_array_equal(served["steps"], [0, 1, 2, 3])
    expected = [summarize(lstm_trace(s, mask=MASK).signals["candidate"], MASK, (-1.0, 1.0)) for s in range(4)]
    np.testing.assert_array_equal(served["summary"], np.stack(expected))
    assert f'"statistics":"{",".join(STATISTICS)}"' in answer.body[:500].decode("latin-1")


@pytest.mark.slow
def test_the_directory_is_what_open_run_takes(logdir: Path) -> None:
    """It is absolute even if `--logdir` is a relative path."""
    with tensorboard("--logdir", os.path.relpath(logdir)) as board:
        board.wait_for_runs("plain/rnn")
        directory = board.get("run", run="plain/rnn").json()["directory"]
        assert Path(directory).is_absolute()
        assert open_run(directory).steps == [0, 1, 2, 3]


def test_similar_units_are_neighbours(board: TensorBoard, logdir: Path) -> None:
    served = safetensors.numpy.load(board.get("similarity", **TRACE, signal="cell_state").body)
    assert set(served) == {"order"}
    assert served["order"].dtype == np.int64
    expected = fiedler_order(stored(logdir / "plain" / "rnn", 2)["cell_state"][1])
    assert served["order"].tolist() in (expected, expected[::-1])


def test_similarity_leaves_padding_out(board: TensorBoard, logdir: Path) -> None:
    of_the_masked = {**TRACE, "run": "masked/rnn"}
    order = safetensors.numpy.load(board.get("similarity", **of_the_masked, signal="candidate").body)["order"].tolist()
    expected = fiedler_order(stored(logdir / "masked" / "rnn", 2)["candidate"][1, :7])
    assert order in (expected, expected[::-1])


def test_a_name_may_hold_any_character(board: TensorBoard) -> None:
    assert board.get("run", run="spaces & ünïcode/rnn").json()["run"] == "spaces & ünïcode/rnn"


@pytest.mark.parametrize("route", ["trace", "similarity"])
def test_a_step_is_not_sent_twice(board: TensorBoard, route: str) -> None:
    asked = {**TRACE, "signal": "candidate"}
    first = board.get(route, **asked)
    again = board.get(route, headers={"If-None-Match": first.headers["ETag"]}, **asked)
    assert (again.status, again.body) == (304, b"")
    assert board.get(route, **{**asked, "step": 1}).headers["ETag"] != first.headers["ETag"]
    assert board.get(route, headers={"If-None-Match": '"other"'}, **asked).status == 200


def test_the_tab_is_there_and_active(board: TensorBoard) -> None:
    listed = board.get("/data/plugins_listing").json()["rnn_timeline"]
    assert listed["enabled"]
    assert listed["tab_name"] == "RNN Timeline"
    script = board.get("index.js")
    assert script.headers["Content-Type"].startswith("text/javascript")
    assert b"render" in script.body


def test_a_damaged_step_is_skipped_and_named(tmp_path: Path) -> None:
    traces = write_run(tmp_path / "run" / "rnn") / "plugins" / "rnn_timeline"
    last, first = traces / "step-0000000003.safetensors", traces / "step-0000000000.safetensors"
    last.write_bytes(last.read_bytes()[:100])
    newer = first.read_bytes().replace(b'"version":"1"', b'"version":"9"')
    first.write_bytes(newer)
    with tensorboard("--logdir", tmp_path) as board:
        board.wait_for_runs("run/rnn")
        run = board.get("run", run="run/rnn").json()
        assert [layer["key"] for layer in run["layers"]] == ["lstm"]
        assert "step-0000000003" in run["problems"][0]
        assert board.get("trace", **{**TRACE, "run": "run/rnn", "step": 3}).status == 404
        refused = board.get("trace", **{**TRACE, "run": "run/rnn", "step": 0})
        assert refused.status == 404
        assert b"log format 9" in refused.body
        assert board.get("trace", **{**TRACE, "run": "run/rnn", "step": 1}).status == 200


@pytest.mark.slow
def test_a_run_that_vanishes_and_one_that_grows(tmp_path: Path) -> None:
    write_run(tmp_path / "going" / "rnn")
    write_run(tmp_path / "growing" / "rnn", steps=2)
    with tensorboard("--logdir", tmp_path) as board:
        board.wait_for_runs("going/rnn", "growing/rnn")
        shutil.rmtree(tmp_path / "going")
        answer = board.get("trace", **{**TRACE, "run": "going/rnn"})
        assert answer.status == 404
        assert b"it was deleted or moved" in answer.body
        write_run(tmp_path / "growing" / "rnn", steps=3)
        assert board.get("run", run="growing/rnn").json()["steps"] == [0, 1, 2]
        deadline = time.monotonic() + PATIENCE
        while {run["name"] for run in board.get("runs").json()["runs"]} != {"growing/rnn"}:
            assert time.monotonic() < deadline


@pytest.mark.slow
def test_links_out_of_a_run_are_not_followed(tmp_path: Path) -> None:
    secret = write_run(tmp_path / "elsewhere" / "rnn") / "plugins" / "rnn_timeline"
    traces = write_run(tmp_path / "logs" / "run" / "rnn") / "plugins" / "rnn_timeline"
    (traces / "step-0000000009.safetensors").symlink_to(secret / "step-0000000000.safetensors")
    with tensorboard("--logdir", tmp_path / "logs") as board:
        board.wait_for_runs("run/rnn")
        answer = board.get("trace", **{**TRACE, "run": "run/rnn", "step": 9})
        assert answer.status == 404
        assert b"leads out of its run" in answer.body


@pytest.mark.parametrize("arguments", [["--path_prefix=/under/here"], []], ids=["path-prefix", "logdir-spec"])
@pytest.mark.slow
def test_other_ways_to_start_tensorboard(logdir: Path, arguments: list[str]) -> None:
    where = ["--logdir", str(logdir)] if arguments else [f"--logdir_spec=mine:{logdir / 'plain'},{logdir / 'masked'}"]
    with tensorboard(*where, *arguments) as board:
        run = "plain/rnn" if arguments else "mine/rnn"
        board.wait_for_runs(run)
        assert board.get("trace", **{**TRACE, "run": run}).status == 200
        if not arguments:
            board.wait_for_runs("rnn")
            assert board.get("run", run="rnn").json()["layers"][0]["masked"]


@pytest.mark.slow
def test_early_steps_are_kept(tmp_path: Path) -> None:
    write_run(tmp_path / "long" / "rnn", steps=130)
    for reader in ("true", "false"):
        with tensorboard("--logdir", tmp_path, f"--load_fast={reader}", tensorflow=reader == "false") as board:
            board.wait_for_runs("long/rnn")
            body = board.get("summary", run="long/rnn", layer="lstm", signal="candidate").body
            assert safetensors.numpy.load(body)["steps"].tolist() == list(range(130))
            assert None not in board.get("run", run="long/rnn").json()["logs"]["loss"]
