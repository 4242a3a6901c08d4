"""The networks that are measured."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np

FEATURES = 64


def network(layer: str = "LSTM", units: int = 128, timesteps: int = 100) -> Any:
    """Return two stacked recurrent layers and a `Dense`, compiled."""
    keras.utils.set_random_seed(0)
    recurrent = getattr(keras.layers, layer)
    model = keras.Sequential(
        [
            keras.Input((timesteps, FEATURES)),
            recurrent(units, return_sequences=True),
            recurrent(units),
            keras.layers.Dense(10),
        ]
    )
    model.compile("adam", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    return model


def batch(samples: int, timesteps: int = 100) -> Any:
    """Return inputs, `[sample, time, feature]`."""
    return np.random.default_rng(0).normal(size=(samples, timesteps, FEATURES)).astype(np.float32)
