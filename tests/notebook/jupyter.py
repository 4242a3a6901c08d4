"""Runs a Jupyter server on loopback, in an environment of its own, with a notebook that shows TensorBoard."""

from __future__ import annotations

import json
import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.tensorboard_process import PATIENCE

ENVIRONMENT = Path(__file__).parents[2] / ".venv-notebook" / "bin"
NOTEBOOK = "training.ipynb"

PAGE_CONFIG = {"disabledExtensions": {"@jupyterlab/apputils-extension:announcements": True}}
"""Without Jupyter's prompt about news, which would cover part of the tab."""


@dataclass(frozen=True)
class Jupyter:
    """A server that listens at `address`, accepts `token`, and prints to the file `output`."""

    address: str
    token: str
    process: subprocess.Popen[bytes]
    output: Path

    @property
    def notebook(self) -> str:
        """The URL of the notebook alone, without Jupyter's other panels."""
        return f"{self.address}doc/tree/{NOTEBOOK}?token={self.token}"


@contextmanager
def jupyter(directory: Path, logs: Path) -> Iterator[Jupyter]:
    """Run a Jupyter that writes only to `directory`. It is stopped on leaving, with its kernels.

    Raises:
        FileNotFoundError: the environment is missing.
    """
    if not ENVIRONMENT.exists():
        raise FileNotFoundError(f"No Jupyter in {ENVIRONMENT}: run `make notebook`.")
    documents = directory / "documents"
    documents.mkdir()
    (documents / NOTEBOOK).write_text(json.dumps(_notebook(logs)))
    output = directory / "jupyter.txt"
    command = [
        str(ENVIRONMENT / "jupyter-lab"),
        "--no-browser",
        "--allow-root",
        "--ServerApp.port=0",
        f"--ServerApp.root_dir={documents}",
    ]
    with output.open("wb") as file:
        process = subprocess.Popen(command, env=_environment(directory), stdout=file, stderr=subprocess.STDOUT)
    try:
        info = _wait_for_info(directory / "runtime" / f"jpserver-{process.pid}.json", process, output)
        yield Jupyter(info["url"], info["token"], process, output)
    finally:
        process.terminate()
        process.wait()


def _notebook(logs: Path) -> dict[str, Any]:
    """Return a notebook with the two lines that users enter, and text below them, so that it scrolls."""
    lines = ["%load_ext tensorboard", f'%tensorboard --logdir "{logs}" --port 0']
    code: dict[str, Any] = {"cell_type": "code", "execution_count": None, "metadata": {}, "outputs": []}
    text = {"cell_type": "markdown", "id": "text", "metadata": {}, "source": "What it shows.\n\n" * 50}
    return {
        "cells": [*({**code, "id": f"line-{i}", "source": line} for i, line in enumerate(lines)), text],
        "metadata": {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}},
        "nbformat": 4,
        "nbformat_minor": 5,
    }


def _environment(directory: Path) -> dict[str, str]:
    """Return environment variables that hide the settings and TensorBoards of the machine's user."""
    folders = {
        "JUPYTER_CONFIG_DIR": "config",
        "JUPYTER_DATA_DIR": "data",
        "JUPYTER_RUNTIME_DIR": "runtime",
        "IPYTHONDIR": "ipython",
        "TMPDIR": "temporary",  # TensorBoard lists its running processes here, to reuse them.
    }
    for folder in folders.values():
        (directory / folder).mkdir()
    config = directory / "config" / "labconfig" / "page_config.json"
    config.parent.mkdir()
    config.write_text(json.dumps(PAGE_CONFIG))
    # `%tensorboard` runs the first `tensorboard` of PATH.
    path = f"{ENVIRONMENT}{os.pathsep}{os.environ['PATH']}"
    return {**os.environ, "PATH": path, **{name: str(directory / folder) for name, folder in folders.items()}}


def _wait_for_info(path: Path, process: subprocess.Popen[bytes], output: Path) -> dict[str, str]:
    """Return the information that the server writes to a file once it listens."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        assert process.poll() is None, f"Jupyter ended:\n{output.read_text()}"
        try:
            info: dict[str, str] = json.loads(path.read_text())
            return info
        except (FileNotFoundError, json.JSONDecodeError):  # Not yet or only partly written.
            time.sleep(0.05)
    raise AssertionError(f"Jupyter did not listen within {PATIENCE} seconds:\n{output.read_text()}")
