"""What one pass captures, and what it cannot reach."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from tb_rnn_plugin.probe.backend import backend
from tb_rnn_plugin.probe.backends.base import MakeZeros
from tb_rnn_plugin.probe.instrumented import InstrumentedCell
from tb_rnn_plugin.probe.layers import Layers, in_a_cell
from tb_rnn_plugin.probe.one_pass.axes import TimeAxes
from tb_rnn_plugin.probe.one_pass.calls import LayerCall, Scope
from tb_rnn_plugin.probe.one_pass.perturbations import Zeros, zeros_for


class CaptureSession:
    """The calls of one pass.

    Args:
        layers: The layers to capture.
        initial_states: By key, states to start from instead of the layer's own, flat.
        make_zeros: Makes the zeros that the loss is differentiated by; None without gradients.

    Attributes:
        scope: Where calls are added.
        time_axes: Which tensors have time on their second axis.
        looped: Keys of the recurrent layers whose loop has run.
        unreachable: By key, a sentence that says why a layer that ran is not captured.
    """

    def __init__(
        self, layers: Layers, initial_states: Mapping[str, list[Any]], make_zeros: MakeZeros | None = None
    ) -> None:
        self.layers = layers
        self.initial_states = initial_states
        self.scope = Scope(layers.includes)
        self.time_axes = TimeAxes()
        self.looped: set[str] = set()
        self.unreachable: dict[str, str] = {}
        self._make_zeros = make_zeros
        self._zeros_made = 0
        self._graph = backend.current_graph()
        self._is_in_layer = False

    def reaches(self, key: str) -> bool:
        """Return whether what the layer computes now can be read after the pass; if not, note why."""
        if backend.current_graph() == self._graph:
            return True
        parent = self.layers.inside.get(key)
        looped = "it is called inside a graph loop, and values do not leave those. Call it in a Python loop"
        self.mark_unreachable(key, looped if parent is None else in_a_cell(parent))
        return False

    def mark_unreachable(self, key: str, why: str) -> None:
        """Note why a layer that ran is not captured, and what to do."""
        self.unreachable[key] = f"Layer {key!r} is not captured: {why}."

    def zeros_for(self, key: str, cell: InstrumentedCell, states: Any, timesteps: int) -> Zeros | None:
        """Return zeros for the states of one call of a cell, under a gradient key of their own; None without gradients.

        Args:
            key: The layer's.
            cell: The cell.
            states: The states that the call starts from, nested as the cell nests them.
            timesteps: The call's timesteps.
        """
        if self._make_zeros is None:
            return None
        self._zeros_made += 1
        return zeros_for(f"{key}:{self._zeros_made}", cell, states, timesteps, self._make_zeros)

    def captures_cells(self) -> bool:
        """Return whether a cell that is called now is called by hand, not by a recurrent layer."""
        return not self._is_in_layer

    @contextmanager
    def in_layer(self) -> Iterator[None]:
        """Attribute the calls of cells in this context to a recurrent layer."""
        before, self._is_in_layer = self._is_in_layer, True
        try:
            yield
        finally:
            self._is_in_layer = before

    @contextmanager
    def nested_scope(self) -> Iterator[Scope]:
        """Add the calls in this context to a scope of their own."""
        before, self.scope = self.scope, Scope(self.layers.includes)
        try:
            yield self.scope
        finally:
            self.scope = before

    def calls(self) -> dict[str, LayerCall]:
        """Return what was captured, by key; the second call of a layer is `key#2`.

        A layer that also ran where it was out of reach is left out: its call beside a graph loop is, as in
        `keras.ops.map`, usually how the loop learns the shape of its result, and no part of what the model computes.
        """
        captured = self.scope.finished()
        return {key: call for key, call in captured.items() if key.partition("#")[0] not in self.unreachable}
