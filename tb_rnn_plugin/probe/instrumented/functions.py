"""What is known of an activation function: its name, and the interval that its values lie in."""

from __future__ import annotations

from typing import Any

from tb_rnn_plugin.log.schema import Interval
from tb_rnn_plugin.probe.backend import keras


def activation_range(activation: Any) -> Interval | None:
    """Return the interval that an activation function's values lie in, or None where it is not bounded."""
    a = keras.activations
    if activation in (a.sigmoid, a.hard_sigmoid, a.softmax):
        return 0.0, 1.0
    if activation in (a.tanh, a.hard_tanh, a.softsign):
        return -1.0, 1.0
    return None


def activation_name(activation: Any) -> str:
    """Return Keras' name of one of its activation functions; a function of the user's is `custom:<name>`."""
    name = getattr(activation, "__name__", type(activation).__name__)
    return name if is_own(activation) else f"custom:{name}"


def is_own(activation: Any) -> bool:
    """Tell whether an activation function is Keras' own: it then looks at nothing but its argument's last axis."""
    return getattr(keras.activations, getattr(activation, "__name__", ""), None) is activation
