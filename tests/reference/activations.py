"""Activation functions, elementwise, in float64."""

from __future__ import annotations

import numpy as np

from tests.reference.recurrence import Floats


def sigmoid(x: Floats) -> Floats:
    """The logistic function, `1 / (1 + exp(-x))`."""
    result: Floats = 1.0 / (1.0 + np.exp(-x))
    return result


def tanh(x: Floats) -> Floats:
    """The hyperbolic tangent, by its definition through exponentials."""
    result: Floats = (np.exp(x) - np.exp(-x)) / (np.exp(x) + np.exp(-x))
    return result


def hard_sigmoid(x: Floats) -> Floats:
    """`relu6(x + 3) / 6`: Howard et al., "Searching for MobileNetV3" (2019), section 5.2."""
    return np.clip(x + 3.0, 0.0, 6.0) / 6.0


def hard_tanh(x: Floats) -> Floats:
    """`x` cut off at -1 and 1: Collobert, "Large Scale Machine Learning" (2004)."""
    return np.clip(x, -1.0, 1.0)


def softsign(x: Floats) -> Floats:
    """`x / (1 + |x|)`: Glorot & Bengio, "Understanding the difficulty of training deep feedforward networks" (2010)."""
    return x / (1.0 + np.abs(x))


def relu(x: Floats) -> Floats:
    """`max(x, 0)`: Nair & Hinton, "Rectified Linear Units Improve Restricted Boltzmann Machines" (2010)."""
    return np.where(x > 0.0, x, 0.0)


def linear(x: Floats) -> Floats:
    """The identity."""
    return x


BY_NAME = {f.__name__: f for f in (sigmoid, tanh, hard_sigmoid, hard_tanh, softsign, relu, linear)}
