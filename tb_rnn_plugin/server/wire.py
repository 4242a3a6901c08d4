"""HTTP details: errors, ETags and the encodings of answers."""

from __future__ import annotations

import hashlib
import json as json_module
from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields, is_dataclass
from math import isfinite
from typing import Any, TypeAlias

from tensorboard import errors
from tensorboard.backend import http_util
from werkzeug import wrappers

from tb_rnn_plugin.analysis.errors import AnalysisError, OutOfRangeError
from tb_rnn_plugin.log.encoding import encode
from tb_rnn_plugin.log.errors import LogError
from tb_rnn_plugin.log.schema import Array

WSGIApp: TypeAlias = Callable[[dict[str, Any], Callable[..., Any]], Any]
Handler: TypeAlias = Callable[[wrappers.Request], wrappers.Response]

JSON = "application/json"
ARRAYS = "application/octet-stream"

MAX_ERROR_CHARACTERS = 2000
"""Characters of an error."""


def application(handler: Handler) -> WSGIApp:
    """Make a read-only WSGI application of a handler, with errors that a caller or a log causes as 4xx.

    Any other exception is a defect of this package. It is not caught: werkzeug logs its traceback and answers 500.
    """

    @wrappers.Request.application  # type: ignore[untyped-decorator, unused-ignore]
    def respond_or_refuse(request: wrappers.Request) -> wrappers.Response:
        if request.method not in ("GET", "HEAD"):
            return http_util.Respond(request, "This route is read-only: use GET.", "text/plain", code=405)
        try:
            return handler(request)
        except (LogError, OutOfRangeError) as error:
            raise errors.NotFoundError(sentence(error)) from error
        except AnalysisError as error:
            raise errors.InvalidArgumentError(sentence(error)) from error
        except OSError as error:
            raise errors.NotFoundError(f"The run cannot be read: {sentence(error)}.") from error
        except MemoryError as error:
            raise errors.NotFoundError("This machine has too little memory for this request.") from error

    return respond_or_refuse  # type: ignore[no-any-return]


def sentence(error: Exception) -> str:
    """Return an error's text, shortened and encodable: it may quote names from a log and from a request."""
    text = str(error)
    shortened = text if len(text) <= MAX_ERROR_CHARACTERS else f"{text[: MAX_ERROR_CHARACTERS - 1]}…"
    return shortened.encode("utf-8", "backslashreplace").decode()  # A file's name need not be Unicode.


def etag(*parts: object) -> str:
    """Return a strong ETag that identifies these parts."""
    return f'"{hashlib.sha256(repr(parts).encode()).hexdigest()[:32]}"'


def unchanged(request: wrappers.Request, tag: str) -> wrappers.Response | None:
    """Return a 304 if the caller already holds this ETag, else None."""
    if tag not in request.headers.get("If-None-Match", ""):
        return None
    return wrappers.Response(status=304, headers=_caching(tag), content_type=ARRAYS)


def respond(request: wrappers.Request, body: bytes, content_type: str, tag: str | None = None) -> wrappers.Response:
    """Respond with a body and, if there is one, its ETag."""
    return http_util.Respond(request, body, content_type, headers=[("ETag", tag)] if tag else [])


def respond_in_chunks(
    request: wrappers.Request, chunks: Iterable[bytes], content_type: str, tag: str | None = None
) -> wrappers.Response:
    """Respond with a body in chunks, which are sent without being copied into one."""
    parts = list(chunks)
    response = respond(request, b"", content_type, tag)
    response.response, response.content_length = parts, sum(map(len, parts))
    return response


def array_chunks(arrays: Mapping[str, Array], metadata: Mapping[str, str]) -> Iterable[bytes]:
    """Return named arrays in the safetensors layout, in chunks."""
    return map(bytes, encode(arrays, metadata))


def json(value: Any) -> bytes:
    """Return a value in JSON: a dataclass is an object, and a number that is not finite is null."""
    return json_module.dumps(_jsonable(value)).encode()


def _jsonable(value: Any) -> Any:
    if isinstance(value, float):
        return value if isfinite(value) else None
    if isinstance(value, Mapping):
        return {key: _jsonable(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_jsonable(item) for item in value]
    if is_dataclass(value):
        return {field.name: _jsonable(getattr(value, field.name)) for field in fields(value)}
    return value


def _caching(tag: str) -> list[tuple[str, str]]:
    return [("ETag", tag), ("Cache-Control", "no-cache, must-revalidate"), ("X-Content-Type-Options", "nosniff")]
