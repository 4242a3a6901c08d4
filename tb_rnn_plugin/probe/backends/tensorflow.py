"""The TensorFlow backend. The only module that imports TensorFlow."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
import tensorflow as tf

from tb_rnn_plugin.log.schema import Array
from tb_rnn_plugin.probe.backends.base import Backend, Differentiated, JitCompile, Tensor
from tb_rnn_plugin.probe.errors import ProbeError

_UNKNOWN_TO_NUMPY = {tf.string, tf.bfloat16}
_ON_READ = tf.VariableSynchronization.ON_READ

_FUNCTION: Any = type(tf.function(lambda: None))

_log = logging.getLogger("tb_rnn_plugin")


class TensorFlow(Backend):
    """Keras on TensorFlow: `tf.function` compiles, with or without XLA, and `tf.GradientTape` differentiates."""

    def compile(self, function: Callable[..., Any], jit_compile: JitCompile) -> Callable[..., Any]:
        """Return a concrete function; `"auto"` is XLA where it compiles, else a plain graph."""
        return _Compiled(function, jit_compile)

    def gradients(self, function: Differentiated, scales: Sequence[float]) -> tuple[Any, dict[str, Tensor]]:
        """Return what the function returns beside its loss, and the gradients, from one trace of the function."""
        zeros: dict[str, Tensor] = {}
        # For everything a persistent tape records, TensorFlow also makes derivatives of higher order: the trace takes
        # three times as long.
        with tf.GradientTape(persistent=len(scales) > 1, watch_accessed_variables=False) as tape:

            def make_zeros(key: str, shape: Sequence[Any], dtype: Any) -> Tensor:
                zeros[key] = tf.zeros(shape, dtype)
                tape.watch(zeros[key])
                return zeros[key]

            loss, outputs = function(make_zeros)
        best, *others = (_scaled_gradients(tape, loss, list(zeros.values()), scale) for scale in scales)
        for other in others:
            best = [tf.where(tf.math.is_finite(a), a, b) for a, b in zip(best, other, strict=True)]
        return outputs, dict(zip(zeros, best, strict=True))

    def to_numpy(self, tensor: Any) -> Array:
        """Return a tensor's or variable's values, read-only; without a copy where NumPy has the type."""
        if not isinstance(tensor, tf.Tensor):
            tensor = tf.convert_to_tensor(tensor)
        if tensor.dtype in _UNKNOWN_TO_NUMPY:
            if tensor.dtype == tf.string:
                text: Array = tensor.numpy()
                return text
            tensor = tf.cast(tensor, tf.float32)
        return np.asarray(memoryview(tensor))

    def is_tensor(self, value: object) -> bool:
        """Return whether a value is a dense tensor or variable of TensorFlow."""
        return isinstance(value, (tf.Tensor, tf.Variable))

    def is_sparse(self, value: object) -> bool:
        """Return whether a value is a `tf.SparseTensor`."""
        return isinstance(value, tf.SparseTensor)

    def is_dataset(self, value: object) -> bool:
        """Return whether a value is a `tf.data.Dataset` or an iterator over one."""
        return isinstance(value, (tf.data.Dataset, tf.data.Iterator))

    def is_ragged(self, value: object) -> bool:
        """Return whether a value is a `tf.RaggedTensor`."""
        return isinstance(value, tf.RaggedTensor)

    def to_lists(self, ragged: Any) -> list[Any]:
        """Return the values of a `tf.RaggedTensor` as nested lists."""
        rows: list[Any] = ragged.to_list()
        return rows

    def is_writer(self, model: Any) -> bool:
        """Return whether this process saves the summaries of the strategy that the model is trained under."""
        strategy = getattr(model, "distribute_strategy", None) or tf.distribute.get_strategy()
        return bool(strategy.extended.should_save_summary)

    def own_parts(self, variables: Iterable[Any]) -> list[tuple[Any, Tensor]]:
        """Return the variables that are aggregated on read, each with its part in this process' first replica."""
        found = []
        for variable in variables:
            parts = variable.value
            if isinstance(parts, tf.distribute.DistributedValues) and parts.synchronization == _ON_READ:
                found.append((variable, parts.distribute_strategy.experimental_local_results(parts)[0].read_value()))
        return found

    def current_graph(self) -> object:
        """Return the default graph."""
        return tf.compat.v1.get_default_graph()

    @contextmanager
    def nested_functions_inlined(self) -> Iterator[None]:
        """Run each `tf.function` that this thread calls as plain Python."""
        try:
            with _INLINING.in_this_thread():
                yield
        except tf.errors.OperatorNotAllowedInGraphError as error:
            raise ProbeError(
                "A model that is probed must not use Python's `if`, `while` or `for` on tensors, not even in a "
                "tf.function of its own: use keras.ops.cond or keras.ops.while_loop there. "
                f"({str(error).splitlines()[0]})"
            ) from error


class _Inlining:
    """Runs a `tf.function` as plain Python, in some threads only.

    `tf.config.run_functions_eagerly` would do so in the whole process, where other threads train and predict.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._threads: list[int] = []
        self._original = _FUNCTION.__call__

    @contextmanager
    def in_this_thread(self) -> Iterator[None]:
        """Run what this thread calls as plain Python."""
        me = threading.get_ident()
        with self._lock:
            if not self._threads:
                self._original = _FUNCTION.__call__
                _FUNCTION.__call__ = self._method()
            self._threads.append(me)
        try:
            yield
        finally:
            with self._lock:
                self._threads.remove(me)
                if not self._threads:
                    _FUNCTION.__call__ = self._original

    def _method(self) -> Callable[..., Any]:
        """Return what replaces the method by which a `tf.function` is called."""
        original, threads = self._original, self._threads

        def call(function: Any, *args: Any, **kwargs: Any) -> Any:
            # A subclass has no Python function of its own: what is loaded from a SavedModel is a graph.
            if threading.get_ident() in threads and type(function) is _FUNCTION:
                return function.python_function(*args, **kwargs)
            return original(function, *args, **kwargs)

        return call


class _Compiled:
    """A function compiled once for one set of argument shapes.

    Args:
        function: Takes and returns nested tensors.
        jit_compile: True for XLA, False for a plain graph, `"auto"` for XLA where it compiles, else a plain graph.
    """

    def __init__(self, function: Callable[..., Any], jit_compile: JitCompile) -> None:
        self._function = function
        self._may_fall_back = jit_compile == "auto"
        self._jit_compile = bool(jit_compile)
        self._compiled: Callable[..., Any] | None = None

    def __call__(self, *arguments: Any) -> Any:
        """Run the function, compiling it on the first call."""
        self._compiled = self._compiled or self._compile(arguments)
        try:
            result = self._compiled(*arguments)
        except tf.errors.OpError as error:
            if not self._may_fall_back:
                raise
            # XLA reports what it cannot compile by many kinds of error, so any failure of the first run gets one try as
            # a plain graph. An error of the model itself occurs there again, and is raised.
            self._jit_compile = False
            self._compiled = self._compile(arguments)
            result = self._compiled(*arguments)
            _log.info("The probe runs as a plain graph: XLA cannot compile this model (%s).", _first_line(error))
        self._may_fall_back = False
        return result

    def _compile(self, arguments: Any) -> Callable[..., Any]:
        # AutoGraph has nothing to convert: the loops in here are Keras' own.
        function = tf.function(self._function, autograph=False, jit_compile=self._jit_compile)
        # A concrete function never traces again.
        concrete = function.get_concrete_function(*arguments)
        if self._jit_compile and self._may_fall_back and not _has_known_shapes(concrete.structured_outputs):
            # With shapes that depend on values, XLA returns wrong values or ends the process.
            _log.info("The probe runs as a plain graph: the shapes of what it returns depend on values.")
            self._jit_compile = False
            return self._compile(arguments)
        return concrete  # type: ignore[no-any-return]


def _scaled_gradients(tape: tf.GradientTape, loss: Tensor, zeros: Sequence[Tensor], scale: float) -> list[Tensor]:
    start = tf.cast(scale, loss.dtype)
    unconnected = tf.UnconnectedGradients.ZERO
    found = tape.gradient(loss, zeros, output_gradients=start, unconnected_gradients=unconnected)
    return [(g if g.dtype == tf.float64 else tf.cast(g, tf.float32)) / scale for g in found]


def _has_known_shapes(outputs: Any) -> bool:
    return all(output.shape.is_fully_defined() for output in tf.nest.flatten(outputs))


def _first_line(error: Exception) -> str:
    return str(error).strip().split("\n", 1)[0]


_INLINING = _Inlining()
BACKEND: Backend = TensorFlow()
