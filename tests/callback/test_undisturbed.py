"""Training with the callback is training without it, bit for bit; and its probe is traced once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

from tb_rnn_plugin import open_run
from tests.callback.training import FEATURES, TIMESTEPS, X, Y, fit, timeline


class CountsTraces(keras.layers.Layer):  # type: ignore[misc]
    """The identity; counts its calls, which in a graph are traces."""

    count = 0

    def call(self, inputs: Any) -> Any:
        self.count += 1
        return inputs


def noisy_model() -> Any:
    """Return a model that draws random numbers and keeps states and statistics."""
    keras.utils.set_random_seed(1)
    model = keras.Sequential(
        [
            keras.Input(batch_shape=(4, TIMESTEPS, FEATURES)),
            keras.layers.Dropout(0.3),
            keras.layers.LSTM(3, stateful=True, dropout=0.2, recurrent_dropout=0.2, unroll=True, name="rnn"),
            keras.layers.BatchNormalization(),
            CountsTraces(name="counts"),
            keras.layers.Dense(1),
        ]
    )
    model.compile("adam", "mse", metrics=["mae"])
    return model


def bits(variable: Any) -> bytes:
    return np.asarray(keras.ops.convert_to_tensor(variable)).tobytes()


def trained(callbacks: list[Any]) -> tuple[list[bytes], dict[str, list[float]], int]:
    """Return every variable after a fit, its history, and how often the model was traced."""
    model = noisy_model()
    before = model.get_layer("counts").count
    history = fit(model, callbacks, epochs=3, shuffle=True)
    variables = [*model.variables, *model.optimizer.variables, *model.get_layer("rnn").states]
    return [bits(variable) for variable in variables], history, model.get_layer("counts").count - before


@pytest.fixture(scope="module")
def without() -> tuple[list[bytes], dict[str, list[float]], int]:
    return trained([])


@pytest.mark.parametrize(
    "options",
    [{}, {"update_freq": 2, "training": True}, {"initial_states": "current", "jit_compile": "auto"}],
    ids=str,
)
def test_a_fit_gives_the_same_bits(without: Any, tmp_path: Path, options: dict[str, Any]) -> None:
    variables, history, traces = trained([timeline(tmp_path, probe=X[:4], **options)])
    assert len(open_run(tmp_path / "rnn").steps) >= 3
    assert history == without[1]
    assert variables == without[0]
    assert traces - without[2] == 1, "the probe is traced once for the whole fit"


@pytest.mark.slow
def test_one_random_number_more_gives_other_bits(without: Any) -> None:
    """The comparison above can fail."""
    model = noisy_model()
    model(X[:4], training=True)
    model.fit(X, Y, batch_size=4, epochs=3, verbose=0)
    assert [bits(variable) for variable in model.variables] != without[0][: len(model.variables)]
