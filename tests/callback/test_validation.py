"""With `initial_states="current"`, an epoch starts from the states that training left, not from validation's."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from numpy.typing import NDArray

from tb_rnn_plugin import open_run
from tb_rnn_plugin.probe import Probe
from tests.callback.training import BATCH_SIZE, FEATURES, TIMESTEPS, UNITS, X, Y, fit, new_model, timeline


class States(keras.callbacks.Callback):  # type: ignore[misc]
    """Notes the states of a layer when an epoch's validation begins, and at the epoch's end."""

    def __init__(self) -> None:
        super().__init__()
        self.trained: list[NDArray[Any]] = []
        self.at_the_end: list[NDArray[Any]] = []

    def on_test_begin(self, logs: Any = None) -> None:
        self.trained.append(self.model.layers[0].states[0].numpy())

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        self.at_the_end.append(self.model.layers[0].states[0].numpy())


def test_validation_does_not_change_what_an_epoch_starts_from(tmp_path: Path) -> None:
    keras.utils.set_random_seed(0)
    layer = keras.layers.SimpleRNN(UNITS, stateful=True, unroll=True, name="rnn")
    model = keras.Sequential([keras.Input(batch_shape=(BATCH_SIZE, TIMESTEPS, FEATURES)), layer, keras.layers.Dense(1)])
    model.compile("sgd", "mse", jit_compile=False)
    seen = States()
    callback = timeline(tmp_path, probe=X[:BATCH_SIZE], initial_states="current", dtype="float32")
    fit(model, [callback, seen], epochs=2, validation_data=(X + 1, Y), validation_batch_size=BATCH_SIZE, shuffle=False)
    fit(model, [callback, seen], shuffle=False)  # Without validation: the states that are there.
    run = open_run(tmp_path / "rnn")
    wanted = [*seen.trained, seen.at_the_end[-1]]
    for step, states in enumerate(wanted):
        np.testing.assert_array_equal(run.trace("rnn", step).initial_states["hidden_state"], states)
    assert not any(np.allclose(*pair) for pair in zip(seen.trained, seen.at_the_end[:2], strict=True))
    assert len(wanted) == 3


def test_states_that_cannot_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Training goes on; the step, which would start from validation's states, is missing."""
    original = Probe.held_states

    def fails(self: Probe) -> Any:
        monkeypatch.setattr(Probe, "held_states", original)
        raise OSError("lost device")

    callback = timeline(tmp_path, initial_states="current", jit_compile=False)
    layer = keras.layers.SimpleRNN(UNITS, unroll=True, name="rnn")
    at = keras.callbacks.LambdaCallback(
        on_epoch_begin=lambda epoch, logs: epoch or monkeypatch.setattr(Probe, "held_states", fails)
    )
    with pytest.warns(RuntimeWarning, match="at step 0.*lost device.*Training goes on"):
        fit(new_model(layer), [at, callback], epochs=2, validation_data=(X, Y))
    assert open_run(tmp_path / "rnn").steps == [1]
