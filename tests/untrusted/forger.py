"""Files that lie: changed as somebody would who fixes every checksum afterwards."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import google_crc32c

from tb_rnn_plugin.log import array_writer
from tb_rnn_plugin.log.arrays import ArrayFile
from tb_rnn_plugin.log.schema import Array

Json = dict[str, Any]
Place = tuple[str | int, ...]

DELETED = object()


def rewrite(path: Path, change: Callable[[Json, Json], object]) -> None:
    """Change a file's header (with `__metadata__` in it) and its document; the arrays' bytes stay as they are."""
    raw = path.read_bytes()
    length = int.from_bytes(raw[:8], "little")
    header = json.loads(raw[8 : 8 + length])
    document = json.loads(header["__metadata__"]["document"])
    change(header, document)
    metadata = header.get("__metadata__")
    if isinstance(metadata, dict) and "document" in metadata:
        sign(metadata, json.dumps(document))
    text = json.dumps(header).encode()
    path.write_bytes(len(text).to_bytes(8, "little") + text + raw[8 + length :])


def sign(metadata: Json, text: str) -> None:
    """Put a document into a header's metadata, with its checksum, unless the change has put another one there."""
    if metadata.get("document_crc32c") != "as it is":
        metadata["document"] = text
    content = metadata["document"].encode("utf-8", "surrogatepass")
    metadata["document_crc32c"] = str(google_crc32c.value(content))


def exchange(path: Path, name: str, array: Array) -> None:
    """Put another array in the place of one; shapes, dtypes and checksums of the file are true, and all else says what
    it said before."""
    file = ArrayFile(path)
    document = {field: file.field(field) for field in fields(path)}
    named = {known: file.read(known) for known in file.names}
    array_writer.write(path, {**named, name: array}, document)


def fields(path: Path) -> list[str]:
    """Return the fields of a file's document, but for the description of its arrays."""
    return [field for field in document_of(path) if field != "arrays"]


def document_of(path: Path) -> Json:
    raw = path.read_bytes()
    header = json.loads(raw[8 : 8 + int.from_bytes(raw[:8], "little")])
    document: Json = json.loads(header["__metadata__"]["document"])
    return document


def places(value: Any, path: Place = ()) -> Iterator[Place]:
    """Yield every place of a document; of a list the first and the last item, which stand for the others."""
    if path:
        yield path
    items: list[tuple[str | int, Any]] = []
    if isinstance(value, dict):
        items = list(value.items())
    elif isinstance(value, list):
        items = list(enumerate(value))
        items = items[:1] + items[1:][-1:]
    for key, item in items:
        yield from places(item, (*path, key))


def put(document: Json, place: Place, value: Any) -> None:
    """Put a value at a place of a document, or take what is there away."""
    at: Any = document
    for key in place[:-1]:
        at = at[key]
    if value is DELETED:
        del at[place[-1]]
    else:
        at[place[-1]] = value
