"""The activation functions that a recurrent layer is built with, of one float64, by Keras' names."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TypeAlias

import numpy as np

Activation: TypeAlias = Callable[[float], float]

LINEAR = "linear"
"""The name of the identity."""


def activation_function(name: str) -> Activation | None:
    """Return the function of this name, or None for one that is not known, such as a function of the user's."""
    return ACTIVATIONS.get(name)


def applied(name: str, text: str) -> str:
    """Return the text with the function around it; a function of the user's is `custom:<name>` in the log."""
    return text if name == LINEAR else f"{name.removeprefix('custom:')}({text})"


def _sigmoid(x: float) -> float:
    """Return `1 / (1 + exp(-x))`, to full precision at both ends."""
    e = math.exp(-abs(x))
    return 1 / (1 + e) if x >= 0 else e / (1 + e)


def _softplus(x: float) -> float:
    """Return `log(1 + exp(x))`."""
    return float(np.logaddexp(0.0, x))


def _elu(x: float) -> float:
    return math.expm1(x) if x < 0 else x


def _clipped(x: float, low: float, high: float) -> float:
    return float(np.clip(x, low, high))


def _selu(x: float) -> float:
    alpha, scale = 1.6732632423543772, 1.0507009873554805
    return scale * x if x >= 0 else scale * alpha * math.expm1(x)


def _relu(x: float) -> float:
    return float(np.maximum(x, 0.0))


ACTIVATIONS: dict[str, Activation] = {
    "elu": _elu,
    "exponential": lambda x: float(np.exp(x)),
    "gelu": lambda x: 0.5 * x * (1 + math.erf(x / math.sqrt(2))),
    "hard_sigmoid": lambda x: _clipped(x / 6 + 0.5, 0.0, 1.0),
    "hard_tanh": lambda x: _clipped(x, -1.0, 1.0),
    "leaky_relu": lambda x: 0.2 * x if x < 0 else x,
    LINEAR: lambda x: x,
    "mish": lambda x: x * math.tanh(_softplus(x)),
    "relu": _relu,
    "relu6": lambda x: _clipped(x, 0.0, 6.0),
    "selu": _selu,
    "sigmoid": _sigmoid,
    "silu": lambda x: x * _sigmoid(x),
    "softplus": _softplus,
    "softsign": lambda x: x / (1 + abs(x)),
    "swish": lambda x: x * _sigmoid(x),
    "tanh": math.tanh,
}
"""With the constants that Keras 3 gives them: `hard_sigmoid` is that of Howard et al. 2019, `relu6(x + 3) / 6`; `elu`
of Clevert et al. 2015 has alpha 1; `selu` is of Klambauer et al. 2017; `leaky_relu` of Maas et al. 2013 has the slope
0.2; `gelu` of Hendrycks & Gimpel 2016 is the exact one; `mish` is of Misra 2019; `swish` is an older name of `silu`."""
