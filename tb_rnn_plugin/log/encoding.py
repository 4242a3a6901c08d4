"""The safetensors layout, for files and for HTTP responses: encodes named arrays, and finds them again.

The library copies every array three times to encode it, and maps files into memory to read them: for a trace of 1.5 MB
that took longer than all else of serving it.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from io import FileIO

import numpy as np

from tb_rnn_plugin.log.schema import Array

_CODES = {
    "f2": "F16", "f4": "F32", "f8": "F64", "b1": "BOOL",
    "i1": "I8", "i2": "I16", "i4": "I32", "i8": "I64", "u1": "U8", "u2": "U16", "u4": "U32", "u8": "U64",
}  # fmt: skip

MOST_HEADER_BYTES = 100_000_000
"""The format's own limit."""


@dataclass(frozen=True)
class Header:
    """What a file says of itself.

    Attributes:
        metadata: Strings by name.
        starts: Where each array starts, in bytes from the start of the file.
    """

    metadata: dict[str, str]
    starts: dict[str, int]


def encode(arrays: Mapping[str, Array], metadata: Mapping[str, str] | None = None) -> list[bytes | memoryview]:
    """Return the chunks of a file: the header's length, the header, and each array's bytes, which are not copied.

    Arrays lie in the order of falling item size, so that each is aligned to its own.

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
        chunks.append(little_endian.reshape(-1).view(np.uint8).data)
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    return [len(text).to_bytes(8, "little"), text, *chunks]


def parse_header(file: FileIO) -> Header:
    """Read the header of an open file; nothing is allocated that the file does not hold.

    Raises:
        ValueError: the file is no safetensors file, or shorter or longer than its header says.
        OSError: it cannot be read.
    """
    size = os.fstat(file.fileno()).st_size
    file.seek(0)
    length = int.from_bytes(file.read(8) or b"", "little")
    if size < 8 or length > min(size - 8, MOST_HEADER_BYTES):
        raise ValueError(f"a header of {length} bytes in a file of {size}")
    try:
        header = json.loads(file.read(length) or b"")
        metadata = {str(name): str(value) for name, value in header.pop("__metadata__", {}).items()}
        starts = {name: 8 + length + int(entry["data_offsets"][0]) for name, entry in header.items()}
        end = max((8 + length + int(entry["data_offsets"][1]) for entry in header.values()), default=8 + length)
    except (ValueError, KeyError, IndexError, TypeError, AttributeError, OverflowError, RecursionError) as error:
        raise ValueError("its header is not that of a safetensors file") from error
    if end != size or not all(0 <= start <= size for start in starts.values()):
        raise ValueError(f"{end} bytes announced, {size} there")
    return Header(metadata, starts)
