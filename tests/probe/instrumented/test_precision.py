"""In every precision the equations hold to the resolution of its format, and results are float32 or wider.

The tolerance is `ROUNDINGS` half units in the last place, at values of order 1. A gate is a sum of eight terms
(`FEATURES` inputs, `UNITS` states, a bias), each of order 1/2 and made of rounded factors; what each matrix product
gives is rounded, and so is each of the two sums: some twelve half units of either sign, of which about the root stays.
The functions' slopes (at most 1, and 1/4 for the sigmoid) shrink that, each function rounds once more, and the
recurrence adds what is left of the timesteps before. Twice the root, eight, bounds a few hundred values. Float64 is
held to the same number, so that nothing on its way is ever narrower than it is.
"""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest
from numpy.typing import NDArray

from tests.probe.models import (
    ATOL,
    CELLS,
    FEATURES,
    MASK,
    SAMPLES,
    TIMESTEPS,
    UNITS,
    assert_signals,
    expected,
    own_output,
    randomized,
    sequences,
)
from tests.probe.unchanged import looked_at

L = keras.layers

ROUNDINGS = 8
FORMATS = {
    "mixed_float16": "float16",
    "mixed_bfloat16": "bfloat16",
    "float16": "float16",
    "bfloat16": "bfloat16",
    "float64": "float64",
}
"""By policy, what its layers compute in."""

EPS = {"float16": 2.0**-10, "bfloat16": 2.0**-7, "float64": 2.0**-52}
"""From 1 to the next number: 10, 7 and 52 bits of mantissa (IEEE 754; bfloat16: Wang & Kanwar, 2019)."""

# TensorFlow's orthogonal matrices, by which Keras initializes the recurrent kernel, know no bfloat16.
INITIALIZED = {"recurrent_initializer": "glorot_uniform"}


def tolerance(policy: str) -> float:
    """Return `ROUNDINGS` half units in the last place of 1."""
    return ROUNDINGS * EPS[FORMATS[policy]] / 2.0


def wide(policy: str) -> str:
    return "float64" if policy == "float64" else "float32"


def batch(policy: str, samples: int = SAMPLES) -> NDArray[Any]:
    """Return inputs that the format has exactly: their rounding would be ours, not the probe's."""
    rounded = sequences(samples, dtype="float64").astype(FORMATS[policy])
    return np.asarray(rounded, wide(policy))


@pytest.mark.parametrize("policy", FORMATS)
@pytest.mark.slow
def test_all_cells_with_a_mask(policy: str) -> None:
    """Each reads in another direction than the one before it."""
    layers = [
        CELLS[name](UNITS, dtype=policy, go_backwards=i % 2 == 1, name=name, **INITIALIZED)
        for i, name in enumerate(CELLS)
    ]
    inputs = keras.Input((TIMESTEPS, FEATURES), dtype=wide(policy))
    values = L.Masking(dtype=policy)(inputs)
    model = randomized(keras.Model(inputs, [layer(values) for layer in layers]))
    x = batch(policy, len(MASK))
    x = np.where(MASK[:, :, None], x, np.zeros_like(x))
    acts = looked_at(model, x)
    for layer, tensor in zip(layers, model(x), strict=True):
        captured, reference = acts[layer.name], expected(layer, x, mask=MASK)
        assert keras.backend.standardize_dtype(tensor.dtype) == FORMATS[policy]
        everything = [*captured.values(), captured.inputs, *captured.initial_states.values()]
        assert {array.dtype.name for array in everything} == {wide(policy)}
        assert_signals(captured, reference, tolerance(policy))
        np.testing.assert_array_equal(captured.inputs, x)
        np.testing.assert_array_equal(captured.mask, MASK)
        last = keras.ops.convert_to_numpy(keras.ops.cast(tensor, wide(policy)))
        np.testing.assert_allclose(last, reference.final[0], rtol=0, atol=tolerance(policy))
        # What was captured is what the layer has computed, not what it would have in a wider format.
        for name, values in captured.items():
            np.testing.assert_array_equal(values, values.astype(FORMATS[policy]).astype(wide(policy)), err_msg=name)


@pytest.mark.slow
def test_a_float64_layer_in_a_float32_model() -> None:
    """Each comes out as wide as it is; the wide one is exact in what the narrow one has given it."""
    narrow = L.GRU(UNITS, return_sequences=True, name="narrow")
    wide_one = L.LSTM(UNITS, dtype="float64", return_sequences=True, name="wide")
    last = L.SimpleRNN(3, name="last")
    model = keras.Sequential([keras.Input((TIMESTEPS, FEATURES)), narrow, wide_one, last])
    x = sequences()
    acts = looked_at(randomized(model), x)
    assert [acts[key]["hidden_state"].dtype.name for key in acts] == ["float32", "float64", "float32"]
    assert [acts[key].inputs.dtype.name for key in acts] == ["float32", "float64", "float32"]
    assert_signals(acts["narrow"], expected(narrow, x))
    below = acts["narrow"]["hidden_state"].astype("float64")
    np.testing.assert_array_equal(acts["wide"].inputs, below)
    assert_signals(acts["wide"], expected(wide_one, below), tolerance("float64"))
    assert_signals(acts["last"], expected(last, acts["wide"]["hidden_state"]))


@pytest.mark.parametrize("policy", ["mixed_float16", "bfloat16", "float64"])
def test_states_that_are_given(policy: str) -> None:
    """They are rounded to what the layer computes in, and not before: in float64 a third is a third."""
    layer = L.LSTM(UNITS, dtype=policy, name="rnn", **INITIALIZED)
    model = randomized(keras.Sequential([keras.Input((TIMESTEPS, FEATURES), dtype=wide(policy)), layer]))
    states, x = [np.full((SAMPLES, UNITS), value) for value in (1.0 / 3.0, -2.0 / 7.0)], batch(policy)
    captured = looked_at(model, x, initial_states={"rnn": states})["rnn"]
    rounded = [np.asarray(state.astype(FORMATS[policy]), np.float64) for state in states]
    for got, wanted in zip(captured.initial_states.values(), rounded, strict=True):
        assert got.dtype.name == wide(policy)
        np.testing.assert_array_equal(got, wanted)
    assert_signals(captured, expected(layer, x, initial_states=rounded), tolerance(policy))


@pytest.mark.parametrize("policy", ["mixed_float16", "bfloat16", "float64"])
def test_a_stateful_layer(policy: str) -> None:
    layer = L.GRU(UNITS, dtype=policy, stateful=True, name="rnn", **INITIALIZED)
    model = keras.Sequential([keras.Input(batch_shape=(SAMPLES, TIMESTEPS, FEATURES), dtype=wide(policy)), layer])
    x = batch(policy)
    own_output(randomized(model), x)  # Leaves the layer somewhere.
    held = np.asarray(keras.ops.convert_to_numpy(keras.ops.cast(layer.states[0], "float64")))
    assert held.any()
    captured = looked_at(model, x)["rnn"]
    assert_signals(captured, expected(layer, x, initial_states=[held]), tolerance(policy))
    np.testing.assert_allclose(captured["hidden_state"][:, -1], own_output(model, x), rtol=0, atol=tolerance(policy))


@pytest.mark.parametrize("policy", ["mixed_bfloat16", "float16", "float64"])
def test_a_layer_that_is_not_recurrent(policy: str) -> None:
    """Masked steps are NaN in half precision, too."""
    dense = L.Dense(5, dtype=policy, name="dense")
    inputs = keras.Input((TIMESTEPS, FEATURES), dtype=wide(policy))
    model = randomized(keras.Model(inputs, dense(L.Masking(dtype=policy)(inputs))))
    x = batch(policy, len(MASK))
    x = np.where(MASK[:, :, None], x, np.zeros_like(x))
    (captured,) = looked_at(model, x, layers="dense").values()
    kernel, bias = (np.asarray(keras.ops.cast(weight, "float64")) for weight in dense.weights)
    assert captured["output"].dtype.name == wide(policy)
    wanted = np.where(MASK[:, :, None], x @ kernel + bias, np.nan)
    np.testing.assert_allclose(
        captured["output"], wanted, rtol=0, atol=tolerance(policy) + ATOL * (policy != "float64")
    )
