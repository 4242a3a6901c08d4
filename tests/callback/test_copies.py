"""A copy of a callback, and one that was pickled, is unused and has the same arguments."""

from __future__ import annotations

import copy
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

from tb_rnn_plugin import RNNTimeline, open_run
from tests.callback.training import PROBE, UNITS, fit, new_model, timeline


@pytest.fixture(scope="module")
def model() -> Any:
    return new_model(keras.layers.SimpleRNN(UNITS, unroll=True, name="rnn"))


def pickled(callback: RNNTimeline) -> RNNTimeline:
    copied: RNNTimeline = pickle.loads(pickle.dumps(callback))  # noqa: S301
    return copied


@pytest.mark.parametrize("make_copy", [copy.copy, copy.deepcopy, pickled], ids=lambda function: function.__name__)
def test_a_copy_of_a_used_callback(model: Any, make_copy: Callable[[RNNTimeline], RNNTimeline], tmp_path: Path) -> None:
    callback = timeline(
        tmp_path,
        probe=tf.constant(PROBE),
        targets=tf.reduce_sum(tf.constant(PROBE), axis=(1, 2))[:, None],
        gradients=True,
        every=2,
        tokens=["abc", "xyz"],
        annotations={"depth": [[0, 1, 2]] * 2},
        sample_names=["one", "two"],
    )
    unused = make_copy(callback)
    fit(model, callback, epochs=3)
    used = make_copy(callback)
    for copied in (unused, used):
        fit(model, copied, epochs=3)
    fit(model, callback)  # The original goes on where it was.
    runs = [open_run(tmp_path / name) for name in ("rnn", "rnn-2", "rnn-3")]
    assert [run.steps for run in runs] == [[0, 2], [0, 2], [0, 2]]
    for run in runs[1:]:
        np.testing.assert_array_equal(run.probe.inputs["input"], PROBE)
        np.testing.assert_array_equal(run.probe.targets["target"], runs[0].probe.targets["target"])
        assert run.probe.tokens == [list("abc"), list("xyz")]
        assert run.probe.sample_names == ["one", "two"]
        assert run.gradient("rnn", "hidden_state", 0).shape == (2, 3, UNITS)
    assert used._recording is not callback._recording


def test_a_copy_chooses_the_same_layers(model: Any, tmp_path: Path) -> None:
    """Layers are chosen by identity, a copy of one is not in the model, and an iterator is empty the second time."""
    callback = timeline(tmp_path, layers=iter(model.layers))
    fit(model, [copy.deepcopy([callback])[0]])
    fit(model, callback)
    for name in ("rnn", "rnn-2"):
        assert list(open_run(tmp_path / name).layers) == ["rnn", "dense"]


class Named(RNNTimeline):
    """A subclass with attributes of its own."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.name = ["mine"]


def test_a_subclass_keeps_its_attributes(model: Any, tmp_path: Path) -> None:
    callback = Named(tmp_path, PROBE, jit_compile=False)
    fit(model, callback)
    copied = copy.deepcopy(callback)
    assert type(copied) is Named
    assert copied.name == ["mine"]
    assert copied.name is not callback.name
