"""Encodes named arrays in the safetensors layout, for files and for HTTP responses.

The `safetensors` library copies every array three times to encode it, and maps files into memory to read them. For a
trace of 1.5 MB, that took longer than the rest of the request.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import numpy as np

from tb_rnn_plugin.log.schema import Array

_CODES = {
    "f2": "F16", "f4": "F32", "f8": "F64", "b1": "BOOL",
    "i1": "I8", "i2": "I16", "i4": "I32", "i8": "I64", "u1": "U8", "u2": "U16", "u4": "U32", "u8": "U64",
}  # fmt: skip

DTYPES = {code: np.dtype(f"<{name}") for name, code in _CODES.items()}

MAX_HEADER_BYTES = 2**24
"""The safetensors format allows 100 MB, but parsed JSON takes up to 30 times its length in memory. This limit leaves
room for about two million tokens of a probe, the largest part of any header."""


def encode(arrays: Mapping[str, Array], metadata: Mapping[str, str] | None = None) -> list[bytes | memoryview]:
    """Return the chunks of a file: the header's length, the header, and each array's bytes, without copying them.

    Arrays are sorted by decreasing item size, which aligns each array to its item size.

    Args:
        arrays: C-contiguous arrays of numbers or bools.
        metadata: Strings by name, kept in the header.
    """
    header: dict[str, object] = {"__metadata__": dict(metadata)} if metadata else {}
    chunks: list[bytes | memoryview] = []
    end = 0
    for name, array in sorted(arrays.items(), key=lambda item: -item[1].itemsize):
        little_endian = array.astype(array.dtype.newbyteorder("<"), copy=False)
        code, start, end = _CODES[array.dtype.str[1:]], end, end + array.nbytes
        header[name] = {"dtype": code, "shape": list(array.shape), "data_offsets": [start, end]}
        chunks.append(_bytes(little_endian))
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    return [len(text).to_bytes(8, "little"), text, *chunks]


def _bytes(array: Array) -> bytes | memoryview:
    """Return the bytes of a contiguous array. An array that views a whole `bytes` object gives that object."""
    owner: Any = array
    while isinstance(owner, np.ndarray):
        owner = owner.base
    whole = isinstance(owner, bytes) and len(owner) == array.nbytes
    return owner if whole else array.reshape(-1).view(np.uint8).data
