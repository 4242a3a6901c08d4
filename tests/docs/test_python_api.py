"""The page of the Python API runs from top to bottom, and prints what it says."""

from __future__ import annotations

import re
from pathlib import Path

import keras
import numpy as np
import pytest

import tb_rnn_plugin
from tb_rnn_plugin import RNNTimeline
from tests.docs.pages import PYTHON_API, blocks, run


@pytest.fixture
def printed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> str:
    """Run the page as its first paragraph says, and return what it prints."""
    monkeypatch.chdir(tmp_path)
    keras.utils.set_random_seed(1)
    model = keras.Sequential(
        [
            keras.Input((10, 3)),
            keras.layers.LSTM(4, name="lstm", return_sequences=True),
            keras.layers.SimpleRNN(4, name="rnn"),
            keras.layers.Dense(1, name="dense"),
        ]
    )
    model.compile("adam", "mse")
    random = np.random.default_rng(2)
    x, y = random.normal(size=(6, 10, 3)).astype("float32"), random.normal(size=(6, 1)).astype("float32")
    in_quotes = random.random((6, 10)) < 0.5
    timeline = RNNTimeline("logs/run-1", probe=x, targets=y, gradients=True, annotations={"in quotes": in_quotes})
    model.fit(x, y, epochs=8, verbose=0, callbacks=[timeline])
    given = {
        "model": model,
        "x": x,
        "y": y,
        "another_x": x + 1,
        "h0": np.ones((6, 4), np.float32),
        "kernel": np.ones((7, 4), np.float32),
        "bias": np.ones(4, np.float32),
    }
    capsys.readouterr()
    run(PYTHON_API, given)
    return capsys.readouterr().out


@pytest.mark.slow
def test_the_page_runs_and_an_explanation_reads_as_shown(printed: str) -> None:
    [shown] = blocks(PYTHON_API, "text")
    start = printed.index("lstm forget_gate: ")
    assert form(printed[start:])[: len(form(shown)) - 1] == form(shown)[:-1]
    assert shown.splitlines()[-1].strip() == "…"


def form(text: str) -> list[str]:
    """Return the lines of an explanation with every number, and the order of its contributions, left out."""
    lines = [re.sub(r"(input feature|recurrent unit) \d+", "read", line) for line in text.splitlines()]
    return [
        " ".join(re.sub(r"-?\b\d+(?:\.\d+)?(?:e-?\d+)?", "#", line).replace("- #", "+ #").split()) for line in lines
    ]


def test_every_public_name_is_described() -> None:
    text = PYTHON_API.read_text()
    for name in tb_rnn_plugin.__all__:
        assert re.search(rf"^\| `{name}` \|", text, re.MULTILINE), name
