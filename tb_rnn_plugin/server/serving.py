"""Makes WSGI applications of the routes: parameters in, an answer out, cached if it was computed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from werkzeug import wrappers

from tb_rnn_plugin import __version__
from tb_rnn_plugin.server import wire
from tb_rnn_plugin.server.cache import Cache
from tb_rnn_plugin.server.queries.served_run import ServedRun
from tb_rnn_plugin.server.route import Arrays, Route, Source

CAPACITY = 64 * 2**20
"""Bytes of answers that are kept."""


class RouteServer:
    """Serves routes from the runs of one TensorBoard.

    Computed answers are cached, keyed by the files they were computed from and by the parsed parameters.

    Args:
        list_runs: Returns all runs, sorted by name.
        find_run: Returns the run of a name, or raises a `NotInLogError`.
    """

    def __init__(
        self,
        list_runs: Callable[[wrappers.Request], list[ServedRun]],
        find_run: Callable[[wrappers.Request, str], ServedRun],
    ) -> None:
        self._list_runs = list_runs
        self._find_run = find_run
        self._cache = Cache(CAPACITY)

    def application(self, route: Route) -> wire.WSGIApp:
        """Return the WSGI application of a route."""
        return wire.application(lambda request: self._respond(request, route))

    def _respond(self, request: wrappers.Request, route: Route) -> wrappers.Response:
        values = route.parse(request.args)
        if "run" not in values:
            return _respond_directly(request, route, route.query(self._list_runs(request), **values))
        run = self._find_run(request, values.pop("run"))
        if "other_run" in values:
            values["other_run"] = self._find_run(request, values["other_run"])
        if route.source is None:
            return _respond_directly(request, route, route.query(run, **values))
        # Taken before anything is read: if a file is replaced meanwhile, the next request has another tag and reads it.
        tag = wire.etag(__version__, *_identities(run, route.source, values))
        if response := wire.unchanged(request, tag):
            return response
        if not route.computed:
            return _respond_directly(request, route, route.query(run, **values), tag)
        key = (route.name, run.name, tag, *(getattr(value, "name", value) for value in values.values()))
        body = self._cache.get(key, lambda: _encode(route, route.query(run, **values)))
        return wire.respond(request, body, _content_type(route), tag)


def _identities(run: ServedRun, source: Source, values: Mapping[str, Any]) -> Iterator[tuple[Any, ...]]:
    """Yield the identities of the files that an answer comes from, of both runs if it compares two."""
    yield from run.identities(source.files(run, values))
    other = values.get("other_run")
    if other is not None:
        own = {name.removeprefix("other_"): value for name, value in values.items() if name.startswith("other_")}
        yield from ((other.name, *identity) for identity in other.identities(source.files(other, own)))


def _respond_directly(
    request: wrappers.Request, route: Route, answer: Any, tag: str | None = None
) -> wrappers.Response:
    if isinstance(route.answer, Arrays):
        chunks = wire.array_chunks(answer, route.answer.metadata)
        return wire.respond_in_chunks(request, chunks, wire.ARRAYS, tag)
    return wire.respond(request, wire.json(answer), wire.JSON, tag)


def _encode(route: Route, answer: Any) -> bytes:
    if isinstance(route.answer, Arrays):
        return b"".join(wire.array_chunks(answer, route.answer.metadata))
    return wire.json(answer)


def _content_type(route: Route) -> str:
    return wire.ARRAYS if isinstance(route.answer, Arrays) else wire.JSON
