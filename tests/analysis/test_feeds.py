"""Which layer reads which, proven by values, of models whose connections are known."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import keras
import numpy as np
import pytest
from keras import layers as L  # noqa: N812
from numpy.typing import NDArray

from tb_rnn_plugin import capture
from tb_rnn_plugin.analysis.feeds import MAX_BACK, path, proven_feeds, with_feeds
from tb_rnn_plugin.log.schema import LayerTrace
from tests.analysis.findings.networks import inputs, synthetic


@pytest.fixture(scope="module")
def traces() -> list[LayerTrace]:
    """Return the layers of a model in which two run side by side, are concatenated, and feed a stack."""
    x = keras.Input((40, 3))
    left = L.SimpleRNN(2, return_sequences=True, name="left")(x)
    right = L.GRU(3, return_sequences=True, name="right")(x)
    both = L.SimpleRNN(4, return_sequences=True, name="both")(L.Concatenate()([left, x, right]))
    normal = L.LayerNormalization()(both)
    after = L.SimpleRNN(2, return_sequences=True, name="after")(normal)
    model = keras.Model(x, L.SimpleRNN(2, name="top")(L.Dropout(0.5)(after)))
    return list(capture(model, inputs()).traces)


FEEDS = {"left": (), "right": (), "both": ("left", "right"), "after": (), "top": ("after",)}


def test_what_the_probe_proves(traces: list[LayerTrace]) -> None:
    assert {trace.key: trace.reads for trace in traces} == FEEDS


def test_what_an_older_log_proves(traces: list[LayerTrace]) -> None:
    """It says nothing of connections, and has rounded its values to float16."""
    older = [
        replace(
            trace,
            reads=None,
            inputs=np.asarray(trace.inputs).astype(np.float16),
            signals={name: values.astype(np.float16) for name, values in trace.signals.items()},
        )
        for trace in traces
    ]
    assert proven_feeds(older) == FEEDS


def test_a_mask_hides_nothing() -> None:
    mask = np.arange(9) < np.array([[9], [4]])
    values = np.where(mask[..., None], np.random.default_rng(0).normal(size=(2, 9, 3)), np.nan)
    lower, upper = synthetic(values, mask=mask), synthetic(values[..., :1], mask=mask, key="upper")
    [_, read] = with_feeds([lower, replace(upper, inputs=np.nan_to_num(values, nan=7.0))])
    assert read.reads == ("rnn",)


def test_constants_prove_nothing() -> None:
    zeros = np.zeros((2, 9, 3))
    assert proven_feeds([synthetic(zeros), synthetic(zeros, key="upper", inputs=zeros)])["upper"] == ()


def test_only_layers_that_were_called_shortly_before_are_compared() -> None:
    values = np.random.default_rng(0).normal(size=(2, 9, 3))
    others = [synthetic(values - 1, key=str(place)) for place in range(MAX_BACK)]
    upper = synthetic(values, key="upper", inputs=values)
    assert proven_feeds([synthetic(values), *others, upper])["upper"] == ()
    assert proven_feeds([synthetic(values), *others[1:], upper])["upper"] == ("rnn",)


def test_the_shortest_chain() -> None:
    feeds = {"a": (), "b": ("a",), "c": ("b", "a"), "d": ("c",), "e": ("e", "d")}
    assert path(feeds, "a", "d") == ("a", "c", "d")
    assert path(feeds, "b", "b") == ("b",)
    assert path(feeds, "d", "a") == ()
    assert path(feeds, "a", "x") == ()


def test_what_values_decided_is_not_compared_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """Constants and NaN decide nothing, so that a later step may."""
    values = np.random.default_rng(0).normal(size=(2, 9, 3))
    decided: dict[tuple[str, str], bool] = {}

    def read(lower: NDArray[Any], inputs: NDArray[Any]) -> tuple[str, ...] | None:
        return with_feeds([synthetic(lower), synthetic(lower, key="upper", inputs=inputs)], decided)[1].reads

    for undecided in (
        np.zeros_like(values),
        np.full_like(values, np.nan),
        values * np.where(values == values[0, 0, 2], np.nan, 1),
    ):
        assert read(undecided, undecided) == ()
        assert decided == {}
    assert read(values, values) == ("rnn",)
    monkeypatch.setattr("tb_rnn_plugin.analysis.feeds.present", None)
    assert read(values, values + 1) == ("rnn",)
    decided.clear()
    monkeypatch.undo()
    assert read(values, values + 1) == ()
    monkeypatch.setattr("tb_rnn_plugin.analysis.feeds.present", None)
    assert read(values, values) == ()
