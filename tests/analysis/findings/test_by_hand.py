"""A cell that a model calls in a loop of its own is judged as the layer that does the same."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import keras
import numpy as np
import pytest

from tb_rnn_plugin import Probe
from tb_rnn_plugin.log.schema import LayerTrace
from tests.analysis.findings.networks import (
    FEATURES,
    TIMESTEPS,
    UNITS,
    Weights,
    columns,
    findings,
    healthy_weights,
    inputs,
    trace_of,
)


class Loop(keras.layers.Layer):  # type: ignore[misc]
    """Calls its cell once per timestep."""

    def __init__(self, cell: Any) -> None:
        super().__init__(name="loop")
        self.cell = cell

    def build(self, input_shape: Any) -> None:
        self.cell.build((input_shape[0], input_shape[2]))

    def call(self, inputs: Any) -> Any:
        output, states = None, self.cell.get_initial_state(keras.ops.shape(inputs)[0])
        for time in range(inputs.shape[1]):
            output, states = self.cell(inputs[:, time], states)
        return output


@pytest.fixture(scope="module")
def looped() -> Probe:
    """A probe of an LSTM's cell in such a loop: compiled once, since the loop has 40 calls of the cell."""
    loop = Loop(keras.layers.LSTMCell(UNITS, name="cell"))
    model = keras.Sequential([keras.Input((TIMESTEPS, FEATURES)), loop])
    return Probe(model, inputs(), jit_compile=False)


def by_hand(looped: Probe, fault: Callable[[Weights], None]) -> LayerTrace:
    weights = healthy_weights("LSTM")
    fault(weights)
    looped.model.get_layer("loop").cell.set_weights([weights[name] for name in ("kernel", "recurrent_kernel", "bias")])
    return replace(looped().traces[0], key="rnn")


def never_forgets(weights: Weights) -> None:
    weights["bias"][columns("LSTM", "forget_gate", [0, 4])] = 10.0


def explodes(weights: Weights) -> None:
    never_forgets(weights)
    weights["bias"][columns("LSTM", "input_gate", [4])] = 10.0
    weights["bias"][columns("LSTM", "candidate", [4])] = 10.0


def is_dead(weights: Weights) -> None:
    weights["bias"][columns("LSTM", "output_gate", [2])] = -100.0


def is_blind(weights: Weights) -> None:
    weights["kernel"][:] = 0.0
    weights["bias"][:] = np.random.default_rng(1).normal(size=weights["bias"].shape)


@pytest.mark.parametrize("fault", [never_forgets, explodes, is_dead, is_blind])
@pytest.mark.slow
def test_the_same_is_found(looped: Probe, fault: Callable[[Weights], None]) -> None:
    cell, layer = findings(by_hand(looped, fault)), findings(trace_of("LSTM", fault))
    assert cell
    assert cell.keys() == layer.keys()
    for kind, found in layer.items():
        assert [(one.signal, one.units, one.timesteps) for one in cell[kind]] == [
            (one.signal, one.units, one.timesteps) for one in found
        ]
