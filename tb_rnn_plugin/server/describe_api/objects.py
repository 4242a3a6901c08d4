"""Reads the types of JSON answers: TypedDicts and dataclasses, with the meanings of their fields from docstrings."""

from __future__ import annotations

import inspect
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, is_dataclass
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints, is_typeddict

from tb_rnn_plugin.server.route import Route

_SCALARS = {str: "string", int: "number", float: "number | null", bool: "boolean", NoneType: "null"}
"""A float that is not finite is null in JSON; `schema.Finite` marks those that are."""


@dataclass(frozen=True)
class Field:
    """One field of a JSON object.

    Attributes:
        name: Its name.
        type: Its type in TypeScript.
        meaning: Its description.
        optional: Whether an object may lack it.
    """

    name: str
    type: str
    meaning: str
    optional: bool


@dataclass(frozen=True)
class JsonObject:
    """One type of JSON object.

    Attributes:
        name: Its name.
        summary: Its description, in a line.
        fields: Its fields, in order.
    """

    name: str
    summary: str
    fields: tuple[Field, ...]


def answer_type(route: Route) -> type:
    """Return the type that the query of a JSON route declares to return."""
    answer: type = get_type_hints(route.query)["return"]
    return answer


def json_objects(routes: Sequence[Route]) -> list[JsonObject]:
    """Return the types of the objects in the answers of JSON routes, each once, those that use others first."""
    found: dict[type, JsonObject] = {}
    for route in routes:
        _collect(answer_type(route), found)
    return list(found.values())


def typescript(hint: Any) -> str:
    """Return a type hint in TypeScript.

    Raises:
        TypeError: JSON has no such type.
    """
    origin, arguments = get_origin(hint), get_args(hint)
    if hint in _SCALARS:
        return _SCALARS[hint]
    if origin is Annotated:
        return "number" if arguments == (float, "finite") else typescript(arguments[0])
    if origin is Literal:
        return " | ".join(map(json.dumps, arguments))
    if origin in (Union, UnionType):
        return " | ".join(dict.fromkeys(" | ".join(map(typescript, arguments)).split(" | ")))
    if origin is tuple and ... not in arguments:
        return f"readonly [{', '.join(map(typescript, arguments))}]"
    if inspect.isclass(origin) and issubclass(origin, Mapping):
        return f"Readonly<Record<string, {typescript(arguments[1])}>>"
    if inspect.isclass(origin) and issubclass(origin, Sequence):
        item = typescript(arguments[0])
        return f"readonly ({item})[]" if " " in item else f"readonly {item}[]"
    if _is_object(hint):
        return str(hint.__name__)
    raise TypeError(f"The type of a JSON answer must be made of objects, lists and scalars, got {hint}.")


def _is_object(hint: Any) -> bool:
    return is_typeddict(hint) or (inspect.isclass(hint) and is_dataclass(hint))


def _collect(hint: Any, found: dict[type, JsonObject]) -> None:
    """Add an object type and those of its fields."""
    if not _is_object(hint):
        for argument in get_args(hint):
            _collect(argument, found)
    elif hint not in found:
        hints = get_type_hints(hint, include_extras=True)
        required = getattr(hint, "__required_keys__", hints.keys())
        meanings = dict(_meanings(hint))
        fields = tuple(Field(name, typescript(of), meanings[name], name not in required) for name, of in hints.items())
        found[hint] = JsonObject(hint.__name__, _summary(hint), fields)
        for field_hint in hints.values():
            _collect(field_hint, found)


def _summary(cls: type) -> str:
    return _one_line(inspect.cleandoc(cls.__doc__ or "").split("\n\n")[0])


def _meanings(cls: type) -> Iterator[tuple[str, str]]:
    """Yield name and meaning of each field, from the sections "Attributes" of a class and of its bases."""
    for base in reversed(cls.__mro__):
        section = re.search(r"^Attributes:\n((?:    .*(?:\n|\Z))+)", inspect.cleandoc(base.__doc__ or ""), re.MULTILINE)
        entries = re.findall(r"^    (\w+): (.*(?:\n {5,}.*)*)", section[1] if section else "", re.MULTILINE)
        yield from ((name, _one_line(text)) for name, text in entries)


def _one_line(text: str) -> str:
    """Return a text of a docstring in one line and in the words of JSON."""
    return re.sub(r"\b(None|NaN)\b", "null", " ".join(text.split()))
