"""Sets metadata at build time: the package's URLs, and a README whose links and pictures work on a package index."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from hatchling.metadata.plugin.interface import MetadataHookInterface

_RELATIVE_LINK = re.compile(r"(?P<image>!?)\[(?P<text>[^\]]*)\]\((?![a-z]+:|#)(?P<path>[^)]+)\)")


class ReadmeMetadataHook(MetadataHookInterface):
    """Sets `readme` and `urls` from `repository` of `[tool.hatch.metadata.hooks.custom]`.

    A package index does not resolve relative links. While `repository` is empty, the README stays unchanged and the
    package has no URLs.
    """

    def update(self, metadata: dict[str, Any]) -> None:
        """Set both fields; the version, which the links' tag contains, is set already."""
        repository = str(self.config["repository"]).rstrip("/")
        text = (Path(self.root) / "README.md").read_text(encoding="utf-8")
        if repository:
            text = absolute_links(text, repository, f"v{metadata['version']}")
        metadata["readme"] = {"content-type": "text/markdown", "text": text}
        metadata["urls"] = urls(repository) if repository else {}


def absolute_links(text: str, repository: str, tag: str) -> str:
    """Return Markdown with its relative links and pictures made absolute.

    Args:
        text: Markdown.
        repository: URL of the repository's page, without a slash at its end.
        tag: The tag whose files the links point to.
    """

    def absolute(match: re.Match[str]) -> str:
        image, title, path = match["image"], match["text"], match["path"]
        return f"{image}[{title}]({repository}/{'raw' if image else 'blob'}/{tag}/{path})"

    return _RELATIVE_LINK.sub(absolute, text)


def urls(repository: str) -> dict[str, str]:
    """Return the package's URLs by label."""
    return {
        "Repository": repository,
        "Documentation": f"{repository}/blob/HEAD/docs/guide.md",
        "Changelog": f"{repository}/blob/HEAD/CHANGELOG.md",
        "Issues": f"{repository}/issues",
    }
