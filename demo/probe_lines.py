"""Builds the probe batch of all networks: Python with strings, comments and nested brackets."""

from __future__ import annotations

import io
import tokenize
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from demo.snippets import SNIPPETS

LENGTH = 140
"""The number of characters of each sample. The rest of a snippet only makes it parse."""


@dataclass(frozen=True)
class Annotations:
    """What the tokenizer says about each character of a snippet; every array is `[character]`."""

    inside_string: NDArray[np.bool_]
    inside_comment: NDArray[np.bool_]
    bracket_depth: NDArray[np.int32]
    indentation: NDArray[np.int32]


def annotate(source: str) -> Annotations:
    """Return the annotations of a snippet's characters, computed with Python's own tokenizer.

    A bracket counts as inside itself, quotes as part of their string, and `#` as part of its comment. Indentation is
    the number of spaces at the start of the character's line, divided by four.
    """
    lines = source.splitlines(keepends=True)
    starts = np.cumsum([0, *map(len, lines)])
    inside_string, inside_comment = np.zeros(len(source), np.bool_), np.zeros(len(source), np.bool_)
    change = np.zeros(len(source) + 1, np.int32)
    # Since Python 3.12, an f-string is a sequence of tokens between FSTRING_START and FSTRING_END.
    f_string_start = -1
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        first = starts[token.start[0] - 1] + token.start[1]
        last = starts[token.end[0] - 1] + token.end[1]
        name = tokenize.tok_name[token.type]
        if name == "STRING":
            inside_string[first:last] = True
        elif name == "FSTRING_START":
            f_string_start = first
        elif name == "FSTRING_END":
            inside_string[f_string_start:last] = True
        elif name == "COMMENT":
            inside_comment[first:last] = True
        elif name == "OP" and token.string in "([{":
            change[first] += 1
        elif name == "OP" and token.string in ")]}":
            change[last] -= 1
    indentation = [[(len(line) - len(line.lstrip(" "))) // 4] * len(line) for line in lines]
    return Annotations(
        inside_string,
        inside_comment,
        np.cumsum(change[:-1], dtype=np.int32),
        np.concatenate(indentation).astype(np.int32),
    )


def tokens() -> list[str]:
    """Return the characters of each sample."""
    return [source[:LENGTH] for source in SNIPPETS]


def next_tokens() -> list[str]:
    """Return the character after each of `tokens()`, which the networks learn to predict."""
    return [source[1 : LENGTH + 1] for source in SNIPPETS]


def annotation_tracks() -> dict[str, NDArray[np.generic]]:
    """Return the annotations of all samples by name, each `[sample, character]`."""
    annotated = [annotate(source) for source in SNIPPETS]
    return {
        "inside string": np.stack([a.inside_string[:LENGTH] for a in annotated]),
        "inside comment": np.stack([a.inside_comment[:LENGTH] for a in annotated]),
        "bracket depth": np.stack([a.bracket_depth[:LENGTH] for a in annotated]),
        "indentation": np.stack([a.indentation[:LENGTH] for a in annotated]),
    }
