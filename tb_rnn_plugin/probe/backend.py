"""Imports Keras and its backend in one place, and says what to install when they are missing."""

from __future__ import annotations

try:
    import tensorflow as tf
except ImportError as error:
    raise ImportError(
        "Capturing a network needs TensorFlow, which is not installed: `pip install tb-rnn-plugin[tensorflow]`, or "
        "any build of it you prefer. (Looking at logs needs none.)"
    ) from error

import keras

if keras.backend.backend() != "tensorflow":
    raise ImportError(
        f"tb-rnn-plugin captures networks on Keras' TensorFlow backend, and Keras runs on {keras.backend.backend()!r}: "
        "set the environment variable KERAS_BACKEND=tensorflow."
    )

__all__ = ["keras", "tf"]
