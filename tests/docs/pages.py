"""Reads the Markdown pages of the repository."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
README = ROOT / "README.md"
GUIDE = ROOT / "docs" / "guide.md"
PYTHON_API = ROOT / "docs" / "python_api.md"
LOG_FORMAT = ROOT / "docs" / "log_format.md"
PAGES = [README, *sorted((ROOT / "docs").glob("*.md")), *(ROOT / f"{name}.md" for name in ("CONTRIBUTING", "SECURITY"))]
"""Without CHANGELOG.md, which also names what is gone."""


def blocks(page: Path, language: str) -> list[str]:
    """Return the fenced code blocks of a page in a language."""
    return re.findall(rf"^```{language}\n(.*?)^```", page.read_text(), re.DOTALL | re.MULTILINE)


def run(page: Path, names: dict[str, Any]) -> dict[str, Any]:
    """Run the Python of a page from top to bottom, and return all names, those given and those that it defines."""
    names = dict(names)
    for number, block in enumerate(blocks(page, "python")):
        exec(compile(block, f"{page.name}, block {number}", "exec"), names)  # noqa: S102 - our own page
    return names


def prose(page: Path) -> str:
    """Return a page without its code."""
    text = re.sub(r"^```.*?^```", "", page.read_text(), flags=re.DOTALL | re.MULTILINE)
    return re.sub(r"`[^`\n]+`", "`code`", text)


def anchors(page: Path) -> set[str]:
    """Return the anchors that the headings of a page have."""
    headings = re.findall(r"^#+ (.+)$", re.sub(r"^```.*?^```", "", page.read_text(), flags=re.DOTALL | re.M), re.M)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}
