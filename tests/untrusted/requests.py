"""Random requests: valid ones, and ones with errors in one place or in all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote_plus

from hypothesis import strategies as st

from tests.server.requests import HOSTILE_NAMES, asked
from tests.server.requests import ROUTES as PARAMETERS
from tests.tensorboard_process import ROUTES
from tests.untrusted.logs import ENTICING

RUNS = ["plain/rnn", "masked/rnn", "uneven/rnn", "scored/rnn", "linked-files/rnn", "linked-traces/rnn"]
RUNS += ["linked-plugins/rnn", "odd/rnn"]
SIGNALS = ["cell_state", "hidden_state", "forget_gate", "candidate", "gradient:hidden_state", "output"]

KNOWN: dict[str, list[str]] = {
    "run": [*["explained/rnn"] * 12, *RUNS],
    "step": ["0", "1", "2", "3", "5", "7"],
    "layer": [*["rnn"] * 4, "lstm", "gru"],
    "sample": ["0", "1", "2"],
    "signal": SIGNALS,
    "timestep": ["0", "3", "7", "11"],
    "unit": ["0", "2", "4"],
    "annotation": ["high", "high", "vowel", "depth"],
    "start": ["0", "1", "2"],
    "end": ["3", "4"],
    "threshold": ["-2.5", "0", "0.1", "1e-3", ".5", "9."],
    "units": ["0", "0,2", "2,2,1"],
    "other_run": [*["explained/rnn"] * 12, *RUNS],
    "other_step": ["0", "1", "2", "3", "5", "7"],
    "other_layer": [*["rnn"] * 4, "lstm", "gru"],
}

NUMBERS = ["-1", "-0", "1e3", "999", str(2**31), str(2**63 - 1), str(2**63), str(2**64), "9" * 18, "9" * 5000, "1_0"]
NUMBERS += [
    "0x1",
    "٣",
    "²",
    "NaN",
    "inf",
    "1e400",
    "1" * 5000 + "x",
    "0." + "0" * 9000,
    "0," * 3000,
    "1;1",
    "",
    " ",
    "+1",
]
TEXTS = [
    *HOSTILE_NAMES,
    *ENTICING,
    "\x00",
    "\x7f\x1b[31m",
    "%00",
    "%",
    "{}",
    "[]",
    "null",
    "../" * 2000,
    "\ufffe\U0010ffff",
]
TEXTS += ["a\r\nSet-Cookie: x=1", "\u202e", "é" * 3000, "signals/rnn/hidden_state", "rnn/hidden_state", "__metadata__"]

hostile = st.one_of(st.sampled_from(NUMBERS), st.sampled_from(TEXTS), st.text(max_size=20), st.integers().map(str))

BYTES = [
    "%ff",
    "%c0%ae%c0%ae/",
    "%e0%80%af",
    "%u002e",
    "%",
    "%2",
    "%zz",
    "%00",
    "%2e%2e%2f" * 5,
    "..;/",
    "%252e%252e",
    "\\",
]
METHODS = ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "PROPFIND", "X" * 300]
PREFIXES = ["", "", "", "", "/experiment/x", "/experiment/%2e%2e", "/experiment/"]
SUFFIXES = ["", "", "", "", "", "/", "//", "/..", "/../run", ".json", "%00", "/%2e%2e/%2e%2e/etc/passwd", ";x", "%2f"]


@dataclass(frozen=True)
class Request:
    """One request."""

    path: str
    query: str
    method: str = "GET"
    headers: dict[str, str] = field(default_factory=dict)


HEADERS: list[dict[str, str]] = [{}, {}, {"If-None-Match": '"' + "a" * 9000}, {"If-None-Match": "*"}]
HEADERS += [{"Accept-Encoding": "gzip;q=x"}, {"Range": "bytes=0-1"}, {"Cookie": "=;;="}, {"Content-Length": "-1"}]
HEADERS += [{"TensorBoard-Experiment-Id": "../"}, {"X-TensorBoard-Feature-Flags": "{"}]


@dataclass(frozen=True)
class Batch:
    """Several requests; too many to print."""

    requests: tuple[Request, ...] = field(repr=False)


@st.composite
def batches(draw: st.DrawFn, route: str) -> Batch:
    """Draw several requests of one route, with the same hostile texts in other places: most of each is valid.

    Drawing each request separately takes Hypothesis longer than TensorBoard takes to answer it.
    """
    right = asked(route) if route in PARAMETERS else {}
    mixed = {name: draw(st.sampled_from(KNOWN[name])) for name in right}
    value, other = draw(hostile), draw(hostile)
    headers, prefix, suffix = (
        draw(st.sampled_from(HEADERS)),
        draw(st.sampled_from(PREFIXES)),
        draw(st.sampled_from(SUFFIXES)),
    )
    path = ROUTES + route
    made = (
        Request(path, _encoded(right), headers=headers),
        Request(prefix + path, _encoded({value: other, **right})),
        Request(path, _encoded(mixed), headers=headers),
        Request(path + suffix, _encoded(mixed)),
        Request(path, _encoded(right), draw(st.sampled_from(METHODS))),
        Request(path, _encoded(right) + draw(st.sampled_from(["&", "=", "", ";"])) + draw(st.sampled_from(BYTES))),
        Request(path, _encoded({**right, "signal": value})),
        Request(path, f"{_encoded(mixed)}&{_encoded(dict.fromkeys(right, value))}"),
        Request(path, f"{_encoded(dict.fromkeys(right, value))}&{_encoded(right)}"),
        Request(path, draw(st.text(st.characters(min_codepoint=33, max_codepoint=126), max_size=40))),
        *(Request(path, _encoded({**right, name: value})) for name in right),
        *(Request(prefix + path, _encoded({**mixed, name: other})) for name in right),
    )
    return Batch(made)


def _encoded(pairs: Mapping[str, Any]) -> str:
    return "&".join(
        f"{quote_plus(str(name), errors='replace')}={quote_plus(str(value), errors='surrogatepass')}"
        for name, value in pairs.items()
    )
