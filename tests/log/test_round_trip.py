"""Values are read back as written, bit for bit in the stored dtype."""

from __future__ import annotations

import stat
from pathlib import Path

import numpy as np
import pytest
import safetensors.numpy

from tb_rnn_plugin import open_run
from tb_rnn_plugin.log.encoding import encode
from tb_rnn_plugin.log.errors import NotInLogError
from tb_rnn_plugin.log.schema import LayerTrace, ProbeBatch
from tb_rnn_plugin.log.writer import RunWriter
from tests.runs import lstm_trace, probe, write_run


def test_every_signal_is_rounded_once_to_float16(tmp_path: Path) -> None:
    run = open_run(write_run(tmp_path / "rnn"))
    assert run.steps == [0, 1, 2, 3]
    for step in run.steps:
        written = lstm_trace(step)
        for name, values in written.signals.items():
            read = run.load("lstm", name, step)
            assert read.dtype == np.float32
            np.testing.assert_array_equal(read, values.astype(np.float16).astype(np.float32))


def test_float32_is_exact(tmp_path: Path) -> None:
    writer = RunWriter(tmp_path / "rnn", dtype="float32")
    writer.write_probe(probe())
    writer.write_step(0, [lstm_trace(0)])
    np.testing.assert_array_equal(
        open_run(tmp_path / "rnn").load("lstm", "cell_state", 0), lstm_trace(0).signals["cell_state"]
    )


def test_values_too_large_for_float16_are_stored_as_float32(tmp_path: Path) -> None:
    trace = lstm_trace(0)
    signals = {**trace.signals, "cell_state": np.full((3, 12, 5), 70_000.0, np.float32)}
    writer = RunWriter(tmp_path / "rnn")
    writer.write_step(0, [LayerTrace("lstm", "LSTM", signals, trace.ranges, trace.inputs, trace.initial_states)])
    assert (open_run(tmp_path / "rnn").load("lstm", "cell_state", 0) == 70_000.0).all()


def test_an_infinity_stays_in_float16(tmp_path: Path) -> None:
    trace = lstm_trace(0)
    trace.signals["cell_state"][0, 0, 0] = np.inf
    writer = RunWriter(tmp_path / "rnn")
    writer.write_step(0, [trace])
    run = open_run(tmp_path / "rnn")
    read = run.load("lstm", "cell_state", 0)
    assert np.isinf(read[0, 0, 0])
    assert np.isinf(read).sum() == 1
    extremes = {signal.name: signal.extremes for signal in run.layers["lstm"].signals}["cell_state"]
    assert extremes is not None
    assert np.isfinite(extremes).all()


def test_the_probe_is_read_back(tmp_path: Path) -> None:
    read, written = open_run(write_run(tmp_path / "rnn")).probe, probe()
    assert read.tokens == written.tokens
    assert read.sample_names == written.sample_names
    np.testing.assert_array_equal(read.inputs["input"], written.inputs["input"])
    assert read.annotations["vowel"].dtype == np.bool_
    np.testing.assert_array_equal(read.annotations["vowel"], written.annotations["vowel"])
    np.testing.assert_array_equal(read.annotations["depth"], written.annotations["depth"])


def test_padding_differs_from_a_nan_of_training(tmp_path: Path) -> None:
    mask = np.ones((3, 12), np.bool_)
    mask[1, 8:] = False
    trace = lstm_trace(0, mask=mask)
    trace.signals["cell_state"][0, 5, 2] = np.nan
    writer = RunWriter(tmp_path / "rnn")
    writer.write_step(0, [trace])
    run = open_run(tmp_path / "rnn")
    read, read_mask = run.load("lstm", "cell_state", 0), run.mask("lstm", 0)
    assert read_mask is not None
    np.testing.assert_array_equal(read_mask, mask)
    assert np.isnan(read[~read_mask]).all()
    assert np.argwhere(np.isnan(read) & read_mask[..., None]).tolist() == [[0, 5, 2]]


def test_extremes_span_all_steps_and_continue_after_a_restart(tmp_path: Path) -> None:
    directory = write_run(tmp_path / "rnn", steps=3)
    RunWriter(directory).write_step(3, [lstm_trace(0)])  # Its values are narrower than those of step 2.
    signals = {signal.name: signal for signal in open_run(directory).layers["lstm"].signals}
    everything = np.concatenate([lstm_trace(step).signals["cell_state"].ravel() for step in range(3)])
    assert signals["cell_state"].extremes == (float(everything.min()), float(everything.max()))
    assert signals["forget_gate"].range == (0.0, 1.0)
    assert signals["cell_state"].range is None


@pytest.mark.parametrize("damage", ["truncated", "no file"])
def test_extremes_continue_past_an_unreadable_step(tmp_path: Path, damage: str) -> None:
    directory = write_run(tmp_path / "rnn", steps=4)
    last = directory / "plugins" / "rnn_timeline" / "step-0000000003.safetensors"
    if damage == "truncated":
        last.write_bytes(last.read_bytes()[:100])
    else:
        last.unlink()
        last.mkdir()
    RunWriter(directory).write_step(4, [lstm_trace(0)])
    signals = {signal.name: signal for signal in open_run(directory).layers["lstm"].signals}
    everything = np.concatenate([lstm_trace(step).signals["cell_state"].ravel() for step in range(3)])
    assert signals["cell_state"].extremes == (float(everything.min()), float(everything.max()))


def test_safetensors_alone_opens_a_step(tmp_path: Path) -> None:
    directory = write_run(tmp_path / "rnn")
    arrays = safetensors.numpy.load_file(directory / "plugins/rnn_timeline/step-0000000002.safetensors")
    np.testing.assert_array_equal(
        arrays["signals/lstm/forget_gate"], lstm_trace(2).signals["forget_gate"].astype(np.float16)
    )
    assert {"inputs/lstm", "initial_states/lstm/cell_state", "weights/lstm/kernel", "predictions/output"} <= set(arrays)


def test_files_have_little_overhead(tmp_path: Path) -> None:
    writer = RunWriter(tmp_path / "rnn")
    trace = lstm_trace(0, samples=4, timesteps=100, units=64)
    writer.write_step(0, [trace])
    assert trace.inputs is not None
    values = sum(a.size for a in [*trace.signals.values(), trace.inputs, *trace.initial_states.values()])
    values += sum(a.size for a in trace.weights.values())
    size = (tmp_path / "rnn/plugins/rnn_timeline/step-0000000000.safetensors").stat().st_size
    assert size / values <= 2.05


def test_file_permissions_follow_the_umask(tmp_path: Path) -> None:
    directory = write_run(tmp_path / "rnn", steps=1)
    plain = tmp_path / "plain"
    plain.touch()
    mode = stat.S_IMODE((directory / "plugins/rnn_timeline/step-0000000000.safetensors").stat().st_mode)
    assert mode == stat.S_IMODE(plain.stat().st_mode)


@pytest.mark.parametrize(
    ("layer", "signal", "step", "message"),
    [
        ("gru", "forget_gate", 0, "Layers of this run are 'lstm', got 'gru'"),
        ("lstm", "reset_gate", 0, "Signals of layer 'lstm' are 'input_gate'"),
        ("lstm", "forget_gate", 9, "has 4 steps from 0 to 3, got step 9"),
    ],
)
def test_the_error_of_a_missing_item_lists_what_exists(
    tmp_path: Path, layer: str, signal: str, step: int, message: str
) -> None:
    run = open_run(write_run(tmp_path / "rnn"))
    with pytest.raises(NotInLogError, match=message):
        run.load(layer, signal, step)


def test_a_directory_without_a_run_raises(tmp_path: Path) -> None:
    with pytest.raises(NotInLogError, match="holds no RNN Timeline run"):
        open_run(tmp_path)


def test_strings_of_a_probe_are_read_back(tmp_path: Path) -> None:
    batch = ProbeBatch(inputs={"input": np.array([["one"], ["zwei ünï"]])}, sample_names=["a", "b"])
    RunWriter(tmp_path / "rnn").write_probe(batch)
    assert open_run(tmp_path / "rnn").probe.inputs["input"].tolist() == [["one"], ["zwei ünï"]]


def test_the_library_reads_our_encoding() -> None:
    arrays = {
        name: np.arange(6).reshape(2, 3).astype(name) for name in ("?", "i1", "u2", "i8", "f2", "f4", "f8", ">f4")
    }
    arrays["none"], arrays["scalar"] = np.zeros((0, 4), np.float16), np.array(3.5)
    read = safetensors.numpy.load(b"".join(encode(arrays, {"a": "b"})))
    for name, array in arrays.items():
        np.testing.assert_array_equal(read[name], array)
        assert read[name].dtype == array.dtype.newbyteorder("<")
