"""What people are told about a layer's signals."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tb_rnn_plugin.analysis.signals import describe_signal
from tb_rnn_plugin.log.schema import LayerInfo, SignalInfo
from tb_rnn_plugin.server.queries import describe

GATE, SQUASHED = (0.0, 1.0), (-1.0, 1.0)


def described(cell: str, name: str, bounds: tuple[float, float] | None = None) -> dict[str, Any]:
    return vars(describe_signal(cell, SignalInfo(name, bounds, None, 4)))


@pytest.mark.parametrize(
    ("cell", "name", "bounds", "letter", "saturation", "state"),
    [
        ("LSTM", "forget_gate", GATE, "f", (0.1, 0.9), "hidden_state"),
        ("LSTM", "candidate", SQUASHED, "g", (-0.9, 0.9), "hidden_state"),
        ("LSTM", "cell_state", None, "c", None, "cell_state"),
        ("ConvLSTM2D", "output_gate", GATE, "o", (0.1, 0.9), "hidden_state"),
        ("GRU", "update_gate", GATE, "z", (0.1, 0.9), "hidden_state"),
        ("GRU", "reset_gate", None, "r", None, "hidden_state"),
        ("SimpleRNN", "hidden_state", SQUASHED, "h", (-0.9, 0.9), "hidden_state"),
        ("LSTM", "gradient:cell_state", None, "c", None, "cell_state"),
        ("Mine", "state_0", None, None, None, None),
        ("Mine", "forget_gate", None, None, None, None),
        ("LSTM", "mine", None, None, None, None),
        ("Dense", "output", None, None, None, None),
    ],
)
def test_a_signal(
    cell: str, name: str, bounds: Any, letter: str | None, saturation: tuple[float, float] | None, state: str | None
) -> None:
    answer = described(cell, name, bounds)
    assert set(answer) == {"label", "letter", "meaning", "saturation", "state", "gradient_of"}
    assert (answer["letter"], answer["saturation"], answer["state"]) == (letter, saturation, state)
    assert (answer["meaning"] is None) == (letter is None)
    assert answer["gradient_of"] == (name.partition("gradient:")[2] or None)


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("forget_gate", "forget gate"),
        ("state_0", "state 0"),
        ("gradient:cell_state", "∂L/∂cell state"),
        ("gradient:state_1", "∂L/∂state 1"),
    ],
)
def test_labels(name: str, label: str) -> None:
    assert described("LSTM", name)["label"] == label


def test_a_layer_has_what_the_log_has_and_more() -> None:
    signals = (SignalInfo("update_gate", GATE, (0.2, 0.8), 4), SignalInfo("gradient:hidden_state", None, None, 4))
    info = LayerInfo("gru", "GRU", 4, 7, False, signals, {"reset_after": True})
    answer: Any = describe.describe_layer(info)
    stored = info.to_json()
    assert {name: answer[name] for name in stored if name != "signals"} == {
        name: stored[name] for name in stored if name != "signals"
    }
    for more, own in zip(answer["signals"], stored["signals"], strict=True):
        assert {name: getattr(more, name) for name in own} == own | {"axes": tuple(own["axes"])}
    assert answer["keeps"] == "update_gate"
    assert describe.describe_layer(replace(info, cell="Mine"))["keeps"] is None
    assert describe.describe_layer(replace(info, cell="SimpleRNN"))["keeps"] is None
    assert [signal.letter for signal in answer["signals"]] == ["z", "h"]
    assert answer["signals"][1].meaning == "the gradient of the loss by the hidden state"
