"""Histories and patterns of large layers, and of layers that some steps lack."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tb_rnn_plugin.log.errors import NotInLogError
from tb_rnn_plugin.log.layout import PROBE_FILE
from tb_rnn_plugin.log.schema import LayerTrace
from tb_rnn_plugin.log.writer import RunWriter
from tb_rnn_plugin.run import Run, open_run
from tb_rnn_plugin.server.queries.detectors import find_pattern, read_detector_history, read_pattern_history
from tb_rnn_plugin.server.queries.step_history import MAX_STEPS, spread
from tb_rnn_plugin.server.queries.weights import EIGENVALUES_UNITS, read_weight_history
from tests.conftest import Reading
from tests.runs import lstm_trace, probe
from tests.server.runs import MASK, explained_layer, step_path


def written(directory: Path, *layers: LayerTrace) -> Run:
    writer = RunWriter(directory, dtype="float32")
    writer.write_probe(probe())
    for step, layer in enumerate(layers):
        writer.write_step(step, [layer])
    return open_run(directory)


def test_steps_without_the_layer_or_its_weights_are_left_out(tmp_path: Path) -> None:
    layers = [explained_layer(step) for step in range(4)]
    run = written(tmp_path, layers[0], replace(layers[1], weights={}), replace(layers[2], key="other"), layers[3])
    history = read_weight_history(run, "rnn")
    assert history["steps"].tolist() == history["radius_steps"].tolist() == [0, 3]
    assert history["norm/forget_gate/U"].shape == history["radius/forget_gate"].shape == (2,)
    largest = max(np.abs(run.weights("rnn", step)["forget_gate"].U).max() for step in (0, 3))
    assert history["edges/forget_gate/U"][[0, -1]].tolist() == [-largest, largest]


def test_a_damaged_step_is_left_out_and_named(tmp_path: Path) -> None:
    weights = written(tmp_path / "weights", *(explained_layer(step) for step in range(3)))
    signals = written(tmp_path / "signals", *(lstm_trace(step) for step in range(3)))
    for name in ("weights", "signals"):
        path = step_path(tmp_path / name, 1)
        path.write_bytes(path.read_bytes()[:-1])
    for history in (
        read_weight_history(weights, "rnn"),
        read_detector_history(signals, "depth", "lstm", "hidden_state", 1),
        read_pattern_history(signals, "lstm", "hidden_state", [0], sample=0, start=1, end=2, threshold=0.0),
    ):
        assert (history["steps"].tolist(), history["unreadable"].tolist()) == ([0, 2], [1])
    for step in (0, 2):
        step_path(tmp_path / "weights", step).write_bytes(b"")
    with pytest.raises(NotInLogError, match="no step that can be read"):
        read_weight_history(weights, "rnn")


@pytest.mark.slow
def test_evenly_spaced_steps_represent_many(tmp_path: Path) -> None:
    run = written(tmp_path, *[lstm_trace(0, samples=1, timesteps=4, units=2)] * 190)
    history = read_pattern_history(run, "lstm", "hidden_state", [0], sample=0, start=1, end=2, threshold=0.0)
    steps = history["steps"]
    assert (len(steps), steps[0], steps[-1]) == (MAX_STEPS, 0, 189)
    assert set(np.diff(steps)) == {3}
    some = [round(place) for place in np.linspace(0, 99, MAX_STEPS)]
    assert spread(range(100)) == some


def test_steps_without_the_present_bias_are_left_out(tmp_path: Path) -> None:
    layers = [explained_layer(step) for step in range(3)]
    bare = {name: array for name, array in layers[1].weights.items() if name != "bias"}
    history = read_weight_history(written(tmp_path, layers[0], replace(layers[1], weights=bare), layers[2]), "rnn")
    assert history["steps"].tolist() == [0, 2]
    assert len(history["norm/forget_gate/b"]) == len(history["norm/forget_gate/W"]) == 2


def test_without_any_weights_there_is_no_history(tmp_path: Path) -> None:
    run = written(tmp_path, *(replace(explained_layer(step), weights={}) for step in range(2)))
    with pytest.raises(ValueError, match="weights"):
        read_weight_history(run, "rnn")


@pytest.mark.parametrize("more", [0, 1])
def test_a_large_layer_has_no_eigenvalues(tmp_path: Path, more: int) -> None:
    units = EIGENVALUES_UNITS + more
    values = np.zeros((1, 2, units), np.float32)
    weights = {"kernel": np.ones((1, units), np.float32), "recurrent_kernel": 0.5 * np.eye(units, dtype=np.float32)}
    signals = {"hidden_state": values}
    layer = LayerTrace("rnn", "SimpleRNN", signals, {"hidden_state": None}, None, {}, None, weights=weights)
    history = read_weight_history(written(tmp_path, layer), "rnn")
    assert history["radius_steps"].tolist() == ([] if more else [0])
    assert [name for name in history if name.startswith("radius/")] == ([] if more else ["radius/hidden_state"])
    np.testing.assert_allclose(history["norm/hidden_state/U"], 0.5 * np.sqrt(units))


def test_histories_of_one_signal_read_no_other(tmp_path: Path, readings: list[Reading]) -> None:
    run = written(tmp_path, *(lstm_trace(step, mask=MASK) for step in range(3)))
    read_detector_history(run, "depth", "lstm", "hidden_state", 1)
    of_steps = [reading[1:] for reading in readings if reading.file != PROBE_FILE]
    assert of_steps == [("signals/lstm/hidden_state", None), ("masks/lstm", None)] * 3
    readings.clear()
    read_pattern_history(run, "lstm", "hidden_state", [0, 1], sample=1, start=2, end=4, threshold=0.0)
    assert [reading[1:] for reading in readings] == [("signals/lstm/hidden_state", 1)] * 3


def test_the_strongest_units_of_a_large_pattern_are_sent(tmp_path: Path) -> None:
    values = np.zeros((1, 5, 300), np.float32)
    values[0, 2] = np.arange(1, 301)
    layer = LayerTrace("rnn", "MyCell", {"hidden_state": values}, {"hidden_state": None}, None, {}, None)
    run = written(tmp_path, layer)
    found = find_pattern(run, "rnn", "hidden_state", 0, sample=0, start=2, end=3, threshold=0.5)
    assert found["unit_count"] == 300
    assert found["units"] == [*range(299, 43, -1)]
