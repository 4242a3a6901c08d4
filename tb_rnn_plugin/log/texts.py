"""Decodes the texts of a probe: inputs, tokens and names."""

from __future__ import annotations

from typing import Any

import numpy as np

from tb_rnn_plugin.log.schema import Array


def decoded(value: Any) -> str:
    r"""Return a value as text: bytes are UTF-8, as in TensorFlow, and a byte that is not is written `\xff`.

    Raises:
        TypeError: the value holds several, as a list does.
    """
    if isinstance(value, np.ndarray) and not value.ndim:
        value = value.item()
    if isinstance(value, (list, tuple, np.ndarray)):
        raise TypeError(f"a {type(value).__name__} where a text must be")
    return value.decode(errors="backslashreplace") if isinstance(value, bytes) else str(value)


def decoded_array(array: Array) -> Array:
    """Return an array of strings or bytes as one of dtype object that holds strings."""
    texts = np.empty(array.size, object)
    texts[:] = [decoded(value) for value in array.flat]
    return texts.reshape(array.shape)
