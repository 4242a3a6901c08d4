"""The cells' equations in letters, as the layer's configuration makes them.

LSTM: Hochreiter & Schmidhuber 1997 with the forget gate of Gers et al. 2000; GRU: Cho et al. 2014, or with
`reset_after` cuDNN's variant; SimpleRNN: Elman 1990.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tb_rnn_plugin.analysis.activations import LINEAR, applied
from tb_rnn_plugin.analysis.errors import AnalysisError
from tb_rnn_plugin.analysis.weights import GateWeights

SUMS = {
    "LSTM": {"input_gate": "i", "forget_gate": "f", "candidate": "g", "output_gate": "o"},
    "GRU": {"update_gate": "z", "reset_gate": "r", "candidate": "g"},
    "SimpleRNN": {"hidden_state": "h"},
}
"""By cell, the signals that are an activation of a sum over inputs and states, with their letters."""

STATES = {"LSTM": ("cell_state", "hidden_state"), "GRU": ("hidden_state",), "SimpleRNN": ("hidden_state",)}
"""By cell, what it hands on to the next timestep."""

_CONFIG = {
    "LSTM": ("activation", "recurrent_activation"),
    "GRU": ("activation", "recurrent_activation", "reset_after"),
    "SimpleRNN": ("activation",),
}


def check(cell: str, config: Mapping[str, Any], signal: str) -> None:
    """Raise if a value of this signal cannot be taken apart.

    Raises:
        AnalysisError: the cell's equations or configuration are not known, or it has no such signal.
    """
    if cell not in SUMS:
        raise AnalysisError(
            f"Values can be explained of the cells {', '.join(SUMS)}, whose equations are known, got {cell}."
        )
    signals = dict.fromkeys((*SUMS[cell], *STATES[cell]))
    if signal not in signals:
        raise AnalysisError(f"Signals of {cell} are {', '.join(map(repr, signals))}, got {signal!r}.")
    missing = [name for name in _CONFIG[cell] if name not in config]
    if missing:
        raise AnalysisError(
            f"Explaining a value of {cell} needs {' and '.join(map(repr, missing))} in the layer's config, "
            f"got {', '.join(map(repr, config)) or 'an empty one'}: capture the layer again."
        )
    if config.get("dropout"):
        raise AnalysisError(
            "A value can be explained only where no dropout was applied, because the masks drawn are not stored, "
            "got a capture with dropout: capture with training=False."
        )


def activation_of(config: Mapping[str, Any], signal: str) -> str:
    """Return the name of the activation function that a signal is made with."""
    squashed = signal in ("candidate", "hidden_state")
    return str(config["activation" if squashed else "recurrent_activation"] or LINEAR)


def of_sum(cell: str, config: Mapping[str, Any], signal: str, weights: GateWeights) -> str:
    """Return the equation of a signal that is an activation of a sum: `f = sigmoid(W_f x + U_f h + b_f)`."""
    letter = SUMS[cell][signal]
    of, h = ("", "h_prev") if cell == "SimpleRNN" else (f"_{letter}", "h")
    bias = "" if weights.b is None else f" + b{of}"
    recurrent_bias = "" if weights.recurrent_b is None else f" + b'{of}"
    text = f"W{of} x + U{of} {h}{bias}{recurrent_bias}"
    if cell == "GRU" and signal == "candidate":
        after = f"r * (U_g h{recurrent_bias})" if recurrent_bias else "r * U_g h"
        text = f"W_g x{bias} + {after}" if config["reset_after"] else f"W_g x + U_g (r * h){bias}"
    return f"{letter} = {applied(activation_of(config, signal), text)}"
