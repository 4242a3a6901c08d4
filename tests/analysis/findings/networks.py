"""Networks whose weights are set by hand, so that what is wrong with them is known."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from tb_rnn_plugin import Probe
from tb_rnn_plugin.analysis.findings import Finding, find
from tb_rnn_plugin.log.schema import Array, LayerTrace

SAMPLES, TIMESTEPS, FEATURES, UNITS = 4, 40, 3, 8

Weights = dict[str, NDArray[np.float64]]

GATES = {
    "LSTM": ("input_gate", "forget_gate", "candidate", "output_gate"),
    "GRU": ("update_gate", "reset_gate", "candidate"),
    "SimpleRNN": ("hidden_state",),
}


def columns(cell: str, gate: str, units: int | slice | Sequence[int] = slice(None)) -> Any:
    """Return where a gate's weights stand in the kernels, all of them or those of some units."""
    start = GATES[cell].index(gate) * UNITS
    return np.arange(start, start + UNITS)[units]


def inputs(seed: int = 0, samples: int = SAMPLES, timesteps: int = TIMESTEPS) -> Array:
    return np.random.default_rng(seed).normal(size=(samples, timesteps, FEATURES)).astype(np.float32)


def healthy_weights(cell: str, seed: int = 0) -> Weights:
    random, width = np.random.default_rng(seed), len(GATES[cell]) * UNITS
    bias = np.zeros((2, width) if cell == "GRU" else width)
    return {
        "kernel": random.normal(scale=0.7, size=(FEATURES, width)),
        "recurrent_kernel": random.normal(scale=0.3, size=(UNITS, width)),
        "bias": bias,
    }


def trace_of(
    cell: str = "LSTM",
    fault: Callable[[Weights], None] = lambda weights: None,
    x: Array | None = None,
    mask: NDArray[np.bool_] | None = None,
    **options: Any,
) -> LayerTrace:
    """Return what a Keras layer does with hand-set weights; `fault` changes healthy ones in place."""
    x = inputs() if x is None else x
    probe = _probe_of(cell, x.shape, mask is not None, tuple(options.items()))
    weights = healthy_weights(cell)
    fault(weights)
    probe.model.get_layer("rnn").set_weights([weights[name] for name in ("kernel", "recurrent_kernel", "bias")])
    return probe(x if mask is None else [x, mask]).traces[0]


@cache
def _probe_of(cell: str, shape: tuple[int, ...], masked: bool, options: tuple[tuple[str, Any], ...]) -> Probe:
    """Return a probe of one layer, compiled once for all weights and inputs of a shape."""
    read, given = keras.Input(shape[1:]), keras.Input(shape[1:2], dtype="bool")
    layer = getattr(keras.layers, cell)(UNITS, name="rnn", return_sequences=True, **dict(options))
    # Earlier versions of Keras admit no input that leads nowhere.
    model = keras.Model([read, given], layer(read, mask=given)) if masked else keras.Model(read, layer(read))
    x, mask = np.zeros(shape, np.float32), np.ones(shape[:2], np.bool_)
    return Probe(model, [x, mask] if masked else x, initial_states="current", jit_compile=False)


def findings(*steps: LayerTrace | Sequence[LayerTrace], unit: str = "epoch") -> dict[str, list[Finding]]:
    """Return what is found at the last of some steps, 0, 10, 20, …, by kind."""
    run = {10 * i: [step] if isinstance(step, LayerTrace) else list(step) for i, step in enumerate(steps)}
    found: dict[str, list[Finding]] = {}
    for finding in find(max(run), sorted(run), run.__getitem__, unit):
        found.setdefault(finding.kind, []).append(finding)
    return found


def with_signals(trace: LayerTrace, **signals: Array) -> LayerTrace:
    return replace(trace, signals={**trace.signals, **signals})


def with_gradients(trace: LayerTrace, **gradients: Array) -> LayerTrace:
    return replace(trace, gradients=gradients)


def synthetic(
    values: Array, *, bounds: tuple[float, float] | None = (-1.0, 1.0), mask: Array | None = None, **fields: Any
) -> LayerTrace:
    """Return a layer with these hidden states, `[sample, time, unit]`, and inputs that all differ."""
    samples, timesteps, units = values.shape
    made: dict[str, Any] = {
        "key": "rnn",
        "cell": "SimpleRNN",
        "signals": {"hidden_state": values},
        "ranges": {"hidden_state": bounds},
        "inputs": np.random.default_rng(5).normal(size=(samples, timesteps, 2)),
        "initial_states": {"hidden_state": np.zeros((samples, units))},
        "mask": mask,
    }
    return LayerTrace(**{**made, **fields})
