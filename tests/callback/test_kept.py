"""Fits of one model share a compiled probe, because what XLA has compiled is never freed."""

from __future__ import annotations

import copy
import gc
import weakref
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from tb_rnn_plugin import capture, open_run
from tb_rnn_plugin.probe import Probe
from tests.callback.training import PROBE, UNITS, fit, new_model, timeline

LOADS = pytest.mark.filterwarnings("ignore:__array__ implementation doesn't accept a copy keyword:DeprecationWarning")
"""Keras' reading of saved weights, with some versions of h5py."""


def small_model() -> Any:
    return new_model(keras.layers.SimpleRNN(UNITS, unroll=True, name="rnn"))


@pytest.fixture(scope="module")
def model() -> Any:
    return small_model()


def probe_of(model: Any, log_dir: Path, probe: Any = PROBE, **options: Any) -> Probe:
    """Fit with a new callback, and return its probe."""
    callback = timeline(log_dir, probe, **options)
    fit(model, callback)
    assert callback._probe is not None
    return callback._probe


def test_a_new_callback_uses_what_an_earlier_one_compiled(model: Any, tmp_path: Path) -> None:
    first = probe_of(model, tmp_path, PROBE, layers=["rnn"], initial_states={"rnn": [np.ones((2, UNITS))]})
    again = probe_of(model, tmp_path, PROBE.copy(), layers=["rnn"], initial_states={"rnn": [np.ones((2, UNITS))]})
    assert again is first
    assert first.compilations == 1
    wanted = capture(model, PROBE, initial_states={"rnn": [np.ones((2, UNITS))]})["rnn"]["hidden_state"]
    assert [open_run(tmp_path / name).steps for name in ("rnn", "rnn-2")] == [[0], [0]]
    np.testing.assert_allclose(open_run(tmp_path / "rnn-2").load("rnn", "hidden_state", 0), wanted, atol=1e-3)


@pytest.mark.parametrize(
    "options",
    [
        {"probe": PROBE + 1},
        {"probe": PROBE.astype("float64")},
        {"layers": ["rnn", "dense"]},
        {"initial_states": {"rnn": [np.ones((2, UNITS))]}},
        {"training": True},
        {"targets": np.ones((2, 1)), "gradients": True},
    ],
    ids=lambda options: "-".join(options),
)
@pytest.mark.slow
def test_another_argument_is_another_probe(model: Any, tmp_path: Path, options: dict[str, Any]) -> None:
    assert probe_of(model, tmp_path, **options) is not probe_of(model, tmp_path)


@pytest.mark.slow
def test_it_follows_a_model_that_is_compiled_again(tmp_path: Path) -> None:
    model, targets = small_model(), np.array([[9.0], [-9.0]])
    options = {"targets": targets, "gradients": True, "dtype": "float32"}
    first = probe_of(model, tmp_path, **options)
    model.compile("sgd", "mae", jit_compile=False)
    assert probe_of(model, tmp_path, **options) is first
    gradient = open_run(tmp_path / "rnn-2").gradient("rnn", "hidden_state", 0)[:, -1]
    kernel = model.layers[1].kernel.numpy()[:, 0]
    np.testing.assert_allclose(gradient, np.sign(model.predict(PROBE, verbose=0) - targets) / 2 * kernel, rtol=1e-5)


@LOADS
def test_it_goes_with_the_model_and_is_no_part_of_it(tmp_path: Path) -> None:
    model = small_model()
    probe = weakref.ref(probe_of(model, tmp_path))
    copied = copy.deepcopy(model)
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    for other in (copied, loaded):
        assert not vars(other).keys() - vars(small_model()).keys()
        np.testing.assert_array_equal(other(PROBE), model(PROBE))
    assert probe() is not None
    del model
    gc.collect()
    assert probe() is None


@LOADS
def test_a_copy_of_a_probe_has_a_model_of_its_own(model: Any) -> None:
    probe = Probe(model, PROBE, jit_compile=False)
    copied = copy.deepcopy(probe)
    assert copied.model is not model
    np.testing.assert_array_equal(copied()["rnn"]["hidden_state"], probe()["rnn"]["hidden_state"])
    assert copy.copy(probe).model is model
