"""A masked timestep is NaN in every signal, and no other is; the mask distinguishes it from a NaN of the network."""

from __future__ import annotations

from itertools import product
from typing import Any

import keras
import numpy as np
import pytest

from tb_rnn_plugin import capture
from tests.probe.models import (
    ATOL,
    CELLS,
    FEATURES,
    MASK,
    TIMESTEPS,
    UNITS,
    assert_signals,
    expected,
    own_output,
    randomized,
    sequences,
    sequential,
)

DIRECTIONS: list[dict[str, Any]] = [
    {},
    {"go_backwards": True},
    {"unroll": True, "go_backwards": True},
]


def masked_sequences() -> Any:
    """Return sequences that are zero, so masked by `Masking`, where `MASK` is False."""
    return np.where(MASK[:, :, None], sequences(len(MASK)), np.float32(0))


@pytest.mark.parametrize("options", DIRECTIONS, ids=str)
@pytest.mark.parametrize("cell", CELLS)
def test_masking_layer(cell: str, options: dict[str, Any]) -> None:
    layer = CELLS[cell](UNITS, name="rnn", **options)
    model, x = sequential(keras.layers.Masking(), layer), masked_sequences()
    captured, reference = capture(model, x)["rnn"], expected(layer, x, mask=MASK)
    for name, values in captured.items():
        np.testing.assert_array_equal(np.isnan(values), np.broadcast_to(~MASK[:, :, None], values.shape), name)
    assert_signals(captured, reference)
    np.testing.assert_array_equal(captured.mask, MASK)
    assert captured.mask is not None
    assert captured.mask.dtype == bool
    # The layer returns the state that the masked steps carried forward.
    np.testing.assert_allclose(own_output(model, x), reference.final[0], atol=ATOL)


@pytest.mark.slow
def test_what_the_layer_gives_for_masked_steps_changes_no_signal_and_stays_as_it_is() -> None:
    names = ("return_sequences", "zero_output_for_mask", "go_backwards", "unroll")
    forms = [dict(zip(names, values, strict=True)) for values in product([True, False], repeat=len(names))]
    layers = [keras.layers.SimpleRNN(UNITS, name=f"rnn_{i}", **form) for i, form in enumerate(forms)]
    inputs = keras.Input((TIMESTEPS, FEATURES))
    masked = keras.layers.Masking()(inputs)
    model, x = randomized(keras.Model(inputs, [layer(masked) for layer in layers])), masked_sequences()
    acts = capture(model, x)
    for i, (layer, own) in enumerate(zip(layers, model(x), strict=True)):
        assert_signals(acts[layer.name], expected(layer, x, mask=MASK))
        np.testing.assert_allclose(acts.predictions[f"output_{i}"], own, atol=ATOL, err_msg=str(forms[i]))


@pytest.mark.parametrize("cell", ["LSTM", "GRU-reset-before"])
@pytest.mark.slow
def test_embedding_with_mask_zero(cell: str) -> None:
    embedding = keras.layers.Embedding(9, FEATURES, mask_zero=True)
    layer = CELLS[cell](UNITS, name="rnn", return_sequences=True)
    second = CELLS[cell](UNITS, name="second")
    model = randomized(keras.Sequential([keras.Input((TIMESTEPS,), dtype="int32"), embedding, layer, second]))
    tokens = np.where(MASK, np.random.default_rng(0).integers(1, 9, MASK.shape), 0)
    acts = capture(model, tokens)
    vectors = embedding.embeddings.numpy()[tokens]
    assert_signals(acts["rnn"], expected(layer, vectors, mask=MASK))
    assert acts["rnn"].inputs is not None
    np.testing.assert_allclose(acts["rnn"].inputs, vectors)
    # The mask is passed to the layer above.
    np.testing.assert_array_equal(acts["second"].mask, MASK)
    below = np.nan_to_num(acts["rnn"]["hidden_state"])
    assert_signals(acts["second"], expected(second, below, mask=MASK))


@pytest.mark.slow
def test_a_mask_given_as_an_argument() -> None:
    layer = keras.layers.GRU(UNITS, name="rnn")
    values, mask = keras.Input((TIMESTEPS, FEATURES)), keras.Input((TIMESTEPS,), dtype="bool")
    model = randomized(keras.Model([values, mask], layer(values, mask=mask)))
    x = sequences(len(MASK))
    captured = capture(model, [x, MASK])["rnn"]
    assert_signals(captured, expected(layer, x, mask=MASK))
    np.testing.assert_array_equal(captured.mask, MASK)


def test_padding_is_distinguished_from_a_nan_of_the_network() -> None:
    """A NaN in the input is NaN in the signals, and the mask shows that it is not padding."""
    x = masked_sequences()
    x[0, 3] = np.nan
    layer = keras.layers.LSTM(UNITS, name="rnn")
    captured = capture(sequential(keras.layers.Masking(), layer), x)["rnn"]
    assert np.isnan(captured["cell_state"][0, 3:]).all()
    assert not np.isnan(captured["cell_state"][0, :3]).any()
    assert captured.mask is not None
    assert captured.mask[0].all()


def test_a_mask_of_nothing_masked_is_still_a_mask() -> None:
    captured = capture(sequential(keras.layers.Masking(), keras.layers.LSTM(UNITS, name="rnn")), sequences())["rnn"]
    assert captured.mask is not None
    assert captured.mask.all()
    assert not np.isnan(captured["hidden_state"]).any()
