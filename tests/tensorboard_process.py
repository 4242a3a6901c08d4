"""A real TensorBoard process on loopback."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROUTES = "/data/plugin/rnn_timeline/"
PATIENCE = 60.0  # seconds that a test waits for TensorBoard at most
POLL_INTERVAL = 0.05  # seconds


@dataclass(frozen=True)
class Answer:
    """One HTTP response."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        """Return the body, parsed."""
        return json.loads(self.body)


@dataclass(frozen=True)
class TensorBoard:
    """A TensorBoard process that listens at `address` and prints to the file `output`."""

    address: str
    process: subprocess.Popen[bytes]
    output: Path

    def get(
        self, route: str, headers: Mapping[str, str] | None = None, method: str = "GET", **parameters: object
    ) -> Answer:
        """Request one of our routes, or any path that starts with a slash."""
        path = route if route.startswith("/") else ROUTES + route
        query = f"?{urllib.parse.urlencode(parameters)}" if parameters else ""
        request = urllib.request.Request(self.address + path + query, headers=dict(headers or {}), method=method)
        try:
            with urllib.request.urlopen(request, timeout=PATIENCE) as response:
                return Answer(response.status, dict(response.headers), response.read())
        except urllib.error.HTTPError as error:
            with error:
                return Answer(error.code, dict(error.headers), error.read())

    def wait_for_runs(self, *runs: str) -> None:
        """Wait until TensorBoard lists all these runs."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            assert self.process.poll() is None, f"TensorBoard ended:\n{self.output.read_text()}"
            try:
                answer = self.get("runs")
                if answer.status == 200 and set(runs) <= {run["name"] for run in answer.json()["runs"]}:
                    return
            except OSError:
                pass  # Not listening yet.
            time.sleep(POLL_INTERVAL)
        raise AssertionError(f"TensorBoard did not list {runs} within {PATIENCE} seconds:\n{self.output.read_text()}")


_LIGHT = """
import sys, types
sys.modules["tensorboard.compat.notf"] = types.ModuleType("notf")
from tensorboard.main import run_main
run_main()
"""
"""Starts TensorBoard as if TensorFlow were not installed, by TensorBoard's own switch."""


@contextmanager
def tensorboard(
    *arguments: str | Path, tensorflow: bool = False, program: Sequence[str | Path] = ()
) -> Iterator[TensorBoard]:
    """Run TensorBoard on a free port, and end it on exit.

    Args:
        arguments: Further arguments of TensorBoard.
        tensorflow: Whether it imports TensorFlow, as it does wherever that is installed. It then takes four times as
            long to start, and differs only in how it opens files.
        program: Another command that takes TensorBoard's arguments.
    """
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    ours = [sys.executable, *(("-m", "tensorboard.main") if tensorflow else ("-c", _LIGHT))]
    command = [
        *map(str, program or ours),
        "--port",
        str(port),
        "--reload_interval",
        "1",
        *map(str, arguments),
    ]
    prefix = next((str(a).removeprefix("--path_prefix=") for a in arguments if str(a).startswith("--path_prefix=")), "")
    with tempfile.NamedTemporaryFile(prefix="tensorboard-", suffix=".txt") as output:
        process = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT)
        try:
            yield TensorBoard(f"http://127.0.0.1:{port}{prefix}", process, Path(output.name))
        finally:
            process.terminate()
            process.wait()
