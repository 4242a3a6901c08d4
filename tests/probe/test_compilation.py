"""XLA and a plain graph agree, and `"auto"` uses a plain graph where XLA cannot compile the model."""

from __future__ import annotations

import logging
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

from tb_rnn_plugin import capture
from tb_rnn_plugin.probe import Activations, Probe
from tests.probe.models import FEATURES, MASK, TIMESTEPS, UNITS, randomized, sequences, sequential


class HostFunction(keras.layers.Layer):  # type: ignore[misc]
    """The identity, computed by Python, which XLA cannot compile."""

    def call(self, inputs: Any) -> Any:
        outputs = tf.numpy_function(lambda values: values, [inputs], tf.float32)
        outputs.set_shape(inputs.shape)
        return outputs

    def compute_output_shape(self, input_shape: Any) -> Any:
        return input_shape


class ParsesNumbers(keras.layers.Layer):  # type: ignore[misc]
    """Strings to numbers; XLA has no strings."""

    def call(self, inputs: Any) -> Any:
        return tf.strings.to_number(inputs)

    def compute_output_spec(self, inputs: Any) -> Any:
        return keras.KerasTensor(inputs.shape, "float32")


@pytest.mark.slow
def test_xla_and_a_plain_graph_agree() -> None:
    """With all cells in one model; rounding may differ, hence 1e-6."""
    model = sequential(
        keras.layers.Masking(),
        keras.layers.LSTM(UNITS, return_sequences=True, go_backwards=True),
        keras.layers.GRU(UNITS, return_sequences=True),
        keras.layers.GRU(UNITS, return_sequences=True, reset_after=False),
        keras.layers.SimpleRNN(UNITS, unroll=True),
    )
    x = np.where(MASK[:, :, None], sequences(len(MASK)), np.float32(0))
    plain, other = (Probe(model, x, weights=False, jit_compile=jit)() for jit in (False, True))
    assert_agree(other, plain)


def assert_agree(other: Activations, plain: Activations) -> None:
    assert [trace.key for trace in other.traces] == [trace.key for trace in plain.traces]
    for trace, wanted in zip(other.traces, plain.traces, strict=True):
        assert list(trace.signals) == list(wanted.signals)
        for name, values in wanted.signals.items():
            np.testing.assert_allclose(trace.signals[name], values, atol=1e-6, err_msg=f"{trace.key} {name}")
    np.testing.assert_allclose(other.predictions["output"], plain.predictions["output"], atol=1e-6)


def on_host() -> tuple[Any, Any]:
    return sequential(HostFunction(), keras.layers.LSTM(UNITS, name="rnn")), sequences()


def of_strings() -> tuple[Any, Any]:
    layers = [ParsesNumbers(), keras.layers.LSTM(UNITS, name="rnn")]
    model = randomized(keras.Sequential([keras.Input((TIMESTEPS, FEATURES), dtype="string"), *layers]))
    return model, np.round(sequences(), 2).astype(str)


@pytest.mark.parametrize("build", [on_host, of_strings])
def test_auto_falls_back_where_xla_cannot_compile(build: Any, caplog: pytest.LogCaptureFixture) -> None:
    model, x = build()
    wanted = capture(model, x)["rnn"]
    probe = Probe(model, x, weights=False, jit_compile="auto")
    with caplog.at_level(logging.INFO, logger="tb_rnn_plugin"):
        for _ in range(3):
            (trace,) = probe().traces
    for name, values in wanted.items():
        np.testing.assert_array_equal(trace.signals[name], values)
    messages = [record.getMessage() for record in caplog.records if record.name == "tb_rnn_plugin"]
    assert len(messages) == 1
    assert "plain graph" in messages[0]
    assert "XLA" in messages[0]


def test_true_insists_on_xla() -> None:
    model, x = on_host()
    with pytest.raises(tf.errors.OpError):
        Probe(model, x, weights=False, jit_compile=True)()


def test_auto_says_nothing_where_xla_compiles(caplog: pytest.LogCaptureFixture) -> None:
    model, x = sequential(keras.layers.SimpleRNN(UNITS, name="rnn")), sequences()
    with caplog.at_level(logging.INFO, logger="tb_rnn_plugin"):
        probe = Probe(model, x, weights=False, jit_compile="auto")
        assert_agree(probe(), Probe(model, x, weights=False, jit_compile=False)())
    assert probe.compilations == 1
    assert not caplog.records
