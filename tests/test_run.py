"""Weights by gate and explanations, read back from a run."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest

from tb_rnn_plugin import open_run
from tb_rnn_plugin.log import layout
from tb_rnn_plugin.log.arrays import ArrayFile
from tb_rnn_plugin.log.errors import NotInLogError
from tb_rnn_plugin.log.schema import Array, LayerTrace
from tb_rnn_plugin.log.step_file import read_layer
from tb_rnn_plugin.log.writer import RunWriter
from tb_rnn_plugin.run import Run
from tests.analysis.traces import COLUMNS, FORMS, MASK, TIMESTEPS, UNITS, reference_trace
from tests.conftest import Reading
from tests.runs import write_run

ATOL = 1e-2
"""Seven products of order 1, each of two numbers that float16 rounds by up to 2^-11, and slopes of at most 1; a wrong
column, timestep or bias is off by 0.1 and more."""


def logged(directory: Path, *layers: LayerTrace, dtype: str = "float16") -> Run:
    RunWriter(directory, dtype=dtype).write_step(7, layers)
    return open_run(directory)


def half(values: Any) -> Array:
    return np.asarray(values).astype(np.float16).astype(np.float64)


def dense() -> LayerTrace:
    output = {"output": np.ones((2, TIMESTEPS, 2))}
    return LayerTrace("dense", "Dense", output, {"output": None}, None, {}, weights={"kernel": np.ones((4, 2))})


@pytest.mark.parametrize("form", FORMS)
def test_weights_by_gate_at_a_step(tmp_path: Path, form: str) -> None:
    trace = reference_trace(form)
    gates = logged(tmp_path, trace).weights("rnn", 7)
    assert list(gates) == COLUMNS[trace.cell]
    for position, gate in enumerate(gates.values()):
        columns = slice(position * UNITS, (position + 1) * UNITS)
        np.testing.assert_array_equal(gate.W, half(trace.weights["kernel"][:, columns]))
        np.testing.assert_array_equal(gate.U, half(trace.weights["recurrent_kernel"][:, columns]))
        biases = half(np.atleast_2d(trace.weights["bias"])[:, columns])
        assert gate.b is not None
        np.testing.assert_array_equal(gate.b, biases[0])
        if form == "GRU":
            assert gate.recurrent_b is not None
            np.testing.assert_array_equal(gate.recurrent_b, biases[1])


@pytest.mark.parametrize(
    "options",
    [{}, {"bias": False}, {"mask": MASK, "go_backwards": True}, {"sequences": 3}, {"sequences": TIMESTEPS}],
    ids=str,
)
@pytest.mark.parametrize("form", FORMS)
def test_values_are_explained_to_the_rounding_of_float16(tmp_path: Path, form: str, options: dict[str, Any]) -> None:
    trace = reference_trace(form, **options)
    run = logged(tmp_path, trace)
    for signal, values in trace.signals.items():
        for sample, timestep in np.argwhere(np.isfinite(values[..., 1])).tolist():
            e = run.explain("rnn", signal, step=7, sample=sample, timestep=timestep, unit=1)
            assert (e.layer, e.signal, e.step) == ("rnn", signal, 7)
            assert (e.sample, e.timestep, e.unit) == (sample, timestep, 1)
            assert e.captured == half(values[sample, timestep, 1])
            assert e.value == pytest.approx(values[sample, timestep, 1], abs=ATOL)


def test_the_numbers_are_the_stored_ones(tmp_path: Path) -> None:
    """No rounding but the file's: the input's part is the product of what `safetensors` holds."""
    trace = reference_trace("LSTM")
    e = logged(tmp_path, trace).explain("rnn", "forget_gate", step=7, sample=1, timestep=3, unit=2)
    assert trace.inputs is not None
    x, h = half(trace.inputs[1, 3]), half(trace.signals["hidden_state"][1, 2])
    column = UNITS + 2
    assert e.parts["input"] == pytest.approx(x @ half(trace.weights["kernel"][:, column]), rel=1e-12)
    assert e.parts["recurrent"] == pytest.approx(h @ half(trace.weights["recurrent_kernel"][:, column]), rel=1e-12)
    assert e.parts["bias"] == half(trace.weights["bias"][column])


def test_a_float32_log_is_explained_to_float32(tmp_path: Path) -> None:
    trace = reference_trace("GRU")
    run = logged(tmp_path, trace, dtype="float32")
    e = run.explain("rnn", "candidate", step=7, sample=0, timestep=4, unit=3)
    assert e.value == pytest.approx(trace.signals["candidate"][0, 4, 3], rel=1e-5)
    assert sum(e.parts.values()) == pytest.approx(np.arctanh(trace.signals["candidate"][0, 4, 3]), rel=1e-5)


def test_a_key_that_goes_on_is_another_layer(tmp_path: Path) -> None:
    """As of a Bidirectional and its halves."""
    outer = reference_trace("GRU")
    inner = replace(reference_trace("LSTM", activation="softsign"), key="rnn/lstm")
    run = logged(tmp_path, outer, inner)
    assert list(run.weights("rnn", 7)) == COLUMNS["GRU"]
    assert list(run.weights("rnn/lstm", 7)) == COLUMNS["LSTM"]
    for trace in (outer, inner):
        e = run.explain(trace.key, "candidate", step=7, sample=1, timestep=2, unit=0)
        assert e.layer == trace.key
        assert e.value == pytest.approx(trace.signals["candidate"][1, 2, 0], abs=ATOL)
        read = read_layer(ArrayFile(layout.trace_directory(tmp_path) / layout.step_file(7)), trace.key, 0)
        assert list(read.signals) == list(trace.signals)
        assert list(read.weights) == list(trace.weights)


def test_what_was_read_may_be_changed(tmp_path: Path) -> None:
    """Headers are kept between readings; what is made of them is the reader's own."""
    run = logged(tmp_path, reference_trace("LSTM"))
    config = dict(run.layers["rnn"].config)
    for read in (run.trace("rnn", 7), run.layers["rnn"]):
        cast("dict[str, Any]", read.config).clear()
    assert run.trace("rnn", 7).config == run.layers["rnn"].config == config != {}


def test_a_probe_that_was_read_may_be_changed(tmp_path: Path) -> None:
    run = open_run(write_run(tmp_path))
    names, tokens = list(run.probe.sample_names), [list(row) for row in run.probe.tokens or []]
    cast("list[str]", run.probe.sample_names).clear()
    cast("list[list[str]]", run.probe.tokens)[0].clear()
    assert (run.probe.sample_names, run.probe.tokens) == (names, tokens)
    assert names
    assert tokens[0]


def test_one_sample_of_one_layer_is_read(tmp_path: Path, readings: list[Reading]) -> None:
    run = logged(tmp_path, reference_trace("LSTM", mask=MASK), replace(reference_trace("GRU"), key="gru"))
    run.explain("rnn", "forget_gate", step=7, sample=1, timestep=3, unit=2)
    assert {reading.row for reading in readings if not reading.array.startswith("weights/")} == {1}
    assert {reading.array.split("/")[1] for reading in readings} == {"rnn"}
    readings.clear()
    run.weights("gru", 7)
    weights = {f"weights/gru/{name}" for name in ("kernel", "recurrent_kernel", "bias")}
    assert {reading.array for reading in readings} == weights


@pytest.mark.parametrize(
    ("where", "words"),
    [
        ({"layer": "lstm"}, "^Layers of this run are 'rnn', 'dense', got 'lstm'"),
        ({"signal": "reset_gate"}, "^Signals of layer 'rnn' are 'input_gate', .*got 'reset_gate'"),
        ({"step": 8}, "has step 7 alone, got step 8"),
        ({"sample": 2}, "^Rows of this layer are 0 to 1, got 2"),
        ({"sample": -1}, "^Rows of this layer are 0 to 1, got -1"),
    ],
)
def test_what_the_run_does_not_hold_is_said(tmp_path: Path, where: dict[str, Any], words: str) -> None:
    run = logged(tmp_path, reference_trace("LSTM"), dense())
    arguments = {"layer": "rnn", "signal": "forget_gate", "step": 7, "sample": 0, "timestep": 0, "unit": 0, **where}
    with pytest.raises(NotInLogError, match=words):
        run.explain(**arguments)


def test_an_index_beyond_the_layer_is_said(tmp_path: Path) -> None:
    run = logged(tmp_path, reference_trace("LSTM"))
    with pytest.raises(IndexError, match=r"^Timesteps of layer 'rnn' are 0 to 5, got 6\.$"):
        run.explain("rnn", "forget_gate", step=7, sample=0, timestep=6, unit=0)
    with pytest.raises(IndexError, match=r"^Units of forget_gate are 0 to 3, got -1\.$"):
        run.explain("rnn", "forget_gate", step=7, sample=0, timestep=0, unit=-1)


def test_the_mask_is_the_samples(tmp_path: Path) -> None:
    run = logged(tmp_path, reference_trace("LSTM", mask=MASK))
    assert MASK[0, 1]
    assert not MASK[1, 1]
    run.explain("rnn", "forget_gate", step=7, sample=0, timestep=1, unit=0)
    with pytest.raises(ValueError, match="that layer 'rnn' read, got 1, which is masked in this sample"):
        run.explain("rnn", "forget_gate", step=7, sample=1, timestep=1, unit=0)


def test_a_layer_that_is_not_recurrent(tmp_path: Path) -> None:
    run = logged(tmp_path, reference_trace("LSTM"), dense())
    with pytest.raises(ValueError, match=r"got Dense: use its variables as they are, 'kernel' \[4, 2\]\.$"):
        run.weights("dense", 7)
    with pytest.raises(ValueError, match=r"cells LSTM, GRU, SimpleRNN, .* got Dense\.$"):
        run.explain("dense", "output", step=7, sample=0, timestep=0, unit=0)


def test_a_log_without_weights(tmp_path: Path) -> None:
    run = logged(tmp_path, replace(reference_trace("LSTM"), weights={}))
    with pytest.raises(ValueError, match="must be stored, got none: write the log with weights=True"):
        run.weights("rnn", 7)
    with pytest.raises(ValueError, match="must be stored, got none: write the log with weights=True"):
        run.explain("rnn", "forget_gate", step=7, sample=0, timestep=0, unit=0)
    with pytest.raises(NotInLogError, match="Layers of this run are 'rnn', got 'lstm'"):
        run.weights("lstm", 7)


@pytest.mark.parametrize("address", ["gs://bucket/rnn", "s3://bucket/rnn"])
def test_a_run_elsewhere_is_refused(address: str) -> None:
    with pytest.raises(ValueError, match=f"^directory must be a local or mounted directory, got '{address}'"):
        open_run(address)
