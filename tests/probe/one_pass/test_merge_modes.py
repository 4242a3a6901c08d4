"""Each direction of a `Bidirectional` is captured as one layer, in every merge mode."""

from __future__ import annotations

from collections.abc import Callable
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
    sequential,
    stateful,
)
from tests.probe.unchanged import looked_at
from tests.reference import Reference

L = keras.layers

MERGED: dict[str | None, Callable[[Any, Any], Any]] = {
    "sum": lambda forward, backward: [forward + backward],
    "mul": lambda forward, backward: [forward * backward],
    "ave": lambda forward, backward: [(forward + backward) / 2.0],
    "concat": lambda forward, backward: [np.concatenate([forward, backward], axis=-1)],
    None: lambda forward, backward: [forward, backward],
}
"""What becomes of the two outputs: Schuster & Paliwal, "Bidirectional Recurrent Neural Networks" (1997), and Keras."""

KINDS = {name: kind for name, kind in CELLS.items() if name != "GRU-reset-before"}


def output(layer: Any, reference: Reference) -> NDArray[np.float64]:
    """Return what one direction outputs: zero where masked, which Keras sets for both if they return sequences."""
    return np.nan_to_num(reference.signals["hidden_state"]) if layer.return_sequences else reference.final[0]


def two_kinds(mode: str | None, masked: bool) -> tuple[Any, list[Any]]:
    """Return a model of two kinds of cells in turn, and its wrappers; only the second returns sequences."""
    turn = list(MERGED).index(mode) + (not masked)
    chosen = [list(KINDS.items())[(turn + i) % len(KINDS)] for i in range(2)]
    wrappers = [
        L.Bidirectional(kind(UNITS, return_sequences=i == 1, name="rnn"), merge_mode=mode, name=name.lower())
        for i, (name, kind) in enumerate(chosen)
    ]
    inputs = keras.Input((TIMESTEPS, FEATURES))
    values = L.Masking()(inputs) if masked else inputs
    return randomized(keras.Model(inputs, [wrapper(values) for wrapper in wrappers])), wrappers


@pytest.mark.parametrize(("mode", "masked"), [*((mode, True) for mode in MERGED), (None, False)])
@pytest.mark.slow
def test_both_directions_and_what_they_make(mode: str | None, masked: bool) -> None:
    """Masked at the start, in the middle, at the end, and throughout."""
    model, wrappers = two_kinds(mode, masked)
    mask = MASK if masked else None
    x = np.where(MASK[:, :, None], sequences(len(MASK)), np.float32(0))
    acts = looked_at(model, x, layers=["*", *(wrapper.name for wrapper in wrappers)])
    own = keras.tree.map_structure(np.asarray, keras.tree.flatten(model(x)))
    predicted = list(acts.predictions.values())
    for wrapper in wrappers:
        outputs = []
        for layer in (wrapper.forward_layer, wrapper.backward_layer):
            captured, reference = acts[f"{wrapper.name}/{layer.name}"], expected(layer, x, mask=mask)
            assert_signals(captured, reference)
            np.testing.assert_array_equal(captured.inputs, x)
            outputs.append(output(layer, reference))
            if mask is not None:
                np.testing.assert_array_equal(captured.mask, mask)
        merged = MERGED[mode](*outputs)
        for wanted, values in zip(merged, acts[wrapper.name].values(), strict=True):
            np.testing.assert_allclose(predicted.pop(0), wanted, atol=ATOL)
            np.testing.assert_allclose(own.pop(0), wanted, atol=ATOL)
            if wrapper.return_sequences and mask is not None:
                wanted = np.where(mask[:, :, None], wanted, np.nan)
            np.testing.assert_allclose(values, wanted if wrapper.return_sequences else wanted[:, None], atol=ATOL)
    assert not predicted
    assert not own


def pair(forward: Any, backward: Any, mode: str | None = "concat") -> tuple[Any, Any]:
    both = L.Bidirectional(forward, backward_layer=backward, merge_mode=mode, name="both")
    return both, sequential(L.Masking(), both)


def wide(kind: Any, units: int, **options: Any) -> Any:
    return kind(units, return_sequences=True, name=f"rnn{units}", **options)


@pytest.mark.parametrize(
    ("forward", "backward"),
    [
        (wide(L.LSTM, 4), wide(L.SimpleRNN, 3, go_backwards=True)),
        (wide(L.GRU, 2, reset_after=False), wide(L.GRU, 5, reset_after=True, go_backwards=True)),
        (L.RNN(L.LSTMCell(3), name="rnn3"), L.RNN(L.GRUCell(4), go_backwards=True, name="rnn4")),
        (wide(L.SimpleRNN, 3, go_backwards=True), wide(L.LSTM, 4)),  # The layer called backward reads forward.
    ],
    ids=["LSTM-SimpleRNN", "GRU-GRU", "RNN", "crossed"],
)
@pytest.mark.slow
def test_a_backward_layer_of_its_own(forward: Any, backward: Any) -> None:
    """It keeps its name; the time axis is the input's, in whichever direction a layer reads."""
    both, model = pair(forward, backward)
    x = np.where(MASK[:, :, None], sequences(len(MASK)), np.float32(0))
    acts = looked_at(model, x)
    assert list(acts) == [f"both/forward_{forward.name}", f"both/{backward.name}"]
    outputs = []
    for layer, captured in zip((both.forward_layer, both.backward_layer), acts.values(), strict=True):
        reference = expected(layer, x, mask=MASK)
        assert_signals(captured, reference)
        read = output(layer, reference)
        outputs.append(read[:, ::-1] if layer.return_sequences and layer.go_backwards else read)
    # Keras reverses the output of the layer called backward.
    last = outputs[1][:, ::-1] if backward.return_sequences else outputs[1]
    wanted = np.concatenate([outputs[0], last], axis=-1)
    np.testing.assert_allclose(own_output(model, x), wanted, atol=ATOL)
    np.testing.assert_allclose(acts.predictions["output"], wanted, atol=ATOL)


@pytest.mark.parametrize("start", ["zeros", "current", "given"])
@pytest.mark.slow
def test_stateful_directions(start: str) -> None:
    """Each direction has its own state; either may be given another."""
    both = L.Bidirectional(L.LSTM(UNITS, stateful=True, return_sequences=True, name="rnn"), merge_mode="sum", name="b")
    model, x = stateful(both), sequences()
    own_output(model, 1.0 - x)  # Leaves states in the layers.
    forward, backward = both.forward_layer, both.backward_layer
    held = {layer: [np.array(state.numpy()) for state in layer.states] for layer in (forward, backward)}
    assert not np.allclose(held[forward][0], held[backward][0])
    given = [np.full((SAMPLES, UNITS), value, "float32") for value in (0.5, -2.0)]
    starts: dict[str, Any] = {
        "zeros": {forward: None, backward: None},
        "current": held,
        "given": {forward: None, backward: given},
    }
    acts = looked_at(model, x, initial_states={"b/backward_rnn": given} if start == "given" else start)
    total: Any = 0.0
    for layer in (forward, backward):
        reference = expected(layer, x, initial_states=starts[start][layer])
        assert_signals(acts[f"b/{layer.name}"], reference)
        total = total + reference.signals["hidden_state"]
    np.testing.assert_allclose(acts.predictions["output"], total, atol=ATOL)
    if start == "current":
        np.testing.assert_allclose(acts.predictions["output"], own_output(model, x), atol=ATOL)


@pytest.mark.parametrize("mode", ["mul", None])
def test_states_that_go_in_and_come_out(mode: str | None) -> None:
    """First the forward layer's, then the backward layer's."""
    both = L.Bidirectional(L.LSTM(UNITS, return_state=True, name="rnn"), merge_mode=mode, name="both")
    x, random = sequences(), np.random.default_rng(9)
    states = [random.normal(size=(SAMPLES, UNITS)).astype("float32") for _ in range(4)]
    inputs = [keras.Input(batch_shape=array.shape) for array in (x, *states)]
    model = randomized(keras.Model(inputs, both(inputs[0], initial_state=inputs[1:])))
    acts = looked_at(model, [x, *states])
    forward = expected(both.forward_layer, x, initial_states=states[:2])
    backward = expected(both.backward_layer, x, initial_states=states[2:])
    assert_signals(acts["both/forward_rnn"], forward)
    assert_signals(acts["both/backward_rnn"], backward)
    wanted = [*MERGED[mode](forward.final[0], backward.final[0]), *forward.final, *backward.final]
    for values, array in zip(acts.predictions.values(), wanted, strict=True):
        np.testing.assert_allclose(values, array, atol=ATOL)
    np.testing.assert_array_equal(acts["both/backward_rnn"].initial_states["cell_state"], states[3])


def test_two_in_a_row() -> None:
    """The upper one reads the lower one's merged output, masked steps included."""
    lower = L.Bidirectional(L.GRU(UNITS, return_sequences=True, name="rnn"), merge_mode="ave", name="lower")
    upper = L.Bidirectional(L.LSTM(3, name="rnn"), name="upper")
    x = np.where(MASK[:, :, None], sequences(len(MASK)), np.float32(0))
    acts = looked_at(sequential(L.Masking(), lower, upper), x)
    assert [key.split("/")[0] for key in acts] == ["lower", "lower", "upper", "upper"]
    forward, backward = (
        output(layer, expected(layer, x, mask=MASK)) for layer in (lower.forward_layer, lower.backward_layer)
    )
    merged = (forward + backward) / 2.0
    for layer in (upper.forward_layer, upper.backward_layer):
        captured = acts[f"upper/{layer.name}"]
        np.testing.assert_allclose(captured.inputs, merged, atol=ATOL)
        assert_signals(captured, expected(layer, merged, mask=MASK))
