"""Cells of the user's own: whatever their states are like, those are the signals."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest
from keras import layers as L  # noqa: N812
from keras import ops

from tb_rnn_plugin import Probe, record
from tests.probe.models import ATOL, FEATURES, MASK, SAMPLES, TIMESTEPS, own_output, sequences, sequential
from tests.probe.unchanged import looked_at


class Sums(L.Layer):  # type: ignore[misc]
    """Keeps a sum that leaks, and a matrix of fast weights beside it: `fast = fast / 2 + x x'`.

    Args:
        nesting: How the states lie in each other: `"flat"`, `"list"` or `"dict"`.
    """

    def __init__(self, nesting: str, **options: Any) -> None:
        super().__init__(**options)
        self.nesting = nesting
        self.output_size = FEATURES
        self.state_size = self.packed(FEATURES, (FEATURES, FEATURES))

    def packed(self, total: Any, fast: Any) -> Any:
        inner = {"flat": [total, fast], "list": [[total], fast], "dict": [{"total": total}, {"fast": [fast]}]}
        return inner[self.nesting]

    def get_initial_state(self, batch_size: Any = None) -> Any:
        return self.packed(ops.zeros((batch_size, FEATURES)), ops.ones((batch_size, FEATURES, FEATURES)))

    def call(self, inputs: Any, states: Any) -> Any:
        total, fast = keras.tree.flatten(states)
        total = 0.5 * total + record("read", inputs)
        fast = 0.5 * fast + ops.expand_dims(inputs, 1) * ops.expand_dims(inputs, 2)
        output = ops.squeeze(ops.matmul(fast, ops.expand_dims(total, -1)), -1)
        return output, self.packed(total, fast)


def expected_sums(x: Any, mask: Any = None) -> tuple[Any, Any]:
    """Return the sum, `[sample, time, unit]`, and the matrix likewise, its rows one after another."""
    total, fast = np.zeros((len(x), FEATURES)), np.ones((len(x), FEATURES, FEATURES))
    totals, fasts = [], []
    for t in range(TIMESTEPS):
        present = np.ones((len(x), 1), bool) if mask is None else mask[:, t, None]
        total = np.where(present, 0.5 * total + x[:, t], total)
        fast = np.where(present[..., None], 0.5 * fast + x[:, t, :, None] * x[:, t, None, :], fast)
        totals.append(np.where(present, total, np.nan))
        fasts.append(np.where(present, fast.reshape(len(x), -1), np.nan))
    return np.stack(totals, axis=1), np.stack(fasts, axis=1)


@pytest.mark.parametrize("nesting", ["flat", "list", "dict"])
def test_states_of_any_shape_and_nesting(nesting: str) -> None:
    model, x = sequential(L.RNN(Sums(nesting), name="rnn")), sequences()
    acts = looked_at(model, x)
    total, fast = expected_sums(x)
    assert list(acts["rnn"]) == ["state_0", "state_1", "read"]
    np.testing.assert_allclose(acts["rnn"]["state_0"], total, atol=ATOL)
    np.testing.assert_allclose(acts["rnn"]["state_1"], fast, atol=ATOL)
    np.testing.assert_array_equal(acts["rnn"]["read"], x)
    np.testing.assert_array_equal(acts["rnn"].initial_states["state_1"], np.ones((SAMPLES, FEATURES * FEATURES)))
    np.testing.assert_allclose(acts.predictions["output"], own_output(model, x), atol=ATOL)


@pytest.mark.parametrize("nesting", ["flat", "list", "dict"])
def test_their_masked_timesteps(nesting: str) -> None:
    """Where Keras itself can mask them: it repeats the mask for each state, up to its rank."""
    x = np.where(MASK[..., None], sequences(len(MASK)), 0.0).astype("float32")
    model = sequential(L.Masking(), L.RNN(Sums(nesting), name="rnn"))
    acts = looked_at(model, x)
    for name, wanted in zip(("state_0", "state_1"), expected_sums(x, MASK), strict=True):
        np.testing.assert_allclose(acts["rnn"][name], wanted, atol=ATOL)
    np.testing.assert_allclose(acts.predictions["output"], own_output(model, x), atol=ATOL)


@pytest.mark.parametrize("nesting", ["flat", "list"])
def test_a_stateful_layer_of_them(nesting: str) -> None:
    rnn = L.RNN(Sums(nesting), stateful=True, name="rnn")
    model = keras.Sequential([keras.Input(batch_shape=(SAMPLES, TIMESTEPS, FEATURES)), rnn])
    first, x = sequences(seed=1), sequences(seed=2)
    own_output(model, first)
    # Two batches in a row are one of twice the length.
    both = np.concatenate([first, x], axis=1)
    total = np.zeros((SAMPLES, FEATURES))
    for t in range(2 * TIMESTEPS):
        total = 0.5 * total + both[:, t]
    acts = looked_at(model, x, initial_states="current")
    np.testing.assert_allclose(acts["rnn"]["state_0"][:, -1], total, atol=ATOL)


class Bare:
    """A cell that is no Keras layer, as Keras allows."""

    state_size = FEATURES
    compute_dtype = "float32"

    def get_initial_state(self, batch_size: Any = None) -> Any:
        return [ops.zeros((batch_size, FEATURES))]

    def call(self, inputs: Any, states: Any) -> Any:
        h = record("state", states[0] + inputs)
        return h, [h]


def test_a_cell_that_is_no_layer() -> None:
    model, x = sequential(L.RNN(Bare(), name="rnn")), sequences()
    acts = looked_at(model, x)
    assert list(acts["rnn"]) == ["state_0", "state"]
    np.testing.assert_allclose(acts["rnn"]["state_0"], np.cumsum(x, axis=1), atol=ATOL)
    np.testing.assert_array_equal(acts["rnn"]["state"], acts["rnn"]["state_0"])
    (trace,) = Probe(model, x, jit_compile=False)().traces
    assert trace.cell == "Bare"
    assert trace.weights == {}
