"""What a capture costs, against what the network costs anyway."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf

from tb_rnn_plugin import RNNTimeline
from tb_rnn_plugin.probe import Probe
from tests.benchmarks.measure import Figure, milliseconds
from tests.benchmarks.networks import batch, network


def capture_vs_predict() -> Figure:
    """All signals of all layers, against `predict_on_batch` of the same batch."""
    model, inputs = network(), batch(8)
    probe = Probe(model, inputs)
    capture, predict = milliseconds(probe, lambda: model.predict_on_batch(inputs))
    return Figure(capture / predict, {"capture_ms": capture, "predict_on_batch_ms": predict})


def capture_vs_floor() -> Figure:
    """All signals of all layers, against a bare forward pass under XLA."""
    model, inputs = network(), batch(8)
    probe, tensor = Probe(model, inputs), tf.constant(inputs)
    forward = tf.function(lambda x: model(x, training=False), jit_compile=True, autograph=False)
    capture, floor = milliseconds(probe, lambda: forward(tensor).numpy())
    return Figure(capture / floor, {"capture_ms": capture, "forward_ms": floor})


def callback_vs_train_step() -> Figure:
    """Everything the callback does at an epoch's end, against one training step of batch 32."""
    model, inputs, targets = network(), batch(32), np.arange(32) % 10
    with tempfile.TemporaryDirectory() as directory:
        callback = RNNTimeline(directory, inputs[:8])
        callback.set_model(model)
        callback.on_train_begin()
        epochs = iter(range(1_000_000))

        def end_an_epoch() -> None:
            epoch = next(epochs)
            callback.on_epoch_begin(epoch)
            callback.on_epoch_end(epoch, {"loss": 1.0})

        whole, step = milliseconds(end_an_epoch, lambda: model.train_on_batch(inputs, targets))
    return Figure(whole / step, {"callback_ms": whole, "train_step_ms": step})


def bytes_per_value() -> Figure:
    """Bytes of a step's file over the numbers in it; float16 takes 2."""
    model, inputs = network(), batch(8)
    with tempfile.TemporaryDirectory() as directory:
        callback = RNNTimeline(directory, inputs)
        callback.set_model(model)
        callback.on_train_begin()
        callback.on_epoch_begin(0)
        callback.on_epoch_end(0)
        [file] = Path(directory).glob("**/step-*.safetensors")
        size = file.stat().st_size
        values = _values(Probe(model, inputs, weights=True)())
    return Figure(size / values, {"bytes": size, "values": values})


def _values(captured: Any) -> int:
    arrays = list(captured.predictions.values())
    for layer in captured.layers:
        arrays += [layer.inputs, *layer.signals.values(), *layer.initial_states.values(), *layer.weights.values()]
    return sum(array.size for array in arrays)
