"""The TensorBoard plugin: its tab, and the routes of `routes.py`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tensorboard import errors, plugin_util
from tensorboard.backend import http_util
from tensorboard.plugins import base_plugin
from werkzeug import wrappers

from tb_rnn_plugin.log import layout
from tb_rnn_plugin.server import wire
from tb_rnn_plugin.server.queries.served_run import ServedRun
from tb_rnn_plugin.server.routes import ROUTES
from tb_rnn_plugin.server.runs import RunDirectories
from tb_rnn_plugin.server.serving import RouteServer
from tb_rnn_plugin.server.summaries import RunEvents

_BUNDLE = Path(__file__).parent / "static" / "index.js"


class RNNTimelinePlugin(base_plugin.TBPlugin):  # type: ignore[misc]
    """Serves the RNN Timeline tab and its data.

    Args:
        context: TensorBoard's context; its data provider and the flags `--logdir` and `--logdir_spec` are used.
    """

    plugin_name = layout.PLUGIN_NAME

    def __init__(self, context: base_plugin.TBContext) -> None:
        self._provider: Any = context.data_provider
        spec = getattr(context.flags, "logdir_spec", None)
        logdir = getattr(context.flags, "logdir", None) or (None if spec else context.logdir)
        self._runs = RunDirectories(self._provider, logdir, spec)

    def get_plugin_apps(self) -> dict[str, wire.WSGIApp]:
        """Return the WSGI applications by path."""
        server = RouteServer(self._list_runs, self._find_run)
        routes = {f"/{route.name}": server.application(route) for route in ROUTES}
        return {"/index.js": wire.application(_bundle), **routes}

    def is_active(self) -> bool:
        """Return whether any run holds RNN Timeline data; only some data providers make TensorBoard call this."""
        return bool(self._runs.with_traces(self._runs.names(None, "")))

    def frontend_metadata(self) -> base_plugin.FrontendMetadata:
        """Return the tab's name and module."""
        return base_plugin.FrontendMetadata(es_module_path="/index.js", tab_name="RNN Timeline")

    def _list_runs(self, request: wrappers.Request) -> list[ServedRun]:
        scope = _scope(request)
        found = self._runs.with_traces(self._runs.names(*scope))
        return [self._open(scope, name, traces) for name, traces in found.items()]

    def _find_run(self, request: wrappers.Request, name: str) -> ServedRun:
        scope = _scope(request)
        return self._open(scope, name, self._runs.trace_directory(*scope, name))

    def _open(self, scope: tuple[Any, str], name: str, traces: Path) -> ServedRun:
        return ServedRun(name, traces, self._runs, RunEvents(self._provider, *scope, name))


def _scope(request: wrappers.Request) -> tuple[Any, str]:
    """Return the context and the experiment of a request, as TensorBoard's data provider expects them."""
    return plugin_util.context(request.environ), plugin_util.experiment_id(request.environ)


def _bundle(request: wrappers.Request) -> wrappers.Response:
    if not _BUNDLE.exists():
        raise errors.NotFoundError(
            "The frontend was not built: install tb-rnn-plugin with pip, or run `make frontend` in its sources."
        )
    tag = wire.etag(layout.identity(_BUNDLE.stat()))
    return wire.unchanged(request, tag) or http_util.Respond(
        request, _BUNDLE.read_bytes(), "text/javascript", headers=[("ETag", tag)]
    )
