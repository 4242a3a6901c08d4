"""The derivatives of the activation functions, by Keras' names, of whole arrays in float64.

At a corner the derivative is that of one of the two sides; of relu and the clipped functions it is 0.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from tb_rnn_plugin.analysis.activations import ACTIVATIONS, LINEAR

Floats: TypeAlias = NDArray[np.float64]


def activate(name: str, x: Floats) -> Floats:
    """Return an activation function of an array; the name is one of `ACTIVATIONS`."""
    if name == "tanh":
        return np.tanh(x)
    return np.asarray(np.vectorize(ACTIVATIONS[name], otypes=[np.float64])(x))


def derivative(name: str, x: Floats) -> Floats:
    """Return the derivative of an activation function at each number; the name is one of `ACTIVATIONS`."""
    with np.errstate(over="ignore", under="ignore", invalid="ignore"):
        return np.asarray(DERIVATIVES[name](x))


def _sigmoid(x: Floats) -> Floats:
    e = np.exp(-np.abs(x))
    return np.asarray(np.where(x < 0, e, 1.0) / (1 + e))


def _sigmoid_slope(x: Floats) -> Floats:
    return _sigmoid(x) * _sigmoid(-x)


def _tanh_slope(x: Floats) -> Floats:
    """Return `1 / cosh(x)**2`; `1 - tanh(x)**2` has no digits left where it saturates."""
    return 4 * _sigmoid_slope(2 * x)


def _inside(low: float, high: float, slope: float) -> Callable[[Floats], Floats]:
    return lambda x: np.where((x > low) & (x < high), slope, _zero(x))


def _zero(x: Floats) -> Floats:
    """Return 0, or NaN where `x` is: a network that has diverged has no derivative."""
    return np.where(np.isnan(x), x, 0.0)


def _elu_slope(x: Floats) -> Floats:
    return np.where(x > 0, 1.0, np.exp(np.minimum(x, 0.0)))


def _selu_slope(x: Floats) -> Floats:
    alpha, scale = 1.6732632423543772, 1.0507009873554805
    return np.where(x >= 0, scale, scale * alpha * np.exp(np.minimum(x, 0.0)))


def _gelu_slope(x: Floats) -> Floats:
    share = 0.5 * (1 + np.vectorize(math.erf, otypes=[np.float64])(x / math.sqrt(2)))
    return np.asarray(share + x * np.exp(-np.square(x) / 2) / math.sqrt(2 * math.pi))


def _mish_slope(x: Floats) -> Floats:
    softplus = np.logaddexp(0.0, x)
    return np.asarray(np.tanh(softplus) + x * _sigmoid(x) * _tanh_slope(softplus))


def _silu_slope(x: Floats) -> Floats:
    return np.asarray(_sigmoid(x) + x * _sigmoid_slope(x))


DERIVATIVES: dict[str, Callable[[Floats], Floats]] = {
    "elu": _elu_slope,
    "exponential": np.exp,
    "gelu": _gelu_slope,
    "hard_sigmoid": _inside(-3.0, 3.0, 1 / 6),
    "hard_tanh": _inside(-1.0, 1.0, 1.0),
    "leaky_relu": lambda x: np.where(x > 0, 1.0, 0.2 + _zero(x)),
    LINEAR: lambda x: 1.0 + _zero(x),
    "mish": _mish_slope,
    "relu": _inside(0.0, math.inf, 1.0),
    "relu6": _inside(0.0, 6.0, 1.0),
    "selu": _selu_slope,
    "sigmoid": _sigmoid_slope,
    "silu": _silu_slope,
    "softplus": _sigmoid,
    "softsign": lambda x: np.asarray(1 / np.square(1 + np.abs(x))),
    "swish": _silu_slope,
    "tanh": _tanh_slope,
}
"""Of the same functions as `ACTIVATIONS`, with the same constants."""
