"""What a run's numbers say, read back from files: the same as of the traces that were written."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tb_rnn_plugin import open_run
from tb_rnn_plugin.analysis.detectors import detectors
from tb_rnn_plugin.analysis.findings import find
from tb_rnn_plugin.analysis.memory import horizon, reach
from tb_rnn_plugin.log import layout, parsing
from tb_rnn_plugin.log.arrays import ArrayFile
from tb_rnn_plugin.log.errors import NotInLogError, UnreadableFileError
from tb_rnn_plugin.log.schema import Array, LayerInfo, LayerTrace, ProbeBatch
from tb_rnn_plugin.log.writer import RunWriter
from tb_rnn_plugin.run import Run
from tests.runs import lstm_trace, probe
from tests.server.runs import explained_annotation, explained_layer

STEPS = 4


def saturating(step: int) -> LayerTrace:
    """Return a layer of which one unit more is saturated at each step."""
    trace = lstm_trace(step)
    gate = trace.signals["forget_gate"] * np.float32(0.8)
    gate[..., :step] = 0.99
    return replace(trace, signals={**trace.signals, "forget_gate": gate})


@pytest.fixture
def saturated(tmp_path: Path) -> Run:
    writer = RunWriter(tmp_path, unit="batch", dtype="float32")
    writer.write_probe(probe())
    for step in range(STEPS):
        writer.write_step(step, [saturating(step)])
    return open_run(tmp_path)


@pytest.fixture
def explained(tmp_path: Path) -> Run:
    writer = RunWriter(tmp_path, dtype="float32")
    writer.write_probe(replace(probe(*explained_annotation().shape), annotations={"high": explained_annotation()}))
    writer.write_step(3, [explained_layer(3)])
    return open_run(tmp_path)


def test_findings_with_their_trend(saturated: Run) -> None:
    found = saturated.findings(3)
    assert found == find(3, [*range(STEPS)], lambda step: [saturating(step)], "batch")
    gate = next(one for one in found if one.kind == "saturated_high" and one.signal == "forget_gate")
    assert gate.units == (0, 1, 2)
    assert "none at batch 0, 1 at batch 1, 2 at batch 2, 3 at batch 3" in gate.message


def test_a_damaged_step_before_costs_its_part_of_the_trend(saturated: Run) -> None:
    path = layout.trace_directory(saturated.directory) / layout.step_file(1)
    path.write_bytes(path.read_bytes()[:100])
    messages = [one.message for one in saturated.findings(3)]
    assert any("none at batch 0, 2 at batch 2, 3 at batch 3" in message for message in messages)


def test_detectors(explained: Run) -> None:
    ranked = explained.detectors("high", 3, count=None)
    stored = explained.traces(3)
    assert ranked == detectors(stored, explained_annotation(), count=None)
    assert len(ranked) == sum(values.shape[2] for trace in stored for values in trace.signals.values())
    assert (ranked[0].score, ranked[0].unit) == (1.0, 2)
    assert explained.detectors("high", 3, count=2) == ranked[:2]
    with pytest.raises(NotInLogError, match="Annotations of this run's probe are 'high', got 'low'"):
        explained.detectors("low", 3)


def test_memory(explained: Run) -> None:
    trace = explained.trace("rnn", 3)
    np.testing.assert_array_equal(explained.horizon("rnn", 3), horizon(trace))
    of_second = explained.reach("rnn", "cell_state", 3, sample=1, timestep=5, unit=2)
    whole = reach(trace, sample=1, timestep=5, unit=2, signal="cell_state")
    assert of_second.steps == whole.steps
    for state, norms in whole.norms.items():
        np.testing.assert_array_equal(of_second.norms[state], norms)
    assert whole.norms["cell_state"][5] == 1  # Of a value by itself.


def test_matches(explained: Run) -> None:
    values = explained.load("rnn", "hidden_state", 3)
    threshold = float(np.sort(values[0, 2])[-2]) - 1e-4
    pattern = explained.match("rnn", "hidden_state", 3, sample=0, start=2, end=3, threshold=threshold)
    before, inside, after = (values[0, t] > threshold for t in (1, 2, 3))
    assert set(pattern.units) == set(np.flatnonzero(inside & ~before & ~after))
    assert all((match.sample, match.start) != (0, 2) for match in pattern.matches)
    none = explained.match("rnn", "hidden_state", 3, sample=0, start=2, end=3, threshold=2.0)
    assert (none.units, none.matches) == ((), ())


@pytest.mark.parametrize("damage", ["missing", "damaged"])
def test_a_run_without_its_probe_keeps_its_findings(saturated: Run, damage: str) -> None:
    path = layout.trace_directory(saturated.directory) / layout.PROBE_FILE
    if damage == "missing":
        path.unlink()
    else:
        path.write_bytes(path.read_bytes()[:40])
    assert saturated.unit == "epoch"
    assert any("3 at epoch 3" in one.message for one in saturated.findings(3))
    wanted = (NotInLogError, "has no probe batch") if damage == "missing" else (UnreadableFileError, "damaged")
    with pytest.raises(wanted[0], match=wanted[1]):
        saturated.annotation("high")


def test_the_probe_of_a_run_is_named_where_it_is_not_finite(tmp_path: Path) -> None:
    x = np.zeros((3, 12, 2), np.float32)
    x[2, 6, 1] = np.nan
    writer = RunWriter(tmp_path)
    writer.write_probe(ProbeBatch(inputs={"input": x}, sample_names=["a", "b", "c"]))
    writer.write_step(0, [replace(lstm_trace(0), inputs=x)])
    [found] = open_run(tmp_path).findings(0)
    assert found.message.startswith("The probe itself is not finite at sample 2, timestep 6, feature 1;")


def test_a_trend_reads_one_signal_of_earlier_steps(saturated: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    read: list[str] = []
    original = ArrayFile.read

    def recorded(file: ArrayFile, name: str, row: int | None = None) -> Array:
        if file.path.name != layout.step_file(3):
            read.append(name)
        return original(file, name, row)

    monkeypatch.setattr(ArrayFile, "read", recorded)
    found = saturated.findings(3)
    assert any(one.signal == "forget_gate" for one in found)
    assert set(read) & {"signals/lstm/forget_gate"}
    assert not {name for name in read if name.startswith(("inputs/lstm", "initial_states", "signals/lstm/candidate"))}


def test_a_layer_without_the_gate_is_refused_before_it_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    writer = RunWriter(tmp_path)
    writer.write_probe(probe())
    writer.write_step(0, [replace(lstm_trace(0), cell="Mine")])
    monkeypatch.setattr(ArrayFile, "read", lambda *arguments: pytest.fail("It was read."))
    with pytest.raises(ValueError, match="got Mine"):
        open_run(tmp_path).horizon("lstm", 0)


def test_a_step_is_described_once_for_all_of_its_layers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And not once for each: a thousand layers took a minute."""
    writer = RunWriter(tmp_path)
    writer.write_probe(probe())
    writer.write_step(0, [lstm_trace(place, units=1, key=f"lstm_{place}") for place in range(30)])
    parsed: list[str] = []
    original = parsing.layer

    def recorded(value: Any) -> LayerInfo:
        parsed.append(value["key"])
        return original(value)

    monkeypatch.setattr(parsing, "layer", recorded)
    assert len(open_run(tmp_path).traces(0)) == 30
    assert sorted(parsed) == sorted({*parsed})
