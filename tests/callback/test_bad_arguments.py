"""Invalid arguments raise before the first batch; the message gives the rule and the value."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from tb_rnn_plugin import RNNTimeline
from tests.callback.training import PROBE, UNITS, BatchCounter, fit, new_model, timeline, tiny_model


def refused(make: Any, error: type[Exception], *words: str, model: Any = None) -> None:
    """Assert that making the callback, or starting to train with it, raises this and trains nothing."""
    model, counter = model or tiny_model(), BatchCounter()
    before = int(model.optimizer.iterations)
    with pytest.raises(error) as info:
        fit(model, [counter, make()])
    for word in words:
        assert word in str(info.value)
    assert counter.count == 0
    assert int(model.optimizer.iterations) == before


@pytest.mark.parametrize("value", [0, -1, 1.5, True, "batch", "5", None])
def test_update_freq(tmp_path: Path, value: Any) -> None:
    refused(lambda: timeline(tmp_path, update_freq=value), ValueError, "update_freq must be", f"got {value!r}")


@pytest.mark.parametrize("value", [0, -2, 2.0, True, "2", None])
def test_every(tmp_path: Path, value: Any) -> None:
    refused(lambda: timeline(tmp_path, every=value), ValueError, "every must be", f"got {value!r}")


def test_every_and_update_freq_together(tmp_path: Path) -> None:
    refused(
        lambda: timeline(tmp_path, every=2, update_freq=3), ValueError, "every", "every=2", "update_freq=3", "one of"
    )


@pytest.mark.parametrize("value", ["float64", "bfloat16", "half", np.float16, None], ids=str)
def test_dtype(tmp_path: Path, value: Any) -> None:
    refused(lambda: timeline(tmp_path, dtype=value), ValueError, "dtype must be", f"got {value!r}")


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"probe": PROBE[:, :2]}, ["probe must have the shape", "(any, 3, 2)", "(2, 2, 2)"]),
        ({"probe": PROBE[:0]}, ["at least one sample", "(0, 3, 2)"]),
        ({"probe": PROBE.astype(str)}, ["probe", "float32", "<U"]),
        ({"probe": [PROBE, PROBE]}, ["1 arrays, one per input", "got 2"]),
        ({"probe": [PROBE[0].tolist(), PROBE[1, :2].tolist()]}, ["probe must be an array"]),
        ({"layers": "lstm"}, ["layers names 'lstm'", "'rnn'"]),
        ({"initial_states": "ones"}, ["initial_states must be", "'ones'"]),
        ({"initial_states": {"rnn": [np.zeros((3, UNITS))] * 2}}, ["initial_states", "(2, 2)", "(3, 2)"]),
        ({"targets": np.zeros(3)}, ["targets must hold 2 samples", "(3,)"]),
        ({"tokens": ["abc"]}, ["tokens must hold one sequence per sample", "2", "got 1"]),
        ({"tokens": [["x" * 3_000_000] * 3] * 2}, ["at most 15099494 bytes", "got 18", "probe fewer samples"]),
        ({"tokens": ["abc", "abcd"]}, ["tokens must hold one string per timestep", "3 timesteps", "got 4", "sample 1"]),
        ({"annotations": {"flag": [[True] * 3]}}, ["'flag'", "2 samples of 3 timesteps", "(1, 3)"]),
        ({"annotations": {"flag": [[True] * 4] * 2}}, ["'flag'", "2 samples of 3 timesteps", "(2, 4)"]),
        ({"annotations": {"flag": [True, False]}}, ["'flag'", "[sample, time]", "(2,)"]),
        ({"annotations": {"word": [["a", "b", "c"]] * 2}}, ["'word'", "bools or numbers"]),
        ({"annotations": np.zeros((2, 3))}, ["annotations"]),
        ({"sample_names": ["one"]}, ["sample_names must hold one name per sample", "2", "got 1"]),
    ],
    ids=lambda value: "-".join(value) if isinstance(value, dict) else "",
)
def test_what_does_not_fit_the_model(tmp_path: Path, options: dict[str, Any], words: list[str]) -> None:
    refused(lambda: timeline(tmp_path / "logs", **options), ValueError, *words)
    assert not (tmp_path / "logs").exists()


def test_gradients_without_targets(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="gradients=True needs the probe's targets, got none"):
        RNNTimeline(tmp_path, PROBE, gradients=True)


def test_a_model_without_recurrent_layers(tmp_path: Path) -> None:
    model = new_model(keras.layers.Flatten())
    refused(lambda: timeline(tmp_path), ValueError, "at least one recurrent layer", "'dense", model=model)


@pytest.mark.parametrize("below", ["", "deeper/still"])
def test_a_log_dir_that_is_a_file(tmp_path: Path, below: str) -> None:
    (tmp_path / "logs").write_text("not a directory")
    log_dir = tmp_path / "logs" / below
    refused(lambda: timeline(log_dir), NotADirectoryError, "log_dir must be a directory", str(log_dir), "is a file")


@pytest.mark.parametrize("log_dir", ["gs://bucket/run", "s3://bucket/run", Path("gs://bucket/run")], ids=str)
def test_a_log_dir_elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, log_dir: Any) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ValueError, match=r"log_dir must be a local or mounted directory, got '(gs|s3)://?bucket/run'"):
        timeline(log_dir)
    assert not list(tmp_path.iterdir())
