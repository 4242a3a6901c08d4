"""Captures a small model with the installed package, and opens TensorBoard on its log.

For systems on which the tests do not run: it needs neither pytest nor the repository.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
import time
import urllib.parse
import urllib.request
from pathlib import Path
from typing import Any

import keras
import numpy as np

import tb_rnn_plugin
from tb_rnn_plugin import RNNTimeline, open_run

TIMEOUT = 120.0  # seconds
ROUTES = "data/plugin/rnn_timeline"


def main() -> None:
    """Train for two epochs, read the log in Python, and fetch the tab and the list of runs from TensorBoard."""
    print(f"Testing {tb_rnn_plugin.__file__} on {sys.platform}")
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as directory:
        log_dir = Path(directory) / "logs"
        train(log_dir / "one")
        run = open_run(log_dir / "one" / "rnn")
        assert run.steps == [0, 1], run.steps
        forget = run.load("lstm", "forget_gate", step=1)
        assert forget.shape == (2, 5, 4), forget.shape
        assert ((forget > 0) & (forget < 1)).all()
        check_tensorboard(log_dir, Path(directory) / "tensorboard.txt")
    print("The smoke test passed.")


def train(log_dir: Path) -> None:
    """Fit a small model with the callback."""
    random = np.random.default_rng(0)
    x, y = random.normal(size=(8, 5, 3)).astype("float32"), random.normal(size=(8, 1)).astype("float32")
    model = keras.Sequential([keras.Input((5, 3)), keras.layers.LSTM(4, name="lstm"), keras.layers.Dense(1)])
    model.compile("adam", "mse")
    model.fit(x, y, epochs=2, verbose=0, callbacks=[RNNTimeline(log_dir, probe=x[:2])])


def check_tensorboard(log_dir: Path, output: Path) -> None:
    """Start TensorBoard on a log directory, and fetch what the tab fetches first."""
    command = [sys.executable, "-m", "tensorboard.main", "--logdir", str(log_dir), "--host", "127.0.0.1", "--port", "0"]
    with output.open("wb") as file:
        process = subprocess.Popen(command, stdout=file, stderr=subprocess.STDOUT)
    try:
        address = wait_for(lambda: printed_address(output), process, output)
        script = get(f"{address}{ROUTES}/index.js").decode()
        assert "rnn-timeline" in script, script[:200]
        runs = wait_for(lambda: json.loads(get(f"{address}{ROUTES}/runs"))["runs"], process, output)
        assert [run["name"] for run in runs] in (["one/rnn"], ["one\\rnn"]), runs
        query = urllib.parse.urlencode({"run": runs[0]["name"]})
        described = json.loads(get(f"{address}{ROUTES}/run?{query}"))
        assert (described["steps"], described["problems"]) == ([0, 1], []), described
    finally:
        process.terminate()
        process.wait()


def printed_address(output: Path) -> str | None:
    """Return the address that TensorBoard has printed, if it has."""
    match = re.search(r"http://[\w.:]+/", output.read_text(errors="replace"))
    return match[0] if match else None


def get(address: str) -> bytes:
    """Return the body of a response."""
    with urllib.request.urlopen(address, timeout=TIMEOUT) as response:
        body: bytes = response.read()
    return body


def wait_for(condition: Any, process: subprocess.Popen[bytes], output: Path) -> Any:
    """Return the first truthy value of a condition."""
    deadline = time.monotonic() + TIMEOUT
    while time.monotonic() < deadline:
        assert process.poll() is None, f"TensorBoard ended:\n{output.read_text(errors='replace')}"
        if value := condition():
            return value
        time.sleep(0.2)
    raise AssertionError(f"No answer within {TIMEOUT:.0f} seconds:\n{output.read_text(errors='replace')}")


if __name__ == "__main__":
    main()
