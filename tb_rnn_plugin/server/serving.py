"""Routes whose answer is computed from a run: not anew while the files that it comes from are the same."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from typing import Any, TypeAlias

from tensorboard import errors
from werkzeug import wrappers

from tb_rnn_plugin import __version__
from tb_rnn_plugin.analysis.errors import AnalysisError, OutOfRangeError
from tb_rnn_plugin.server import wire
from tb_rnn_plugin.server.cache import Cache
from tb_rnn_plugin.server.queries.served_run import ServedRun

CAPACITY = 64 * 2**20
"""Bytes of answers that are kept."""

Query: TypeAlias = Callable[[wrappers.Request], Callable[[ServedRun], Any]]
"""Makes a question to a run of a request, or raises what is wrong with its parameters."""

Sources: TypeAlias = Callable[[wrappers.Request, ServedRun], Sequence[int]]
"""Tells from which steps' files the answer comes; the probe's is always one of them."""


class CachedRoutes:
    """Makes routes of questions.

    Args:
        run: Returns the run that a request names.
    """

    def __init__(self, run: Callable[[wrappers.Request], ServedRun]) -> None:
        self._run = run
        self._cache = Cache(CAPACITY)

    def json(self, ask: Query, sources: Sources) -> wire.WSGIApp:
        """Return a route that answers in JSON."""
        return self._route(ask, sources, wire.json_body, "application/json")

    def binary(self, ask: Query, sources: Sources) -> wire.WSGIApp:
        """Return a route that answers with named arrays."""
        return self._route(ask, sources, wire.binary_body, "application/octet-stream")

    def _route(self, ask: Query, sources: Sources, encode: Callable[[Any], bytes], content_type: str) -> wire.WSGIApp:
        def answer(request: wrappers.Request) -> wrappers.Response:
            question, run = ask(request), self._run(request)
            # Before anything is read: a file that takes its place meanwhile has another tag, and is asked for again.
            tag = _tag(run, sources(request, run))
            key = (request.path, tag, *sorted(request.args.items(multi=True)))
            return wire.unchanged(request, tag) or wire.respond(
                request, self._cache.get(key, lambda: encode(_translated(question, run))), content_type, tag
            )

        return wire.route(answer)


def one_step(request: wrappers.Request, run: ServedRun) -> Sequence[int]:
    """Name the step asked about."""
    return [wire.whole_number(request, "step")]


def steps_so_far(request: wrappers.Request, run: ServedRun) -> Sequence[int]:
    """Name the step asked about and all before it."""
    last = wire.whole_number(request, "step")
    return [step for step in run.steps if step <= last]


def all_steps(request: wrappers.Request, run: ServedRun) -> Sequence[int]:
    """Name every step."""
    return run.steps


def _tag(run: ServedRun, steps: Sequence[int]) -> str:
    # Another version may answer otherwise from the same files.
    digest = hashlib.sha256(__version__.encode())
    for named in run.identities(steps):
        digest.update(repr(named).encode())
    return f'"{digest.hexdigest()[:32]}"'


def _translated(question: Callable[[ServedRun], Any], run: ServedRun) -> Any:
    """Translate analysis errors to HTTP errors. Any other exception is a defect of ours, and becomes a 500."""
    try:
        return question(run)
    except OutOfRangeError as error:
        raise errors.NotFoundError(wire.in_words(error)) from error
    except AnalysisError as error:
        raise errors.InvalidArgumentError(wire.in_words(error)) from error
