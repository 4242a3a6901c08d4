"""TensorBoard, and people who only look at logs, neither import TensorFlow nor need it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).parents[2]


def run_python(code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=REPOSITORY)


def heavy_imports(module: str) -> list[str]:
    """Return which of the heavy packages a fresh Python has imported after importing a module."""
    heavy = {"tensorflow", "keras", "jax", "torch"}
    done = run_python(f"import sys, {module}\nprint('imported', *sorted({heavy} & set(sys.modules)))")
    assert done.returncode == 0, done.stderr
    marker, *found = done.stdout.splitlines()[-1].split()
    assert marker == "imported"
    return found


@pytest.mark.parametrize(
    "module",
    ["tb_rnn_plugin", "tb_rnn_plugin.run", "tb_rnn_plugin.server.plugin", "tb_rnn_plugin.server.loader"],
)
def test_reading_and_serving_import_no_framework(module: str) -> None:
    assert heavy_imports(module) == []


def test_the_check_finds_what_is_imported() -> None:
    """The test above can fail."""
    assert heavy_imports("tb_rnn_plugin.probe") == ["keras", "tensorflow"]


@pytest.mark.parametrize("name", ["RNNTimeline", "capture"])
def test_a_missing_tensorflow_is_one_clear_sentence(name: str) -> None:
    done = run_python(f"import sys\nsys.modules['tensorflow'] = None\nfrom tb_rnn_plugin import {name}")
    assert done.returncode == 1
    last = done.stderr.strip().splitlines()[-1]
    assert last.startswith("ImportError: ")
    for word in ("TensorFlow", "not installed", "pip install tb-rnn-plugin[tensorflow]"):
        assert word in last


def test_logs_are_read_without_tensorflow() -> None:
    done = run_python(
        "import sys\nsys.modules['tensorflow'] = sys.modules['keras'] = None\n"
        "from tb_rnn_plugin import open_run\nprint(open_run.__name__)"
    )
    assert (done.returncode, done.stdout.strip()) == (0, "open_run"), done.stderr
