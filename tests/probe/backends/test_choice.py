"""Keras decides which backend the probe uses; one that cannot be used is one clear sentence."""

from __future__ import annotations

import re
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import keras
import pytest

from tb_rnn_plugin.probe.backend import backend

REPOSITORY = Path(__file__).parents[3]
BACKENDS = REPOSITORY / "tb_rnn_plugin" / "probe" / "backends"
SUPPORTED = " or ".join(sorted({path.stem for path in BACKENDS.glob("*.py")} - {"__init__", "base"}))


def test_it_is_the_one_that_keras_runs_on() -> None:
    module = import_module(f"tb_rnn_plugin.probe.backends.{keras.backend.backend()}")
    assert backend is module.BACKEND


@pytest.mark.parametrize(
    ("before", "sentence"),
    [
        (
            "import keras\nkeras.backend.backend = lambda: 'openvino'",
            f"tb-rnn-plugin captures networks on Keras' backend {SUPPORTED}, and Keras runs on 'openvino': set the "
            f"environment variable KERAS_BACKEND to {SUPPORTED}.",
        ),
        (
            "import os, sys\nos.environ['KERAS_BACKEND'] = 'jax'\nsys.modules['jax'] = None",
            "Keras cannot be imported, because 'jax' is not installed: install it, or set the environment variable "
            "KERAS_BACKEND=tensorflow.",
        ),
        (
            "import sys\nsys.modules['keras'] = None",
            "Capturing a network needs Keras on TensorFlow, and 'keras' is not installed: "
            "`pip install tb-rnn-plugin[tensorflow]`, or any build of TensorFlow you prefer. (Looking at logs needs "
            "none.)",
        ),
    ],
    ids=["unsupported", "dependency", "keras"],
)
def test_one_that_cannot_be_used_is_one_sentence(before: str, sentence: str) -> None:
    command = [sys.executable, "-c", f"{before}\nfrom tb_rnn_plugin import capture"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=REPOSITORY)
    assert done.returncode == 1
    assert done.stderr.strip().splitlines()[-1] == f"ImportError: {sentence}"


@pytest.mark.parametrize(
    ("framework", "home"), [("tensorflow", "probe/backends/tensorflow.py"), ("keras", "probe/backend.py")]
)
def test_only_one_module_imports_a_framework(framework: str, home: str) -> None:
    package = REPOSITORY / "tb_rnn_plugin"
    imports = re.compile(rf"^\s*(import|from) {framework}\b", re.MULTILINE)
    importing = [path for path in package.rglob("*.py") if imports.search(path.read_text())]
    assert importing == [package / home]
