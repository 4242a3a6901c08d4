"""Imports Keras and its backend in one place, and says what to install when they are missing."""

from __future__ import annotations

from typing import Any

import numpy as np

from tb_rnn_plugin.log.schema import Array

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


_UNKNOWN_TO_NUMPY = {tf.string, tf.bfloat16}


def to_numpy(tensor: Any) -> Array:
    """Return a tensor's or variable's values; without a copy, and then read-only, where NumPy knows the type."""
    if not isinstance(tensor, tf.Tensor):
        tensor = tf.convert_to_tensor(tensor.value if isinstance(tensor, keras.Variable) else tensor)
    if tensor.dtype in _UNKNOWN_TO_NUMPY:
        if tensor.dtype == tf.string:
            text: Array = tensor.numpy()
            return text
        tensor = tf.cast(tensor, tf.float32)
    return np.asarray(memoryview(tensor))


def current_graph() -> object:
    """Return the graph that is being traced: a loop's body or a nested function has one of its own.

    A tensor made in one cannot be read outside it.
    """
    return tf.compat.v1.get_default_graph()


__all__ = ["current_graph", "keras", "tf", "to_numpy"]
