"""What is known of a ConvLSTM."""

from __future__ import annotations

from typing import Any, ClassVar

import keras

from tb_rnn_plugin.cells.conv_lstm import CONV_LSTM
from tb_rnn_plugin.cells.lstm import LSTM
from tests.cells.against_keras import UNITS, AgainstKeras


class TestConvLSTM1D(AgainstKeras):
    spec, rank = CONV_LSTM[1], 1
    shape: ClassVar[tuple[int, ...]] = (2, 4, 2)

    def layer(self, **options: Any) -> Any:
        return getattr(keras.layers, f"ConvLSTM{self.rank}D")(UNITS, 2, padding="same", name="rnn", **options)


class TestConvLSTM2D(TestConvLSTM1D):
    spec, rank = CONV_LSTM[2], 2
    shape = (2, 4, 3, 2)


class TestConvLSTM3D(TestConvLSTM1D):
    spec, rank = CONV_LSTM[3], 3
    shape = (2, 2, 3, 2, 2)


def test_its_gates_are_an_lstms() -> None:
    for spec in CONV_LSTM.values():
        assert (spec.signals, spec.columns, spec.keeps) == (LSTM.signals, LSTM.columns, "forget_gate")
        assert spec.equations is None
        assert spec.backward is None
