"""Damages files, at every kind of place in them."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np


def places(sound: bytes) -> dict[str, list[int]]:
    """Return positions in a safetensors file of a log, by what is stored there."""
    end = 8 + int.from_bytes(sound[:8], "little")
    header = sound[:end]

    def within(text: bytes, *offsets: int) -> list[int]:
        start = header.index(text)
        return [start + offset for offset in offsets]

    last_offsets = header.rindex(b'"data_offsets":[') + len(b'"data_offsets":[')
    return {
        "header length": [0, 1, 7],
        "header JSON": [8, header.index(b"}"), header.rindex(b"}")],
        "array name": [header.rindex(b'"dtype"') - 4],
        "shape": within(b'"shape":[', 8, 9),
        "offsets": list(range(last_offsets, header.index(b"]", last_offsets))),
        "format": within(b'"format":"rnn', 10),
        "version": within(b'"version":"1"', 11),
        # The probe's file holds an emoji, as two escapes.
        "document": [
            *within(b'"document":"{', 12, 60),
            *(within(rb"\\ud83d\\ude42", 0, 1, 8) if _has_emoji(header) else []),
        ],
        "document checksum": within(b'"document_crc32c":"', 20),
        "data": [end, (end + len(sound)) // 2, len(sound) - 1],
    }


def flipped(sound: bytes, seed: int = 0) -> Iterator[tuple[str, bytes]]:
    """Yield a description of each damage and the file with one byte changed, once or twice per place."""
    random = np.random.default_rng(seed)
    for place, positions in places(sound).items():
        for position in positions:
            # An "e" changes a number most: 12345 becomes 1e345.
            changes = {sound[position] ^ (1 << int(random.integers(8))), ord("e") if place == "offsets" else 0}
            for value in sorted(changes - {sound[position]}):
                changed = sound[:position] + bytes([value]) + sound[position + 1 :]
                yield f"{place}: {value:#04x} at {position}", changed


def cut(sound: bytes) -> Iterator[tuple[str, bytes]]:
    """Yield a description of each damage and the file truncated in each of its parts, and with a byte appended."""
    end = 8 + int.from_bytes(sound[:8], "little")
    for length in (0, 1, 7, 8, 9, end // 2, end - 1, end, (end + len(sound)) // 2, len(sound) - 1):
        yield f"cut to {length}", sound[:length]
    yield "longer", sound + b"\0"


def _has_emoji(header: bytes) -> bool:
    return rb"\\ud83d\\ude42" in header
