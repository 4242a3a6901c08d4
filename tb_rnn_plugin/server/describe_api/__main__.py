"""Writes the generated files: `python -m tb_rnn_plugin.server.describe_api`, in a checkout."""

from __future__ import annotations

from pathlib import Path

from tb_rnn_plugin.server.describe_api.module import typescript_module
from tb_rnn_plugin.server.describe_api.page import with_tables
from tb_rnn_plugin.server.routes import ROUTES

_ROOT = Path(__file__).parents[3]
PAGE = _ROOT / "tb_rnn_plugin" / "server" / "http_api.md"
MODULE = _ROOT / "frontend_static" / "src" / "api" / "routes.ts"


def generated() -> dict[Path, str]:
    """Return the text of each generated file."""
    return {PAGE: with_tables(PAGE.read_text("utf-8"), ROUTES), MODULE: typescript_module(ROUTES)}


if __name__ == "__main__":
    for path, text in generated().items():
        path.write_text(text, "utf-8")
