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

HEADLESS_SHELLS = ("chromium-headless-shell", "chrome-headless-shell")
"""Chromium without a browser window: a new page takes a fifth of the CPU time, and all browser tests take half."""

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")

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

APT_INSTALL = ("apt-get", "install", "--quiet", "--yes", "--no-install-recommends")


def find(headless_shell: bool = True) -> str:
    """Return the path of a Chromium: `$CHROMIUM`, else one on PATH, else Playwright's own.

    Args:
        headless_shell: Whether to prefer a headless shell to the browser that people use.

    Raises:
        FileNotFoundError: there is none.
    """
    chosen = os.environ.get("CHROMIUM")
    if chosen:
        if not shutil.which(chosen):
            raise FileNotFoundError(f"$CHROMIUM must name an executable, got {chosen!r}.")
        return chosen
    names = [*HEADLESS_SHELLS, *BROWSERS] if headless_shell else [*BROWSERS, *HEADLESS_SHELLS]
    found = next(filter(None, map(shutil.which, names)), None) or _find_in_playwright()
    if found is None:
        raise FileNotFoundError("No Chromium found: set $CHROMIUM, or run `python -m tests.browser.chromium`.")
    return found


def install() -> str:
    """Install a headless shell with apt, or any Chromium where there is none; return the path of the one to use.

    Raises:
        FileNotFoundError: there is none, and none could be installed.
    """
    if not os.environ.get("CHROMIUM") and not any(map(shutil.which, HEADLESS_SHELLS)):
        if shutil.which("apt-get") and hasattr(os, "geteuid") and os.geteuid() == 0:
            subprocess.run(["apt-get", "update"], check=False)
            for package in ("chromium-headless-shell", "chromium"):  # Not every release of Debian has the shell.
                installed = subprocess.run([*APT_INSTALL, package], check=False)
                if installed.returncode == 0 or _is_found():
                    break
        elif not _is_found():
            subprocess.run([sys.executable, "-m", "playwright", "install", "--only-shell", "chromium"], check=True)
    return find()


def _is_found() -> bool:
    try:
        return bool(find())
    except FileNotFoundError:
        return False


@contextmanager
def launched(headless_shell: bool = True) -> Iterator[Browser]:
    """Run the Chromium that `find` returns, and end it on exit."""
    executable = find(headless_shell)  # Before Playwright starts, which `find` may do itself.
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=list(ARGUMENTS))
        yield browser
        browser.close()


def _find_in_playwright() -> str | None:
    """Return the path of the Chromium that Playwright installed: the browser, else the headless shell beside it."""
    with sync_playwright() as playwright:
        browser = Path(playwright.chromium.executable_path)
    installed = [browser, *browser.parents[2].glob("chromium_headless_shell-*/*/*headless*shell*")]
    return next((str(path) for path in installed if path.is_file() and os.access(path, os.X_OK)), None)


if __name__ == "__main__":
    print(install())
