"""A TensorBoard with our plugin and a second one that serves static files: the reference for `/trace`.

Run it as `python -m tests.benchmarks.static_files`, with TensorBoard's own options.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tensorboard import default, program
from tensorboard.backend import http_util
from tensorboard.plugins import base_plugin
from werkzeug import wrappers

ROUTE = "/data/plugin/static_files/"


def name(number: int) -> str:
    """Return the name of one of the files in the log directory."""
    return f"static-{number}.bin"


class StaticFiles(base_plugin.TBPlugin):  # type: ignore[misc]
    """Serves files of the log directory."""

    plugin_name = "static_files"

    def __init__(self, context: base_plugin.TBContext) -> None:
        self._directory = Path(context.flags.logdir)

    def get_plugin_apps(self) -> dict[str, Callable[..., Any]]:
        """Return the one route."""
        return {"/*": self._serve}

    def is_active(self) -> bool:
        """Show no tab."""
        return False

    @wrappers.Request.application  # type: ignore[untyped-decorator]
    def _serve(self, request: wrappers.Request) -> wrappers.Response:
        file = self._directory / Path(request.path).name
        return http_util.Respond(request, file.read_bytes(), "application/octet-stream")


if __name__ == "__main__":
    board = program.TensorBoard(plugins=[*default.get_plugins(), StaticFiles])
    board.configure(["tensorboard", *sys.argv[1:]])
    sys.exit(board.main())
