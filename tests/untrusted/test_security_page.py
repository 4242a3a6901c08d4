"""SECURITY.md states the limits that the code has."""

from __future__ import annotations

import re
from pathlib import Path

from tb_rnn_plugin.log.encoding import MAX_HEADER_BYTES
from tb_rnn_plugin.log.header import FIRST_READ, MAX_CACHED_HEADERS
from tb_rnn_plugin.server.parameters import MAX_UNITS
from tb_rnn_plugin.server.queries.step_history import MAX_STEPS
from tb_rnn_plugin.server.serving import CAPACITY
from tb_rnn_plugin.server.wire import MAX_ERROR_CHARACTERS

PAGE = (Path(__file__).parents[2] / "SECURITY.md").read_text()


def test_limits_are_those_of_the_code() -> None:
    rows = dict(re.findall(r"^\| ([^|]+) \| ([^|]+) \|$", PAGE, re.MULTILINE))
    assert rows["a file's header, with all names, tokens and texts"].startswith(f"{MAX_HEADER_BYTES} bytes")
    assert rows["headers kept, parsed"] == f"{MAX_CACHED_HEADERS}, of {FIRST_READ} bytes at most"
    assert rows["steps in a history"].startswith(f"{MAX_STEPS},")
    assert rows["computed answers kept"] == f"{CAPACITY} bytes"
    assert rows["units in one request"] == str(MAX_UNITS)
    assert rows["an error"] == f"{MAX_ERROR_CHARACTERS} characters"


def test_what_it_names_is_there() -> None:
    for path in re.findall(r"`(tests/[^`]+)`", PAGE):
        assert (Path(__file__).parents[2] / path).exists(), path
