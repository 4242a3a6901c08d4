"""TensorBoard's WSGI application with the plugin, in this process, and the checks that every answer must pass."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from tensorboard.backend.application import TensorBoardWSGI
from tensorboard.backend.event_processing.data_provider import MultiplexerDataProvider
from tensorboard.backend.event_processing.plugin_event_multiplexer import EventMultiplexer
from werkzeug.test import Client

from tb_rnn_plugin.server.plugin import RNNTimelinePlugin
from tests.tensorboard_process import ROUTES

CANARY = "canary-c0ffee"
"""A text in every file that no answer may be made from."""

MAX_BYTES = 2_000_000
"""Bytes of an answer; several times the largest answer about the logs of these tests."""

TYPES = {"application/json", "application/octet-stream", "text/javascript", "text/plain"}


@dataclass(frozen=True)
class Answer:
    """One response of the application."""

    status: int
    type: str
    body: bytes

    def check(self) -> None:
        """Check an answer to any request about any log."""
        assert self.status < 500, self
        assert len(self.body) < MAX_BYTES, self.status
        assert CANARY.encode() not in self.body, self
        assert self.type.split(";")[0] in TYPES, self
        if self.status >= 400:
            assert self.type.startswith("text/plain"), self
            assert len(self.body.decode()) <= 2100, self  # One sentence, whatever it quotes.
        if self.type == "application/json":
            json.loads(self.body, parse_constant=_no_number)


def _no_number(name: str) -> None:
    raise AssertionError(f"{name} is not JSON")


class Application:
    """TensorBoard with the plugin and a log directory; an exception that would become a 500 is raised.

    Args:
        logdir: The log directory.
    """

    def __init__(self, logdir: Path) -> None:
        self._multiplexer = EventMultiplexer(tensor_size_guidance={"rnn_timeline": 1000})
        self._multiplexer.AddRunsFromDirectory(str(logdir))
        self._multiplexer.Reload()
        data_provider = MultiplexerDataProvider(self._multiplexer, str(logdir))
        flags = SimpleNamespace(logdir=str(logdir), logdir_spec="")
        context: Any = SimpleNamespace(data_provider=data_provider, flags=flags, logdir=str(logdir))
        self._client = Client(TensorBoardWSGI([RNNTimelinePlugin(context)], data_provider=data_provider))

    def ask(self, route: str, parameters: dict[str, Any]) -> Answer:
        """Return the checked answer of one route."""
        answer = self.open(ROUTES + route, query_string=parameters)
        answer.check()
        return answer

    def open(self, path: str, **options: Any) -> Answer:
        """Return the answer to any request; `options` are those of werkzeug's test client."""
        with self._client.open(path, **options) as response:
            return Answer(response.status_code, response.headers.get("Content-Type", ""), response.data)


def resident(peak: bool = False) -> int:
    """Return the bytes of memory that this process holds, or its maximum since `forget_peak`."""
    field = "VmHWM" if peak else "VmRSS"
    status = Path("/proc/self/status").read_text()
    return 1024 * next(int(line.split()[1]) for line in status.splitlines() if line.startswith(field))


def forget_peak() -> None:
    """Reset the maximum to what the process holds now."""
    Path("/proc/self/clear_refs").write_text("5")
