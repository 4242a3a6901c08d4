"""The routes of a real TensorBoard process, under both of its event readers."""

from __future__ import annotations

import shutil
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import safetensors.numpy

from tb_rnn_plugin.log.statistics import STATISTICS, summarize
from tests.runs import RANGES, lstm_trace, write_run
from tests.server.conftest import MASK
from tests.tensorboard_process import PATIENCE, TensorBoard, tensorboard

TRACE: dict[str, Any] = {"run": "plain/rnn", "step": 2, "layer": "lstm", "sample": 1}


def test_runs(board: TensorBoard) -> None:
    assert board.get("runs").json() == {
        "runs": [
            {"name": "masked/rnn", "unit": "epoch", "steps": 4, "last_step": 3},
            {"name": "plain/rnn", "unit": "epoch", "steps": 4, "last_step": 3},
            {"name": "spaces & ünïcode/rnn", "unit": "epoch", "steps": 1, "last_step": 0},
        ]
    }


def test_run(board: TensorBoard) -> None:
    run = board.get("run", run="plain/rnn").json()
    assert run["steps"] == [0, 1, 2, 3]
    assert run["logs"] == {"loss": [3.0, 2.5, 2.0, 1.5]}
    assert run["problems"] == []
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


def test_names_are_names_whatever_they_hold(board: TensorBoard) -> None:
    assert board.get("run", run="spaces & ünïcode/rnn").json()["run"] == "spaces & ünïcode/rnn"


def test_a_trace_is_not_sent_twice(board: TensorBoard) -> None:
    first = board.get("trace", **TRACE)
    again = board.get("trace", headers={"If-None-Match": first.headers["ETag"]}, **TRACE)
    assert (again.status, again.body) == (304, b"")
    assert board.get("trace", **{**TRACE, "step": 1}).headers["ETag"] != first.headers["ETag"]
    assert board.get("trace", headers={"If-None-Match": '"other"'}, **TRACE).status == 200


def test_the_tab_is_there_and_active(board: TensorBoard) -> None:
    listed = board.get("/data/plugins_listing").json()["rnn_timeline"]
    assert listed["enabled"]
    assert listed["tab_name"] == "RNN Timeline"
    script = board.get("index.js")
    assert script.headers["Content-Type"].startswith("text/javascript")
    assert b"render" in script.body


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_routes_are_read_only(board: TensorBoard, method: str) -> None:
    assert board.get("runs", method=method).status == 405


HOSTILE_NAMES = [
    "",
    ".",
    "..",
    "../..",
    "/etc",
    "plain",
    "plain/rnn/..",
    "plain/rnn/../../plain/rnn",
    "plain/rnn\x00",
    "%2e%2e",
]
HOSTILE_NAMES += [
    "plain\\rnn",
    "plain/rnn/plugins",
    "<script>alert(1)</script>",
    "a" * 5000,
    "masked/rnn/./",
    "PLAIN/rnn",
    "~root",
]


@pytest.mark.parametrize("run", HOSTILE_NAMES, ids=lambda name: repr(name[:24]))
@pytest.mark.parametrize("route", ["run", "sample", "trace", "summary"])
def test_only_listed_runs_are_opened(board: TensorBoard, route: str, run: str) -> None:
    answer = board.get(route, **{**TRACE, "run": run, "signal": "candidate"})
    assert answer.status == 404
    assert b"There is no run" in answer.body or b"has no RNN Timeline data" in answer.body


@pytest.mark.parametrize("name", ["step", "sample"])
@pytest.mark.parametrize("value", ["", "-1", "1.5", "1e3", "0x1", "٣", " 1", "1" * 30, "NaN", "true", "1;2", "1\n"])
def test_numbers_are_whole_numbers(board: TensorBoard, name: str, value: str) -> None:
    answer = board.get("trace", **{**TRACE, name: value})
    assert answer.status == 400
    assert f"{name!r} must be a whole number from 0".encode() in answer.body


@pytest.mark.parametrize(
    ("parameters", "words"),
    [
        ({"step": 9}, "no trace of step 9"),
        ({"step": 10**17}, "no trace of step"),
        ({"sample": 3}, "Samples of this run are 0 to 2, got 3"),
        ({"layer": "../lstm"}, "Layers of this run are 'lstm', got '../lstm'"),
        ({"signal": "reset_gate"}, "Signals of layer 'lstm' are"),
        ({"signal": "../../masks/lstm"}, "Signals of layer 'lstm' are"),
    ],
)
def test_what_is_not_there_is_said(board: TensorBoard, parameters: dict[str, Any], words: str) -> None:
    answer = board.get("trace", **{**TRACE, **parameters})
    assert answer.status == 404
    assert words in answer.body.decode()
    assert answer.headers["Content-Type"].startswith("text/plain")


@pytest.mark.parametrize("missing", ["run", "step", "layer", "sample"])
def test_a_missing_parameter_is_said(board: TensorBoard, missing: str) -> None:
    answer = board.get("trace", **{name: value for name, value in TRACE.items() if name != missing})
    assert answer.status == 400
    assert f"The parameter {missing!r} is missing" in answer.body.decode()


def test_a_damaged_step_is_skipped_with_a_note(tmp_path: Path) -> None:
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
def test_other_ways_to_start_tensorboard(logdir: Path, arguments: list[str]) -> None:
    where = ["--logdir", str(logdir)] if arguments else [f"--logdir_spec=mine:{logdir / 'plain'},{logdir / 'masked'}"]
    with tensorboard(*where, *arguments) as board:
        run = "plain/rnn" if arguments else "mine/rnn"
        board.wait_for_runs(run)
        assert board.get("trace", **{**TRACE, "run": run}).status == 200
        if not arguments:
            board.wait_for_runs("rnn")
            assert board.get("run", run="rnn").json()["layers"][0]["masked"]


def test_early_steps_are_kept(tmp_path: Path) -> None:
    write_run(tmp_path / "long" / "rnn", steps=130)
    for reader in ("true", "false"):
        with tensorboard("--logdir", tmp_path, f"--load_fast={reader}") as board:
            board.wait_for_runs("long/rnn")
            body = board.get("summary", run="long/rnn", layer="lstm", signal="candidate").body
            assert safetensors.numpy.load(body)["steps"].tolist() == list(range(130))
            assert None not in board.get("run", run="long/rnn").json()["logs"]["loss"]
