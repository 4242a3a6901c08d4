"""The generated part of `http_api.md`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from tb_rnn_plugin.server.describe_api.objects import JsonObject, answer_type, json_objects
from tb_rnn_plugin.server.route import Arrays, Json, Route

MARKER = "<!-- Generated from here on: change routes.py, then run `python -m tb_rnn_plugin.server.describe_api`. -->"


def with_tables(page: str, routes: Sequence[Route]) -> str:
    """Return the page with everything after the marker generated from the routes."""
    written, marker, _ = page.partition(MARKER)
    if not marker:
        raise ValueError(f"The page must contain the line {MARKER!r}.")
    return written + marker + "\n\n" + "\n".join(_lines(routes))


def _lines(routes: Sequence[Route]) -> Iterator[str]:
    yield "## Parameters\n"
    parameters = {parameter.name: parameter for route in routes for parameter in route.parameters}
    yield from _table(
        ("parameter", "is", "meaning"),
        ((f"`{one.name}`", one.kind.rule or "any text", one.meaning) for one in parameters.values()),
    )
    yield "\n## Routes\n"
    yield from _table(
        ("route", "answer", "its `ETag` is that of"),
        (
            (
                f"[`/{route.name}`](#{route.name})",
                "JSON" if isinstance(route.answer, Json) else "arrays",
                route.source.description if route.source else "no files: it has none",
            )
            for route in routes
        ),
    )
    for route in routes:
        yield from _route_lines(route)
    yield "\n## JSON objects"
    for known in json_objects([route for route in routes if isinstance(route.answer, Json)]):
        yield from _object_lines(known)
    yield ""


def _route_lines(route: Route) -> Iterator[str]:
    yield f"\n### {route.name}\n\n`GET {_signature(route)}`\n"
    yield route.summary + "\n"
    if isinstance(route.answer, Arrays):
        yield from _table(
            ("array", "dtype", "shape", "meaning"),
            (
                (f"`{one.name}`{' (optional)' if one.optional else ''}", one.dtype, f"`{one.shape}`", one.meaning)
                for one in route.answer.arrays
            ),
        )
    else:
        name = answer_type(route).__name__
        yield f"Answers a [`{name}`](#{name.lower()})."
    if route.notes:
        yield "\n" + route.notes


def _signature(route: Route) -> str:
    """Return the path of a route with its parameters, optional ones in brackets."""
    pairs = [
        f"[{one.name}=…]" if one.optional else f"{one.name}=…"
        for one in sorted(route.parameters, key=lambda one: one.optional)
    ]
    return f"/{route.name}" + ("?" if pairs else "") + "&".join(pairs).replace("&[", "[&")


def _object_lines(known: JsonObject) -> Iterator[str]:
    yield f"\n### {known.name}\n\n{known.summary}\n"
    yield from _table(
        ("field", "type", "meaning"),
        (
            (f"`{one.name}`{' (optional)' if one.optional else ''}", f"`{one.type}`", one.meaning)
            for one in known.fields
        ),
    )


def _table(heading: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    yield "| " + " | ".join(heading) + " |"
    yield "|" + "---|" * len(heading)
    for row in rows:
        yield "| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |"
