"""The guide's code runs, and it names what the tab has."""

from __future__ import annotations

from pathlib import Path

import keras
import numpy as np
import pytest

from tb_rnn_plugin import RNNTimeline, open_run, record
from tests.docs.pages import GUIDE, run


@pytest.mark.slow
def test_the_code_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    encoder = keras.Sequential([keras.Input((5, 3)), keras.layers.LSTM(4, name="lstm")], name="encoder")
    model = keras.Sequential([keras.Input((5, 3)), encoder, keras.layers.Dense(1)])
    model.compile("adam", "mse")
    x = np.random.default_rng(0).normal(size=(16, 5, 3)).astype("float32")
    given = {
        "RNNTimeline": RNNTimeline,
        "keras": keras,
        "record": record,
        "model": model,
        "x": x,
        "y": x[:, 0, :1],
        "x_val": x,
        "y_val": x[:, 0, :1],
        "texts_val": ["quote"] * 16,
        "in_quotes": np.arange(40).reshape(8, 5) % 2 == 0,
    }
    run(GUIDE, given)
    assert open_run("logs/run-1/rnn").steps == list(range(10, 20))
