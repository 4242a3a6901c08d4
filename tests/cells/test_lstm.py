"""What is known of an LSTM."""

from __future__ import annotations

from typing import Any

import keras
import pytest

from tb_rnn_plugin.cells.lstm import LSTM
from tests.cells.against_keras import UNITS, AgainstKeras
from tests.cells.printed import printed

CONFIG = {"activation": "tanh", "recurrent_activation": "hard_sigmoid"}


class TestLSTM(AgainstKeras):
    spec = LSTM

    def layer(self, **options: Any) -> Any:
        return keras.layers.LSTM(UNITS, name="rnn", **options)


def test_equations() -> None:
    assert printed(LSTM, CONFIG) == {
        "input_gate": "hard_sigmoid(W_i x + U_i h + b_i + b'_i)",
        "forget_gate": "hard_sigmoid(W_f x + U_f h + b_f + b'_f)",
        "candidate": "tanh(W_g x + U_g h + b_g + b'_g)",
        "output_gate": "hard_sigmoid(W_o x + U_o h + b_o + b'_o)",
        "cell_state": "f * c_prev + i * g",
        "hidden_state": "o * tanh(c)",
    }


@pytest.mark.parametrize(
    ("changes", "hidden"),
    [
        ({}, (-1.0, 1.0)),
        ({"activation": "sigmoid"}, None),
        ({"activation": "relu"}, None),
        ({"recurrent_activation": "tanh"}, None),
    ],
)
def test_the_hidden_state_is_bounded_where_both_its_factors_are(changes: dict[str, str], hidden: Any) -> None:
    ranges = LSTM.ranges({**CONFIG, **changes})
    assert (ranges["hidden_state"], ranges["cell_state"]) == (hidden, None)


def test_the_forget_gate_keeps() -> None:
    assert LSTM.keeps == "forget_gate"
    assert LSTM.states == ("hidden_state", "cell_state")
