"""Reads named arrays from one safetensors file, and verifies their checksums.

The `safetensors` library alone can open the files. The header also holds a JSON document and a CRC-32C per array: one
per row of the first axis if the array has three axes or more, so that one sample can be verified by itself. An array
with a flipped bit raises; its values are never returned.
"""

from __future__ import annotations

import math
import os
import stat
import weakref
from collections.abc import Mapping
from io import FileIO
from pathlib import Path
from typing import Any

import google_crc32c
import numpy as np

from tb_rnn_plugin.log.errors import LogError, NotInLogError, UnreadableFileError
from tb_rnn_plugin.log.header import Block, checked_by_row, read_header
from tb_rnn_plugin.log.schema import Array


class ArrayFile:
    """One file written by `array_writer.write`, open for reading. Each call reads only the array it returns.

    The file is not mapped into memory: if another process truncates a mapped file, reading it kills this process. The
    file stays open, so that this object reads the same content after the file has been replaced.

    Args:
        path: The file.

    Raises:
        FileNotFoundError: there is no such file.
        UnreadableFileError: the file is truncated, damaged or of another format.
        NewerFormatError: a later version of this package wrote it.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._groups: dict[str, list[str]] | None = None
        try:
            self._file = _open(path)
        except FileNotFoundError:
            raise
        except (OSError, ValueError) as error:
            raise UnreadableFileError(f"{path} cannot be opened ({error}).") from error
        weakref.finalize(self, self._file.close)
        try:
            self._header = read_header(self._file)
        except OSError as error:
            raise UnreadableFileError(f"{path} cannot be read ({error}).") from error
        except LogError as error:
            raise type(error)(f"{path} {error}") from error

    @property
    def blocks(self) -> Mapping[str, Block]:
        """Where each array is stored, by name, in the order they were passed to `write`."""
        return self._header.blocks

    @property
    def status(self) -> os.stat_result:
        """The status of the open file, even if another file has replaced it since."""
        return os.fstat(self._file.fileno())

    @property
    def names(self) -> list[str]:
        """The names of all arrays."""
        return list(self.blocks)

    def members(self, group: str) -> list[str]:
        """Return the names in a group, without its prefix and without those in groups below it.

        Args:
            group: The prefix with the slash that ends it.
        """
        if self._groups is None:
            self._groups = {}
            for name in self.blocks:
                above, slash, last = name.rpartition("/")
                self._groups.setdefault(above + slash, []).append(last)
        return self._groups.get(group, [])

    def field(self, name: str) -> Any:
        """Return one field of the JSON document. It is shared with other readers: do not modify or return it.

        Raises:
            UnreadableFileError: the document has no such field.
        """
        try:
            return self._header.document[name]
        except KeyError:
            raise UnreadableFileError(f"{self.path} is not complete: its header has no field {name!r}.") from None

    def checksums(self, name: str) -> list[int]:
        """Return the checksums of an array's bytes, as the file's format describes them."""
        return list(self._header.checksums[name])

    def optional_field(self, name: str) -> Any:
        """Return one field of the JSON document, None if it has none of this name. It is shared, as that of `field`."""
        return self._header.document.get(name)

    def read(self, name: str, row: int | None = None) -> Array:
        """Return one array, or one row of its first axis, read-only; the dtype is the file's.

        Raises:
            NotInLogError: there is no such array or row.
            UnreadableFileError: the checksum does not match.
        """
        if name not in self.blocks:
            raise NotInLogError(f"{self.path.name} has no array {name!r}.")
        shape, checksums = self.blocks[name].shape, self._header.checksums[name]
        if row is not None and not (shape and 0 <= row < shape[0]):
            raise NotInLogError(f"Rows of this layer are 0 to {(shape or (0,))[0] - 1}, got {row}.")
        if not checked_by_row(shape):
            array = self._read(name, 0, shape, checksums[0])
            return array if row is None else array[row]
        if row is not None:
            return self._read(name, row, shape[1:], checksums[row])
        rows = [self._read(name, i, shape[1:], checksum) for i, checksum in enumerate(checksums)]
        return np.stack(rows) if rows else np.empty(shape, self.blocks[name].dtype)

    def _read(self, name: str, position: int, shape: tuple[int, ...], checksum: int) -> Array:
        """Read the `position`th block of this shape from an array, and verify its checksum."""
        block = self.blocks[name]
        size = math.prod(shape) * block.dtype.itemsize
        self._file.seek(block.start + position * size)
        data = self._file.read(size) or b""
        if len(data) != size or google_crc32c.value(data) != checksum:
            raise UnreadableFileError(f"{self.path} is damaged: the checksum of {name} does not match.")
        return np.frombuffer(data, block.dtype).reshape(shape)


def _open(path: Path) -> FileIO:
    """Open a file for reading.

    Raises:
        OSError: the file cannot be opened.
        ValueError: it is a pipe, a device or the like, where opening or reading might block.
    """
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise ValueError("it is no regular file")
    return FileIO(descriptor)
