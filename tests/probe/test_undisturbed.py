"""A capture changes nothing: no variable of the model, and no attribute of a layer."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import keras
import numpy as np
import pytest

from tb_rnn_plugin import capture
from tb_rnn_plugin.probe import Probe
from tests.probe.models import SAMPLES, UNITS, own_output, sequences, sequential, stateful


@pytest.fixture(scope="module")
def trained() -> Any:
    """A model with everything that a forward pass may change, after some training."""
    model = stateful(
        keras.layers.Dropout(0.5),
        keras.layers.LSTM(
            UNITS, stateful=True, dropout=0.3, recurrent_dropout=0.3, return_sequences=True, activity_regularizer="l2"
        ),
        keras.layers.BatchNormalization(),
        keras.layers.Bidirectional(keras.layers.GRU(UNITS, stateful=True, recurrent_dropout=0.2)),
        keras.layers.GaussianNoise(0.1),
        keras.layers.Dense(1),
    )
    model.compile("adam", "mse", metrics=["mae"], jit_compile=False)
    model.fit(sequences(), np.ones((SAMPLES, 1)), batch_size=SAMPLES, epochs=2, verbose=0)
    return model


def variables(model: Any) -> dict[str, bytes]:
    """Return the bits of every variable."""
    states = [v for layer in parts(model) for v in getattr(layer, "states", None) or ()]
    everything = [*model.variables, *model.optimizer.variables, *model.metrics_variables, *states]
    return {f"{i} {v.path}": np.asarray(keras.ops.convert_to_tensor(v)).tobytes() for i, v in enumerate(everything)}


def parts(model: Any) -> Iterator[Any]:
    """Yield every layer and every cell."""
    for layer in model._flatten_layers():
        yield layer
        if hasattr(layer, "cell"):
            yield layer.cell


def attributes(model: Any) -> list[dict[str, int]]:
    return [{name: id(value) for name, value in vars(part).items()} for part in parts(model)]


@pytest.mark.parametrize("training", [False, True])
@pytest.mark.parametrize("start", ["zeros", "current"])
def test_no_variable_and_no_attribute_changes(trained: Any, start: str, training: bool) -> None:
    before = variables(trained), attributes(trained)
    assert any("seed" in name for name in before[0]), "nothing here draws random numbers"
    capture(trained, sequences(), initial_states=start, training=training)
    assert variables(trained) == before[0]
    assert attributes(trained) == before[1]


@pytest.mark.slow
def test_no_variable_changes_under_xla(trained: Any) -> None:
    before = variables(trained)
    probe = Probe(trained, sequences(), training=True, weights=False, jit_compile=True)
    probe()
    probe()
    assert variables(trained) == before


def test_the_check_sees_what_a_plain_call_changes(trained: Any) -> None:
    """The two tests above can fail."""
    before = variables(trained)
    own_output(trained, sequences(), training=True)
    changed = {name for name, bits in variables(trained).items() if bits != before[name]}
    for part in ("seed", "moving_mean", "rnn_state"):
        assert any(part in name for name in changed), part


class Breaks(keras.layers.Layer):  # type: ignore[misc]
    """A layer that fails on demand."""

    broken = False

    def call(self, inputs: Any) -> Any:
        if self.broken:
            raise RuntimeError("broken on purpose")
        return inputs


def test_layers_are_put_back_when_the_model_fails() -> None:
    breaks = Breaks()
    model = sequential(keras.layers.LSTM(UNITS), breaks)
    capture(model, sequences())
    before = attributes(model)
    Breaks.broken = True
    try:
        with pytest.raises(RuntimeError, match="broken on purpose"):
            capture(model, sequences())
    finally:
        Breaks.broken = False
    assert attributes(model) == before


def test_the_model_computes_afterwards_what_it_did_before() -> None:
    model, x = sequential(keras.layers.LSTM(UNITS)), sequences()
    model.compile(jit_compile=False)
    before = model.predict(x, verbose=0)
    capture(model, x)
    assert model.predict(x, verbose=0).tobytes() == before.tobytes()
