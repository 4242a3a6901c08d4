"""The cells' equations, from the papers; of Keras, only the layout of its weight matrices.

Every equation is written for one sample: `x` is the input at t, `h` and `c` are the states at t - 1.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tests.reference.activations import sigmoid, tanh
from tests.reference.recurrence import Activation, Floats, Reference, States, run

Mask = NDArray[np.bool_]


def lstm(
    inputs: Any,
    kernel: Any,
    recurrent_kernel: Any,
    bias: Any = None,
    *,
    activation: Activation = tanh,
    recurrent_activation: Activation = sigmoid,
    initial_states: Sequence[Any] | None = None,
    mask: Mask | None = None,
    go_backwards: bool = False,
) -> Reference:
    """Long short-term memory with input, forget and output gate, without peepholes.

    Hochreiter & Schmidhuber, "Long Short-Term Memory", Neural Computation 9(8) (1997), section 4: input gate and
    output gate (`c = c + i g`, `h = o tanh(c)`). Gers, Schmidhuber & Cummins, "Learning to Forget: Continual Prediction
    with LSTM", Neural Computation 12(10) (2000), section 3.1: the forget gate (`c = f c + i g`).

    Args:
        inputs: `[sample, time, feature]`.
        kernel: `[feature, 4 * unit]`, columns in the order i, f, c, o.
        recurrent_kernel: `[unit, 4 * unit]`, likewise.
        bias: `[4 * unit]`, likewise, or None.
        activation: Of the candidate, and of the cell state on its way out.
        recurrent_activation: Of the gates.
        initial_states: h and c, each `[sample, unit]`; None for zeros.
        mask: `[sample, time]`, False where there is nothing to read.
        go_backwards: Whether the last timestep is read first.
    """
    w_i, w_f, w_g, w_o = _columns(kernel, 4)
    u_i, u_f, u_g, u_o = _columns(recurrent_kernel, 4)
    b_i, b_f, b_g, b_o = _columns(_or_zeros(bias, (1, 4 * len(u_i))), 4)

    def step(x: Floats, states: States) -> tuple[dict[str, Floats], States]:
        h, c = states
        i = recurrent_activation(x @ w_i + h @ u_i + b_i)
        f = recurrent_activation(x @ w_f + h @ u_f + b_f)
        g = activation(x @ w_g + h @ u_g + b_g)
        o = recurrent_activation(x @ w_o + h @ u_o + b_o)
        c = f * c + i * g
        h = o * activation(c)
        return _named(names, i, f, g, o, c, h), (h, c)

    names = ("input_gate", "forget_gate", "candidate", "output_gate", "cell_state", "hidden_state")
    return run(step, names, inputs, _states(initial_states, inputs, len(u_i), 2), mask, go_backwards)


def gru(
    inputs: Any,
    kernel: Any,
    recurrent_kernel: Any,
    bias: Any = None,
    *,
    reset_after: bool,
    activation: Activation = tanh,
    recurrent_activation: Activation = sigmoid,
    initial_states: Sequence[Any] | None = None,
    mask: Mask | None = None,
    go_backwards: bool = False,
) -> Reference:
    """Gated recurrent unit.

    Cho et al., "Learning Phrase Representations using RNN Encoder-Decoder for Statistical Machine Translation" (2014,
    arXiv:1406.1078v3), equations 5 to 8: `r`, `z`, `h = z h + (1 - z) g`, `g = tanh(W x + U (r h))`. With `reset_after`
    the gate is applied to the product instead, `g = tanh(W x + b + r (U h + b'))`: the first version of that paper
    (arXiv:1406.1078v1), and cuDNN's documentation of `CUDNN_GRU` (`cudnnRNNMode_t`) with its second bias.

    Args:
        inputs: `[sample, time, feature]`.
        kernel: `[feature, 3 * unit]`, columns in the order z, r, h.
        recurrent_kernel: `[unit, 3 * unit]`, likewise.
        bias: `[3 * unit]`, likewise; with `reset_after` `[2, 3 * unit]`, first the input's, then the state's; or None.
        reset_after: Whether the reset gate is applied after the product with the recurrent kernel.
        activation: Of the candidate.
        recurrent_activation: Of the gates.
        initial_states: h, `[sample, unit]`; None for zeros.
        mask: `[sample, time]`, False where there is nothing to read.
        go_backwards: Whether the last timestep is read first.
    """
    w_z, w_r, w_g = _columns(kernel, 3)
    u_z, u_r, u_g = _columns(recurrent_kernel, 3)
    biases = np.atleast_2d(_or_zeros(bias, (1, 3 * len(u_z))))
    b_z, b_r, b_g = _columns(biases[0], 3)
    v_z, v_r, v_g = _columns(biases[1] if len(biases) == 2 else np.zeros(3 * len(u_z)), 3)

    def step(x: Floats, states: States) -> tuple[dict[str, Floats], States]:
        (h,) = states
        z = recurrent_activation(x @ w_z + b_z + h @ u_z + v_z)
        r = recurrent_activation(x @ w_r + b_r + h @ u_r + v_r)
        recurrent = r * (h @ u_g + v_g) if reset_after else (r * h) @ u_g
        g = activation(x @ w_g + b_g + recurrent)
        h = z * h + (1.0 - z) * g
        return _named(names, z, r, g, h), (h,)

    names = ("update_gate", "reset_gate", "candidate", "hidden_state")
    return run(step, names, inputs, _states(initial_states, inputs, len(u_z), 1), mask, go_backwards)


def simple_rnn(
    inputs: Any,
    kernel: Any,
    recurrent_kernel: Any,
    bias: Any = None,
    *,
    activation: Activation = tanh,
    initial_states: Sequence[Any] | None = None,
    mask: Mask | None = None,
    go_backwards: bool = False,
) -> Reference:
    """The simple recurrent network, `h = act(W x + U h + b)`.

    Elman, "Finding Structure in Time", Cognitive Science 14 (1990).

    Args:
        inputs: `[sample, time, feature]`.
        kernel: `[feature, unit]`.
        recurrent_kernel: `[unit, unit]`.
        bias: `[unit]`, or None.
        activation: Of the state.
        initial_states: h, `[sample, unit]`; None for zeros.
        mask: `[sample, time]`, False where there is nothing to read.
        go_backwards: Whether the last timestep is read first.
    """
    w, u = np.asarray(kernel, np.float64), np.asarray(recurrent_kernel, np.float64)
    b = _or_zeros(bias, (len(u),))

    def step(x: Floats, states: States) -> tuple[dict[str, Floats], States]:
        (h,) = states
        h = activation(x @ w + h @ u + b)
        return {"hidden_state": h}, (h,)

    return run(step, ("hidden_state",), inputs, _states(initial_states, inputs, len(u), 1), mask, go_backwards)


def _named(names: Sequence[str], *values: Floats) -> dict[str, Floats]:
    return dict(zip(names, values, strict=True))


def _columns(matrix: Any, parts: int) -> list[Floats]:
    """Cut a matrix, or a vector, into equal parts along its last axis."""
    whole = np.asarray(matrix, np.float64)
    width = whole.shape[-1] // parts
    return [whole[..., part * width : (part + 1) * width] for part in range(parts)]


def _or_zeros(array: Any, shape: tuple[int, ...]) -> Floats:
    return np.zeros(shape) if array is None else np.asarray(array, np.float64)


def _states(given: Sequence[Any] | None, inputs: Any, units: int, count: int) -> list[Floats]:
    if given is None:
        return [np.zeros((len(inputs), units))] * count
    return [np.asarray(state, np.float64) for state in given]
