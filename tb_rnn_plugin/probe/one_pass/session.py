"""What is heard in one pass, and what cannot be."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from tb_rnn_plugin.probe.backend import current_graph
from tb_rnn_plugin.probe.layers import Layers
from tb_rnn_plugin.probe.one_pass.calls import LayerCall, Scope
from tb_rnn_plugin.probe.one_pass.perturbations import Watch


class CaptureSession:
    """The calls of one pass.

    Args:
        layers: The layers that are listened to.
        initial_states: By key, states to start from instead of those a layer would start from, flat.
        watch: Told of every tensor that the loss is to be differentiated by; None where no gradients are wanted.

    Attributes:
        scope: Where calls go.
        looped: Keys of the recurrent layers whose loop has run.
        unreachable: By key, why a layer that ran was not heard.
    """

    def __init__(self, layers: Layers, initial_states: Mapping[str, list[Any]], watch: Watch | None = None) -> None:
        self.layers = layers
        self.initial_states = initial_states
        self.watch = watch
        self.scope = Scope(layers.wants)
        self.looped: set[str] = set()
        self.unreachable: dict[str, str] = {}
        self._graph = current_graph()
        self._is_in_layer = False

    def reaches(self, key: str) -> bool:
        """Tell whether what the layer computes now can be read afterwards, and remember why if not."""
        if current_graph() is self._graph:
            return True
        self.miss(key, "it is called inside a graph loop, and values do not leave those. Call it in a Python loop")
        return False

    def miss(self, key: str, why: str) -> None:
        """Remember why a layer that ran was not heard, and what to do."""
        self.unreachable[key] = f"Layer {key!r} is not captured: {why}."

    def hears_cells(self) -> bool:
        """Tell whether a cell that is called now is called by hand, and not by a recurrent layer."""
        return not self._is_in_layer

    @contextmanager
    def in_layer(self) -> Iterator[None]:
        """Mark what happens meanwhile as the work of a recurrent layer."""
        before, self._is_in_layer = self._is_in_layer, True
        try:
            yield
        finally:
            self._is_in_layer = before

    @contextmanager
    def apart(self) -> Iterator[Scope]:
        """Put what is heard meanwhile in a scope of its own."""
        before, self.scope = self.scope, Scope(self.layers.wants)
        try:
            yield self.scope
        finally:
            self.scope = before

    def calls(self) -> dict[str, LayerCall]:
        """Return what was heard, by key; the second call of a layer is `key#2`.

        Nothing of a layer that also ran where it was not heard: a call beside a graph loop is as a rule only how the
        loop learns the shape of its result, as in `keras.ops.map`, and no part of what the model computes.
        """
        heard = self.scope.finished()
        return {key: call for key, call in heard.items() if key.partition("#")[0] not in self.unreachable}
