"""demo/notebook.ipynb runs from top to bottom, and its TensorBoard shows the run that it trains."""

from __future__ import annotations

import json
import os
import re
import subprocess
from pathlib import Path

import pytest

from tb_rnn_plugin import open_run
from tests.notebook.test_stripped import DOCUMENT
from tests.tensorboard_process import PATIENCE, ROUTES

ENVIRONMENT = Path(__file__).parents[2] / ".venv-demo-notebook" / "bin"

ASK_TENSORBOARD = f"""
import json, time, urllib.request
from tensorboard import manager

[info] = manager.get_all()
deadline = time.monotonic() + {PATIENCE}
runs = []
while not runs and time.monotonic() < deadline:
    with urllib.request.urlopen(f"http://localhost:{{info.port}}{ROUTES}runs") as response:
        runs = [run["name"] for run in json.load(response)["runs"]]
    time.sleep(0.1)
print(runs)
"""
"""An additional cell: the TensorBoard that the notebook starts ends with the kernel."""

Outputs = dict[str, str]


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("notebook")


@pytest.fixture(scope="module")
def outputs(directory: Path) -> Outputs:
    """Run the notebook, and return what each cell printed or displayed, by its id."""
    assert ENVIRONMENT.exists(), f"No environment in {ENVIRONMENT}: run `make notebook`."
    last: dict[str, object] = {
        "cell_type": "code",
        "id": "runs",
        "metadata": {},
        "outputs": [],
        "execution_count": None,
    }
    cells = [*DOCUMENT["cells"], {**last, "source": ASK_TENSORBOARD}]
    notebook = directory / "notebook.ipynb"
    notebook.write_text(json.dumps({**DOCUMENT, "cells": cells}))
    temporary = directory / "temporary"  # TensorBoard lists its running processes here, to reuse them.
    temporary.mkdir()
    # `%tensorboard` runs the first `tensorboard` of PATH.
    path = f"{ENVIRONMENT}{os.pathsep}{os.environ['PATH']}"
    environment = {**os.environ, "PATH": path, "TMPDIR": str(temporary), "IPYTHONDIR": str(directory / "ipython")}
    command = [ENVIRONMENT / "python", Path(__file__).with_name("execute.py"), notebook]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    executed = json.loads(notebook.read_text())["cells"]
    return {cell["id"]: json.dumps(cell.get("outputs"), ensure_ascii=False) for cell in executed}


def test_the_network_learns_and_its_run_is_read_back(directory: Path, outputs: Outputs) -> None:
    match = re.search(r"accuracy ([\d.]+)", outputs["train"])
    assert match is not None
    assert float(match[1]) > 0.95
    assert open_run(directory / "logs" / "first-symbol" / "rnn").steps == list(range(10))
    assert "AUC" in outputs["read"]
    assert "c = f * c_prev + i * g" in outputs["explain"]
    assert "array" in outputs["capture"]


def test_its_tensorboard_shows_the_run(outputs: Outputs) -> None:
    assert "iframe" in outputs["tensorboard"]
    assert "['first-symbol/rnn']" in outputs["runs"]
