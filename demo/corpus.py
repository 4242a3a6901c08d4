"""Loads the training text, which every machine has: the source of Python's standard library."""

from __future__ import annotations

import string
import sysconfig
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

UNKNOWN = "\N{REPLACEMENT CHARACTER}"
"""Stands for every character outside the vocabulary."""

VOCABULARY = [*sorted(set(string.printable) - set("\t\r\v\f")), UNKNOWN]
"""The characters that the models know: printable ASCII, of white space only space and newline, and `UNKNOWN`."""

_CODES = {character: code for code, character in enumerate(VOCABULARY)}

MODULES = 60
"""The number of modules to read; they hold about two million characters."""


def encode(text: str) -> NDArray[np.int32]:
    """Return the codes of a text's characters, `[character]`."""
    return np.array([_CODES.get(character, _CODES[UNKNOWN]) for character in text], np.int32)


def load() -> NDArray[np.int32]:
    """Return the codes of the largest modules of the standard library, concatenated, `[character]`."""
    directory = Path(sysconfig.get_path("stdlib"))
    modules = sorted(directory.glob("*.py"), key=lambda path: (-path.stat().st_size, path.name))[:MODULES]
    return encode("".join(path.read_text(encoding="utf-8", errors="replace") for path in modules))
