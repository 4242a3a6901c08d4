"""The network that is trained on several devices, its data, and what its programs save for the tests."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

TIMESTEPS, FEATURES, UNITS = 4, 3, 2
SAMPLES, BATCH_SIZE, EPOCHS = 16, 4, 3
PROBE_SAMPLES = 3
"""Differs from any replica's share of a batch, so that the two can be distinguished."""

Arrays = dict[str, NDArray[Any]]

_random = np.random.default_rng(7)
X: NDArray[Any] = _random.normal(size=(SAMPLES, TIMESTEPS, FEATURES)).astype("float32")
Y: Arrays = {"sum": X.sum(axis=(1, 2))[:, None], "last": X[:, -1, :1]}
PROBE = X[:PROBE_SAMPLES]
TARGETS: Arrays = {name: values[:PROBE_SAMPLES] for name, values in Y.items()}


class CountsRuns(keras.layers.Layer):  # type: ignore[misc]
    """The identity; counts the batches of the probe's size that run through it, compiled in any way."""

    runs = 0

    def call(self, inputs: Any) -> Any:
        import tensorflow as tf

        def count(size: Any) -> Any:
            CountsRuns.runs += int(size == PROBE_SAMPLES)
            return size

        size = tf.shape(inputs)[0]
        with tf.control_dependencies([tf.numpy_function(count, [size], size.dtype, stateful=True)]):
            return tf.identity(inputs)


def new_network(counting: bool = True) -> Any:
    """Return a compiled model with two outputs, so with a metric of each one's loss; the same at every call."""
    keras.utils.set_random_seed(3)
    inputs = keras.Input((TIMESTEPS, FEATURES))
    hidden = keras.layers.LSTM(UNITS, return_sequences=True, name="low")(inputs)
    hidden = keras.layers.GRU(UNITS, name="high")(hidden)
    counted = CountsRuns()(hidden) if counting else hidden
    model = keras.Model(inputs, {name: keras.layers.Dense(1, name=name)(counted) for name in Y})
    model.compile(keras.optimizers.SGD(0.05), dict.fromkeys(Y, "mse"), jit_compile=False)
    return model


def timeline(directory: Path) -> Any:
    """Return the callback as all programs use it."""
    from tb_rnn_plugin import RNNTimeline

    return RNNTimeline(directory, PROBE, targets=TARGETS, gradients=True, dtype="float32", jit_compile=False)


class KeepsWeights(keras.callbacks.Callback):  # type: ignore[misc]
    """Saves all weights at the end of each epoch, and at the end how often the probe ran, before the first and since.

    It comes after the callback whose probe is counted.

    Args:
        path: The file, `.npz`.
    """

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._path = path
        self._kept: Arrays = {}
        self._runs_before = 0

    def on_train_begin(self, logs: Any = None) -> None:
        self._runs_before = CountsRuns.runs

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        for index, weight in enumerate(self.model.weights):
            self._kept[f"{epoch}/{index:03}"] = weight.numpy()

    def on_train_end(self, logs: Any = None) -> None:
        runs = [self._runs_before, CountsRuns.runs - self._runs_before]
        arrays: dict[str, Any] = {"runs": np.array(runs), **self._kept}
        np.savez(self._path, **arrays)


def kept_weights(path: Path, epoch: int) -> list[NDArray[Any]]:
    """Return the weights that were saved at the end of an epoch."""
    with np.load(path) as file:
        return [file[name] for name in sorted(file.files) if name.startswith(f"{epoch}/")]


def probe_runs(path: Path) -> tuple[int, int]:
    """Return how often the probe ran in the process that saved this, before the first epoch and since."""
    with np.load(path) as file:
        before, since = file["runs"].tolist()
    return before, since
