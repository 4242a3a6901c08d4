"""The activation functions that a recurrent layer is built with, by Keras' names: value, derivative and range.

All arithmetic is in float64, on numbers and on arrays alike.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias, overload

import numpy as np
from numpy.typing import NDArray

Floats: TypeAlias = NDArray[np.float64]
Interval: TypeAlias = tuple[float, float]

LINEAR = "linear"
"""The name of the identity."""

UNIT: Interval = (0.0, 1.0)
"""The range of a sigmoid."""

SYMMETRIC: Interval = (-1.0, 1.0)
"""The range of tanh."""


@dataclass(frozen=True)
class Activation:
    """An activation function that acts on each number by itself.

    Attributes:
        function: Its values at an array.
        slope: Its derivative at an array. At a corner it is the derivative of one of the two sides; for relu and the
            clipped functions that is 0.
        range: The interval that its values cannot leave, or None.
    """

    function: Callable[[Floats], Floats]
    slope: Callable[[Floats], Floats]
    range: Interval | None = None

    @overload
    def value(self, x: float) -> float: ...
    @overload
    def value(self, x: Floats) -> Floats: ...
    def value(self, x: float | Floats) -> float | Floats:
        """Return the function's value at a number, or at each number of an array."""
        return _evaluated(self.function, x)

    @overload
    def derivative(self, x: float) -> float: ...
    @overload
    def derivative(self, x: Floats) -> Floats: ...
    def derivative(self, x: float | Floats) -> float | Floats:
        """Return the derivative at a number, or at each number of an array; NaN where the number is NaN."""
        return _evaluated(self.slope, x)


def activation_range(name: str) -> Interval | None:
    """Return the interval that an activation function's values cannot leave; None if unbounded or unknown."""
    if name == "softmax":  # It acts on a whole axis, so it is not among `ACTIVATIONS`.
        return UNIT
    return ACTIVATIONS[name].range if name in ACTIVATIONS else None


def _evaluated(function: Callable[[Floats], Floats], x: float | Floats) -> float | Floats:
    with np.errstate(all="ignore"):  # A network that has diverged has infinite numbers.
        result = np.asarray(function(np.asarray(x, np.float64)))
    return result if np.ndim(x) else float(result)


def _sigmoid(x: Floats) -> Floats:
    """Return `1 / (1 + exp(-x))`, to full precision at both ends."""
    e = np.exp(-np.abs(x))
    return np.asarray(np.where(x < 0, e, 1.0) / (1 + e))


def _sigmoid_slope(x: Floats) -> Floats:
    return _sigmoid(x) * _sigmoid(-x)


def _tanh_slope(x: Floats) -> Floats:
    """Return `1 / cosh(x)**2`; `1 - tanh(x)**2` has no digits left where it saturates."""
    return 4 * _sigmoid_slope(2 * x)


def _softplus(x: Floats) -> Floats:
    """Return `log(1 + exp(x))`."""
    return np.logaddexp(0.0, x)


def _elu(x: Floats) -> Floats:
    return np.where(x < 0, np.expm1(np.minimum(x, 0.0)), x)


def _elu_slope(x: Floats) -> Floats:
    return np.where(x > 0, 1.0, np.exp(np.minimum(x, 0.0)))


_SELU_ALPHA, _SELU_SCALE = 1.6732632423543772, 1.0507009873554805


def _selu(x: Floats) -> Floats:
    return _SELU_SCALE * np.where(x >= 0, x, _SELU_ALPHA * np.expm1(np.minimum(x, 0.0)))


def _selu_slope(x: Floats) -> Floats:
    return _SELU_SCALE * np.where(x >= 0, 1.0, _SELU_ALPHA * np.exp(np.minimum(x, 0.0)))


_erf = np.vectorize(math.erf, otypes=[np.float64])


def _normal_share(x: Floats) -> Floats:
    """Return the normal distribution's share below x."""
    return np.asarray(0.5 * (1 + _erf(x / math.sqrt(2))))


def _gelu_slope(x: Floats) -> Floats:
    return _normal_share(x) + x * np.exp(-np.square(x) / 2) / math.sqrt(2 * math.pi)


def _mish_slope(x: Floats) -> Floats:
    softplus = _softplus(x)
    return np.tanh(softplus) + x * _sigmoid(x) * _tanh_slope(softplus)


def _zero(x: Floats) -> Floats:
    """Return 0, or NaN where x is NaN: a network that has diverged has no derivative."""
    return np.where(np.isnan(x), x, 0.0)


def _clipped(low: float, high: float, scale: float = 1.0, shift: float = 0.0) -> Activation:
    """Return `scale * x + shift`, clipped to an interval."""

    def slope(x: Floats) -> Floats:
        y = scale * x + shift
        return np.where((y > low) & (y < high), scale, _zero(x))

    bounds = (low, high) if (low, high) in (UNIT, SYMMETRIC) else None
    return Activation(lambda x: np.clip(scale * x + shift, low, high), slope, bounds)


_SILU = Activation(lambda x: x * _sigmoid(x), lambda x: _sigmoid(x) + x * _sigmoid_slope(x))

ACTIVATIONS: dict[str, Activation] = {
    "elu": Activation(_elu, _elu_slope),
    "exponential": Activation(np.exp, np.exp),
    "gelu": Activation(lambda x: x * _normal_share(x), _gelu_slope),
    "hard_sigmoid": _clipped(*UNIT, scale=1 / 6, shift=0.5),
    "hard_tanh": _clipped(*SYMMETRIC),
    "leaky_relu": Activation(lambda x: np.where(x < 0, 0.2 * x, x), lambda x: np.where(x > 0, 1.0, 0.2 + _zero(x))),
    LINEAR: Activation(lambda x: x, lambda x: 1.0 + _zero(x)),
    "mish": Activation(lambda x: x * np.tanh(_softplus(x)), _mish_slope),
    "relu": _clipped(0.0, math.inf),
    "relu6": _clipped(0.0, 6.0),
    "selu": Activation(_selu, _selu_slope),
    "sigmoid": Activation(_sigmoid, _sigmoid_slope, UNIT),
    "silu": _SILU,
    "softplus": Activation(_softplus, _sigmoid),
    "softsign": Activation(lambda x: x / (1 + np.abs(x)), lambda x: 1 / np.square(1 + np.abs(x)), SYMMETRIC),
    "swish": _SILU,
    "tanh": Activation(np.tanh, _tanh_slope, SYMMETRIC),
}
"""With the constants of Keras 3. `hard_sigmoid` is from Howard et al. 2019, `relu6(x + 3) / 6`; `elu` from Clevert et
al. 2015, with alpha 1; `selu` from Klambauer et al. 2017; `leaky_relu` from Maas et al. 2013, with slope 0.2; `gelu`
from Hendrycks & Gimpel 2016, the exact form; `mish` from Misra 2019; `swish` is an older name of `silu`."""
