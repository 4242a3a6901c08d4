"""The cost of serving: the latency of one trace, and TensorBoard's memory."""

from __future__ import annotations

import sys
import tempfile
import time
from contextlib import closing
from http.client import HTTPConnection
from itertools import cycle
from pathlib import Path
from urllib.parse import urlsplit

from tb_rnn_plugin.log.events import EventFile
from tb_rnn_plugin.log.summaries import step_event
from tb_rnn_plugin.log.writer import RunWriter
from tests.benchmarks import static_files
from tests.benchmarks.measure import Figure, milliseconds
from tests.clients import resident
from tests.runs import lstm_trace, probe
from tests.tensorboard_process import PATIENCE, ROUTES, TensorBoard, tensorboard

TIMESTEPS, UNITS = 500, 256
STEPS = 40
"""More steps than the server caches the headers of, so that each request reads one."""


def trace_vs_static() -> Figure:
    """One trace of 256 units and 500 timesteps over HTTP, against the same bytes as a static file from there."""
    with tempfile.TemporaryDirectory() as directory:
        writer = RunWriter(Path(directory) / "run" / "rnn")
        writer.write_probe(probe(2, TIMESTEPS))
        for step in range(STEPS):
            writer.write_step(step, [lstm_trace(step, samples=2, timesteps=TIMESTEPS, units=UNITS)])
        command = [sys.executable, "-m", static_files.__name__]
        with tensorboard("--logdir", directory, program=command) as board:
            board.wait_for_runs("run/rnn")
            steps, files = cycle(range(STEPS)), cycle(range(STEPS))
            with closing(HTTPConnection(urlsplit(board.address).netloc, timeout=PATIENCE)) as browser:

                def fetch(step: int) -> bytes:
                    return _fetch(browser, f"{ROUTES}trace?run=run/rnn&step={step}&layer=lstm&sample=1")

                for step in range(STEPS):
                    (Path(directory) / static_files.name(step)).write_bytes(body := fetch(step))
                trace, static = milliseconds(
                    lambda: fetch(next(steps)),
                    lambda: _fetch(browser, static_files.ROUTE + static_files.name(next(files))),
                    rounds=300,
                )
    return Figure(trace / static, {"trace_ms": trace, "static_ms": static, "bytes": len(body)})


def _fetch(browser: HTTPConnection, path: str) -> bytes:
    """Return the body at a path, over a connection that stays open, as in a browser."""
    browser.request("GET", path)
    response = browser.getresponse()
    assert response.status == 200, response.read()
    return response.read()


def memory_vs_summaries() -> Figure:
    """TensorBoard's memory per extra epoch, against the bytes of an epoch's summaries."""
    few, many = 100, 900
    with tempfile.TemporaryDirectory() as directory:
        sizes, memory = [], []
        for epochs in (few, many):
            run = Path(directory) / str(epochs) / "run" / "rnn"
            writer = RunWriter(run)
            writer.write_probe(probe(2, 100))
            trace = lstm_trace(0, samples=2, timesteps=100, units=16)
            writer.write_step(0, [trace])
            [events] = run.glob("events.out.tfevents.*")
            more = EventFile(run)
            more.path = events
            for epoch in range(1, epochs):
                more.append(step_event(epoch, time.time(), [trace], {"loss": 1.0}))
            sizes.append(events.stat().st_size)
            with tensorboard("--logdir", run.parents[1]) as board:
                board.wait_for_runs("run/rnn")
                wait_for_summaries(board, epochs)
                memory.append(resident(board.process.pid))
    extra = many - few
    per_epoch, own = (memory[1] - memory[0]) / extra, (sizes[1] - sizes[0]) / extra
    return Figure(per_epoch / own, {"memory_bytes_per_epoch": per_epoch, "summary_bytes_per_epoch": own})


def wait_for_summaries(board: TensorBoard, epochs: int, run: str = "run/rnn", layer: str = "lstm") -> None:
    """Wait until TensorBoard has loaded the summaries of all epochs."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        answer = board.get("summary", run=run, layer=layer, signal="hidden_state")
        if answer.status == 200 and f'"shape":[{epochs}]'.encode() in answer.body[:500]:
            return
    raise AssertionError(f"TensorBoard did not load {epochs} epochs within {PATIENCE} seconds")
