"""Files whose headers are false and whose checksums are right: refused before memory is allocated."""

from __future__ import annotations

import json
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tb_rnn_plugin.log import array_writer
from tb_rnn_plugin.log.arrays import ArrayFile
from tb_rnn_plugin.log.encoding import MAX_HEADER_BYTES
from tb_rnn_plugin.log.errors import UnreadableFileError
from tests.runs import write_run
from tests.server.runs import step_path
from tests.untrusted.forger import Json, document_of, rewrite

NAME = "signals/lstm/forget_gate"  # [3, 12, 5] of float16: 360 bytes.
OTHER = "signals/lstm/input_gate"
HUGE, DEEP = 2**62, "[" * 100_000


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return step_path(write_run(tmp_path_factory.mktemp("sound"), steps=1), 0).read_bytes()


@pytest.fixture
def path(tmp_path: Path, sound: bytes) -> Path:
    path = tmp_path / "step-0000000000.safetensors"
    path.write_bytes(sound)
    return path


def of_header(**changes: Any) -> Callable[[Json, Json], None]:
    return lambda header, document: header[NAME].update(changes)


def of_both(**changes: Any) -> Callable[[Json, Json], None]:
    def change(header: Json, document: Json) -> None:
        header[NAME].update(changes)
        document["arrays"][NAME].update({name: value for name, value in changes.items() if name in ("shape", "dtype")})

    return change


def of_document(**changes: Any) -> Callable[[Json, Json], None]:
    return lambda header, document: document["arrays"][NAME].update(changes)


def of_metadata(value: Any) -> Callable[[Json, Json], None]:
    return lambda header, document: header.update(__metadata__=value)


def of_version(text: str) -> Callable[[Json, Json], None]:
    return lambda header, document: header["__metadata__"].update(version=text)


def text_of_document(text: str) -> Callable[[Json, Json], None]:
    return lambda header, document: header["__metadata__"].update(document=text, document_crc32c="as it is")


SHAPES: list[Any] = [
    [HUGE, HUGE, HUGE],
    [HUGE, 0, 5],
    [0, HUGE, 5],
    [3, 12, HUGE],
    [-3, -12, 5],
    [-1, 12, 5],
    [3.0, 12, 5],
    [True, 36, 5],
    ["3", 12, 5],
    [10**400, 0],
    [1] * 33 + [180],
    [3, 12, 6],
    [3, [12], 5],
    [],
    None,
    "3125",
    {"0": 3},
]
OFFSETS: list[Any] = [
    [0, HUGE],
    [-360, 0],
    [HUGE, HUGE + 360],
    [360, 0],
    [0.0, 360.0],
    [0],
    [0, 360, 720],
    [True, 361],
    ["0", "360"],
    None,
    {},
    10**400,
]
DTYPES: list[Any] = ["O", "V8", "F128", "BF16", "f2", "<f2", "F64", ["F16"], {"F16": 1}, None, 16, "F16" * 10_000]
DOCUMENT_DTYPES: list[Any] = ["O", "|O8", "<V8", "<f8", [["a", "<f2"]], {"names": ["a"], "formats": ["O"]}, None, ">f2"]
METADATA: list[Any] = [None, [], "x", 1, {}, {"format": [1]}]
CHECKSUMS: list[Any] = [[], [0] * 1_000, 0, None, {"0": 0}, "abc", ["0"]]


def room_for_nothing(header: Json, document: Json) -> None:
    """Add an array of no bytes, whose first two axes alone would need much memory."""
    shape = [3_000, 3_000, 0]
    header["x"] = {"dtype": "F16", "shape": shape, "data_offsets": [0, 0]}
    document["arrays"]["x"] = {"dtype": "<f2", "shape": shape, "crc32c": [0] * 3_000}


CHANGES: dict[str, Callable[[Json, Json], object]] = {
    **{f"header's shape {i}": of_header(shape=value) for i, value in enumerate(SHAPES)},
    **{f"both shapes {i}": of_both(shape=value) for i, value in enumerate(SHAPES)},
    **{f"document's shape {i}": of_document(shape=value) for i, value in enumerate(SHAPES) if value != [3, 12, 5]},
    **{f"offsets {i}": of_header(data_offsets=value) for i, value in enumerate(OFFSETS)},
    **{f"dtype {i}": of_header(dtype=value) for i, value in enumerate(DTYPES)},
    **{f"both dtypes {i}": of_both(dtype=value) for i, value in enumerate(DTYPES)},
    **{f"document's dtype {i}": of_document(dtype=value) for i, value in enumerate(DOCUMENT_DTYPES)},
    **{f"checksums {i}": of_document(crc32c=value) for i, value in enumerate(CHECKSUMS)},
    **{f"metadata {i}": of_metadata(value) for i, value in enumerate(METADATA)},
    **{f"version {i}": of_version(text) for i, text in enumerate(["²", "٣", "9" * 5000, "-1", "", "1.0", "one"])},
    **{
        f"document {i}": text_of_document(text)
        for i, text in enumerate(
            ["", "[]", "null", "{", DEEP, '{"a":' * 50_000, '{"arrays": []}', '{"arrays": 1}', "\ud800"]
        )
    },
    "an array without a byte": room_for_nothing,
    "two in one place": lambda header, document: header[OTHER].update(data_offsets=header[NAME]["data_offsets"]),
    "an array without an entry": lambda header, document: header.pop(NAME),
    "an array that is not described": lambda header, document: document["arrays"].pop(NAME),
    "an array that is not there": lambda header, document: document["arrays"].update(x=document["arrays"][NAME]),
    "an entry that is a list": lambda header, document: header.update({NAME: [1, 2]}),
    "an entry that is a number": lambda header, document: header.update({NAME: 1}),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_false_header_is_refused_before_memory_is_allocated(
    path: Path, change: Callable[[Json, Json], object]
) -> None:
    rewrite(path, change)
    size = path.stat().st_size
    tracemalloc.start()
    try:
        with pytest.raises(UnreadableFileError) as refused:
            ArrayFile(path)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 40 * size
    assert len(str(refused.value)) < 400 + len(str(path))


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\0" * 7,
        b"\0" * 8,
        b"\xff" * 8,
        b"\xff" * 4000,
        (2**63).to_bytes(8, "little") + b"{}",
        (2).to_bytes(8, "little") + b"[]",
        (2).to_bytes(8, "little") + b"\xff\xfe",
        (100_000).to_bytes(8, "little") + b"[" * 100_000,
        (500_000).to_bytes(8, "little") + b'{"a":' * 100_000,
        (20_000).to_bytes(8, "little") + b"9" * 20_000,
    ],
    ids=range(11),
)
def test_an_invalid_header_is_refused(path: Path, raw: bytes) -> None:
    path.write_bytes(raw)
    with pytest.raises(UnreadableFileError, match="cannot be read"):
        ArrayFile(path)


def test_a_length_beyond_the_limit_is_not_even_read(path: Path) -> None:
    """The file has the length that its header claims; it is sparse, so that it takes no space on the disk."""
    with path.open("wb") as file:
        file.write((MAX_HEADER_BYTES + 8).to_bytes(8, "little"))
        file.truncate(MAX_HEADER_BYTES + 16)
    tracemalloc.start()
    try:
        with pytest.raises(UnreadableFileError, match="a header of 16777224 bytes"):
            ArrayFile(path)
        assert tracemalloc.get_traced_memory()[1] < 100_000
    finally:
        tracemalloc.stop()


@pytest.mark.slow
def test_json_takes_no_more_memory_than_documented(path: Path) -> None:
    """Empty lists: the JSON that takes the most memory per byte."""
    rewrite(path, lambda header, document: document.update(layers=[[] for _ in range(500_000)]))
    size = path.stat().st_size
    tracemalloc.start()
    try:
        ArrayFile(path)
        assert tracemalloc.get_traced_memory()[1] < 30 * size
    finally:
        tracemalloc.stop()


def test_a_file_that_could_not_be_read_is_not_written(path: Path) -> None:
    before = path.read_bytes()
    with pytest.raises(OSError, match="Texts and names must fit into 16777216 bytes"):
        array_writer.write(path, {"x": np.zeros(3)}, {"tokens": ["x" * MAX_HEADER_BYTES]})
    assert path.read_bytes() == before
    assert [entry.name for entry in path.parent.iterdir() if ".tmp" in entry.name] == []


def test_a_rewritten_file_can_be_read(path: Path) -> None:
    """A file that is rewritten without a change can be read: the other tests fail for their changes only."""
    rewrite(path, lambda header, document: None)
    assert json.dumps(document_of(path)["arrays"][NAME]["shape"]) == "[3, 12, 5]"
    assert ArrayFile(path).read(NAME).shape == (3, 12, 5)
