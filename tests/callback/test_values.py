"""The log holds what `capture` returns, at the chosen precision, with the probe and the loss."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from numpy.typing import NDArray

from tb_rnn_plugin import capture, open_run
from tb_rnn_plugin.log.arrays import ArrayFile
from tb_rnn_plugin.log.errors import LogError
from tests.callback.training import FEATURES, PROBE, TIMESTEPS, UNITS, fit, new_model, timeline, tiny_model
from tests.runs import logged

SIGNALS = ["input_gate", "forget_gate", "candidate", "output_gate", "cell_state", "hidden_state"]


class Witness(keras.callbacks.Callback):  # type: ignore[misc]
    """Captures by hand at every epoch's end."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[dict[str, NDArray[Any]]] = []

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        self.seen.append(dict(capture(self.model, PROBE)["rnn"]))


def stored(log_dir: Path, step: int) -> ArrayFile:
    return ArrayFile(log_dir / "rnn" / "plugins" / "rnn_timeline" / f"step-{step:010d}.safetensors")


@pytest.mark.parametrize("dtype", ["float16", "float32"])
def test_the_values_are_those_of_capture(tmp_path: Path, dtype: str) -> None:
    witness = Witness()
    fit(tiny_model(), [timeline(tmp_path, dtype=dtype), witness], epochs=3)
    run = open_run(tmp_path / "rnn")
    assert [signal.name for signal in run.layers["rnn"].signals] == SIGNALS
    for step, seen in enumerate(witness.seen):
        for name in SIGNALS:
            assert stored(tmp_path, step).read(f"signals/rnn/{name}").dtype == dtype
            loaded = run.load("rnn", name, step)
            assert loaded.dtype == np.float32
            np.testing.assert_array_equal(loaded, seen[name].astype(dtype).astype(np.float32), name)
    assert not np.array_equal(witness.seen[0]["forget_gate"], witness.seen[2]["forget_gate"]), "nothing was learnt"


def test_values_too_large_for_float16_are_stored_wider(tmp_path: Path) -> None:
    layer = keras.layers.SimpleRNN(UNITS, activation="linear", unroll=True, name="rnn")
    model = new_model(layer)
    model.compile(keras.optimizers.SGD(0.0), "mse")
    layer.set_weights([np.full((FEATURES, UNITS), 1e5), np.zeros((UNITS, UNITS)), np.zeros(UNITS)])
    fit(model, timeline(tmp_path, probe=np.ones((1, TIMESTEPS, FEATURES))))
    np.testing.assert_array_equal(open_run(tmp_path / "rnn").load("rnn", "hidden_state", 0), np.float32(2e5))
    assert stored(tmp_path, 0).read("signals/rnn/hidden_state").dtype == np.float32
    assert stored(tmp_path, 0).read("inputs/rnn").dtype == np.float16


@pytest.mark.slow
def test_masked_timesteps_are_nan_on_disk_and_the_mask_is_there(tmp_path: Path) -> None:
    keras.utils.set_random_seed(0)
    layers = [keras.Input((TIMESTEPS, FEATURES)), keras.layers.Masking(), keras.layers.LSTM(1, unroll=True, name="rnn")]
    model = keras.Sequential(layers)
    model.compile("sgd", "mse")
    probe = PROBE.copy()
    probe[0, 2] = 0.0
    fit(model, timeline(tmp_path, probe=probe))
    run = open_run(tmp_path / "rnn")
    mask = run.mask("rnn", 0)
    assert mask is not None
    assert mask.tolist() == [[True, True, False], [True, True, True]]
    np.testing.assert_array_equal(np.isnan(run.load("rnn", "cell_state", 0)[:, :, 0]), ~mask)


@pytest.mark.slow
def test_the_loss_is_logged(tmp_path: Path) -> None:
    history = fit(tiny_model(), timeline(tmp_path, every=2), epochs=3, validation_split=0.2)
    for name in ("loss", "val_loss"):
        values = logged(tmp_path / "rnn", f"logs/{name}")
        assert sorted(values) == [0, 2]
        for step, value in values.items():
            assert value == np.float32(history[name][step])


@pytest.mark.parametrize("weights", [True, False])
def test_the_weights_are_those_of_the_epochs_end(tmp_path: Path, weights: bool) -> None:
    model = tiny_model()
    fit(model, timeline(tmp_path, weights=weights, dtype="float32"), epochs=2)
    file = stored(tmp_path, 1)
    names = {name for name in file.names if name.startswith("weights/")}
    assert names == ({"weights/rnn/kernel", "weights/rnn/recurrent_kernel", "weights/rnn/bias"} if weights else set())
    for name in names:
        own = getattr(model.layers[0].cell, name.rpartition("/")[2]).numpy()
        np.testing.assert_array_equal(file.read(name), own)


def test_the_probe_is_stored_as_it_was_given(tmp_path: Path) -> None:
    fit(
        tiny_model(),
        timeline(
            tmp_path,
            targets=np.array([0.25, 1 / 3]),
            tokens=["abc", "xyz"],
            annotations={"flag": [[True, False, True]] * 2, "depth": [[0, 1, 2]] * 2},
            sample_names=["one", "two"],
        ),
    )
    probe = open_run(tmp_path / "rnn").probe
    np.testing.assert_array_equal(probe.inputs["input"], PROBE)
    np.testing.assert_array_equal(probe.targets["target"], [0.25, 1 / 3])
    assert probe.tokens == [list("abc"), list("xyz")]
    assert probe.annotations["flag"].dtype == bool
    np.testing.assert_array_equal(probe.annotations["depth"], [[0, 1, 2]] * 2)
    assert probe.sample_names == ["one", "two"]


@pytest.mark.slow
def test_a_stateful_layer_starts_every_epoch_from_zeros(tmp_path: Path) -> None:
    keras.utils.set_random_seed(0)
    layer = keras.layers.GRU(UNITS, stateful=True, unroll=True, name="rnn")
    model = keras.Sequential([keras.Input(batch_shape=(4, TIMESTEPS, FEATURES)), layer, keras.layers.Dense(1)])
    model.compile(keras.optimizers.SGD(0.0), "mse")  # The model does not learn, so that only the state could differ.
    probe = np.concatenate([PROBE, PROBE])
    fit(model, timeline(tmp_path, probe=probe), epochs=3, shuffle=False)
    run = open_run(tmp_path / "rnn")
    first, second = (run.load("rnn", "hidden_state", step) for step in (0, 2))
    np.testing.assert_array_equal(first, second)
    np.testing.assert_array_equal(first[:2], first[2:])
    assert layer.states[0].numpy().any()
    np.testing.assert_array_equal(stored(tmp_path, 2).read("initial_states/rnn/hidden_state"), 0.0)


@pytest.mark.slow
def test_gradients_are_those_of_capture_at_full_precision(tmp_path: Path) -> None:
    targets = 1e-6 * PROBE.sum(axis=(1, 2))[:, None]
    seen = []

    class Differentiates(keras.callbacks.Callback):  # type: ignore[misc]
        def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
            seen.append(capture(self.model, PROBE, targets=targets)["rnn"].gradients)

    fit(tiny_model(), [timeline(tmp_path, targets=targets, gradients=True), Differentiates()], epochs=2)
    run = open_run(tmp_path / "rnn")
    names = [signal.name for signal in run.layers["rnn"].signals]
    assert names == [*SIGNALS, "gradient:hidden_state", "gradient:cell_state"]
    for step, gradients in enumerate(seen):
        for state in ("hidden_state", "cell_state"):
            np.testing.assert_allclose(run.gradient("rnn", state, step), gradients[state], rtol=1e-5, atol=1e-12)
            assert stored(tmp_path, step).read(f"signals/rnn/gradient:{state}").dtype == np.float32
    assert list(run.trace("rnn", 1).gradients) == ["hidden_state", "cell_state"]
    assert list(run.trace("rnn", 1).signals) == SIGNALS


def test_without_gradients_there_are_none(tmp_path: Path) -> None:
    fit(tiny_model(), timeline(tmp_path, targets=PROBE.sum(axis=(1, 2))))
    with pytest.raises(LogError, match=r"Signals of layer 'rnn' are .*, got 'gradient:hidden_state'"):
        open_run(tmp_path / "rnn").gradient("rnn", "hidden_state", 0)
