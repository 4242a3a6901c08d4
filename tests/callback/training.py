"""A tiny model, its data, and a fit of it."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from tb_rnn_plugin import RNNTimeline

TIMESTEPS, FEATURES, UNITS = 3, 2, 2
BATCH_SIZE, BATCHES = 4, 5

X: NDArray[Any] = np.random.default_rng(0).normal(size=(BATCHES * BATCH_SIZE, TIMESTEPS, FEATURES)).astype("float32")
Y: NDArray[Any] = X.sum(axis=(1, 2))[:, None]
PROBE: NDArray[Any] = X[:2]


class BatchCounter(keras.callbacks.Callback):  # type: ignore[misc]
    """Counts the batches of a training."""

    count = 0

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        self.count += 1


def new_model(layer: Any, *, steps_per_execution: int = 1) -> Any:
    """Return a compiled model of one recurrent layer, the same at every call."""
    keras.utils.set_random_seed(4)
    model = keras.Sequential([keras.Input((TIMESTEPS, FEATURES)), layer, keras.layers.Dense(1)])
    model.compile(keras.optimizers.Adam(0.05), "mse", steps_per_execution=steps_per_execution, jit_compile=False)
    model.optimizer.build(model.trainable_variables)
    return model


@cache
def _shared_model(steps_per_execution: int) -> tuple[Any, list[NDArray[Any]]]:
    keras.utils.set_random_seed(4)  # A layer draws seeds when it is made: the model is the same in every process.
    model = new_model(keras.layers.LSTM(UNITS, unroll=True, name="rnn"), steps_per_execution=steps_per_execution)
    return model, [variable.numpy() for variable in _variables(model)]


def _variables(model: Any) -> list[Any]:
    return [*model.variables, *model.optimizer.variables]


def tiny_model(*, steps_per_execution: int = 1) -> Any:
    """Return an untrained LSTM; one object for all tests, because its train step takes long to trace."""
    model, values = _shared_model(steps_per_execution)
    for variable, value in zip(_variables(model), values, strict=True):
        variable.assign(value)
    model._initial_epoch = None  # Keras continues from the epoch that BackupAndRestore once set, even without a backup.
    keras.utils.set_random_seed(4)
    return model


def timeline(log_dir: str | Path, probe: Any = PROBE, **options: Any) -> RNNTimeline:
    """Return the callback, without XLA, whose compilation takes longer than everything else here."""
    return RNNTimeline(log_dir, probe, **{"jit_compile": False, **options})


def fit(model: Any, callbacks: Sequence[Any] | Any, epochs: int = 1, **options: Any) -> dict[str, list[float]]:
    """Train, and return the history."""
    callbacks = list(callbacks) if isinstance(callbacks, (list, tuple)) else [callbacks]
    fitted = model.fit(X, Y, batch_size=BATCH_SIZE, epochs=epochs, verbose=0, callbacks=callbacks, **options)
    history: dict[str, list[float]] = fitted.history
    return history
