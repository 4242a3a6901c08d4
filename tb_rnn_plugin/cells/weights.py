"""The weights of one gate."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tb_rnn_plugin.cells.activations import Floats


@dataclass(frozen=True, eq=False)
class GateWeights:
    """The weights of one gate, which computes `act(W x + U h + b)`.

    They have Keras' layout, a row per number read and a column per unit: in NumPy, `x @ W + h @ U + b`. The arrays may
    be views of the arrays they were cut from.

    Attributes:
        W: `[feature, unit]`; of a ConvLSTM `[*kernel, feature, filter]`.
        U: `[unit, unit]`, from the first to the second; of a ConvLSTM `[*kernel, filter, filter]`.
        b: `[unit]`, or None for a layer without bias.
        recurrent_b: `[unit]`, the second bias of a GRU with `reset_after`: added to `U h`, in the candidate before the
            reset gate multiplies it; None for all others.
    """

    W: NDArray[Any]
    U: NDArray[Any]
    b: NDArray[Any] | None = None
    recurrent_b: NDArray[Any] | None = None


def as_floats(weights: NDArray[Any] | None) -> Floats:
    """Return weights in float64; 0 for a bias that the layer does not have."""
    return np.zeros(()) if weights is None else np.asarray(weights, np.float64)
