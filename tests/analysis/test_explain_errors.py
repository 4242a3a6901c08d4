"""A value that cannot be explained gives an error of one sentence."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from tb_rnn_plugin.analysis import explain, explain_value, gate_weights
from tests.analysis.traces import MASK, reference_trace

LSTM = {"activation": "tanh", "recurrent_activation": "sigmoid"}


@pytest.mark.parametrize(
    ("at", "words"),
    [
        ({"sample": 2}, r"^Samples of layer 'rnn' are 0 to 1, got 2\.$"),
        ({"sample": -1}, r"^Samples of layer 'rnn' are 0 to 1, got -1\.$"),
        ({"timestep": 6}, r"^Timesteps of layer 'rnn' are 0 to 5, got 6\.$"),
        ({"timestep": -1}, r"^Timesteps of layer 'rnn' are 0 to 5, got -1\.$"),
        ({"unit": 4}, r"^Units of forget_gate are 0 to 3, got 4\.$"),
        ({"unit": -1}, r"^Units of forget_gate are 0 to 3, got -1\.$"),
    ],
)
def test_an_index_that_is_not_there(at: dict[str, int], words: str) -> None:
    with pytest.raises(IndexError, match=words):
        explain(reference_trace("LSTM"), "forget_gate", **{"sample": 0, "timestep": 0, "unit": 0, **at})


@pytest.mark.parametrize(
    ("changes", "signal", "words"),
    [
        ({}, "reset_gate", r"^Signals of LSTM are 'input_gate', .*'hidden_state', got 'reset_gate'\.$"),
        ({"cell": "Dense"}, "output", r"^Values can be explained of the cells LSTM, GRU, SimpleRNN, .* got Dense\.$"),
        ({"weights": {}}, "forget_gate", r"weights of this LSTM must be stored, got none: .*weights=True\.$"),
        ({"config": {}}, "forget_gate", r"needs 'activation' and 'recurrent_activation' in .*, got an empty one: "),
        ({"config": {"activation": "tanh"}}, "forget_gate", r"needs 'recurrent_activation' .*, got 'activation': "),
        (
            {"config": {**LSTM, "dropout": True}},
            "forget_gate",
            r"only where no dropout .*: capture with training=False\.$",
        ),
        (
            {"mask": MASK},
            "forget_gate",
            r"^A .* timestep that layer 'rnn' read, got 2, which is masked in this sample: choose",
        ),
        ({"inputs": None}, "forget_gate", r"layer 'rnn' must hold its inputs and initial states, got one without\.$"),
        (
            {"initial_states": {}},
            "forget_gate",
            r"layer 'rnn' must hold its inputs and initial states, got one without",
        ),
        (
            {"inputs": np.zeros((2, 5, 3))},
            "forget_gate",
            r"inputs of layer 'rnn' must have the shape \[2, 6, feature\], got \[2, 5, 3\]\.$",
        ),
        (
            {"inputs": np.zeros((2, 6, 2))},
            "forget_gate",
            r"must fit its 2 features and 4 units, got W \[3, 4\] and U \[4, 4\] for the input gate\.$",
        ),
        (
            {"initial_states": dict.fromkeys(("hidden_state", "cell_state"), np.zeros((2, 3)))},
            "forget_gate",
            r"initial hidden state of layer 'rnn' must have the shape \[2, 4\] or \[2, sequence, 4\], got \[2, 3\]\.$",
        ),
        (
            {"initial_states": dict.fromkeys(("hidden_state", "cell_state"), np.zeros((2, 4, 4)))},
            "forget_gate",
            r"sequences of equal length, got 6 timesteps and initial states of 4 sequences\.$",
        ),
    ],
)
def test_a_trace_that_cannot_be_explained(changes: dict[str, Any], signal: str, words: str) -> None:
    trace = replace(reference_trace("LSTM"), **changes)
    with pytest.raises(ValueError, match=words):
        explain(trace, signal, sample=0, timestep=2, unit=0)


def test_a_gru_must_say_where_it_resets() -> None:
    trace = replace(reference_trace("GRU"), config=LSTM)
    with pytest.raises(
        ValueError, match=r"value of GRU needs 'reset_after' in .*got 'activation', 'recurrent_activation'"
    ):
        explain(trace, "candidate", sample=0, timestep=0, unit=0)


def test_arrays_that_do_not_fit_the_weights_are_refused() -> None:
    weights = gate_weights("SimpleRNN", {"kernel": np.ones((3, 2)), "recurrent_kernel": np.ones((2, 2))})
    h = {"hidden_state": np.zeros(2)}
    with pytest.raises(ValueError, match=r"^x must have the shape \[3\] to fit the weights, got \[1\]\.$"):
        explain_value("SimpleRNN", {"activation": "tanh"}, weights, np.ones(1), h, h, "hidden_state", 0)
    previous = {"hidden_state": np.zeros(1)}
    with pytest.raises(ValueError, match=r"^The previous hidden state must have the shape \[2\] .*, got \[1\]\.$"):
        explain_value("SimpleRNN", {"activation": "tanh"}, weights, np.ones(3), previous, h, "hidden_state", 0)
