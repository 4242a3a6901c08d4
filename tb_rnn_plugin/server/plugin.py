"""The TensorBoard plugin: routes, each a few lines over `queries`. The wire contract is `http_api.md`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from tensorboard import errors, plugin_util
from tensorboard.backend import http_util
from tensorboard.plugins import base_plugin
from werkzeug import wrappers

from tb_rnn_plugin.log import layout
from tb_rnn_plugin.log.errors import NotInLogError
from tb_rnn_plugin.log.statistics import STATISTICS
from tb_rnn_plugin.run import Run
from tb_rnn_plugin.server import analyses, wire
from tb_rnn_plugin.server.cached_routes import CachedRoutes, all_steps, one_step
from tb_rnn_plugin.server.queries.describe import describe_run, describe_sample, list_runs
from tb_rnn_plugin.server.queries.history import read_change, read_evolution, stack_summaries
from tb_rnn_plugin.server.queries.series import open_if_readable, read_series
from tb_rnn_plugin.server.queries.served_run import ServedRun
from tb_rnn_plugin.server.queries.step import read_similarity, read_trace
from tb_rnn_plugin.server.runs import RunDirectories
from tb_rnn_plugin.server.summaries import Summaries

_BUNDLE = Path(__file__).parent / "static" / "index.js"


class RNNTimelinePlugin(base_plugin.TBPlugin):  # type: ignore[misc]
    """Serves the RNN Timeline tab and its data.

    Args:
        context: TensorBoard's; used are the data provider and the `--logdir` and `--logdir_spec` flags.
    """

    plugin_name = layout.PLUGIN_NAME

    def __init__(self, context: base_plugin.TBContext) -> None:
        self._provider: Any = context.data_provider
        spec = getattr(context.flags, "logdir_spec", None)
        logdir = getattr(context.flags, "logdir", None) or (None if spec else context.logdir)
        self._runs = RunDirectories(self._provider, logdir, spec)

    def get_plugin_apps(self) -> dict[str, wire.WSGIApp]:
        """Return the routes."""
        answers = CachedRoutes(self._run)
        return {
            "/index.js": wire.route(self._bundle),
            "/runs": wire.route(self._list_runs),
            "/run": wire.route(self._describe_run),
            "/sample": wire.route(self._describe_sample),
            "/trace": wire.route(self._read_trace),
            "/series": wire.route(self._read_series),
            "/similarity": answers.binary(_similarity, one_step),
            "/evolution": answers.binary(_evolution, all_steps),
            "/change": answers.binary(_change, all_steps),
            "/summary": wire.route(self._read_summary),
            **analyses.routes(answers),
        }

    def is_active(self) -> bool:
        """Tell whether any run holds data of ours; asked only of data providers that do not know it themselves."""
        return bool(self._runs.with_traces(self._runs.names(None, "")))

    def frontend_metadata(self) -> base_plugin.FrontendMetadata:
        """Return the tab's name and module."""
        return base_plugin.FrontendMetadata(es_module_path="/index.js", tab_name="RNN Timeline")

    def _bundle(self, request: wrappers.Request) -> wrappers.Response:
        if not _BUNDLE.exists():
            raise errors.NotFoundError(
                "The frontend was not built: install tb-rnn-plugin with pip, or run `make frontend` in its sources."
            )
        tag = wire.etag(_BUNDLE.stat())
        return wire.unchanged(request, tag) or http_util.Respond(
            request, _BUNDLE.read_bytes(), "text/javascript", headers=[("ETag", tag)]
        )

    def _list_runs(self, request: wrappers.Request) -> wrappers.Response:
        found = self._runs.with_traces(self._runs.names(*_scope(request)))
        return wire.json(request, list_runs({name: self._open(traces) for name, traces in found.items()}))

    def _describe_run(self, request: wrappers.Request) -> wrappers.Response:
        name, run = wire.text(request, "run"), self._run(request)
        return wire.json(request, describe_run(name, run, *self._summaries(request).logs()))

    def _describe_sample(self, request: wrappers.Request) -> wrappers.Response:
        return wire.json(request, describe_sample(self._run(request), wire.whole_number(request, "sample")))

    def _read_trace(self, request: wrappers.Request) -> wrappers.Response:
        step, sample = wire.whole_number(request, "step"), wire.whole_number(request, "sample")
        layer, signal = wire.text(request, "layer"), request.args.get("signal")
        file = self._run(request).opened(step)
        tag = wire.etag(file.status)
        return wire.unchanged(request, tag) or wire.binary(request, read_trace(file, layer, sample, signal), tag)

    def _read_series(self, request: wrappers.Request) -> wrappers.Response:
        step, sample = wire.whole_number(request, "step"), wire.whole_number(request, "sample")
        run = self._run(request)
        probe_file, step_file = run.opened_probe(), open_if_readable(run, step)
        tag = wire.etag(*(file.status for file in (probe_file, step_file) if file))
        return wire.unchanged(request, tag) or wire.binary(request, read_series(probe_file, step_file, sample), tag)

    def _read_summary(self, request: wrappers.Request) -> wrappers.Response:
        name, layer, signal = (wire.text(request, parameter) for parameter in ("run", "layer", "signal"))
        self._run(request)  # Or the run is not there.
        data = self._summaries(request).of_signal(layer, signal)
        if not data:
            raise NotInLogError(f"Run {name!r} has no summary of signal {signal!r} of layer {layer!r}.")
        return wire.binary(request, stack_summaries(data), metadata={"statistics": ",".join(STATISTICS)})

    def _run(self, request: wrappers.Request) -> ServedRun:
        return self._open(self._runs.trace_directory(*_scope(request), wire.text(request, "run")))

    def _open(self, traces: Path) -> ServedRun:
        return ServedRun(traces, self._runs)

    def _summaries(self, request: wrappers.Request) -> Summaries:
        return Summaries(self._provider, *_scope(request), wire.text(request, "run"))


def _scope(request: wrappers.Request) -> tuple[Any, str]:
    """Return what TensorBoard's data provider wants to know about a request: its context and its experiment."""
    return plugin_util.context(request.environ), plugin_util.experiment_id(request.environ)


def _signal(request: wrappers.Request) -> tuple[str, int, str]:
    """Return which signal a request asks for: layer, sample and signal."""
    return wire.text(request, "layer"), wire.whole_number(request, "sample"), wire.text(request, "signal")


def _similarity(request: wrappers.Request) -> Callable[[Run], Any]:
    step, asked = wire.whole_number(request, "step"), _signal(request)
    return lambda run: read_similarity(run.opened(step), *asked)


def _evolution(request: wrappers.Request) -> Callable[[Run], Any]:
    asked, unit = _signal(request), wire.whole_number(request, "unit")
    return lambda run: read_evolution(run, *asked, unit)


def _change(request: wrappers.Request) -> Callable[[Run], Any]:
    asked = _signal(request)
    return lambda run: read_change(run, *asked)
