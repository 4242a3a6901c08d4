"""Two runs in one answer: matched units, distributions, and what says whether units correspond."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from safetensors.numpy import load
from scipy.optimize import linear_sum_assignment

from tb_rnn_plugin.log import array_writer, layout
from tb_rnn_plugin.log.arrays import ArrayFile
from tb_rnn_plugin.log.writer import RunWriter
from tb_rnn_plugin.server.queries.unit_matching import bins
from tests.runs import gru_trace, lstm_trace, probe, write_run
from tests.server.application import Answer, Application
from tests.server.requests import HOSTILE_NAMES

ASKED: dict[str, Any] = {
    "run": "a/rnn", "step": 0, "layer": "lstm", "signal": "hidden_state",
    "other_run": "b/rnn", "other_step": 1, "other_layer": "gru",
}  # fmt: skip


@pytest.fixture(scope="module")
def logdir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    logdir = tmp_path_factory.mktemp("logs")
    layers = {"a": [lstm_trace(0), lstm_trace(5)], "b": [gru_trace(1, units=7), gru_trace(2, units=7)]}
    for name, traces in layers.items():
        writer = RunWriter(logdir / name / "rnn", dtype="float32")
        writer.write_probe(probe(), {"lstm": "one"} if name == "a" else None)
        for step, trace in enumerate(traces):
            writer.write_step(step, [trace])
    writer = RunWriter(logdir / "other" / "rnn")
    writer.write_probe(replace(probe(), inputs={"input": np.zeros((3, 12))}))
    writer.write_step(0, [lstm_trace(0)])
    return logdir


@pytest.fixture(scope="module")
def application(logdir: Path) -> Application:
    return Application(logdir)


def arrays(answer: Answer) -> dict[str, NDArray[Any]]:
    assert answer.status == 200, answer.body
    return load(answer.body)


def hidden(trace: Any) -> NDArray[Any]:
    values = trace.signals["hidden_state"]
    return np.asarray(values.reshape(-1, values.shape[2]).T, np.float64)


def test_units_of_two_runs_are_matched(application: Application) -> None:
    found = arrays(application.ask("unit_matching", ASKED))
    one, other = hidden(lstm_trace(0)), hidden(gru_trace(2, units=7))
    r = np.corrcoef(one, other)[: len(one), len(one) :]
    rows, columns = linear_sum_assignment(-np.abs(r))
    assert dict(zip(found["a"].tolist(), found["b"].tolist(), strict=True)) == dict(
        zip(rows.tolist(), columns.tolist(), strict=True)
    )
    np.testing.assert_allclose(found["r"], r[found["a"], found["b"]])
    assert found["units"].tolist() == [5, 7]


def test_distributions_are_over_the_same_bins(application: Application) -> None:
    found = arrays(application.ask("distributions", ASKED))
    values = {"a": hidden(lstm_trace(0)), "b": hidden(gru_trace(2, units=7))}
    for side, of_side in values.items():
        np.testing.assert_array_equal(found[f"counts/{side}"], np.histogram(of_side, found["edges"])[0])
    assert found["edges"][[0, -1]].tolist() == pytest.approx(
        [min(v.min() for v in values.values()), max(v.max() for v in values.values())]
    )


def test_another_probe_cannot_be_matched(application: Application) -> None:
    answer = application.ask(
        "unit_matching", {**ASKED, "other_run": "other/rnn", "other_step": 0, "other_layer": "lstm"}
    )
    assert answer.status == 400
    assert "have probes with other inputs" in answer.body.decode()


def test_no_other_name_is_opened_as_the_second_run(application: Application) -> None:
    for run in HOSTILE_NAMES:
        assert application.ask("unit_matching", {**ASKED, "other_run": run}).status == 404, run
    assert application.ask("unit_matching", {**ASKED, "other_step": 9}).status == 404
    assert application.ask("unit_matching", {**ASKED, "other_layer": "lstm"}).status == 404


def test_an_answer_is_computed_again_when_the_second_run_changes(tmp_path: Path) -> None:
    for name in ("a", "b"):
        writer = RunWriter(tmp_path / name / "rnn")
        writer.write_probe(probe())
        writer.write_step(0, [lstm_trace(0)])
    application = Application(tmp_path)
    asked = {**ASKED, "other_step": 0, "other_layer": "lstm"}
    assert arrays(application.ask("unit_matching", asked))["r"] == pytest.approx(1.0)
    writer.write_step(0, [lstm_trace(7)])
    assert arrays(application.ask("unit_matching", asked))["r"].max() < 0.9


def test_a_run_says_what_its_units_correspond_to(application: Application) -> None:
    a, b, other = (json.loads(application.ask("run", {"run": f"{name}/rnn"}).body) for name in ("a", "b", "other"))
    assert (a["layers"][0]["fingerprint"], b["layers"][0]["fingerprint"]) == ("one", None)
    assert a["probe"] == b["probe"] != other["probe"]


@pytest.mark.parametrize(
    "ends", [(0, 0), (1, 1), (-1e308, 1.7e308), (1.7976931348623157e308,) * 2, (0, 5e-324), (-3, 4)]
)
def test_all_values_are_in_a_bin_however_close_or_far(ends: tuple[float, float]) -> None:
    edges = bins(*ends)
    assert (np.diff(edges) > 0).all()
    assert np.histogram(np.array(ends, np.float64), edges)[0].sum() == 2


def test_a_probe_file_without_texts_is_a_sentence(tmp_path: Path) -> None:
    write_run(tmp_path / "a" / "rnn", steps=1)
    path = layout.trace_directory(write_run(tmp_path / "b" / "rnn", steps=1)) / layout.PROBE_FILE
    file = ArrayFile(path)
    known = {name: file.field(name) for name in ("kind", "unit", "sample_names", "tokens")}
    array_writer.write(path, {name: file.read(name) for name in file.names}, {**known, "texts": []})
    answer = Application(tmp_path).ask("unit_matching", {**ASKED, "other_step": 0, "other_layer": "lstm"})
    assert answer.status == 404, answer
    assert "does not hold a valid probe batch" in answer.body.decode()
