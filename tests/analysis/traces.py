"""Traces of layers as the papers' equations give them, in float64: the reference for explanations."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tb_rnn_plugin.log.schema import LayerTrace
from tests.reference import Floats, Reference, gru, lstm, simple_rnn
from tests.reference.activations import BY_NAME

SAMPLES, TIMESTEPS, FEATURES, UNITS = 2, 6, 3, 4

COLUMNS: dict[str, list[str]] = {
    "LSTM": ["input_gate", "forget_gate", "candidate", "output_gate"],
    "GRU": ["update_gate", "reset_gate", "candidate"],
    "SimpleRNN": ["hidden_state"],
}
"""The order of the columns of Keras' kernels; tests/analysis/test_weights.py holds it against Keras' layers."""

FORMS: dict[str, tuple[str, dict[str, Any]]] = {
    "LSTM": ("LSTM", {}),
    "GRU": ("GRU", {"reset_after": True}),
    "GRU-reset-before": ("GRU", {"reset_after": False}),
    "SimpleRNN": ("SimpleRNN", {}),
}
"""By name, a cell and the configuration that only it has."""

MASK = np.array([[1, 1, 0, 1, 0, 1], [0, 0, 1, 1, 0, 1]], np.bool_)
"""Masked at the start, and in the middle, for one timestep and for several."""


LAYERS: dict[str, dict[str, Any]] = {
    "plain": {},
    "no bias": {"bias": False},
    "backwards": {"go_backwards": True},
    "masked": {"mask": MASK},
    "masked backwards": {"mask": MASK, "go_backwards": True},
    "two sequences": {"sequences": 2},
    "three sequences masked": {"sequences": 3, "mask": MASK},
    "two sequences masked backwards": {"sequences": 2, "mask": MASK, "go_backwards": True},
    "other activations": {"activation": "softsign", "recurrent_activation": "hard_sigmoid"},
    "linear": {"activation": "linear", "recurrent_activation": "hard_tanh"},
}
"""Ways of building a layer, by name: what `reference_trace` takes."""


def made_up_weights(form: str, bias: bool = True) -> dict[str, Floats]:
    """Return variables no two numbers of which are the same."""
    cell, own = FORMS[form]
    columns, random = len(COLUMNS[cell]) * UNITS, np.random.default_rng(1)
    weights = {
        "kernel": random.normal(scale=0.7, size=(FEATURES, columns)),
        "recurrent_kernel": random.normal(scale=0.7, size=(UNITS, columns)),
    }
    if bias:
        weights["bias"] = random.normal(scale=0.7, size=(2, columns) if own.get("reset_after") else (columns,))
    return weights


def reference_trace(
    form: str,
    *,
    bias: bool = True,
    sequences: int = 1,
    mask: NDArray[np.bool_] | None = None,
    go_backwards: bool = False,
    activation: str = "tanh",
    recurrent_activation: str = "sigmoid",
    config: Mapping[str, Any] | None = None,
) -> LayerTrace:
    """Return what the reference computes: every signal in float64, from initial states that are not zero.

    Args:
        form: A key of `FORMS`.
        bias: Whether the layer has one.
        sequences: How many sequences of equal length the time axis is made of.
        mask: `[sample, time]`, False where masked.
        go_backwards: Whether each sequence is read from its end.
        activation: A name in `tests/reference/activations.py`.
        recurrent_activation: Likewise.
        config: What the trace says instead of its true configuration.
    """
    cell, own = FORMS[form]
    functions: dict[str, Callable[..., Reference]] = {"LSTM": lstm, "GRU": gru, "SimpleRNN": simple_rnn}
    random = np.random.default_rng(2)
    inputs = random.normal(size=(SAMPLES, TIMESTEPS, FEATURES))
    states = ["hidden_state", "cell_state"] if cell == "LSTM" else ["hidden_state"]
    initial = {name: random.normal(size=(SAMPLES, sequences, UNITS)) for name in states}
    weights = made_up_weights(form, bias)
    names = {"activation": activation}
    if cell != "SimpleRNN":
        names["recurrent_activation"] = recurrent_activation
    result = functions[cell](
        inputs.reshape(SAMPLES * sequences, -1, FEATURES),
        weights["kernel"],
        weights["recurrent_kernel"],
        weights.get("bias"),
        initial_states=[state.reshape(-1, UNITS) for state in initial.values()],
        mask=None if mask is None else mask.reshape(SAMPLES * sequences, -1),
        go_backwards=go_backwards,
        **{option: BY_NAME[name] for option, name in names.items()},
        **own,
    )
    return LayerTrace(
        key="rnn",
        cell=cell,
        signals={name: values.reshape(SAMPLES, TIMESTEPS, UNITS) for name, values in result.signals.items()},
        ranges=dict.fromkeys(result.signals),
        inputs=inputs,
        initial_states={name: state[:, 0] if sequences == 1 else state for name, state in initial.items()},
        mask=mask,
        weights=weights,
        config={**names, **own, "go_backwards": go_backwards, "dropout": False} if config is None else config,
    )
