"""A valid request of every route, made from the table of routes, and names that no run has."""

from __future__ import annotations

from typing import Any

from tb_rnn_plugin.server.parameters import INDEX, INDICES, NUMBER, TEXT, Parameter
from tb_rnn_plugin.server.routes import ROUTES as TABLE

VALUES: dict[str, Any] = {
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
    "other_run": "explained/rnn",
    "other_step": 2,
    "other_layer": "rnn",
}
"""Valid values of parameters, for the run of `write_explained_run`."""

_OF_A_KIND: dict[Any, Any] = {TEXT: "hidden_state", INDEX: 1, NUMBER: 0.5, INDICES: "0,1"}
"""A value of any other parameter."""

ROUTES = {
    route.name: [parameter.name for parameter in route.parameters if not parameter.optional]
    for route in TABLE
    if route.parameters
}
"""The required parameters of each route that has any."""


def value_of(parameter: Parameter[Any]) -> Any:
    return VALUES.get(parameter.name, _OF_A_KIND[parameter.kind])


_KNOWN = {parameter.name: value_of(parameter) for route in TABLE for parameter in route.parameters}


def asked(route: str, **others: object) -> dict[str, Any]:
    """Return the parameters of a valid request of a route; `others` replace some of them."""
    return {name: others.get(name, _KNOWN[name]) for name in ROUTES[route]}


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
    "plain\\rnn",
    "plain/rnn/plugins",
    "<script>alert(1)</script>",
    "a" * 5000,
    "masked/rnn/./",
    "PLAIN/rnn",
    "~root",
]
"""Names of runs that TensorBoard does not list."""
