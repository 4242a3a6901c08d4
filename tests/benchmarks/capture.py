"""The cost of a capture, relative to the cost of the network itself."""

from __future__ import annotations

import os
import subprocess
import tempfile
from pathlib import Path

import numpy as np
import tensorflow as tf

from tb_rnn_plugin import Probe, RNNTimeline
from tb_rnn_plugin.probe import Activations
from tests.benchmarks.measure import Figure, milliseconds
from tests.benchmarks.networks import batch, network

KERACT = Path(".venv-keract")
"""An environment with keract and a TensorFlow that it supports; `make bench` creates it where possible."""


def capture_vs_predict(layer: str = "LSTM", units: int = 128, timesteps: int = 100, samples: int = 8) -> Figure:
    """All signals of all layers, against `predict_on_batch` of the same batch."""
    model, inputs = network(layer, units, timesteps), batch(samples, timesteps)
    probe = Probe(model, inputs, weights=False)
    capture, predict = milliseconds(probe, lambda: model.predict_on_batch(inputs), rounds=_rounds(units))
    return Figure(capture / predict, {"capture_ms": capture, "predict_on_batch_ms": predict})


def capture_vs_floor(layer: str = "LSTM", units: int = 128, timesteps: int = 100, samples: int = 8) -> Figure:
    """All signals of all layers, against a bare forward pass under XLA."""
    model, inputs = network(layer, units, timesteps), batch(samples, timesteps)
    probe, tensor = Probe(model, inputs, weights=False), tf.constant(inputs)
    forward = tf.function(lambda x: model(x, training=False), jit_compile=True, autograph=False)
    capture, floor = milliseconds(probe, lambda: forward(tensor).numpy(), rounds=_rounds(units))
    return Figure(capture / floor, {"capture_ms": capture, "forward_ms": floor})


def capture_vs_keract() -> Figure:
    """All signals of all layers, against keract 4.5.2, which returns the layers' outputs only.

    keract needs Keras 2, and so a separate process. The eager call of the model is measured, too, and is the reference
    where keract is not installed.
    """
    model, inputs = network(), batch(8)
    capture, eager = milliseconds(Probe(model, inputs, weights=False), lambda: model(inputs), rounds=10)
    parts = {"capture_ms": capture, "eager_call_ms": eager}
    if (KERACT / "installed").exists():
        parts["keract_ms"] = _keract_milliseconds()
    return Figure(capture / parts.get("keract_ms", eager), parts)


def gradients_vs_train_step() -> Figure:
    """All signals and the loss' gradient by every state, against one training step of batch 32, and under XLA."""
    model, inputs, targets = network(), batch(32), np.arange(32) % 10
    plain, compiled = (Probe(model, inputs[:8], targets=targets[:8], jit_compile=jit) for jit in (False, True))
    graph, xla, step = milliseconds(plain, compiled, lambda: model.train_on_batch(inputs, targets), rounds=10)
    return Figure(graph / step, {"graph_ms": graph, "xla_ms": xla, "train_step_ms": step})


def _rounds(units: int) -> int:
    """Return how often to measure a network: the widest takes half a second each time."""
    return 30 if units <= 128 else 10


def _keract_milliseconds() -> float:
    environment = {**os.environ, "PYTHONPATH": os.curdir}
    command = [str(KERACT / "bin/python"), "-m", "tests.benchmarks.with_keract"]
    printed = subprocess.run(command, env=environment, check=True, capture_output=True, text=True).stdout
    return float(printed.split()[-1])


def callback_vs_train_step() -> Figure:
    """All that the callback does at an epoch's end, against one training step of batch 32."""
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
        values = _values(Probe(model, inputs)())
    return Figure(size / values, {"bytes": size, "values": values})


def _values(captured: Activations) -> int:
    arrays = list(captured.predictions.values())
    for layer in captured.traces:
        assert layer.inputs is not None
        arrays += [layer.inputs, *layer.signals.values(), *layer.initial_states.values(), *layer.weights.values()]
    return sum(array.size for array in arrays)
