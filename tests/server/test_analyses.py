"""The analyses over HTTP, against `open_run` and against NumPy on the files."""

from __future__ import annotations

import json
from dataclasses import asdict, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import safetensors.numpy

from tb_rnn_plugin import open_run
from tb_rnn_plugin.analysis import detectors
from tb_rnn_plugin.analysis.errors import AnalysisError
from tb_rnn_plugin.analysis.findings import group
from tb_rnn_plugin.analysis.findings.finding import Kind, Rule
from tb_rnn_plugin.analysis.memory import KEPT
from tb_rnn_plugin.analysis.permutation import chance_sentences
from tb_rnn_plugin.log.schema import Array
from tb_rnn_plugin.log.writer import RunWriter
from tb_rnn_plugin.run import Run
from tb_rnn_plugin.server import wire
from tb_rnn_plugin.server.queries.detectors import list_detectors, read_detector_history
from tb_rnn_plugin.server.queries.explanation import describe_explanation
from tb_rnn_plugin.server.queries.findings import MAX_IN_GROUP, list_findings
from tests.runs import lstm_trace, probe, write_run
from tests.server.runs import EXPLAINED_STEPS, stored
from tests.tensorboard_process import TensorBoard

PLACE: dict[str, Any] = {"run": "explained/rnn", "layer": "rnn"}
STEP = 2


@pytest.fixture
def run(logdir: Path) -> Run:
    return open_run(logdir / "explained" / "rnn")


def served(board: TensorBoard, route: str, **parameters: Any) -> dict[str, Array]:
    answer = board.get(route, **parameters)
    assert (answer.status, answer.headers["Content-Type"]) == (200, "application/octet-stream"), answer.body
    return safetensors.numpy.load(answer.body)


def test_findings(board: TensorBoard, logdir: Path) -> None:
    """At step 5 of this run values are NaN and infinite."""
    step = 5
    groups = group(open_run(logdir / "uneven" / "rnn").findings(step))
    answer = board.get("findings", run="uneven/rnn", step=step).json()
    assert answer["step"] == step
    assert groups[0].title == "not finite"
    for sent, known in zip(answer["groups"], groups, strict=True):
        for name in ("title", "severity", "high", "more"):
            assert sent[name] == getattr(known, name)
        assert sent["finding_count"] == len(known.findings)
        for one, finding in zip(sent["findings"], known.findings, strict=True):
            for name in ("kind", "title", "layer", "signal", "severity", "message", "rule", "source", "advice"):
                assert one[name] == getattr(finding, name)
            assert (one["units"], one["unit_count"]) == (list(finding.units), len(finding.units))
            assert (one["timesteps"], one["steps"]) == (list(finding.timesteps), list(finding.steps))


def test_a_group_of_many_findings_lists_the_first(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    rule = Rule(kind=Kind("frozen", 0, 0.5), rule="", source="", advice="", not_a_fault="")
    many = tuple(rule.finding(f"layer {i}", "", "", steps=(0,), share=1 - i / 1000) for i in range(MAX_IN_GROUP + 7))
    monkeypatch.setattr(Run, "findings", lambda self, step: many)
    [sent] = list_findings(run, 0)["groups"]
    assert [one.layer for one in sent["findings"]] == [one.layer for one in many[:MAX_IN_GROUP]]
    assert sent["finding_count"] == MAX_IN_GROUP + 7
    assert sent["more"] == f"{MAX_IN_GROUP + 6} more in {MAX_IN_GROUP + 6} layers"


def test_shares_of_saturated_time(board: TensorBoard, logdir: Path) -> None:
    shares = served(board, "saturation", **PLACE, step=STEP)
    signals = stored(logdir / "explained" / "rnn", STEP, "rnn")
    names = {"input_gate", "forget_gate", "candidate", "output_gate", "hidden_state"}
    assert set(shares) == {f"{end}/{name}" for name in names for end in ("low", "high")}
    for name in names:
        low, high = (0.1, 0.9) if name.endswith("gate") else (-0.9, 0.9)
        np.testing.assert_allclose(shares[f"low/{name}"], (signals[name] < low).mean(axis=(0, 1)))
        np.testing.assert_allclose(shares[f"high/{name}"], (signals[name] > high).mean(axis=(0, 1)))


def test_a_value_explained(board: TensorBoard, run: Run) -> None:
    cell: dict[str, Any] = {"sample": 1, "timestep": 3, "unit": 2}
    for signal in ("forget_gate", "cell_state"):
        answer = board.get("explain", **PLACE, step=STEP, signal=signal, **cell).json()
        explanation = run.explain("rnn", signal, step=STEP, **cell)
        assert answer == json.loads(wire.json(describe_explanation(explanation)))
        assert answer["value"] == explanation.value
        assert answer["read_before"] == 2
        assert {part["name"]: part["value"] for part in answer["parts"]} == explanation.parts
        assert answer["contributions"] == [asdict(one) for one in explanation.contributions]


def test_the_first_value_of_a_sequence_has_an_initial_state(board: TensorBoard) -> None:
    cell: dict[str, Any] = {"sample": 1, "timestep": 0, "unit": 2}
    answer = board.get("explain", **PLACE, step=STEP, signal="forget_gate", **cell).json()
    assert answer["read_before"] is None


def test_memory(board: TensorBoard, run: Run, logdir: Path) -> None:
    forget = stored(logdir / "explained" / "rnn", STEP, "rnn")["forget_gate"].astype(np.float64)
    horizon = served(board, "horizon", **PLACE, step=STEP)["horizon"]
    np.testing.assert_allclose(horizon, 1 / (1 - forget.mean(axis=(0, 1))))
    cell: dict[str, Any] = {"sample": 1, "timestep": 4, "unit": 2}
    answer = served(board, "reach", **PLACE, step=STEP, signal="cell_state", **cell)
    wanted = run.reach("rnn", "cell_state", STEP, **cell)
    assert int(answer["steps"]) == wanted.steps
    assert (int(answer["end"]), bool(answer["all"])) == (4 - wanted.steps, wanted.steps == 4)
    assert float(answer["kept"]) == KEPT
    for state, norms in wanted.norms.items():
        np.testing.assert_array_equal(answer[f"norms/{state}"], norms)


def test_weights(board: TensorBoard, run: Run) -> None:
    answer = served(board, "weights", **PLACE, step=STEP)
    gates = run.weights("rnn", STEP)
    assert set(answer) == {f"{gate}/{name}" for gate in gates for name in ("W", "U", "b")}
    for gate, weights in gates.items():
        np.testing.assert_array_equal(answer[f"{gate}/U"], weights.U)


def test_weights_over_training(board: TensorBoard, run: Run) -> None:
    answer = served(board, "weight_history", **PLACE)
    assert answer["steps"].tolist() == answer["radius_steps"].tolist() == [*range(EXPLAINED_STEPS)]
    for step in range(EXPLAINED_STEPS):
        recurrent = run.weights("rnn", step)["forget_gate"].U.astype(np.float64)
        np.testing.assert_allclose(answer["norm/forget_gate/U"][step], np.sqrt((recurrent**2).sum()))
        radius = np.abs(np.linalg.eigvals(recurrent)).max()
        np.testing.assert_allclose(answer["radius/forget_gate"][step], radius)
        edges, counts = answer["edges/forget_gate/U"], answer["counts/forget_gate/U"][step]
        assert counts.sum() == recurrent.size
        inside = [((recurrent >= low) & (recurrent < high)).sum() for low, high in pairwise(edges)]
        np.testing.assert_array_equal(counts[:-1], inside[:-1])


def test_units_that_track_an_annotation(board: TensorBoard, run: Run) -> None:
    answer = board.get("detectors", run="explained/rnn", step=STEP, annotation="high").json()
    # The flag was made from this unit.
    made_of = {"layer": "rnn", "signal": "hidden_state", "unit": 2, "score": 1.0, "sign": 1}
    assert any(made_of.items() <= detector.items() for detector in answer["detectors"] if detector["score"] == 1)
    assert answer["detectors"][0]["score"] == 1
    assert answer["measure"] == "AUC"
    assert answer["least"] == 0.5
    first = answer["detectors"][0]
    assert answer["chance_sentences"] == chance_sentences(first["score"], first["chance"], len(run.probe.sample_names))
    assert len(answer["detectors"]) == len(run.detectors("high", STEP))
    assert answer["places"] == answer["compared_places"] == run.annotation("high").size
    history = served(board, "detector_history", **PLACE, annotation="high", signal="hidden_state", unit=2)
    assert history["steps"].tolist() == [*range(EXPLAINED_STEPS)]
    assert history["score"].tolist() == history["best"].tolist() == [1.0] * EXPLAINED_STEPS


def test_other_places_of_a_pattern(board: TensorBoard, run: Run) -> None:
    place: dict[str, Any] = {"sample": 1, "start": 1, "end": 3, "threshold": -0.2}
    answer = board.get("match", **PLACE, step=STEP, signal="hidden_state", **place).json()
    pattern = run.match("rnn", "hidden_state", STEP, **place)
    assert answer["units"] == list(pattern.units)
    assert answer["unit_count"] == len(pattern.units)
    assert answer["matches"] == [asdict(match) for match in pattern.matches]
    history = served(board, "match_history", **PLACE, signal="hidden_state", units="0,2", **place)
    assert history["steps"].tolist() == [*range(EXPLAINED_STEPS)]


def test_signals_are_described(board: TensorBoard) -> None:
    described = board.get("run", run="explained/rnn").json()
    assert described["saturated_share"] == 0.95
    signals = {signal["name"]: signal for signal in described["layers"][0]["signals"]}
    letters = {"input_gate": "i", "forget_gate": "f", "candidate": "g", "output_gate": "o"}
    for name, letter in {**letters, "cell_state": "c", "hidden_state": "h"}.items():
        assert (signals[name]["letter"], signals[name]["label"]) == (letter, name.replace("_", " "))
        assert signals[name]["state"] == (name if name == "cell_state" else "hidden_state")
    assert signals["forget_gate"]["saturation"] == [0.1, 0.9]
    assert signals["cell_state"]["saturation"] is None


def test_gradients_are_signals(board: TensorBoard, run: Run) -> None:
    described = board.get("run", run="explained/rnn").json()["layers"][0]["signals"]
    assert [signal["name"] for signal in described][-2:] == ["gradient:hidden_state", "gradient:cell_state"]
    answer = served(board, "trace", run="explained/rnn", layer="rnn", step=STEP, sample=1)
    wanted = run.gradient("rnn", "cell_state", STEP)[1]
    assert wanted.dtype == np.float32
    assert 0 < np.abs(wanted).max() < 1e-7  # Too small for float16.
    np.testing.assert_array_equal(answer["signals/gradient:cell_state"], wanted)


def test_units_are_compared_with_a_rare_flag_at_all_places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Few of them would have it: then the tab must not say that few were compared."""
    run = open_run(write_run(tmp_path, steps=1))
    monkeypatch.setattr(detectors, "MAX_VALUES", 1)
    monkeypatch.setattr(detectors, "MIN_PLACES", 1)
    found = list_detectors(run, "vowel", 0)
    assert found["compared_places"] == found["places"] == run.annotation("vowel").size
    monkeypatch.setattr(detectors, "MIN_PLACES", 30)
    assert list_detectors(run, "vowel", 0)["compared_places"] == 30


def test_a_signal_that_is_not_over_time_has_no_history_as_a_detector(tmp_path: Path) -> None:
    writer = RunWriter(tmp_path)
    writer.write_probe(probe())
    writer.write_step(0, [replace(lstm_trace(0), axes={"hidden_state": ("query", "unit")})])
    run = open_run(tmp_path)
    assert read_detector_history(run, "vowel", "lstm", "cell_state", 0)["steps"].tolist() == [0]
    with pytest.raises(AnalysisError, match="must have its samples and timesteps"):
        read_detector_history(run, "vowel", "lstm", "hidden_state", 0)
