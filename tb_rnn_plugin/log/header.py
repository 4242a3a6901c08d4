"""Parses and validates the header of a safetensors file: the arrays' places and checksums, and our JSON document.

The document is an entry of the header's metadata. Everything is validated: a file may be damaged or forged.
"""

from __future__ import annotations

import json
import math
import os
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from io import FileIO
from typing import Any

import google_crc32c
import numpy as np

from tb_rnn_plugin.log import layout
from tb_rnn_plugin.log.encoding import DTYPES, MAX_HEADER_BYTES
from tb_rnn_plugin.log.errors import NewerFormatError, UnreadableFileError

FIRST_READ = 2**14
"""Bytes. Most headers of step files are shorter, so the first read gets all of them."""

MAX_CACHED_HEADERS = 32
"""How many parsed headers are cached, if no longer than `FIRST_READ`: the tab requests a step layer by layer."""

_MAX_AXES = 32
"""NumPy's own limit, before its version 2."""


@dataclass(frozen=True)
class Block:
    """Where an array is stored in a file, and its dtype and shape.

    Attributes:
        start: Offset in bytes from the start of the file.
        dtype: Little-endian.
        shape: The array's shape; its bytes end where the next array's begin.
    """

    start: int
    dtype: np.dtype[Any]
    shape: tuple[int, ...]


@dataclass(frozen=True)
class Header:
    """A validated header. Readers share it: do not modify it.

    Attributes:
        document: The JSON document.
        blocks: The arrays by name, in the order they were passed to `write`. They fill the rest of the file without
            overlaps or gaps.
        checksums: The CRC-32C values of each array: one per row of the first axis if it is `checked_by_row`, else one.
    """

    document: Mapping[str, Any]
    blocks: Mapping[str, Block]
    checksums: Mapping[str, Sequence[int]]


def checked_by_row(shape: Sequence[int]) -> bool:
    """Return whether each row of an array's first axis has its own checksum."""
    return len(shape) >= 3


def read_header(file: FileIO) -> Header:
    """Read the header of an open file, without allocating more memory than the file's size justifies.

    Raises:
        UnreadableFileError: the file is damaged or of another format. The message continues a sentence that starts
            with the file's name.
        NewerFormatError: a later version of this package wrote it.
        OSError: the file cannot be read.
    """
    size = os.fstat(file.fileno()).st_size
    file.seek(0)
    start = file.read(FIRST_READ) or b""
    length = int.from_bytes(start[:8], "little")
    if size < 8 or length > min(size - 8, MAX_HEADER_BYTES):
        raise _unreadable(f"a header of {length} bytes in a file of {size}")
    text = start[8 : 8 + length]
    if len(text) == length:
        return _parse_cached(text, size)
    return _parse(text + (file.read(length - len(text)) or b""), size)


def _parse(text: bytes, size: int) -> Header:
    """Parse the header of a file of `size` bytes."""
    try:
        entries = json.loads(text)
        metadata = {str(name): str(value) for name, value in entries.pop("__metadata__", {}).items()}
        blocks = {name: _parse_block(entry, 8 + len(text), size) for name, entry in entries.items()}
        _check_places(blocks.values(), 8 + len(text), size)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise _unreadable(f"its header is not that of a safetensors file: {error!r:.100}") from error
    _check_format(metadata)
    document = _parse_document(metadata)
    checksums = _parse_checksums(document, blocks)
    return Header(document, {name: blocks[name] for name in checksums}, checksums)


_parse_cached = lru_cache(MAX_CACHED_HEADERS)(_parse)


def _unreadable(reason: str) -> UnreadableFileError:
    return UnreadableFileError(f"is truncated or damaged and cannot be read ({reason}).")


def _parse_block(entry: Mapping[str, Any], start: int, size: int) -> Block:
    (begin, end), dtype, shape = entry["data_offsets"], DTYPES[entry["dtype"]], tuple(entry["shape"])
    # Sizes are limited even where another is 0: code that reduces or extends that axis would allocate the others.
    if len(shape) > _MAX_AXES or any(type(n) is not int or not 0 <= n <= size for n in (begin, end, *shape)):
        raise ValueError("not a valid integer, or too large")
    if math.prod(shape) * dtype.itemsize != end - begin or math.prod(filter(None, shape)) > size:
        raise ValueError("an array whose size differs from that of its data")
    return Block(start + begin, dtype, shape)


def _check_places(blocks: Iterable[Block], start: int, end: int) -> None:
    """Raise a ValueError unless the arrays fill the range from `start` to `end` without overlaps or gaps."""
    for block in sorted(blocks, key=lambda block: (block.start, math.prod(block.shape))):
        if block.start != start:
            raise ValueError("its arrays overlap or leave gaps")
        start += math.prod(block.shape) * block.dtype.itemsize
    if start != end:
        raise ValueError(f"{start} bytes expected, {end} found")


def _check_format(metadata: Mapping[str, str]) -> None:
    if metadata.get("format") != layout.PLUGIN_NAME:
        raise UnreadableFileError("was not written by tb-rnn-plugin.")
    version = metadata.get("version", "")
    if not re.fullmatch("[0-9]{1,9}", version):
        raise UnreadableFileError(f"is damaged: its version is {version[:40]!r}, not a number.")
    if int(version) > layout.VERSION:
        raise NewerFormatError(
            f"has log format {version}, and this version of tb-rnn-plugin reads formats up to {layout.VERSION}: "
            "upgrade it with `pip install --upgrade tb-rnn-plugin`."
        )


def _parse_document(metadata: Mapping[str, str]) -> dict[str, Any]:
    try:
        text = metadata.get("document", "").encode()
        if metadata.get("document_crc32c") != str(google_crc32c.value(text)):
            raise UnreadableFileError("is damaged: the checksum of its header does not match.")
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise UnreadableFileError("is damaged: its document is not JSON.") from error
    if not isinstance(document, dict):
        raise UnreadableFileError("is damaged: its document is not a JSON object.")
    return document


def _parse_checksums(document: Mapping[str, Any], blocks: Mapping[str, Block]) -> dict[str, list[int]]:
    """Return the checksums of each array; raise unless the document describes the same arrays as the header."""
    checksums: dict[str, list[int]] = {}
    try:
        for name, of_array in document["arrays"].items():
            block = blocks[name]
            checksums[name] = of_array["crc32c"]
            count = block.shape[0] if checked_by_row(block.shape) else 1
            if (
                tuple(of_array["shape"]) != block.shape
                or of_array["dtype"] != block.dtype.str
                or not isinstance(checksums[name], list)
                or len(checksums[name]) != count
            ):
                raise ValueError("a different shape, dtype or number of checksums")
        if len(checksums) != len(blocks):
            raise ValueError("arrays that the document does not list")
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise UnreadableFileError(f"is damaged: its document does not describe its arrays ({error!r:.100}).") from error
    return checksums
