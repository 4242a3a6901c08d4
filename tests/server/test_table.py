"""The table of routes says what the routes do, and what is generated from it is up to date."""

from __future__ import annotations

import inspect
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, is_dataclass
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, TypedDict, Union, get_args, get_origin, get_type_hints, is_typeddict

import pytest

from tb_rnn_plugin.log.schema import Finite
from tb_rnn_plugin.run import Run
from tb_rnn_plugin.server import wire
from tb_rnn_plugin.server.describe_api.__main__ import PAGE, generated
from tb_rnn_plugin.server.describe_api.objects import answer_type, json_objects, typescript
from tb_rnn_plugin.server.parameters import INDEX, INDICES, NUMBER, TEXT
from tb_rnn_plugin.server.route import ArrayInfo, Arrays, Json, Route
from tb_rnn_plugin.server.routes import ROUTES
from tests.server.application import Application
from tests.server.requests import ROUTES as WITH_PARAMETERS
from tests.server.requests import asked

JSON_ROUTES = [route for route in ROUTES if isinstance(route.answer, Json)]
ARRAY_ROUTES = [route for route in ROUTES if isinstance(route.answer, Arrays)]

ARGUMENTS: dict[Any, Any] = {TEXT: str, INDEX: int, NUMBER: float, INDICES: Sequence[int]}

by_name = pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.name)


SHOWING = ("trace", "series", "similarity", "evolution", "change", "summary")
"""The array routes that need neither weights nor annotations."""


def test_generated_files_are_up_to_date() -> None:
    for path, text in generated().items():
        assert path.read_text("utf-8") == text, "run `python -m tb_rnn_plugin.server.describe_api`"


def test_the_example_of_the_page_is_an_answer() -> None:
    page = PAGE.read_text("utf-8")
    example = re.search(r"`/run\?run=lstm-96/rnn`:\n\n((?:    .*\n)+)", page)
    assert example
    [run] = [route for route in ROUTES if route.name == "run"]
    assert list(misfits(json.loads(example[1]), answer_type(run), "run")) == []


def test_names_are_unique() -> None:
    assert len({route.name for route in ROUTES}) == len(ROUTES)


@by_name
def test_a_query_takes_the_parameters_of_its_route(route: Route) -> None:
    hints = get_type_hints(route.query)
    arguments = list(inspect.signature(route.query).parameters)[1:]
    others = [parameter for parameter in route.parameters if parameter.name != "run"]
    assert set(arguments) == {parameter.name for parameter in others}
    for parameter in others:
        wanted = Run if parameter.name == "other_run" else ARGUMENTS[parameter.kind]
        assert hints[parameter.name] == (wanted | None if parameter.optional else wanted), parameter.name


CASES = [
    *(("explained/rnn", "rnn", route) for route in ARRAY_ROUTES),
    *((run, "lstm", route) for run in ("masked/rnn", "scored/rnn") for route in ARRAY_ROUTES if route.name in SHOWING),
]


@pytest.mark.parametrize(("run", "layer", "route"), CASES, ids=[f"{run} {route.name}" for run, _, route in CASES])
def test_an_answer_has_the_arrays_of_the_table(application: Application, run: str, layer: str, route: Route) -> None:
    answer = application.ask(route.name, asked(route.name, run=run, layer=layer))
    assert answer.status == 200
    header = json.loads(answer.body[8 : 8 + int.from_bytes(answer.body[:8], "little")])
    assert isinstance(route.answer, Arrays)
    assert header.pop("__metadata__", {}) == route.answer.metadata
    declared = {one.name: re.compile(re.sub("<[^>]+>", ".+", one.name)) for one in route.answer.arrays}
    infos = {one.name: one for one in route.answer.arrays}
    found = set()
    for name, entry in header.items():
        [known] = [known for known, pattern in declared.items() if pattern.fullmatch(name)]
        assert_described(name, entry, infos[known])
        found.add(known)
    assert all(infos[name].optional for name in infos.keys() - found)


def assert_described(name: str, entry: Mapping[str, Any], info: ArrayInfo) -> None:
    assert entry["dtype"] in info.dtype.split(" or "), name
    assert len(entry["shape"]) == len([axis for axis in info.shape.strip("[]").split(", ") if axis]), name


@pytest.mark.parametrize("route", JSON_ROUTES, ids=lambda route: route.name)
def test_an_answer_has_the_type_of_the_table(application: Application, route: Route) -> None:
    parameters = asked(route.name) if route.name in WITH_PARAMETERS else {}
    answer = application.ask(route.name, parameters)
    assert answer.status == 200
    assert list(misfits(json.loads(answer.body), answer_type(route), route.name)) == []


def misfits(value: Any, hint: Any, place: str = "") -> Iterator[str]:
    """Yield every place where a JSON value is not of a type."""
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in (Union, UnionType):
        if all(any(misfits(value, argument)) for argument in arguments):
            yield f"{place}: {value!r} is none of {arguments}"
    elif origin is Annotated or hint in (float, int, str, bool, NoneType):
        wanted = {float: (int, float, NoneType), int: (int,)}.get(hint, (int, float) if origin else (hint,))
        yield from [] if type(value) in wanted else [f"{place}: {value!r} is no {hint}"]
    elif origin is Literal:
        yield from [] if value in arguments else [f"{place}: {value!r} is none of {arguments}"]
    elif is_typeddict(hint) or is_dataclass(hint) or issubclass(origin, Mapping):
        yield from _misfits_of_object(value, hint, place)
    elif not isinstance(value, list) or (origin is tuple and ... not in arguments and len(value) != len(arguments)):
        yield f"{place}: {value!r} is no {hint}"
    else:
        hints = arguments if origin is tuple and ... not in arguments else [arguments[0]] * len(value)
        for i, (item, of_item) in enumerate(zip(value, hints, strict=True)):
            yield from misfits(item, of_item, f"{place}[{i}]")


def _misfits_of_object(value: Any, hint: Any, place: str) -> Iterator[str]:
    if not isinstance(value, dict):
        yield f"{place}: {value!r} is no {hint}"
        return
    is_mapping = get_origin(hint) is not None
    hints = dict.fromkeys(value, get_args(hint)[1]) if is_mapping else get_type_hints(hint, include_extras=True)
    required = getattr(hint, "__required_keys__", hints.keys())
    if not required <= value.keys() <= hints.keys():
        yield f"{place}: has other fields than {hint}: {sorted(value.keys() ^ hints.keys())}"
        return
    for name, item in value.items():
        yield from misfits(item, hints[name], f"{place}.{name}")


@pytest.mark.parametrize(
    ("value", "hint"),
    [
        (1.5, int),
        (True, int),
        ("1", float),
        (None, str),
        (None, Finite),
        ("c", Literal["a", "b"]),
        ([1, "a"], list[int]),
        ([1.0], tuple[float, float]),
        (None, tuple[float, float]),
        ({"a": "b"}, dict[str, int]),
        ([1], str | None),
        ({"step": 1}, "Sample"),
        ({"step": 1, "names": None, "more": 1}, "Sample"),
        ({"step": 1, "names": [1]}, "Sample"),
        ([1], "Sample"),
    ],
)
def test_the_check_of_types_can_fail(value: Any, hint: Any) -> None:
    assert any(misfits(value, Sample if hint == "Sample" else hint))


def test_the_check_of_types_can_succeed() -> None:
    assert not any(misfits([{"step": 1, "names": ["a"]}, {"step": 2, "names": None}], list[Sample]))
    assert not any(misfits({"low": None, "pair": [1, 2.5]}, Derived))


class Sample(TypedDict):
    """An object.

    Attributes:
        step: A step,
            or none.
        names: None where there are none.
    """

    step: int
    names: list[str] | None


@dataclass(frozen=True)
class Base:
    """A base.

    Attributes:
        low: The low end.
    """

    low: float


@dataclass(frozen=True)
class Derived(Base):
    """An object.

    Attributes:
        pair: Two of them.
    """

    pair: tuple[Finite, Finite]


def query(run: object) -> dict[str, list[Derived | Sample]]:
    raise NotImplementedError


def test_types_and_meanings_are_read_from_classes() -> None:
    route = Route(name="x", summary="", answer=Json(), query=query)
    derived, sample = json_objects([route])
    assert [(field.name, field.type, field.meaning) for field in derived.fields] == [
        ("low", "number | null", "The low end."),
        ("pair", "readonly [number, number]", "Two of them."),
    ]
    assert [(field.name, field.type, field.meaning) for field in sample.fields] == [
        ("step", "number", "A step, or none."),
        ("names", "readonly string[] | null", "null where there are none."),
    ]
    assert typescript(answer_type(route)) == "Readonly<Record<string, readonly (Derived | Sample)[]>>"
    with pytest.raises(TypeError, match="must be made of objects, lists and scalars, got <class 'complex'>"):
        typescript(complex)


def test_dataclasses_and_odd_numbers_are_json() -> None:
    assert is_dataclass(Derived)
    value = {"one": Derived(float("nan"), (1.0, 2.0)), "more": [float("inf"), 1, None, "a"]}
    assert json.loads(wire.json(value)) == {"one": {"low": None, "pair": [1.0, 2.0]}, "more": [None, 1, None, "a"]}
