"""Makes files whose contents are false and whose checksums are right."""

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
    """Change the header of a file, with its `__metadata__`, and its document, but not the bytes of the arrays."""
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
    """Put a document and its checksum into a header's metadata, unless the change already put one there."""
    if metadata.get("document_crc32c") != "as it is":
        metadata["document"] = text
    content = metadata["document"].encode("utf-8", "surrogatepass")
    metadata["document_crc32c"] = str(google_crc32c.value(content))


def exchange(path: Path, name: str, array: Array) -> None:
    """Replace an array. Shapes, dtypes and checksums of the file are right; the rest of the document is unchanged."""
    file = ArrayFile(path)
    document = {field: file.field(field) for field in fields(path)}
    named = {known: file.read(known) for known in file.names}
    array_writer.write(path, {**named, name: array}, document)


def fields(path: Path) -> list[str]:
    """Return the fields of a file's document, without the description of its arrays."""
    return [field for field in document_of(path) if field != "arrays"]


def document_of(path: Path) -> Json:
    raw = path.read_bytes()
    header = json.loads(raw[8 : 8 + int.from_bytes(raw[:8], "little")])
    document: Json = json.loads(header["__metadata__"]["document"])
    return document


def places(value: Any, path: Place = ()) -> Iterator[Place]:
    """Yield every place of a document; the first and the last item of a list represent the others."""
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
    """Put a value at a place of a document, or delete what is there."""
    at: Any = document
    for key in place[:-1]:
        at = at[key]
    if value is DELETED:
        del at[place[-1]]
    else:
        at[place[-1]] = value
