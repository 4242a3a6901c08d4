"""The text that every machine has: the source of Python's standard library."""

from __future__ import annotations

import string
import sysconfig
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

VOCABULARY = sorted(string.printable.replace("\t\r\x0b\x0c", "") + "\N{REPLACEMENT CHARACTER}")
"""Every character that the models know; the last stands for all others."""

_CODES = {character: code for code, character in enumerate(VOCABULARY)}

MODULES = 60
"""How many modules are read: about two million characters."""


def encode(text: str) -> NDArray[np.int32]:
    """Return the codes of a text's characters, `[character]`."""
    unknown = len(VOCABULARY) - 1
    return np.array([_CODES.get(character, unknown) for character in text], np.int32)


def load() -> NDArray[np.int32]:
    """Return the codes of the largest modules of the standard library, one after the other, `[character]`."""
    directory = Path(sysconfig.get_path("stdlib"))
    modules = sorted(directory.glob("*.py"), key=lambda path: (-path.stat().st_size, path.name))[:MODULES]
    return encode("".join(path.read_text(encoding="utf-8", errors="replace") for path in modules))
