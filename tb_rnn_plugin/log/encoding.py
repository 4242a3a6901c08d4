"""The safetensors layout, for files and for HTTP responses: encodes named arrays, and finds them again.

The library copies every array three times to encode it, and maps files into memory to read them: for a trace of 1.5 MB
that took longer than all else of serving it.
"""

from __future__ import annotations

import json
import math
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from io import FileIO
from typing import Any

import numpy as np

from tb_rnn_plugin.log.schema import Array

_CODES = {
    "f2": "F16", "f4": "F32", "f8": "F64", "b1": "BOOL",
    "i1": "I8", "i2": "I16", "i4": "I32", "i8": "I64", "u1": "U8", "u2": "U16", "u4": "U32", "u8": "U64",
}  # fmt: skip

_DTYPES = {code: np.dtype(f"<{name}") for name, code in _CODES.items()}

MOST_HEADER_BYTES = 2**24
"""The format's own limit is 100 MB, but JSON takes up to 30 times its length in memory. The tokens of a probe, most of
what is in there, may be two million."""

_MOST_AXES = 32
"""NumPy's own limit, before its version 2."""


@dataclass(frozen=True)
class Block:
    """Where an array lies in a file, and what it is.

    Attributes:
        start: In bytes from the start of the file.
        dtype: Little-endian.
        shape: What lies between `start` and the start of the next one has just this shape.
    """

    start: int
    dtype: np.dtype[Any]
    shape: tuple[int, ...]


@dataclass(frozen=True)
class Header:
    """What a file says of itself.

    Attributes:
        metadata: Strings by name.
        blocks: By name, the arrays: they fill the rest of the file, and none overlaps another.
    """

    metadata: dict[str, str]
    blocks: dict[str, Block]


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
        ValueError: the file is no safetensors file, or its arrays are not what its header says.
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
        blocks = {name: _parse_block(entry, 8 + length, size) for name, entry in header.items()}
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ValueError("its header is not that of a safetensors file") from error
    end = _end(blocks.values(), 8 + length)
    if end != size:
        raise ValueError(f"{end} bytes announced, {size} there")
    return Header(metadata, blocks)


def _parse_block(entry: Mapping[str, Any], start: int, size: int) -> Block:
    (begin, end), dtype, shape = entry["data_offsets"], _DTYPES[entry["dtype"]], tuple(entry["shape"])
    # A size that is no part of an array without values would be made room for all the same, by whoever adds to it.
    if len(shape) > _MOST_AXES or any(type(n) is not int or not 0 <= n <= size for n in (begin, end, *shape)):
        raise ValueError
    if math.prod(shape) * dtype.itemsize != end - begin or math.prod(filter(None, shape)) > size:
        raise ValueError
    return Block(start + begin, dtype, shape)


def _end(blocks: Iterable[Block], start: int) -> int:
    """Return where the last array ends.

    Raises:
        ValueError: the arrays overlap, or do not lie side by side from the start on.
    """
    for block in sorted(blocks, key=lambda block: (block.start, math.prod(block.shape))):
        if block.start != start:
            raise ValueError("its arrays overlap, or leave room between them")
        start += math.prod(block.shape) * block.dtype.itemsize
    return start
