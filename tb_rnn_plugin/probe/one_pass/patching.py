"""Listens to the layers of a model while it is called once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

from tb_rnn_plugin.probe.backend import keras
from tb_rnn_plugin.probe.one_pass import patches
from tb_rnn_plugin.probe.one_pass.patches import replaced
from tb_rnn_plugin.probe.one_pass.session import CaptureSession


@contextmanager
def patched(session: CaptureSession) -> Iterator[None]:
    """Put listeners in the place of the layers' methods, and everything back afterwards."""
    layers = session.layers
    keys = {id(layer): key for key, layer in layers.recurrent.items()}
    with ExitStack() as stack:

        def put(owner: Any, name: str, value: Any) -> None:
            stack.enter_context(replaced(owner, name, value))

        for layer in layers.everything:
            put(layer, "_called", layer._called)
            # A call clears the losses of the last one, which a training loop of the user's may not have added up yet.
            put(layer, "_losses", [])
            put(layer, "_loss_ids", set())
            if hasattr(layer, "get_dropout_mask"):
                # A cell keeps the masks that it draws; those of this pass must not stay, nor earlier ones be used.
                put(layer, "_dropout_mask", None)
                put(layer, "_recurrent_dropout_mask", None)
            if isinstance(layer, keras.layers.RNN):
                put(layer, "call", patches.recurrent_call(session, keys.get(id(layer)), layer))
        for key, layer in layers.recurrent.items():
            if hasattr(layer, "use_cudnn"):
                # cuDNN's kernels return no gates, and Bidirectional's would bypass the loop.
                put(layer, "use_cudnn", False)
            put(layer, "inner_loop", patches.recurrent_loop(session, key, layer))
        for key, cell in layers.cells.items():
            put(cell, "call", patches.cell_call(session, key, cell))
        for key, layer in layers.others.items():
            put(layer, "call", patches.other_call(session, key, layer))
        for layer in layers.everything:
            if isinstance(layer, keras.layers.TimeDistributed):
                put(layer, "call", patches.time_distributed_call(session, layer))
        yield
