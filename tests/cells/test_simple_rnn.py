"""What is known of a SimpleRNN."""

from __future__ import annotations

from typing import Any

import keras

from tb_rnn_plugin.cells.simple_rnn import SIMPLE_RNN
from tests.cells.against_keras import UNITS, AgainstKeras
from tests.cells.printed import printed


class TestSimpleRNN(AgainstKeras):
    spec = SIMPLE_RNN

    def layer(self, **options: Any) -> Any:
        return keras.layers.SimpleRNN(UNITS, name="rnn", **options)


def test_equations() -> None:
    assert printed(SIMPLE_RNN, {"activation": "tanh"}) == {"hidden_state": "tanh(W x + U h_prev + b + b')"}
    assert printed(SIMPLE_RNN, {"activation": None}) == {"hidden_state": "W x + U h_prev + b + b'"}


def test_no_gate_keeps() -> None:
    assert SIMPLE_RNN.keeps is None
