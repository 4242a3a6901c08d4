"""The second axis of an output is called time where that is known, what it is where that is known, and else nothing."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest

from tb_rnn_plugin.probe import Probe, ProbeError
from tests.probe.models import ATOL, FEATURES, SAMPLES, TIMESTEPS, UNITS, randomized, sequences

L, ops = keras.layers, keras.ops
X = sequences()
HEADS = 2


def captured(model: Any, layers: Any, x: Any = X) -> dict[str, Any]:
    return {trace.key: trace for trace in Probe(model, x, layers=layers, weights=False, jit_compile=False)().traces}


def second_axes(model: Any, layers: Any, x: Any = X) -> dict[str, str | None]:
    """Return what the second axis of each output is, by layer and, beyond the first, by name."""
    return {
        key if name in ("output", "output_0") else f"{key} {name}": axes[0]
        for key, trace in captured(model, layers, x).items()
        for name, axes in trace.axes.items()
    }


def rnn(**options: Any) -> Any:
    return L.SimpleRNN(UNITS, unroll=True, return_sequences=True, name="rnn", **options)


class Doubled(L.Dense):  # type: ignore[name-defined,misc]
    """A subclass, which may compute anything."""

    def call(self, inputs: Any, training: Any = None) -> Any:
        return 2.0 * super().call(inputs)


def test_layers_around_a_recurrent_one() -> None:
    """Below it, above it, beside it, and where the way from it is not known."""
    inputs = keras.Input((TIMESTEPS, FEATURES))
    below = L.BatchNormalization(name="norm")(L.Dense(UNITS, name="below")(inputs))
    hidden = rnn()(below)
    above = L.Dense(UNITS, name="above")(L.Dropout(0.1, name="drop")(hidden))
    added = L.Add(name="added")([above, L.Conv1D(UNITS, 3, padding="causal", name="causal")(below)])
    both = L.Bidirectional(L.GRU(2, unroll=True, return_sequences=True, name="gru"), name="both")(added)
    distributed = L.TimeDistributed(L.Dense(3, name="dense"), name="td")(both)
    strided = L.Conv1D(UNITS, 2, strides=2, name="strided")(hidden)
    turned = L.Permute((2, 1), name="turned")(hidden)
    outside = L.Dense(2, name="outside")(turned)
    subclass = Doubled(2, name="subclass")(hidden)
    joined = L.Concatenate(axis=1, name="joined")([hidden, hidden])
    head = L.Dense(1, name="head")(L.GlobalAveragePooling1D(name="pool")(distributed))
    unrelated = L.Dense(2, name="unrelated")(inputs[:, :, ::-1])
    model = keras.Model(inputs, [head, strided, outside, subclass, joined, unrelated])
    found = second_axes(model, lambda layer: not isinstance(layer, L.RNN))
    time = {"below", "norm", "drop", "above", "added", "causal", "both", "td", "td/dense"}
    assert {key for key, axis in found.items() if axis == "time"} == time
    assert {key for key, axis in found.items() if axis == "none"} == {"head", "pool"}
    assert {key for key, axis in found.items() if axis is None} >= {
        "strided", "turned", "outside", "subclass", "joined", "unrelated",
    }  # fmt: skip


@pytest.mark.parametrize("mask_zero", [True, False])
def test_a_mask_is_by_timestep(mask_zero: bool) -> None:
    """Also where no recurrent layer reads what has it."""
    inputs, others = (keras.Input((TIMESTEPS,), dtype="int32") for _ in range(2))
    words = L.Embedding(9, UNITS, mask_zero=mask_zero, name="words")(inputs)
    rest = L.Embedding(9, FEATURES, name="rest")(others)
    model = keras.Model([inputs, others], [L.Dense(2, name="top")(words), rnn()(rest)])
    codes = np.random.default_rng(0).integers(0, 9, (SAMPLES, TIMESTEPS))
    assert second_axes(model, ["words", "top", "rest"], [codes, codes]) == {
        "words": "time" if mask_zero else None,
        "top": "time" if mask_zero else None,
        "rest": "time",
    }


def attending(query: Any, **options: Any) -> Any:
    """Return a model of attention over a recurrent layer, from a query of another length or from itself."""
    inputs = keras.Input((TIMESTEPS, FEATURES))
    hidden = rnn()(L.Masking(name="masking")(inputs))
    asked = hidden if query is None else query(inputs)
    attention = L.MultiHeadAttention(HEADS, 3, name="att")
    output, scores = attention(asked, hidden, return_attention_scores=True)
    return randomized(keras.Model(inputs, [output, scores]))


@pytest.mark.parametrize("itself", [True, False])
def test_the_scores_of_attention(itself: bool) -> None:
    """Query by query, though Keras gives them head by head; padded queries are NaN."""
    queries = L.Conv1D(UNITS, TIMESTEPS - HEADS + 1, name="queries")  # As many as heads.
    model = attending(None if itself else queries)
    x = X.copy()
    x[0, -2:] = 0
    acts = Probe(model, x, layers="att", weights=False, jit_compile=False)()
    trace = next(iter(acts.traces))
    assert acts["att"].axes == trace.axes
    second = "time" if itself else None
    assert trace.axes["output_0"] == (second, "unit")
    assert trace.axes["output_1"] == ("time" if itself else "query", "head·key")
    wanted = ops.convert_to_numpy(model(x)[1])  # [sample, head, query, key]
    scores = trace.signals["output_1"]
    assert scores.shape == (SAMPLES, wanted.shape[2], HEADS * TIMESTEPS)
    rows = wanted.transpose(0, 2, 1, 3).reshape(scores.shape)
    if itself:
        assert np.isnan(scores[0, -2:]).all()
        assert trace.mask is not None
        rows[0, -2:] = np.nan
    np.testing.assert_allclose(scores, rows, atol=ATOL)


def test_a_pattern_takes_what_is_captured() -> None:
    """Layers in the attention do not run in every version of Keras; those named exactly must."""
    model = attending(None)
    assert "att" in captured(model, "att*")
    assert set(captured(model, "*a*")) >= {"att", "masking"}
    with pytest.raises(ProbeError, match=r"does not call 'att/dropout'"):
        captured(model, ["rnn", "att/dropout"])


def test_text_is_left_out_of_a_pattern() -> None:
    lookup = L.StringLookup(vocabulary=["a", "b"], output_mode="int", name="codes")
    inputs = keras.Input((TIMESTEPS,), dtype="string")
    same = L.Identity(dtype="string", name="codes_before")(inputs)
    model = keras.Model(inputs, rnn()(L.Embedding(9, 2)(lookup(same))))
    texts = np.full((SAMPLES, TIMESTEPS), "a")
    assert list(captured(model, "codes*", texts)) == ["codes"]
    with pytest.raises(ProbeError, match="'codes_before' is not captured: it gives no numbers"):
        captured(model, "codes_before", texts)


@pytest.mark.parametrize("is_masked", [True, False])
def test_backwards_through_time_is_not_time(is_masked: bool) -> None:
    """A layer that goes backwards returns the last timestep first, and Keras gives that its input's mask."""
    inputs = keras.Input((TIMESTEPS, FEATURES))
    read = L.Masking(name="read")(inputs) if is_masked else L.Dense(FEATURES, name="read")(inputs)
    turned = rnn(go_backwards=True)(read)
    behind = L.Dense(UNITS, name="behind")(turned)
    again = L.SimpleRNN(UNITS, unroll=True, return_sequences=True, name="again")(behind)
    added = L.Add(name="added")([L.Dense(UNITS, name="beside")(read), L.Dense(UNITS, name="top")(again)])
    both = L.Bidirectional(L.GRU(2, unroll=True, return_sequences=True, name="gru"), name="both")(read)
    model = keras.Model(inputs, [added, both])
    x = X.copy()
    x[0, -2:] = 0
    traces = captured(model, lambda layer: not isinstance(layer, L.RNN), x)
    found = {key: trace.axes["output"][0] for key, trace in traces.items()}
    assert found == {"read": "time", "beside": "time", "both": "time", "behind": None, "top": None, "added": None}
    assert {key for key, trace in traces.items() if trace.mask is not None} == (
        {"read", "beside", "both"} if is_masked else set()
    )


class Named(keras.Model):  # type: ignore[misc]
    """Passes arguments by name, and not in the order of the signature."""

    def __init__(self) -> None:
        super().__init__()
        self.rnn, self.read = rnn(), L.Dense(UNITS, name="read")
        self.att = L.MultiHeadAttention(HEADS, 3, name="att")

    def call(self, x: Any) -> Any:
        hidden = self.rnn(initial_state=ops.zeros((SAMPLES, UNITS)), sequences=self.read(x))
        return self.att(value=hidden, query=x[:, ::-1])


def test_arguments_by_name() -> None:
    model = Named()
    model(X)
    assert second_axes(model, ["read", "att"]) == {"read": "time", "att": None}
