"""What serving costs: one trace, and TensorBoard's memory."""

from __future__ import annotations

import tempfile
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from tensorboard.backend import http_util
from werkzeug import serving, wrappers

from tb_rnn_plugin.log.events import EventFile
from tb_rnn_plugin.log.summaries import step_event
from tb_rnn_plugin.log.writer import RunWriter
from tb_rnn_plugin.server.plugin import RNNTimelinePlugin
from tests.benchmarks.measure import Figure, milliseconds
from tests.clients import resident
from tests.runs import lstm_trace, probe
from tests.tensorboard_process import PATIENCE, TensorBoard, tensorboard

TIMESTEPS, UNITS = 500, 256


def trace_vs_static() -> Figure:
    """One trace of 256 units and 500 timesteps over HTTP, against the same bytes as a static file of that server."""
    with tempfile.TemporaryDirectory() as directory:
        writer = RunWriter(Path(directory) / "run" / "rnn")
        writer.write_probe(probe(2, TIMESTEPS))
        writer.write_step(0, [lstm_trace(0, samples=2, timesteps=TIMESTEPS, units=UNITS)])
        with _server(Path(directory)) as address:
            query = "run=run/rnn&step=0&layer=lstm&sample=1"
            body = _fetch(f"{address}/trace?{query}")
            (Path(directory) / "static.bin").write_bytes(body)
            trace, static = milliseconds(
                lambda: _fetch(f"{address}/trace?{query}"), lambda: _fetch(f"{address}/static.bin"), rounds=100
            )
    return Figure(trace / static, {"trace_ms": trace, "static_ms": static, "bytes": len(body)})


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
    """Return once TensorBoard has loaded the summaries of all epochs."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        answer = board.get("summary", run=run, layer=layer, signal="hidden_state")
        if answer.status == 200 and f'"shape":[{epochs}]'.encode() in answer.body[:500]:
            return
    raise AssertionError(f"TensorBoard did not load {epochs} epochs within {PATIENCE} seconds")


@contextmanager
def _server(directory: Path) -> Iterator[str]:
    provider: Any = SimpleNamespace(list_runs=lambda context, experiment_id: [SimpleNamespace(run_name="run/rnn")])
    flags = SimpleNamespace(logdir=str(directory), logdir_spec="")
    plugin = RNNTimelinePlugin(SimpleNamespace(data_provider=provider, flags=flags, logdir=str(directory)))
    trace = plugin.get_plugin_apps()["/trace"]

    @wrappers.Request.application  # type: ignore[untyped-decorator]
    def static(request: wrappers.Request) -> wrappers.Response:
        body = (directory / "static.bin").read_bytes()
        return http_util.Respond(request, body, "application/octet-stream")

    def application(environ: dict[str, Any], start_response: Any) -> Any:
        return (trace if environ["PATH_INFO"] == "/trace" else static)(environ, start_response)

    server = serving.make_server(
        "127.0.0.1",
        0,
        application,
        threaded=True,
        request_handler=_Quiet,  # TensorBoard's server is threaded, too.
    )
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()


class _Quiet(serving.WSGIRequestHandler):  # type: ignore[misc]
    def log(self, *_: object) -> None:
        """Say nothing: a line per request would be timed with it."""


def _fetch(address: str) -> bytes:
    with urllib.request.urlopen(address) as response:
        body: bytes = response.read()
    return body
