"""Every error that a caller can make is a 4xx with one sentence.

`test_parameters.py` tests the parsing. Here each kind of error is sent to each route of a real TensorBoard process,
with one of its event readers; all other cases go to its WSGI application in this process.
"""

from __future__ import annotations

from typing import Any

import pytest

from tb_rnn_plugin.server.parameters import TEXT
from tb_rnn_plugin.server.routes import ROUTES as TABLE
from tests.server.application import Application
from tests.server.requests import HOSTILE_NAMES, ROUTES, asked
from tests.server.runs import TRACE
from tests.tensorboard_process import ROUTES as PREFIX
from tests.tensorboard_process import TensorBoard

one_reader = pytest.mark.parametrize("board", [False], indirect=True, ids=["python-reader"])

PLAIN: dict[str, Any] = {**TRACE, "signal": "candidate", "unit": 4}
"""Values for the routes that show data, in the run `plain/rnn`."""

SHOWING = ["sample", "trace", "series", "similarity", "evolution", "change"]
"""The routes that show data from files; the others analyse it, or read event files."""

NUMBERS = {
    route.name: next(parameter for parameter in reversed(route.parameters) if parameter.kind is not TEXT)
    for route in TABLE
    if any(parameter.kind is not TEXT for parameter in route.parameters)
}
"""A parameter of each route that can be malformed."""


def having(name: str) -> list[str]:
    """Return every route that requires a parameter."""
    return [route for route, names in ROUTES.items() if name in names]


@one_reader
@pytest.mark.parametrize("route", ROUTES)
def test_the_required_parameters_suffice(board: TensorBoard, route: str) -> None:
    """The other tests change one parameter of these requests."""
    assert board.get(route, **asked(route)).status == 200


@one_reader
@pytest.mark.parametrize("route", ROUTES)
def test_a_missing_parameter_is_named(board: TensorBoard, route: str) -> None:
    missing = ROUTES[route][-1]
    answer = board.get(route, **{name: value for name, value in asked(route).items() if name != missing})
    assert answer.status == 400
    assert f"The parameter {missing!r} is missing." in answer.body.decode()
    assert answer.headers["Content-Type"].startswith("text/plain")


@one_reader
@pytest.mark.parametrize("route", NUMBERS)
def test_a_malformed_parameter_is_refused(board: TensorBoard, route: str) -> None:
    parameter = NUMBERS[route]
    answer = board.get(route, **{**asked(route), parameter.name: "x"})
    assert answer.status == 400
    assert f"{parameter.name!r} must be {parameter.kind.rule}, got 'x'." in answer.body.decode()


@one_reader
@pytest.mark.parametrize("route", ROUTES)
def test_only_listed_runs_are_opened(board: TensorBoard, route: str) -> None:
    answer = board.get(route, **asked(route, run="plain/rnn/../../plain/rnn"))
    assert answer.status == 404
    sentence = "There is no run 'plain/rnn/../../plain/rnn': choose one of those that TensorBoard lists."
    assert sentence in answer.body.decode()


@one_reader
@pytest.mark.parametrize("route", ["runs", *ROUTES])
def test_routes_are_read_only(board: TensorBoard, route: str) -> None:
    answer = board.get(route, method="POST", **asked(route) if route in ROUTES else {})
    assert (answer.status, answer.body) == (405, b"This route is read-only: use GET.")


@pytest.mark.parametrize("route", ["runs", *ROUTES])
def test_no_method_but_get_is_answered(application: Application, route: str) -> None:
    parameters = asked(route) if route in ROUTES else {}
    for method in ("POST", "PUT", "DELETE"):
        answer = application.open(PREFIX + route, query_string=parameters, method=method)
        assert (answer.status, answer.body) == (405, b"This route is read-only: use GET.")


@pytest.mark.parametrize("route", ROUTES)
def test_no_other_name_is_opened(application: Application, route: str) -> None:
    for run in HOSTILE_NAMES:
        answer = application.ask(route, asked(route, run=run))
        assert answer.status == 404, run
        assert b"There is no run" in answer.body or b"has no RNN Timeline data" in answer.body, run


NOT_THERE: list[tuple[dict[str, Any], str]] = [
    ({"step": 9}, "This run has 4 steps from 0 to 3, got step 9."),
    ({"step": 10**17}, "got step 1"),
    ({"layer": "../lstm"}, "Layers of this run are 'lstm', got '../lstm'."),
    ({"layer": "lstm/candidate"}, "Layers of this run are 'lstm', got 'lstm/candidate'."),
    ({"signal": "reset_gate"}, "Signals of layer 'lstm' are"),
    ({"signal": "../../masks/lstm"}, "Signals of layer 'lstm' are"),
    ({"signal": ""}, "Signals of layer 'lstm' are"),
    ({"unit": 5}, "Units of signal 'candidate' are 0 to 4, got 5."),
    ({"unit": 10**17}, "Units of signal 'candidate' are 0 to 4, got 1"),
]


def no_sample(route: str) -> str:
    of_layer = "layer" in ROUTES[route]
    return f"{'Rows of this layer' if of_layer else 'Samples of this run'} are 0 to 2, got 3."


@pytest.mark.parametrize(
    ("route", "parameters", "words"),
    [
        (route, parameters, words)
        for parameters, words in NOT_THERE
        for route in having(next(iter(parameters)))
        if route in SHOWING
    ]
    + [(route, {"sample": 3}, no_sample(route)) for route in having("sample") if route in SHOWING],
)
def test_what_does_not_exist_is_named(
    application: Application, route: str, parameters: dict[str, Any], words: str
) -> None:
    answer = application.ask(route, asked(route, **{**PLAIN, **parameters}))
    assert answer.status == 404
    assert words in answer.body.decode()
    assert answer.type.startswith("text/plain")


@pytest.mark.parametrize("signal", ["reset_gate", "../../masks/lstm"])
def test_an_optional_signal_must_exist(application: Application, signal: str) -> None:
    answer = application.ask("trace", {**TRACE, "signal": signal})
    assert answer.status == 404
    assert b"Signals of layer 'lstm' are" in answer.body


def test_a_missing_summary_is_named(application: Application) -> None:
    answer = application.ask("summary", asked("summary", **{**PLAIN, "layer": "../lstm"}))
    assert answer.status == 404
    assert b"Run 'plain/rnn' has no summary of signal 'candidate' of layer '../lstm'." in answer.body


@pytest.mark.parametrize(
    ("route", "parameters", "status", "words"),
    [
        *((route, {"step": 9}, 404, "got step 9") for route in having("step") if route not in SHOWING),
        *(
            (route, {"layer": "no"}, 404, "Layers of this run are")
            for route in having("layer")
            if route not in (*SHOWING, "summary")
        ),
        *((route, {"signal": "no"}, 404, "no") for route in ("explain", "match")),
        ("reach", {"signal": "forget_gate"}, 400, "forget_gate"),
        *((route, {"sample": 9}, 404, "9") for route in ("explain", "reach", "match")),
        *((route, {"timestep": 99}, 404, "99") for route in ("explain", "reach")),
        *((route, {"unit": 99}, 404, "99") for route in ("explain", "reach")),
        ("detectors", {"annotation": "no"}, 404, "Annotations of this run's probe are 'high', got 'no'."),
        ("match", {"start": 3, "end": 3}, 404, "got 3 to 3"),
        ("match", {"end": 99}, 404, "99"),
        ("horizon", {"run": "plain/rnn", "layer": "gru"}, 404, "Layers of this run are"),
        ("weights", {"run": "plain/rnn", "layer": "lstm"}, 400, "weights"),
    ],
)
def test_what_cannot_be_analysed_is_named(
    application: Application, route: str, parameters: dict[str, Any], status: int, words: str
) -> None:
    answer = application.ask(route, asked(route, **parameters))
    assert (answer.status, words in answer.body.decode()) == (status, True), answer.body


@one_reader
@pytest.mark.parametrize(
    ("route", "parameters", "status"),
    [
        ("trace", {"step": 9}, 404),
        ("similarity", {"layer": "no"}, 404),
        ("explain", {"unit": 99}, 404),
        ("detector_history", {"annotation": "no"}, 404),
        ("match", {"end": 99}, 404),
        ("reach", {"signal": "forget_gate"}, 400),
        ("weights", {"run": "plain/rnn", "layer": "lstm"}, 400),
    ],
)
def test_a_refusal_over_http(board: TensorBoard, route: str, parameters: dict[str, Any], status: int) -> None:
    answer = board.get(route, **asked(route, **parameters))
    assert answer.status == status
    assert answer.headers["Content-Type"].startswith("text/plain")
