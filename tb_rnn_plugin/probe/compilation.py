"""The one place that compiles: TensorFlow's here, so that other backends need one more adapter and nothing else."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any, Literal, TypeAlias

from tb_rnn_plugin.probe.backend import tf

JitCompile: TypeAlias = bool | Literal["auto"]

_log = logging.getLogger("tb_rnn_plugin")


class Compiled:
    """A function compiled once for one set of argument shapes.

    Args:
        function: Takes and returns nested tensors.
        jit_compile: True for XLA, False for a plain graph, `"auto"` for XLA where it compiles and else a plain graph.
    """

    def __init__(self, function: Callable[..., Any], jit_compile: JitCompile) -> None:
        self.traces = 0
        self._function = function
        self._may_fall_back = jit_compile == "auto"
        if jit_compile not in (True, False, "auto"):
            raise ValueError(f'jit_compile must be True, False or "auto", got {jit_compile!r}.')
        self._jit_compile = bool(jit_compile)
        self._compiled: Callable[..., Any] | None = None

    def __call__(self, *arguments: Any) -> Any:
        """Run it, compiling on the first call."""
        self._compiled = self._compiled or self._compile(arguments)
        try:
            result = self._compiled(*arguments)
        except tf.errors.OpError as error:
            if not self._may_fall_back:
                raise
            # What XLA cannot do it says in many ways, so any failure of the first run gets one try as a plain graph;
            # a fault of the model itself fails there again, and that error is the one to see.
            self._jit_compile = False
            self._compiled = self._compile(arguments)
            result = self._compiled(*arguments)
            _log.info("The probe runs as a plain graph: XLA cannot compile this model (%s).", _first_line(error))
        self._may_fall_back = False
        return result

    def _compile(self, arguments: Any) -> Callable[..., Any]:
        def traced(*arguments: Any) -> Any:
            self.traces += 1
            return self._function(*arguments)

        # AutoGraph has nothing to convert: the loops in here are Keras' own.
        function = tf.function(traced, autograph=False, jit_compile=self._jit_compile)
        # One trace, for these shapes, and never another: a concrete function has no way to trace again.
        concrete = function.get_concrete_function(*arguments)
        if self._jit_compile and self._may_fall_back and not _has_known_shapes(concrete.structured_outputs):
            # XLA answers shapes that depend on values with nonsense, or by ending the process.
            _log.info("The probe runs as a plain graph: the shapes of what it returns depend on values.")
            self._jit_compile = False
            return self._compile(arguments)
        return concrete  # type: ignore[no-any-return]


def _has_known_shapes(outputs: Any) -> bool:
    return all(output.shape.is_fully_defined() for output in tf.nest.flatten(outputs))


def _first_line(error: Exception) -> str:
    return str(error).strip().split("\n", 1)[0]
