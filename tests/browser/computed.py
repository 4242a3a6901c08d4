"""Runs whose values follow from their weights, for the tests of explanations, weights and memory."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from tb_rnn_plugin.log.schema import Array, LayerTrace, ProbeBatch
from tb_rnn_plugin.log.writer import RunWriter
from tests.analysis.traces import MASK, reference_trace
from tests.reference import lstm

SAMPLES, TIMESTEPS, FEATURES, UNITS = 2, 24, 6, 8
STEPS = (0, 1, 2, 4, 7)
ENDLESS = 3
"""The unit whose forget gate is always 1."""

PADDED = np.ones((SAMPLES, TIMESTEPS), np.bool_)
PADDED[1, [10, 11, 20, 21, 22, 23]] = False


def lstm_layer(step: int, mask: Array | None = None, go_backwards: bool = False) -> LayerTrace:
    """Return the trace of an LSTM that starts from zero states, with larger weights at each step."""
    random = np.random.default_rng(5)
    inputs = random.normal(size=(SAMPLES, TIMESTEPS, FEATURES))
    scale = 0.3 * (1 + step / 4)
    weights = {
        "kernel": random.normal(scale=scale, size=(FEATURES, 4 * UNITS)),
        "recurrent_kernel": random.normal(scale=scale, size=(UNITS, 4 * UNITS)),
        "bias": random.normal(scale=scale, size=4 * UNITS),
    }
    weights["bias"][UNITS + ENDLESS] = 40.0
    result = lstm(inputs, *weights.values(), mask=mask, go_backwards=go_backwards)
    return LayerTrace(
        key="lstm",
        cell="LSTM",
        signals=result.signals,
        ranges={name: None if name == "cell_state" else (-1.0, 1.0) for name in result.signals},
        inputs=inputs,
        initial_states={name: np.zeros((SAMPLES, UNITS)) for name in ("hidden_state", "cell_state")},
        mask=mask,
        weights=weights,
        config={
            "activation": "tanh",
            "recurrent_activation": "sigmoid",
            "go_backwards": go_backwards,
            "dropout": False,
        },
    )


def write_all(root: Path) -> None:
    """Write an LSTM, an LSTM that reads a padded sequence backwards, a GRU with a mask and a SimpleRNN."""
    write_lstm(root / "made-lstm" / "rnn")
    _write(root / "made-backwards" / "rnn", {0: lstm_layer(0, PADDED, go_backwards=True)})
    _write(root / "made-gru" / "rnn", {0: reference_trace("GRU", mask=MASK)})
    _write(root / "made-simple" / "rnn", {0: reference_trace("SimpleRNN")})


def write_lstm(directory: Path) -> None:
    _write(directory, {step: lstm_layer(step) for step in STEPS})


def _write(directory: Path, layers: dict[int, LayerTrace]) -> None:
    writer = RunWriter(directory)
    inputs = next(iter(layers.values())).inputs
    assert inputs is not None
    writer.write_probe(ProbeBatch(inputs={"x": inputs}, sample_names=[f"sequence {i}" for i in range(len(inputs))]))
    for step, layer in layers.items():
        writer.write_step(step, [layer], logs={"loss": 1.0 / (1 + step)})
