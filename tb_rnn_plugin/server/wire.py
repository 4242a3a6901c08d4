"""HTTP details: parameters in, responses out."""

from __future__ import annotations

import json as json_module
import os
import re
from collections.abc import Callable, Mapping
from math import isfinite
from typing import Any, TypeAlias

from tensorboard import errors
from tensorboard.backend import http_util
from werkzeug import wrappers

from tb_rnn_plugin.log.encoding import encode
from tb_rnn_plugin.log.errors import LogError
from tb_rnn_plugin.log.layout import identity
from tb_rnn_plugin.log.schema import Array

WSGIApp: TypeAlias = Callable[[dict[str, Any], Callable[..., Any]], Any]
Handler: TypeAlias = Callable[[wrappers.Request], wrappers.Response]

MAX_ERROR_CHARACTERS = 2000
"""Characters of an error."""


def route(handler: Handler) -> WSGIApp:
    """Make a WSGI application of a handler: read-only, and whatever is wrong with a log is a 404 in plain words."""

    @wrappers.Request.application  # type: ignore[untyped-decorator, unused-ignore]
    def application(request: wrappers.Request) -> wrappers.Response:
        if request.method not in ("GET", "HEAD"):
            return http_util.Respond(request, "This route is read-only: use GET.", "text/plain", code=405)
        try:
            return handler(request)
        except LogError as error:
            raise errors.NotFoundError(in_words(error)) from error
        except OSError as error:
            raise errors.NotFoundError(f"The run cannot be read: {in_words(error)}.") from error
        except MemoryError as error:
            raise errors.NotFoundError("This machine has not enough memory for what was asked.") from error

    return application  # type: ignore[no-any-return]


def in_words(error: Exception) -> str:
    """Return an error's text, which may hold names from a log and from a request, as something that can be sent."""
    words = str(error)
    cut = words if len(words) <= MAX_ERROR_CHARACTERS else f"{words[: MAX_ERROR_CHARACTERS - 1]}…"
    return cut.encode("utf-8", "backslashreplace").decode()  # A file's name need not be Unicode.


def text(request: wrappers.Request, name: str) -> str:
    """Return a parameter.

    Raises:
        InvalidArgumentError: it is missing.
    """
    value: str | None = request.args.get(name)
    if value is None:
        raise errors.InvalidArgumentError(f"The parameter {name!r} is missing.")
    return value


def whole_number(request: wrappers.Request, name: str) -> int:
    """Return a parameter that must be a whole number from 0.

    Raises:
        InvalidArgumentError: it is missing or something else.
    """
    value = text(request, name)
    if not re.fullmatch("[0-9]{1,18}", value):
        raise errors.InvalidArgumentError(f"{name!r} must be a whole number from 0, got {value[:40]!r}.")
    return int(value)


def whole_numbers(request: wrappers.Request, name: str) -> list[int]:
    """Return a parameter that must be whole numbers from 0 with commas between them, at most 1,000.

    Raises:
        InvalidArgumentError: it is missing or something else.
    """
    value = text(request, name)
    if not re.fullmatch("[0-9]{1,18}(,[0-9]{1,18}){0,999}", value):
        raise errors.InvalidArgumentError(f"{name!r} must be whole numbers with commas, got {value[:40]!r}.")
    return [int(part) for part in value.split(",")]


def number(request: wrappers.Request, name: str) -> float:
    """Return a parameter that must be a finite number.

    Raises:
        InvalidArgumentError: it is missing or something else.
    """
    value = text(request, name)
    # Digits are counted: a pattern that may share them out in two ways takes minutes for a request's worth of them.
    known = re.fullmatch(r"[+-]?([0-9]{1,400}(\.[0-9]{0,400})?|\.[0-9]{1,400})(e[+-]?[0-9]{1,3})?", value)
    if not known or not isfinite(float(value)):
        raise errors.InvalidArgumentError(f"{name!r} must be a finite number, got {value[:40]!r}.")
    return float(value)


def etag(*files: os.stat_result) -> str:
    """Return a strong ETag of files."""
    return '"' + "-".join(f"{number:x}" for status in files for number in identity(status)) + '"'


def unchanged(request: wrappers.Request, tag: str) -> wrappers.Response | None:
    """Return a 304 if the caller already holds this ETag, else None."""
    if tag not in request.headers.get("If-None-Match", ""):
        return None
    return wrappers.Response(status=304, headers=_caching(tag), content_type="application/octet-stream")


def binary(
    request: wrappers.Request,
    arrays: Mapping[str, Array],
    tag: str | None = None,
    metadata: dict[str, str] | None = None,
) -> wrappers.Response:
    """Respond with named arrays in the safetensors layout; what was just read is sent as it is, not copied."""
    chunks = [bytes(chunk) for chunk in encode(arrays, metadata)]
    response = respond(request, b"", "application/octet-stream", tag)
    response.response, response.content_length = chunks, sum(map(len, chunks))
    return response


def json(request: wrappers.Request, value: Mapping[str, Any]) -> wrappers.Response:
    """Respond with JSON, null for every number that JSON has none for."""
    return respond(request, json_body(value), "application/json")


def respond(request: wrappers.Request, body: bytes, content_type: str, tag: str | None = None) -> wrappers.Response:
    """Respond with a body and, if there is one, its ETag."""
    return http_util.Respond(request, body, content_type, headers=[("ETag", tag)] if tag else [])


def binary_body(arrays: Mapping[str, Array], metadata: dict[str, str] | None = None) -> bytes:
    """Return named arrays in the safetensors layout."""
    return b"".join(encode(arrays, metadata))


def json_body(value: Mapping[str, Any]) -> bytes:
    """Return JSON, null for every number that JSON has none for."""
    return json_module.dumps(_finite(value)).encode()


def _finite(value: Any) -> Any:
    if isinstance(value, float):
        return value if isfinite(value) else None
    if isinstance(value, Mapping):
        return {key: _finite(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_finite(item) for item in value]
    return value


def _caching(tag: str) -> list[tuple[str, str]]:
    return [("ETag", tag), ("Cache-Control", "no-cache, must-revalidate"), ("X-Content-Type-Options", "nosniff")]
