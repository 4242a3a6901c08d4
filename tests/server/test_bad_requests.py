"""What a caller can get wrong, at the routes of a real TensorBoard process: each a 4xx in plain words."""

from __future__ import annotations

from typing import Any

import pytest

from tests.server.runs import TRACE
from tests.tensorboard_process import TensorBoard

ASKED: dict[str, Any] = {**TRACE, "signal": "candidate", "unit": 4}

PARAMETERS = {
    "run": ["run"],
    "sample": ["run", "sample"],
    "trace": ["run", "step", "layer", "sample"],
    "series": ["run", "step", "sample"],
    "similarity": ["run", "step", "layer", "sample", "signal"],
    "evolution": ["run", "layer", "sample", "signal", "unit"],
    "change": ["run", "layer", "sample", "signal"],
    "summary": ["run", "layer", "signal"],
}
"""What each route of the data must be given."""

ANALYSED: dict[str, Any] = {
    "run": "explained/rnn",
    "step": 1,
    "layer": "rnn",
    "sample": 1,
    "signal": "hidden_state",
    "timestep": 3,
    "unit": 2,
    "annotation": "high",
    "start": 1,
    "end": 3,
    "threshold": -2.5,
    "units": "0,2",
}

ANALYSES = {
    "findings": ["run", "step"],
    "saturation": ["run", "step", "layer"],
    "explain": ["run", "step", "layer", "sample", "signal", "timestep", "unit"],
    "horizon": ["run", "step", "layer"],
    "reach": ["run", "step", "layer", "sample", "signal", "timestep", "unit"],
    "weights": ["run", "step", "layer"],
    "weight_history": ["run", "layer"],
    "detectors": ["run", "step", "annotation"],
    "detector_history": ["run", "annotation", "layer", "signal", "unit"],
    "match": ["run", "step", "layer", "sample", "signal", "start", "end", "threshold"],
    "match_history": ["run", "layer", "sample", "signal", "start", "end", "threshold", "units"],
}
"""What each route that says what the data mean must be given."""

ROUTES = {**PARAMETERS, **ANALYSES}


def having(name: str) -> list[tuple[str, str]]:
    """Return route and parameter for every route that takes it."""
    return [(route, name) for route, names in ROUTES.items() if name in names]


def asked(route: str, **others: object) -> dict[str, Any]:
    known = ASKED if route in PARAMETERS else ANALYSED
    return {name: others.get(name, known[name]) for name in ROUTES[route]}


@pytest.mark.parametrize("route", ROUTES)
def test_nothing_more_need_be_given(board: TensorBoard, route: str) -> None:
    """And so what the other tests are refused, they are refused for what they change."""
    assert board.get(route, **asked(route)).status == 200


@pytest.mark.parametrize("route", ["runs", *ROUTES])
@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_routes_are_read_only(board: TensorBoard, method: str, route: str) -> None:
    assert board.get(route, method=method, **asked(route) if route in ROUTES else {}).status == 405


HOSTILE_NAMES = [
    "",
    ".",
    "..",
    "../..",
    "/etc",
    "plain",
    "plain/rnn/..",
    "plain/rnn/../../plain/rnn",
    "plain/rnn\x00",
    "%2e%2e",
]
HOSTILE_NAMES += [
    "plain\\rnn",
    "plain/rnn/plugins",
    "<script>alert(1)</script>",
    "a" * 5000,
    "masked/rnn/./",
    "PLAIN/rnn",
    "~root",
]


@pytest.mark.parametrize("run", HOSTILE_NAMES, ids=lambda name: repr(name[:24]))
@pytest.mark.parametrize("route", ROUTES)
def test_only_listed_runs_are_opened(board: TensorBoard, route: str, run: str) -> None:
    answer = board.get(route, **asked(route, run=run))
    assert answer.status == 404
    assert b"There is no run" in answer.body or b"has no RNN Timeline data" in answer.body


@pytest.mark.parametrize(
    ("route", "name"),
    [pair for name in ("step", "sample", "unit", "timestep", "start", "end") for pair in having(name)],
)
@pytest.mark.parametrize("value", ["", "-1", "1.5", "1e3", "0x1", "٣", " 1", "1" * 30, "NaN", "true", "1;2", "1\n"])
def test_numbers_are_whole_numbers(board: TensorBoard, route: str, name: str, value: str) -> None:
    answer = board.get(route, **asked(route, **{name: value}))
    assert answer.status == 400
    assert f"{name!r} must be a whole number from 0".encode() in answer.body


NOT_THERE: list[tuple[dict[str, Any], str]] = [
    ({"step": 9}, "got step 9"),
    ({"step": 10**17}, "got step 1"),
    ({"sample": 3}, "Samples of this run are 0 to 2, got 3"),
    ({"layer": "../lstm"}, "Layers of this run are 'lstm', got '../lstm'"),
    ({"layer": "lstm/candidate"}, "Layers of this run are 'lstm', got 'lstm/candidate'"),
    ({"signal": "reset_gate"}, "Signals of layer 'lstm' are"),
    ({"signal": "../../masks/lstm"}, "Signals of layer 'lstm' are"),
    ({"signal": ""}, "Signals of layer 'lstm' are"),
    ({"unit": 5}, "Units of signal 'candidate' are 0 to 4, got 5"),
    ({"unit": 10**17}, "Units of signal 'candidate' are 0 to 4, got 1"),
]


@pytest.mark.parametrize(
    ("route", "parameters", "words"),
    [
        (route, parameters, words)
        for parameters, words in NOT_THERE
        for route, _ in having(next(iter(parameters)))
        if route in PARAMETERS and route != "summary"  # Which knows of nothing but events.
    ],
)
def test_what_is_not_there_is_said(board: TensorBoard, route: str, parameters: dict[str, Any], words: str) -> None:
    answer = board.get(route, **asked(route, **parameters))
    assert answer.status == 404
    assert words in answer.body.decode()
    assert answer.headers["Content-Type"].startswith("text/plain")


@pytest.mark.parametrize("signal", ["reset_gate", "../../masks/lstm"])
def test_a_signal_of_a_trace_is_one_of_its_layers(board: TensorBoard, signal: str) -> None:
    """There it may be left out, but if it is not, it counts."""
    answer = board.get("trace", **TRACE, signal=signal)
    assert answer.status == 404
    assert b"Signals of layer 'lstm' are" in answer.body


def test_a_summary_that_is_not_there_is_said(board: TensorBoard) -> None:
    answer = board.get("summary", **asked("summary", layer="../lstm"))
    assert answer.status == 404
    assert b"has no summary of signal 'candidate' of layer '../lstm'" in answer.body


@pytest.mark.parametrize(("route", "missing"), [(route, name) for route, names in ROUTES.items() for name in names])
def test_a_missing_parameter_is_said(board: TensorBoard, route: str, missing: str) -> None:
    answer = board.get(route, **{name: value for name, value in asked(route).items() if name != missing})
    assert answer.status == 400
    assert f"The parameter {missing!r} is missing" in answer.body.decode()


@pytest.mark.parametrize("value", ["", "one", "1,2", "nan", "inf", "-", "1e400", "0x1", " 1", "1;"])
@pytest.mark.parametrize("route", ["match", "match_history"])
def test_a_threshold_is_a_number(board: TensorBoard, route: str, value: str) -> None:
    answer = board.get(route, **asked(route, threshold=value))
    assert answer.status == 400
    assert "'threshold' must be a finite number" in answer.body.decode()


@pytest.mark.parametrize("value", ["", ",", "1,", "1 2", "-1", "1,two", "1," * 1000 + "1"])
def test_units_are_whole_numbers(board: TensorBoard, value: str) -> None:
    answer = board.get("match_history", **asked("match_history", units=value))
    assert answer.status == 400
    assert "'units' must be whole numbers with commas" in answer.body.decode()


@pytest.mark.parametrize(
    ("route", "parameters", "status", "words"),
    [
        *((route, {"step": 9}, 404, "got step 9") for route, name in having("step") if route in ANALYSES),
        *((route, {"layer": "no"}, 404, "Layers of this run are") for route, _ in having("layer") if route in ANALYSES),
        *((route, {"signal": "no"}, 404, "no") for route in ("explain", "match")),
        ("reach", {"signal": "forget_gate"}, 400, "forget_gate"),
        *((route, {"sample": 9}, 404, "9") for route in ("explain", "reach", "match")),
        *((route, {"timestep": 99}, 404, "99") for route in ("explain", "reach")),
        *((route, {"unit": 99}, 404, "99") for route in ("explain", "reach")),
        ("detectors", {"annotation": "no"}, 404, "Annotations of this run's probe are 'high', got 'no'"),
        ("match", {"start": 3, "end": 3}, 404, "got 3 to 3"),
        ("match", {"end": 99}, 404, "99"),
        ("horizon", {"run": "plain/rnn", "layer": "gru"}, 404, "Layers of this run are"),
        ("weights", {"run": "plain/rnn", "layer": "lstm"}, 400, "weights"),
    ],
)
def test_what_cannot_be_analysed_is_said(
    board: TensorBoard, route: str, parameters: dict[str, Any], status: int, words: str
) -> None:
    answer = board.get(route, **asked(route, **parameters))
    assert (answer.status, words in answer.body.decode()) == (status, True), answer.body
