"""The convolutional LSTM, from its paper; of Keras, only the layout of its kernels.

A place is a position in an image: `[row, column]` in two dimensions. An image is `[*place, channel]`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from tests.reference.activations import sigmoid, tanh
from tests.reference.cells import Mask
from tests.reference.recurrence import Activation, Floats, Reference, States, run

NAMES = ("input_gate", "forget_gate", "candidate", "output_gate", "cell_state", "hidden_state")


def conv_lstm(
    inputs: Any,
    kernel: Any,
    recurrent_kernel: Any,
    bias: Any = None,
    *,
    strides: Sequence[int],
    dilation: Sequence[int],
    padding: str = "valid",
    channels_first: bool = False,
    activation: Activation = tanh,
    recurrent_activation: Activation = sigmoid,
    initial_states: Sequence[Any] | None = None,
    mask: Mask | None = None,
    go_backwards: bool = False,
) -> Reference:
    """The LSTM whose products are convolutions, without peepholes; units are the places and filters of the state.

    Shi et al., "Convolutional LSTM Network: A Machine Learning Approach for Precipitation Nowcasting" (2015,
    arXiv:1506.04214), equation 3, less its three products with the cell state (`W_ci`, `W_cf`, `W_co`). Padding of the
    state's convolution keeps its size, as section 3.1 asks.

    Args:
        inputs: `[sample, time, *place, channel]`, or with `channels_first` `[sample, time, channel, *place]`.
        kernel: `[*window, channel, 4 * filter]`, filters in the order i, f, c, o.
        recurrent_kernel: `[*window, filter, 4 * filter]`, likewise.
        bias: `[4 * filter]`, likewise, or None.
        strides: Of the input's convolution, one per dimension.
        dilation: Of the input's convolution, likewise.
        padding: Of the input's convolution, `"valid"` or `"same"`.
        channels_first: Whether channels come before places, in the inputs and the states.
        activation: Of the candidate, and of the cell state on its way out.
        recurrent_activation: Of the gates.
        initial_states: h and c, each `[sample, *place, filter]` (or filters first); None for zeros.
        mask: `[sample, time]`, False where there is nothing to read.
        go_backwards: Whether the last timestep is read first.
    """
    inputs = np.asarray(inputs, np.float64)
    samples, timesteps, *shape = inputs.shape
    w_i, w_f, w_g, w_o = np.split(np.asarray(kernel, np.float64), 4, axis=-1)
    u_i, u_f, u_g, u_o = np.split(np.asarray(recurrent_kernel, np.float64), 4, axis=-1)
    filters = u_i.shape[-1]
    b_i, b_f, b_g, b_o = np.zeros((4, filters)) if bias is None else np.split(np.asarray(bias, np.float64), 4)
    ones = (1,) * len(strides)

    def image(flat: Floats, shape: Sequence[int]) -> Floats:
        whole = flat.reshape(shape)
        return np.moveaxis(whole, 0, -1) if channels_first else whole

    def flat(whole: Floats) -> Floats:
        return (np.moveaxis(whole, -1, 0) if channels_first else whole).ravel()

    places = convolve(image(inputs[0, 0], shape), w_i, strides, dilation, padding).shape[:-1]
    state = (filters, *places) if channels_first else (*places, filters)

    def step(x: Floats, states: States) -> tuple[dict[str, Floats], States]:
        x_t, h, c = image(x, shape), image(states[0], state), image(states[1], state)

        def summed(w: Floats, u: Floats, b: Floats) -> Floats:
            return convolve(x_t, w, strides, dilation, padding) + convolve(h, u, ones, ones, "same") + b

        i = recurrent_activation(summed(w_i, u_i, b_i))
        f = recurrent_activation(summed(w_f, u_f, b_f))
        g = activation(summed(w_g, u_g, b_g))
        o = recurrent_activation(summed(w_o, u_o, b_o))
        c = f * c + i * g
        h_next = o * activation(c)
        return dict(zip(NAMES, map(flat, (i, f, g, o, c, h_next)), strict=True)), (flat(h_next), flat(c))

    zeros = np.zeros((samples, filters * int(np.prod(places))))
    start = [zeros] * 2 if initial_states is None else [np.reshape(given, zeros.shape) for given in initial_states]
    return run(step, NAMES, inputs.reshape(samples, timesteps, -1), start, mask, go_backwards)


def convolve(image: Floats, kernel: Floats, strides: Sequence[int], dilation: Sequence[int], padding: str) -> Floats:
    """Slide a window over an image, in any number of dimensions; as in all of deep learning, without flipping it.

    `"same"` pads with zeros to `ceil(size / stride)` places, the odd one at the end: TensorFlow's notes on convolution,
    `tf.nn`, "Padding".

    Args:
        image: `[*place, channel]`.
        kernel: `[*window, channel, filter]`.
        strides: Places from one window to the next, one per dimension.
        dilation: Places from one of the window's elements to the next, one per dimension.
        padding: `"valid"` or `"same"`.

    Returns:
        `[*place, filter]`.
    """
    windows, sizes = kernel.shape[:-2], image.shape[:-1]
    spans = [(window - 1) * gap + 1 for window, gap in zip(windows, dilation, strict=True)]
    if padding == "same":
        places = [-(-size // stride) for size, stride in zip(sizes, strides, strict=True)]
        missing = [(p - 1) * t + span - n for p, t, span, n in zip(places, strides, spans, sizes, strict=True)]
        before = [max(count, 0) // 2 for count in missing]
    else:
        places = [(n - span) // t + 1 for n, span, t in zip(sizes, spans, strides, strict=True)]
        before = [0] * len(sizes)
    result = np.zeros((*places, kernel.shape[-1]))
    for place in np.ndindex(*places):
        for offset in np.ndindex(*windows):
            at = tuple(
                p * stride + o * gap - b
                for p, stride, o, gap, b in zip(place, strides, offset, dilation, before, strict=True)
            )
            if all(0 <= index < size for index, size in zip(at, sizes, strict=True)):
                result[place] += image[at] @ kernel[offset]
    return result
