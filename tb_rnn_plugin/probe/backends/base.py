"""What the probe needs of a Keras backend beyond `keras.ops`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from typing import Any, Literal, Protocol, TypeAlias

from tb_rnn_plugin.log.schema import Array

Tensor: TypeAlias = Any
"""A tensor of the backend."""

JitCompile: TypeAlias = bool | Literal["auto"]
"""True for the backend's compiler, False for none, `"auto"` for the compiler where it can compile the function."""

MakeZeros: TypeAlias = Callable[[str, Sequence[Any], Any], Tensor]
"""Takes a key, a shape and a dtype, and returns zeros that the loss is differentiated by, under that key."""

Differentiated: TypeAlias = Callable[[MakeZeros], tuple[Tensor, Any]]
"""Takes perturbations and returns a loss, a scalar, and nested tensors.

The perturbations are zeros. The function requests each of them where it is needed, because their shapes are known only
there. It may run more than once, and then requests the same keys, shapes and dtypes each time.
"""


class Backend(Protocol):
    """One Keras backend. Its module holds an instance as `BACKEND`."""

    def compile(self, function: Callable[..., Any], jit_compile: JitCompile) -> Callable[..., Any]:
        """Return a function, from nested tensors to nested tensors, that compiles on its first call and never later.

        All calls take arguments of the same shapes and dtypes.
        """

    def gradients(self, function: Differentiated, scales: Sequence[float]) -> tuple[Any, dict[str, Tensor]]:
        """Return the nested tensors that a function returns, and the gradient of its loss by key of the perturbations.

        Args:
            function: Returns the loss and the tensors.
            scales: The loss is multiplied by the first on the way, and the gradients are divided by it; where a
                gradient is not finite, the next is used. More than one is for losses in half precision.

        Returns:
            The tensors, and gradients of the perturbations' shapes, at least float32, zero where the loss does not
            depend on a perturbation.
        """

    def to_numpy(self, tensor: Any) -> Array:
        """Return a tensor's or variable's values; may share memory with it, and is then read-only."""

    def is_tensor(self, value: object) -> bool:
        """Return whether a value is a tensor or variable of the backend."""

    def is_sparse(self, value: object) -> bool:
        """Return whether a value is a sparse tensor."""

    def is_dataset(self, value: object) -> bool:
        """Return whether a value is a dataset of the backend's, or an iterator over one."""

    def is_ragged(self, value: object) -> bool:
        """Return whether a value is a tensor whose rows differ in length."""

    def to_lists(self, ragged: Any) -> list[Any]:
        """Return the values of a tensor for which `is_ragged` holds, as nested lists."""

    def is_writer(self, model: Any) -> bool:
        """Return whether this process writes the logs of a model: of the workers that train it, only the chief."""

    def own_parts(self, variables: Iterable[Any]) -> list[tuple[Any, Tensor]]:
        """Return the variables that are spread over replicas, each with the value in this process' first replica.

        Reading such a variable, a metric's count for example, sums its parts over all workers and waits for them; a
        probe runs on one worker.
        """

    def current_graph(self) -> object:
        """Return an identity of the graph that is being traced, to be compared by `==`.

        The body of a loop has its own graph. A tensor made in one graph cannot be read in another.
        """

    def nested_functions_inlined(self) -> AbstractContextManager[None]:
        """Return a context in which compiled functions that this thread calls run as plain Python.

        The tensors in a compiled function's own graph cannot be captured. That graph also outlives the pass: one traced
        during a probe would lack the variable updates that a probe suppresses; one traced before would perform them.

        Raises:
            ProbeError: the model branches on a tensor in Python.
        """
