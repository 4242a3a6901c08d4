"""Named arrays in one safetensors file: written whole or not at all, and checked when read.

Anyone can open the files with `safetensors` alone. Ours hold a JSON document beside the arrays, and a CRC-32C of every
array (of every row of its first axis where it has three axes or more, so that one sample can be checked by itself): a
flipped bit is refused, never shown.
"""

from __future__ import annotations

import contextlib
import json
import math
import os
import re
import weakref
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import google_crc32c
import numpy as np

from tb_rnn_plugin.log import layout
from tb_rnn_plugin.log.encoding import encode, parse_header
from tb_rnn_plugin.log.errors import NewerFormatError, NotInLogError, UnreadableFileError
from tb_rnn_plugin.log.schema import Array


def write(path: Path, arrays: Mapping[str, Array], document: Mapping[str, Any]) -> None:
    """Write arrays and a JSON document to `path` in one step: a reader sees the old file or the new one.

    Raises:
        OSError: the file cannot be written (a full disk, a read-only directory); nothing is left behind.
    """
    with written(path, arrays, document):
        pass


@contextmanager
def written(path: Path, arrays: Mapping[str, Array], document: Mapping[str, Any]) -> Iterator[None]:
    """Write arrays and a JSON document; they take their place at `path` when the block ends, unless that fails.

    Raises:
        OSError: as `write`.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        with temporary.open("wb") as file:
            file.writelines(_chunks(arrays, document))
        yield
        temporary.replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)
        raise


def file_size(arrays: Mapping[str, Array], document: Mapping[str, Any]) -> int:
    """Return how many bytes `write` would write."""
    return sum(len(chunk) for chunk in _chunks(arrays, document))


def remove_unfinished(directory: Path) -> None:
    """Remove what writers that were killed have left in a directory; nothing may be writing to it."""
    for path in directory.glob(".*.tmp"):
        path.unlink(missing_ok=True)


class ArrayFile:
    """One file that `write` has written, opened for reading; only what is asked for is read.

    Not mapped into memory: a mapped file that somebody truncates takes the process with it. The file stays open, so
    that one that is replaced meanwhile is read to its end as it was.

    Args:
        path: The file.

    Raises:
        FileNotFoundError: there is no such file.
        UnreadableFileError: it is truncated, damaged or not one of ours.
        NewerFormatError: a later version of this package wrote it.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file = path.open("rb", buffering=0)
        weakref.finalize(self, self._file.close)
        try:
            header = parse_header(self._file)
        except (OSError, ValueError) as error:
            raise UnreadableFileError(f"{path} is truncated or damaged and cannot be read ({error}).") from error
        if header.metadata.get("format") != layout.PLUGIN_NAME:
            raise UnreadableFileError(f"{path} was not written by tb-rnn-plugin.")
        _check_version(path, header.metadata.get("version", ""))
        self._starts = header.starts
        self._document = _parse(path, header.metadata)
        self._described: dict[str, Any] = self.field("arrays")

    @property
    def status(self) -> os.stat_result:
        """Of the file that is open, even if another has taken its place meanwhile."""
        return os.fstat(self._file.fileno())

    @property
    def names(self) -> list[str]:
        """The names of all arrays."""
        return list(self._described)

    def field(self, name: str) -> Any:
        """Return one field of the JSON document.

        Raises:
            UnreadableFileError: there is none of this name.
        """
        try:
            return self._document[name]
        except KeyError:
            raise UnreadableFileError(f"{self.path} is not complete: its header has no field {name!r}.") from None

    def read(self, name: str, row: int | None = None) -> Array:
        """Return one array, or one row of its first axis, read-only; the dtype is the file's.

        Raises:
            NotInLogError: there is no such array or row.
            UnreadableFileError: the bytes are not those that were written.
        """
        if name not in self._described:
            raise NotInLogError(f"{self.path.name} has no array {name!r}.")
        if name not in self._starts:
            raise UnreadableFileError(f"{self.path} is damaged: its header does not say where {name} starts.")
        described = self._described[name]
        shape, dtype, checksums = described["shape"], np.dtype(described["dtype"]), described["crc32c"]
        if row is not None and not 0 <= row < shape[0]:
            raise NotInLogError(f"Samples of this run are 0 to {shape[0] - 1}, got {row}.")
        if not _by_row(shape):
            array = self._read(name, 0, shape, dtype, checksums[0])
            return array if row is None else array[row]
        if row is not None:
            return self._read(name, row, shape[1:], dtype, checksums[row])
        rows = [self._read(name, i, shape[1:], dtype, checksum) for i, checksum in enumerate(checksums)]
        return np.stack(rows) if rows else np.empty(shape, dtype)

    def _read(self, name: str, position: int, shape: list[int], dtype: np.dtype[Any], checksum: int) -> Array:
        """Read and check the block of this shape that is the `position`th of an array."""
        size = math.prod(shape) * dtype.itemsize
        self._file.seek(self._starts[name] + position * size)
        data = self._file.read(size) or b""
        if len(data) != size or google_crc32c.value(data) != checksum:
            raise UnreadableFileError(f"{self.path} is damaged: the checksum of {name} does not match.")
        return np.frombuffer(data, dtype).reshape(shape)


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


def _by_row(shape: list[int]) -> bool:
    return len(shape) >= 3


def _describe(array: Array) -> dict[str, Any]:
    shape = list(array.shape)
    blocks = array if _by_row(shape) else [array]
    little_endian = array.dtype.newbyteorder("<")
    checksums = [google_crc32c.value(block.astype(little_endian, copy=False).tobytes()) for block in blocks]
    return {"dtype": little_endian.str, "shape": shape, "crc32c": checksums}


def _check_version(path: Path, text: str) -> None:
    if not re.fullmatch("[0-9]{1,9}", text):
        raise UnreadableFileError(f"{path} is damaged: its version is {text!r}, not a number.")
    if int(text) > layout.VERSION:
        raise NewerFormatError(
            f"{path} has log format {text}, and this version of tb-rnn-plugin reads formats up to {layout.VERSION}: "
            "upgrade it with `pip install --upgrade tb-rnn-plugin`."
        )


def _parse(path: Path, metadata: Mapping[str, str]) -> dict[str, Any]:
    text = metadata.get("document", "")
    # Where a byte of an escape was flipped, a surrogate may have lost its other half.
    if metadata.get("document_crc32c") != str(google_crc32c.value(text.encode(errors="replace"))):
        raise UnreadableFileError(f"{path} is damaged: the checksum of its header does not match.")
    document: dict[str, Any] = json.loads(text)
    return document
