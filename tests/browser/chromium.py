"""Finds a Chromium for the browser tests; `python -m tests.browser.chromium` installs one."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")

ARGUMENTS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def find() -> str:
    """Return the path of a Chromium: `$CHROMIUM`, else one on PATH, else Playwright's own.

    Raises:
        FileNotFoundError: there is none.
    """
    chosen = os.environ.get("CHROMIUM")
    if chosen:
        if not shutil.which(chosen):
            raise FileNotFoundError(f"$CHROMIUM must name an executable, got {chosen!r}.")
        return chosen
    found = next(filter(None, map(shutil.which, NAMES)), None) or _playwrights_own()
    if found is None:
        raise FileNotFoundError("No Chromium found: set $CHROMIUM, or run `python -m tests.browser.chromium`.")
    return found


def install() -> str:
    """Install Chromium unless there is one, and return its path."""
    try:
        return find()
    except FileNotFoundError:
        if os.environ.get("CHROMIUM"):
            raise
    if shutil.which("apt-get") and hasattr(os, "geteuid") and os.geteuid() == 0:
        subprocess.run(["apt-get", "update"], check=True)
        subprocess.run(["apt-get", "install", "-y", "--no-install-recommends", "chromium"], check=True)
    else:
        subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], check=True)
    return find()


@contextmanager
def launched() -> Iterator[Browser]:
    """Run Chromium; it is ended on leaving."""
    executable = find()  # Before Playwright starts: to look for its own Chromium, it is started once already.
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=list(ARGUMENTS))
        yield browser
        browser.close()


def _playwrights_own() -> str | None:
    with sync_playwright() as playwright:
        path = Path(playwright.chromium.executable_path)
    return str(path) if path.exists() else None


if __name__ == "__main__":
    print(install())
