"""Imports Keras and its backend in one place, and says what to install when they are missing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np

from tb_rnn_plugin.log.schema import Array
from tb_rnn_plugin.probe.errors import ProbeError

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
_ON_READ = tf.VariableSynchronization.ON_READ


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


@contextmanager
def nested_functions_inlined() -> Iterator[None]:
    """Make each `tf.function` that is called meanwhile plain Python.

    What has its own graph cannot be listened to; and that graph stays with the user's function, made without the
    updates of variables that a probe leaves out, or runs with those that it must leave out.
    """
    before = tf.config.functions_run_eagerly()
    tf.config.run_functions_eagerly(True)
    try:
        yield
    except tf.errors.OperatorNotAllowedInGraphError as error:
        raise ProbeError(
            "A model that is probed must not use Python's `if`, `while` or `for` on tensors, not even in a tf.function "
            f"of its own: use keras.ops.cond or keras.ops.while_loop there. ({str(error).splitlines()[0]})"
        ) from error
    finally:
        tf.config.run_functions_eagerly(before)


class Tape:
    """Differentiates what is computed while it is entered.

    Args:
        scales: What the scalar is multiplied by on the way, and its gradients are divided by. A value that is not
            finite is taken at the next scale.
    """

    def __init__(self, scales: Sequence[float]) -> None:
        self._scales = scales
        # Of what a persistent tape records TensorFlow makes derivatives of higher order, too: that takes three times
        # as long to trace.
        self._tape = tf.GradientTape(persistent=len(scales) > 1, watch_accessed_variables=False)
        self._watched: list[Any] = []

    def __enter__(self) -> Tape:
        self._tape.__enter__()
        return self

    def __exit__(self, *error: Any) -> None:
        self._tape.__exit__(*error)

    def watch(self, tensor: Any) -> None:
        """Note that the gradient by this tensor will be asked for."""
        self._tape.watch(tensor)
        self._watched.append(tensor)

    def gradients(self, loss: Any) -> dict[int, Any]:
        """Return the gradient of a scalar by every tensor watched, by the tensor's `id`; zeros where it has no part.

        Once for each tape.
        """
        found = [self._scaled(loss, scale) for scale in self._scales]
        best = found[0]
        for other in found[1:]:
            best = [tf.where(tf.math.is_finite(a), a, b) for a, b in zip(best, other, strict=True)]
        return {id(tensor): gradient for tensor, gradient in zip(self._watched, best, strict=True)}

    def _scaled(self, loss: Any, scale: float) -> list[Any]:
        start = tf.cast(scale, loss.dtype)
        zero = tf.UnconnectedGradients.ZERO
        found = self._tape.gradient(loss, self._watched, output_gradients=start, unconnected_gradients=zero)
        return [(g if g.dtype == tf.float64 else tf.cast(g, tf.float32)) / scale for g in found]


def is_writer(model: Any) -> bool:
    """Tell whether it is this process that writes logs of a model: of the workers that train it, the chief alone."""
    strategy = getattr(model, "distribute_strategy", None) or tf.distribute.get_strategy()
    return bool(strategy.extended.should_save_summary)


def own_parts(variables: Iterable[Any]) -> list[tuple[Any, Any]]:
    """Return those variables that are spread over replicas, each with what this process' first replica holds of it.

    To read such a variable, the count of a metric, say, is to add up its parts on all workers: it waits for them, and
    a probe runs on one.
    """
    found = []
    for variable in variables:
        parts = variable.value
        if isinstance(parts, tf.distribute.DistributedValues) and parts.synchronization == _ON_READ:
            found.append((variable, parts.distribute_strategy.experimental_local_results(parts)[0].read_value()))
    return found


def current_graph() -> object:
    """Return the graph that is being traced: a loop's body has one of its own.

    A tensor made in one cannot be read outside it.
    """
    return tf.compat.v1.get_default_graph()


__all__ = ["Tape", "current_graph", "is_writer", "keras", "nested_functions_inlined", "own_parts", "tf", "to_numpy"]
