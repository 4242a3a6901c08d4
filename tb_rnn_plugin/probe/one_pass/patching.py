"""Replaces the methods of a model's layers for one pass, and restores them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from threading import RLock
from typing import Any

from tb_rnn_plugin.probe.backend import keras
from tb_rnn_plugin.probe.keras_internals import attributes_in_pass
from tb_rnn_plugin.probe.one_pass import patches
from tb_rnn_plugin.probe.one_pass.axes import keeps_positions
from tb_rnn_plugin.probe.one_pass.patches import replaced, replaced_method
from tb_rnn_plugin.probe.one_pass.session import CaptureSession

_LOCK = RLock()
"""Held while layers are patched: each of two passes over one layer would restore what it found, a patch perhaps."""


@contextmanager
def patched(session: CaptureSession) -> Iterator[None]:
    """Patch the layers of a session; restore them afterwards, with everything that their calls change.

    Other threads may call the layers meanwhile: they get the original methods. Other attributes that a pass changes,
    such as `_called` and `_losses`, have the pass' values for them too, and `use_cudnn` is False.
    """
    layers = session.layers
    keys = {id(layer): key for key, layer in layers.recurrent.items()}
    with _LOCK, ExitStack() as stack:

        def replace(owner: Any, name: str, value: Any) -> None:
            stack.enter_context((replaced_method if callable(value) else replaced)(owner, name, value))

        for layer in layers.everything:
            for name, value in attributes_in_pass(layer).items():
                replace(layer, name, value)
            if isinstance(layer, keras.layers.RNN):
                replace(layer, "call", patches.recurrent_call(session, keys.get(id(layer)), layer))
        for key, layer in layers.recurrent.items():
            if hasattr(layer, "use_cudnn"):
                # cuDNN's kernels return no gates, and Bidirectional's would bypass the loop.
                replace(layer, "use_cudnn", False)
            replace(layer, "inner_loop", patches.recurrent_loop(session, key, layer))
        for key, cell in layers.cells.items():
            replace(cell, "call", patches.cell_call(session, key, cell))
        for key, layer in layers.others.items():
            replace(layer, "call", patches.other_call(session, key, layer))
        for layer in layers.everything if layers.others else ():
            if keeps_positions(layer):
                replace(layer, "call", patches.position_keeping_call(session, layer))
        for layer in layers.everything:
            if isinstance(layer, keras.layers.TimeDistributed):
                replace(layer, "call", patches.time_distributed_call(session, layer))
        yield
