"""What each kind of parameter accepts, and the sentence that refuses anything else, for every route of the table."""

from __future__ import annotations

import re
from typing import Any

import pytest
from tensorboard.errors import InvalidArgumentError

from tb_rnn_plugin.server.parameters import INDEX, INDICES, MAX_UNITS, NUMBER, TEXT, Kind, Parameter
from tb_rnn_plugin.server.route import Route
from tb_rnn_plugin.server.routes import ROUTES
from tests.server.requests import value_of

MALFORMED: dict[Kind[Any], list[str]] = {
    TEXT: [],
    INDEX: ["", "-1", "1.5", "1e3", "0x1", "٣", " 1", "1" * 30, "NaN", "true", "1;2", "1\n", "9" * 19, "1_0", "+1"],
    NUMBER: ["", "one", "1,2", "nan", "inf", "-", "1e400", "0x1", " 1", "1;", "٣", "1_0", "1\n", ".", "1e", "e1"],
    INDICES: ["", ",", "1,", "1 2", "-1", "1,two", "1," * MAX_UNITS + "1", "1,٣", "1,,2", "1\n", "1" * 30],
}

ACCEPTED: dict[Kind[Any], dict[str, Any]] = {
    TEXT: {"": "", "spaces & ünïcode/rnn": "spaces & ünïcode/rnn", "\x00": "\x00"},
    INDEX: {"0": 0, "007": 7, "9" * 18: 10**18 - 1},
    NUMBER: {
        "-2.5": -2.5,
        "0": 0.0,
        "1e-3": 0.001,
        ".5": 0.5,
        "9.": 9.0,
        "+1": 1.0,
        "0." + "1" * 400: 0.1111111111111111,
    },
    INDICES: {"0": (0,), "2,2,1": (2, 2, 1), ",".join(["1"] * MAX_UNITS): (1,) * MAX_UNITS},
}

RULES = {
    INDEX: "a whole number from 0",
    NUMBER: "a finite number",
    INDICES: "whole numbers from 0, separated by commas, at most 1000",
}

WITH_PARAMETERS = [route for route in ROUTES if route.parameters]


def right(route: Route) -> dict[str, str]:
    return {parameter.name: str(value_of(parameter)) for parameter in route.parameters}


@pytest.mark.parametrize("kind", ACCEPTED, ids=lambda kind: kind.rule or "text")
def test_a_value_is_parsed(kind: Kind[Any]) -> None:
    for text, value in ACCEPTED[kind].items():
        assert Parameter("x", kind, "").read({"x": text}) == value


@pytest.mark.parametrize("route", WITH_PARAMETERS, ids=lambda route: route.name)
def test_a_malformed_value_is_refused_with_its_rule(route: Route) -> None:
    assert route.parse(right(route))
    for parameter in route.parameters:
        for text in MALFORMED[parameter.kind]:
            sentence = f"{parameter.name!r} must be {RULES[parameter.kind]}, got {text[:40]!r}."
            with pytest.raises(InvalidArgumentError, match=f"^Invalid argument: {re.escape(sentence)}$"):
                route.parse({**right(route), parameter.name: text})


@pytest.mark.parametrize("route", WITH_PARAMETERS, ids=lambda route: route.name)
def test_a_missing_parameter_is_named(route: Route) -> None:
    for parameter in route.parameters:
        without = {name: text for name, text in right(route).items() if name != parameter.name}
        if parameter.optional:
            assert route.parse(without)[parameter.name] is None
            continue
        sentence = f"The parameter {parameter.name!r} is missing."
        with pytest.raises(InvalidArgumentError, match=f"^Invalid argument: {re.escape(sentence)}$"):
            route.parse(without)


def test_an_unknown_parameter_is_ignored() -> None:
    for route in ROUTES:
        assert route.parse({**right(route), "x": "1"}) == route.parse(right(route))
