"""The changelog's table of moved private modules holds."""

from __future__ import annotations

import re
from importlib import import_module
from importlib.util import find_spec

from tests.docs.pages import ROOT

ROWS = re.findall(r"^\| (`tb_rnn_plugin.+?) \| (.+) \|$", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)


def names(cell: str) -> list[str]:
    """Return the dotted names in a cell of the table."""
    return re.findall(r"`(tb_rnn_plugin(?:\.\w+)+)`(?!:)", cell)


def test_the_new_names_exist() -> None:
    assert len(ROWS) > 10
    for _, now in ROWS:
        for name in names(now):
            parent, _, last = name.rpartition(".")
            assert hasattr(import_module(parent), last) or find_spec(name), name


def test_the_old_names_are_gone() -> None:
    for before, _ in ROWS:
        for name in names(before):
            parent, _, last = name.rpartition(".")
            assert not exists(name), name
            assert not (exists(parent) and hasattr(import_module(parent), last)), name


def exists(module: str) -> bool:
    """Return whether a module can be imported."""
    try:
        return find_spec(module) is not None
    except ModuleNotFoundError:
        return False
