"""The query parameters of the routes: what each kind accepts, and the sentence that refuses anything else."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import isfinite
from typing import Generic, TypeVar

from tensorboard import errors

T = TypeVar("T")

MAX_UNITS = 1000
"""Units in one request."""

_SHOWN = 40
"""Characters of a refused value that its error quotes."""

_INDEX = re.compile("[0-9]{1,18}")
_INDICES = re.compile(f"[0-9]{{1,18}}(,[0-9]{{1,18}}){{0,{MAX_UNITS - 1}}}")
# The digits are bounded: a pattern that can split a run of digits in two ways takes minutes for a request full of them.
_NUMBER = re.compile(r"[+-]?([0-9]{1,400}(\.[0-9]{0,400})?|\.[0-9]{1,400})(e[+-]?[0-9]{1,3})?")


@dataclass(frozen=True)
class Kind(Generic[T]):
    """What the text of a parameter stands for.

    Attributes:
        type: The type of the parsed value; a query declares its argument with it.
        rule: Completes "must be …"; empty where any text is accepted.
        parse: Returns the value, or None if the text breaks the rule.
    """

    type: type[T]
    rule: str
    parse: Callable[[str], T | None]


def _parse_index(text: str) -> int | None:
    return int(text) if _INDEX.fullmatch(text) else None


def _parse_indices(text: str) -> tuple[int, ...] | None:
    return tuple(map(int, text.split(","))) if _INDICES.fullmatch(text) else None


def _parse_number(text: str) -> float | None:
    number = float(text) if _NUMBER.fullmatch(text) else None
    return number if number is not None and isfinite(number) else None


TEXT = Kind(str, "", lambda text: text)
INDEX = Kind(int, "a whole number from 0", _parse_index)
INDICES = Kind(tuple, f"whole numbers from 0, separated by commas, at most {MAX_UNITS}", _parse_indices)
NUMBER = Kind(float, "a finite number", _parse_number)


@dataclass(frozen=True)
class Parameter(Generic[T]):
    """One query parameter.

    Attributes:
        name: Its name in the query string, which is also the name of the query's argument.
        kind: What it accepts.
        meaning: A clause for `http_api.md`.
        optional: Whether it may be missing; the query then gets None.
    """

    name: str
    kind: Kind[T]
    meaning: str
    optional: bool = False

    def read(self, arguments: Mapping[str, str]) -> T | None:
        """Return the parsed value, or None if the parameter is optional and missing.

        Raises:
            InvalidArgumentError: the parameter is missing, or its text breaks the rule of its kind.
        """
        text = arguments.get(self.name)
        if text is None:
            if self.optional:
                return None
            raise errors.InvalidArgumentError(f"The parameter {self.name!r} is missing.")
        value = self.kind.parse(text)
        if value is None:
            raise errors.InvalidArgumentError(f"{self.name!r} must be {self.kind.rule}, got {text[:_SHOWN]!r}.")
        return value
