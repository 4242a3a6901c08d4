"""A callback that is used for a second fit follows what changed in the model between the two."""

from __future__ import annotations

from pathlib import Path

import keras
import numpy as np
import pytest

from tb_rnn_plugin import open_run
from tests.callback.training import PROBE, UNITS, BatchCounter, fit, new_model, timeline

TARGETS = np.array([[5.0], [-5.0]], np.float32)


def test_another_loss_goes_on_in_the_same_run(tmp_path: Path) -> None:
    model = new_model(keras.layers.SimpleRNN(UNITS, unroll=True, name="rnn"))
    callback = timeline(tmp_path, targets=TARGETS, gradients=True, dtype="float32")
    # Nothing is learnt, so that the gradients can be computed by hand: those of the mean over two samples.
    for loss in ("mse", "mae", "mae"):
        if loss != getattr(model, "loss", None):
            model.compile(keras.optimizers.SGD(0.0), loss, jit_compile=False)
        fit(model, callback)
    run = open_run(tmp_path / "rnn")
    assert run.steps == [0, 1, 2]
    assert [path.name for path in tmp_path.iterdir()] == ["rnn"]
    error = model.predict(PROBE, verbose=0) - TARGETS
    kernel = model.layers[1].kernel.numpy()[:, 0]
    for step, slope in enumerate([error, np.sign(error) / 2, np.sign(error) / 2]):
        np.testing.assert_allclose(run.gradient("rnn", "hidden_state", step)[:, -1], slope * kernel, rtol=1e-5)
    assert callback._probe is not None
    assert callback._probe.compilations == 2


def test_other_shapes_are_a_run_of_their_own(tmp_path: Path) -> None:
    """Of each of two callbacks that share one probe, whichever notices the change first."""
    model = new_model(keras.layers.SimpleRNN(UNITS, unroll=True, name="rnn"))
    callbacks = [timeline(tmp_path / name, jit_compile=False) for name in ("one", "other")]
    fit(model, callbacks, epochs=2)
    while model.layers:
        model.pop()
    model.add(keras.layers.SimpleRNN(UNITS + 1, unroll=True, name="rnn"))
    model.add(keras.layers.Dense(1))
    model.compile("sgd", "mse", jit_compile=False)
    fit(model, callbacks)
    for logs in (tmp_path / "one", tmp_path / "other"):
        runs = [open_run(logs / name) for name in ("rnn", "rnn-2")]
        assert [run.load("rnn", "hidden_state", 0).shape[2] for run in runs] == [UNITS, UNITS + 1]


def test_targets_that_do_not_fit_the_new_loss_end_the_fit_before_it_starts(tmp_path: Path) -> None:
    model, counter = new_model(keras.layers.SimpleRNN(UNITS, unroll=True, name="rnn")), BatchCounter()
    callback = timeline(tmp_path, targets=TARGETS, gradients=True)
    fit(model, callback)
    model.pop()
    model.compile("sgd", "categorical_crossentropy", jit_compile=False)
    with pytest.raises(ValueError, match="targets"):
        fit(model, [callback, counter])
    assert counter.count == 0
