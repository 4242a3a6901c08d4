"""Computed answers: each is computed once while the files that it comes from are unchanged."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import safetensors.numpy
from werkzeug.test import Client, TestResponse

from tb_rnn_plugin.log.arrays import ArrayFile
from tb_rnn_plugin.log.writer import RunWriter
from tb_rnn_plugin.server.plugin import RNNTimelinePlugin
from tests.conftest import Reading
from tests.runs import lstm_trace, probe, write_run
from tests.server.runs import step_path, write_explained_run
from tests.tensorboard_process import TensorBoard

OF_A_STEP: dict[str, dict[str, Any]] = {
    "findings": {},
    "saturation": {"layer": "rnn"},
    "explain": {"layer": "rnn", "signal": "forget_gate", "sample": 0, "timestep": 1, "unit": 1},
    "horizon": {"layer": "rnn"},
    "reach": {"layer": "rnn", "signal": "cell_state", "sample": 0, "timestep": 3, "unit": 1},
    "weights": {"layer": "rnn"},
    "detectors": {"annotation": "high"},
    "match": {"layer": "rnn", "signal": "hidden_state", "sample": 0, "start": 1, "end": 2, "threshold": 0},
    "similarity": {"layer": "rnn", "signal": "hidden_state", "sample": 0},
}
OF_ALL_STEPS: dict[str, dict[str, Any]] = {
    "weight_history": {"layer": "rnn"},
    "detector_history": {"layer": "rnn", "signal": "hidden_state", "annotation": "high", "unit": 1},
    "match_history": {
        "layer": "rnn", "signal": "hidden_state", "units": "0,1", "sample": 0, "start": 1, "end": 2, "threshold": 0,
    },
    "evolution": {"layer": "rnn", "signal": "hidden_state", "sample": 0, "unit": 1},
    "change": {"layer": "rnn", "signal": "hidden_state", "sample": 0},
}  # fmt: skip
ALL: dict[str, dict[str, Any]] = {**{route: {**p, "step": 1} for route, p in OF_A_STEP.items()}, **OF_ALL_STEPS}


@pytest.mark.parametrize("route", ALL)
def test_an_answer_is_not_sent_twice(board: TensorBoard, route: str) -> None:
    first = board.get(route, run="explained/rnn", **ALL[route])
    assert first.status == 200
    again = board.get(route, {"If-None-Match": first.headers["ETag"]}, run="explained/rnn", **ALL[route])
    assert (again.status, again.body) == (304, b"")
    other = board.get(route, {"If-None-Match": '"0"'}, run="explained/rnn", **ALL[route])
    assert (other.status, other.body) == (200, first.body)


@pytest.fixture
def ask(tmp_path: Path) -> Callable[..., TestResponse]:
    """Sends a request to a plugin in this process, with two runs."""
    write_explained_run(tmp_path / "explained" / "rnn")
    write_run(tmp_path / "plain" / "rnn")
    runs = [SimpleNamespace(run_name=name) for name in ("explained/rnn", "plain/rnn")]
    provider = SimpleNamespace(list_runs=lambda context, experiment_id: runs)
    flags = SimpleNamespace(logdir=str(tmp_path), logdir_spec="")
    apps = RNNTimelinePlugin(SimpleNamespace(data_provider=provider, flags=flags, logdir="")).get_plugin_apps()

    def get(route: str, run: str = "explained/rnn", **parameters: Any) -> TestResponse:
        response = Client(apps[f"/{route}"]).get(f"/{route}", query_string={"run": run, **parameters})
        assert response.status_code == 200
        return response

    return get


@pytest.mark.parametrize("route", ALL)
def test_an_answer_is_computed_once(ask: Callable[..., TestResponse], readings: list[Reading], route: str) -> None:
    first = ask(route, **ALL[route])
    assert readings
    readings.clear()
    assert ask(route, **ALL[route]).data == first.data
    assert not readings


def test_other_parameters_have_another_answer(ask: Callable[..., TestResponse]) -> None:
    asked = {"layer": "lstm", "signal": "hidden_state", "sample": 0}
    columns = [ask("evolution", run="plain/rnn", **asked, unit=unit) for unit in range(3)]
    assert len({column.data for column in columns}) == 3
    assert columns[0].data != ask("change", run="plain/rnn", **asked).data


@pytest.mark.parametrize("route", ALL)
def test_the_same_question_in_another_spelling_is_answered_from_the_cache(
    ask: Callable[..., TestResponse], readings: list[Reading], route: str
) -> None:
    """Otherwise an unknown parameter makes the server compute and keep the same answer again."""
    first = ask(route, **ALL[route])
    readings.clear()
    numbers = {name: f"0{value}" for name, value in ALL[route].items() if isinstance(value, int)}
    for others in ({"x": "1"}, {"x": "2"}, {"signal ": "y"}, numbers, dict(reversed(ALL[route].items()))):
        assert ask(route, **{**ALL[route], **others}).data == first.data
    assert not readings


@pytest.mark.parametrize("route", OF_A_STEP)
def test_a_replaced_step_is_computed_again(ask: Callable[..., TestResponse], tmp_path: Path, route: str) -> None:
    run, parameters = tmp_path / "explained" / "rnn", OF_A_STEP[route]
    before = [ask(route, **parameters, step=step) for step in (0, 1, 2)]
    path = step_path(run, 1)
    path.rename(path.with_suffix(".old"))
    path.write_bytes(step_path(run, 0).read_bytes())
    after = [ask(route, **parameters, step=step) for step in (0, 1, 2)]
    same = [old.headers["ETag"] == new.headers["ETag"] for old, new in zip(before, after, strict=True)]
    # Findings include trends over the steps before.
    assert same == [True, False, route != "findings"]
    if route in ("weights", "saturation"):
        assert after[1].data == after[0].data


def test_a_run_that_grows_has_a_longer_history(ask: Callable[..., TestResponse], tmp_path: Path) -> None:
    asked = {"run": "plain/rnn", "layer": "lstm", "signal": "hidden_state", "sample": 0, "unit": 1}
    steps = [safetensors.numpy.load(ask("evolution", **asked).data)["steps"].tolist()]
    RunWriter(tmp_path / "plain" / "rnn").write_step(4, [lstm_trace(4)])
    found = safetensors.numpy.load(ask("evolution", **asked).data)
    steps.append(found["steps"].tolist())
    assert steps == [[0, 1, 2, 3], [0, 1, 2, 3, 4]]
    np.testing.assert_array_equal(
        found["values"][:, 4], lstm_trace(4).signals["hidden_state"][0, :, 1].astype(np.float16)
    )


def test_another_version_of_the_package_has_another_etag(
    ask: Callable[..., TestResponse], monkeypatch: pytest.MonkeyPatch
) -> None:
    first = ask("findings", step=1).headers["ETag"]
    monkeypatch.setattr("tb_rnn_plugin.server.serving.__version__", "999")
    assert ask("findings", step=1).headers["ETag"] != first


def test_the_list_of_runs_is_cached(
    ask: Callable[..., TestResponse], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[str] = []
    make = ArrayFile.__init__

    def heard(file: ArrayFile, path: Path) -> None:
        opened.append(path.relative_to(tmp_path).parts[0])
        make(file, path)

    monkeypatch.setattr(ArrayFile, "__init__", heard)
    first = ask("runs").json
    assert opened == ["explained", "plain"]
    assert ask("runs").json == first
    assert opened == ["explained", "plain"]
    writer = RunWriter(tmp_path / "plain" / "rnn", unit="batch")
    writer.write_probe(probe())
    assert [run["unit"] for run in (ask("runs").json or {})["runs"]] == ["epoch", "batch"]
    assert opened == ["explained", "plain", "plain"]
