"""What is known of a GRU."""

from __future__ import annotations

from typing import Any

import keras
import pytest

from tb_rnn_plugin.cells.gru import GRU
from tests.cells.against_keras import UNITS, AgainstKeras
from tests.cells.printed import printed

CONFIG = {"activation": "tanh", "recurrent_activation": "sigmoid", "reset_after": True}


class TestGRU(AgainstKeras):
    spec = GRU

    def layer(self, **options: Any) -> Any:
        return keras.layers.GRU(UNITS, name="rnn", **options)


class TestGRUResetBefore(TestGRU):
    def layer(self, **options: Any) -> Any:
        return keras.layers.GRU(UNITS, name="rnn", reset_after=False, **options)


@pytest.mark.parametrize(
    ("reset_after", "candidate"),
    [(True, "tanh(W_g x + b_g + r * (U_g h + b'_g))"), (False, "tanh(W_g x + U_g (r * h) + b_g)")],
)
def test_equations(reset_after: bool, candidate: str) -> None:
    assert printed(GRU, {**CONFIG, "reset_after": reset_after}) == {
        "update_gate": "sigmoid(W_z x + U_z h + b_z + b'_z)",
        "reset_gate": "sigmoid(W_r x + U_r h + b_r + b'_r)",
        "candidate": candidate,
        "hidden_state": "z * h_prev + (1 - z) * g",
    }


@pytest.mark.parametrize(
    ("changes", "hidden"),
    [({}, (-1.0, 1.0)), ({"activation": "sigmoid"}, (0.0, 1.0)), ({"recurrent_activation": "tanh"}, None)],
)
def test_the_hidden_state_is_bounded_as_a_mean_of_candidates(changes: dict[str, str], hidden: Any) -> None:
    assert GRU.ranges({**CONFIG, **changes})["hidden_state"] == hidden


def test_the_update_gate_keeps() -> None:
    assert GRU.keeps == "update_gate"
