"""The range of a signal is the interval that it cannot leave, or none."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest

from tb_rnn_plugin.probe import Probe
from tests.probe.models import CELLS, UNITS, sequences, sequential

GATE, SQUASHED = (0.0, 1.0), (-1.0, 1.0)


def lstm(gate: Any, candidate: Any, hidden: Any) -> dict[str, Any]:
    return {
        "input_gate": gate,
        "forget_gate": gate,
        "candidate": candidate,
        "output_gate": gate,
        "cell_state": None,
        "hidden_state": hidden,
    }


def gru(gate: Any, candidate: Any, hidden: Any) -> dict[str, Any]:
    return {"update_gate": gate, "reset_gate": gate, "candidate": candidate, "hidden_state": hidden}


@pytest.mark.parametrize(
    ("cell", "options", "ranges"),
    [
        ("LSTM", {}, lstm(GATE, SQUASHED, SQUASHED)),
        ("LSTM", {"recurrent_activation": "hard_sigmoid"}, lstm(GATE, SQUASHED, SQUASHED)),
        ("LSTM", {"activation": "relu"}, lstm(GATE, None, None)),
        ("LSTM", {"activation": "softsign"}, lstm(GATE, SQUASHED, SQUASHED)),
        ("LSTM", {"recurrent_activation": "linear"}, lstm(None, SQUASHED, None)),
        ("GRU", {}, gru(GATE, SQUASHED, SQUASHED)),
        ("GRU-reset-before", {}, gru(GATE, SQUASHED, SQUASHED)),
        ("GRU", {"activation": "relu"}, gru(GATE, None, None)),
        ("GRU", {"recurrent_activation": "relu"}, gru(None, SQUASHED, None)),
        ("SimpleRNN", {}, {"hidden_state": SQUASHED}),
        ("SimpleRNN", {"activation": "sigmoid"}, {"hidden_state": GATE}),
        ("SimpleRNN", {"activation": "linear"}, {"hidden_state": None}),
    ],
    ids=str,
)
def test_ranges(cell: str, options: dict[str, Any], ranges: dict[str, Any]) -> None:
    model = sequential(CELLS[cell](UNITS, name="rnn", **options))
    (trace,) = Probe(model, 20 * sequences(), weights=False, jit_compile=False)().traces
    assert dict(trace.ranges) == ranges
    for name, interval in ranges.items():
        low, high = interval or (-np.inf, np.inf)
        values = trace.signals[name]
        assert np.all((low <= values) & (values <= high)), name


def test_a_state_that_is_given_may_lie_beyond_the_activation() -> None:
    """A GRU's state is a mean of its candidates and of where it started, so that 5 takes a while to fade."""
    model = sequential(CELLS["GRU"](UNITS, name="rnn"))
    states = {"rnn": [np.full((2, UNITS), 5.0, "float32")]}
    (trace,) = Probe(model, sequences(), initial_states=states, weights=False, jit_compile=False)().traces
    assert trace.signals["hidden_state"].max() > 1.0
    assert trace.ranges["hidden_state"] is None


def test_an_activation_of_the_users_own_has_no_range() -> None:
    def doubled(x: Any) -> Any:
        return 2.0 * keras.ops.tanh(x)

    model = sequential(keras.layers.LSTM(UNITS, activation=doubled))
    (trace,) = Probe(model, sequences(), weights=False, jit_compile=False)().traces
    assert dict(trace.ranges) == lstm(GATE, None, None)
