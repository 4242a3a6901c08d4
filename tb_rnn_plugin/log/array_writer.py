"""Writes named arrays to one safetensors file, atomically."""

from __future__ import annotations

import contextlib
import errno
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import google_crc32c
import numpy as np

from tb_rnn_plugin.log import layout
from tb_rnn_plugin.log.encoding import MAX_HEADER_BYTES, encode
from tb_rnn_plugin.log.header import checked_by_row
from tb_rnn_plugin.log.schema import Array


def write(path: Path, arrays: Mapping[str, Array], document: Mapping[str, Any]) -> None:
    """Write arrays and a JSON document to `path` atomically: a reader sees the old file or the new one.

    Raises:
        OSError: the file cannot be written (a full disk, a read-only directory), or its header exceeds
            `MAX_HEADER_BYTES`; no partial file remains.
    """
    with atomic_write(path, arrays, document):
        pass


@contextmanager
def atomic_write(path: Path, arrays: Mapping[str, Array], document: Mapping[str, Any]) -> Iterator[None]:
    """Write arrays and a JSON document to a temporary file, and rename it to `path` when the block succeeds.

    Raises:
        OSError: as for `write`.
    """
    chunks = _chunks(arrays, document)
    if len(chunks[1]) > MAX_HEADER_BYTES:
        message = f"Texts and names must fit into {MAX_HEADER_BYTES} bytes, got {len(chunks[1])}"
        raise OSError(errno.EFBIG, message, str(path))
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        with temporary.open("wb") as file:
            file.writelines(chunks)
        yield
        temporary.replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)
        raise


def file_size(arrays: Mapping[str, Array], document: Mapping[str, Any]) -> int:
    """Return the number of bytes that `write` would write."""
    return sum(len(chunk) for chunk in _chunks(arrays, document))


def remove_unfinished(directory: Path) -> None:
    """Remove the temporary files of killed writers from a directory that no process is writing to."""
    for path in directory.glob(".*.tmp"):
        path.unlink(missing_ok=True)


def _chunks(arrays: Mapping[str, Array], document: Mapping[str, Any]) -> list[bytes | memoryview]:
    contiguous = {name: np.ascontiguousarray(array) for name, array in arrays.items()}
    text = json.dumps({**document, "arrays": {name: _describe(array) for name, array in contiguous.items()}})
    metadata = {
        "format": layout.PLUGIN_NAME,
        "version": str(layout.VERSION),
        "document": text,
        "document_crc32c": str(google_crc32c.value(text.encode())),
    }
    return encode(contiguous, metadata)


def _describe(array: Array) -> dict[str, Any]:
    shape = list(array.shape)
    blocks = array if checked_by_row(shape) else [array]
    little_endian = array.dtype.newbyteorder("<")
    checksums = [google_crc32c.value(block.astype(little_endian, copy=False).tobytes()) for block in blocks]
    return {"dtype": little_endian.str, "shape": shape, "crc32c": checksums}
