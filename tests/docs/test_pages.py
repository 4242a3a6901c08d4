"""Links, pictures, targets and code of all pages."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.docs.pages import PAGES, README, ROOT, anchors, blocks, prose

EACH_PAGE = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)


@EACH_PAGE
def test_links_and_pictures_exist(page: Path) -> None:
    for target in re.findall(r"\]\(([^)]+)\)", prose(page)):
        if target.startswith("https://"):
            continue
        path, _, anchor = target.partition("#")
        linked = (page.parent / path).resolve() if path else page
        assert linked.is_relative_to(ROOT), target
        assert linked.exists(), target
        if anchor:
            assert anchor in anchors(linked), target


@EACH_PAGE
def test_make_targets_exist(page: Path) -> None:
    makefile = (ROOT / "Makefile").read_text()
    for line in re.findall(r"(?:^    |`)make ([a-z_ -]+)", page.read_text(), re.MULTILINE):
        for target in line.split():
            assert re.search(rf"^[\w -]*\b{target}\b[\w -]*:", makefile, re.MULTILINE), target


@EACH_PAGE
def test_paths_exist(page: Path) -> None:
    """Paths in code spans, from the repository's root."""
    for path in re.findall(
        r"`((?:tb_rnn_plugin|tests|demo|docs|frontend_static|\.github)/[\w./-]*)`", page.read_text()
    ):
        assert (ROOT / path).exists(), path


@EACH_PAGE
def test_python_compiles(page: Path) -> None:
    for block in blocks(page, "python"):
        compile(block, page.name, "exec")


def test_the_readme_is_short() -> None:
    assert len(README.read_text().splitlines()) <= 120


def test_no_page_is_left_out() -> None:
    listed = {page.name for page in PAGES} | {"CHANGELOG.md"}
    assert {page.name for folder in (ROOT, ROOT / "docs") for page in folder.glob("*.md")} == listed
