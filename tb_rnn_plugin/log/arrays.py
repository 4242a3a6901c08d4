"""Named arrays in one safetensors file: written whole or not at all, and checked when read.

Anyone can open the files with `safetensors` alone. Ours hold a JSON document beside the arrays, and a CRC-32C of
every array (of every row of its first axis where it has three axes or more, so that one sample can be checked by
itself): a flipped bit is refused, never shown.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import google_crc32c
import numpy as np
import safetensors

from tb_rnn_plugin.log import layout
from tb_rnn_plugin.log.encoding import encode
from tb_rnn_plugin.log.errors import NewerFormatError, NotInLogError, UnreadableFileError
from tb_rnn_plugin.log.schema import Array


def write(path: Path, arrays: Mapping[str, Array], document: Mapping[str, Any]) -> None:
    """Write arrays and a JSON document to `path` in one step: a reader sees the old file or the new one.

    Raises:
        OSError: the file cannot be written (a full disk, a read-only directory); nothing is left behind.
    """
    contiguous = {name: np.ascontiguousarray(array) for name, array in arrays.items()}
    text = json.dumps({**document, "arrays": {name: _describe(array) for name, array in contiguous.items()}})
    metadata = {
        "format": layout.PLUGIN_NAME,
        "version": str(layout.VERSION),
        "document": text,
        "document_crc32c": str(google_crc32c.value(text.encode())),
    }
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        with temporary.open("wb") as file:
            file.writelines(encode(contiguous, metadata))
        temporary.replace(path)
    except OSError:
        temporary.unlink(missing_ok=True)
        raise


class ArrayFile:
    """One file that `write` has written, opened for reading; only what is asked for is read.

    Args:
        path: The file.

    Raises:
        FileNotFoundError: there is no such file.
        UnreadableFileError: it is truncated, damaged or not one of ours.
        NewerFormatError: a later version of this package wrote it.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            self._file = safetensors.safe_open(path, framework="numpy")
            metadata: dict[str, str] = self._file.metadata() or {}  # type: ignore[no-untyped-call]
        except FileNotFoundError:
            raise
        except (OSError, safetensors.SafetensorError) as error:
            raise UnreadableFileError(f"{path} is truncated or damaged and cannot be read ({error}).") from error
        if metadata.get("format") != layout.PLUGIN_NAME:
            raise UnreadableFileError(f"{path} was not written by tb-rnn-plugin.")
        _check_version(path, metadata.get("version", ""))
        self.document = _parse(path, metadata)
        self._described: dict[str, Any] = self.document["arrays"]

    @property
    def names(self) -> list[str]:
        """The names of all arrays."""
        return list(self._described)

    def read(self, name: str, row: int | None = None) -> Array:
        """Return one array, or one row of its first axis; the dtype is the file's.

        Raises:
            NotInLogError: there is no such array or row.
            UnreadableFileError: the bytes are not those that were written.
        """
        if name not in self._described:
            raise NotInLogError(f"{self.path.name} has no array {name!r}.")
        described = self._described[name]
        shape = described["shape"]
        if row is not None and not 0 <= row < shape[0]:
            raise NotInLogError(f"Samples of this run are 0 to {shape[0] - 1}, got {row}.")
        by_row = len(shape) >= 3
        try:
            source = self._file.get_slice(name)  # type: ignore[no-untyped-call]
            array: Array = source[row] if by_row and row is not None else source[:] if shape else source[()]
        except (OSError, safetensors.SafetensorError, TypeError) as error:
            raise UnreadableFileError(f"{self.path} is damaged: {name} cannot be read ({error}).") from error
        wanted = shape[1:] if by_row and row is not None else shape
        if array.dtype.str != described["dtype"] or list(array.shape) != wanted:
            raise UnreadableFileError(f"{self.path} is damaged: {name} has another shape or type than was written.")
        rows = slice(row, row + 1) if by_row and row is not None else slice(None)
        if _checksums(array[None] if by_row and row is not None else array, by_row) != described["crc32c"][rows]:
            raise UnreadableFileError(f"{self.path} is damaged: the checksum of {name} does not match.")
        return array if row is None or by_row else array[row]


def _describe(array: Array) -> dict[str, Any]:
    checksums = _checksums(array, array.ndim >= 3)
    return {"dtype": array.dtype.str, "shape": list(array.shape), "crc32c": checksums}


def _checksums(array: Array, by_row: bool) -> list[int]:
    rows = array if by_row else [array]
    return [google_crc32c.value(np.ascontiguousarray(row).tobytes()) for row in rows]


def _check_version(path: Path, text: str) -> None:
    if not text.isdecimal():
        raise UnreadableFileError(f"{path} is damaged: its version is {text!r}, not a number.")
    if int(text) > layout.VERSION:
        raise NewerFormatError(
            f"{path} has log format {text}, and this version of tb-rnn-plugin reads formats up to {layout.VERSION}: "
            "upgrade it with `pip install --upgrade tb-rnn-plugin`."
        )


def _parse(path: Path, metadata: Mapping[str, str]) -> dict[str, Any]:
    text = metadata.get("document", "")
    if metadata.get("document_crc32c") != str(google_crc32c.value(text.encode())):
        raise UnreadableFileError(f"{path} is damaged: the checksum of its header does not match.")
    document: dict[str, Any] = json.loads(text)
    return document
