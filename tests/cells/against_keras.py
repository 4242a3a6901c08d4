"""What every CellSpec is held to: the tests of a cell are a class of its own that inherits these."""

from __future__ import annotations

from typing import Any, ClassVar

import keras
import numpy as np

from tb_rnn_plugin import capture
from tb_rnn_plugin.analysis import gate_weights
from tb_rnn_plugin.cells import CellSpec
from tb_rnn_plugin.probe.instrumented import instrument

UNITS = 3


class AgainstKeras:
    """A spec against Keras' own layer.

    Attributes:
        spec: The spec.
        shape: `(time, …)` of what the layer reads.
    """

    spec: ClassVar[CellSpec]
    shape: ClassVar[tuple[int, ...]] = (2, 2)

    def layer(self, **options: Any) -> Any:
        """Return a layer of `UNITS` units called `rnn`."""
        raise NotImplementedError

    def inputs(self) -> Any:
        return np.random.default_rng(0).normal(size=(1, *self.shape)).astype("float32")

    def captured(self, layer: Any) -> Any:
        return capture(keras.Sequential([keras.Input(self.shape), layer]), self.inputs())["rnn"]

    def test_signals_and_states_are_those_of_the_layer(self) -> None:
        layer, x = self.layer(return_state=True), self.inputs()
        read = keras.Input(self.shape)
        model = keras.Model(read, layer(read))
        captured = capture(model, x)["rnn"]
        assert list(captured) == [signal.name for signal in self.spec.signals]
        assert list(captured.initial_states) == list(self.spec.states)
        for state, final in zip(self.spec.states, model(x)[1:], strict=True):
            np.testing.assert_allclose(captured[state][0, -1], np.asarray(final).ravel(), atol=1e-5)

    def test_config_and_ranges_are_those_of_the_cell(self) -> None:
        form = instrument(self.layer().cell, "rnn")
        assert form.kind == self.spec.name
        assert list(form.config) == list(self.spec.config)
        assert form.ranges == self.spec.ranges(form.config)

    def test_columns_are_those_of_the_kernel(self) -> None:
        """A bias of 100 in one gate's columns brings its signal, and of the gates no other, to its upper end."""
        layer = self.layer()
        layer.build((1, *self.shape))
        weights = gate_weights(self.spec.name, {v.name: np.asarray(v) for v in layer.cell.weights})
        assert list(weights) == list(self.spec.columns)
        for position, column in enumerate(self.spec.columns):
            layer, width = self.layer(), UNITS
            layer.build((1, *self.shape))
            bias = np.zeros(layer.cell.bias.shape)
            bias[..., position * width : (position + 1) * width] = 100.0
            layer.cell.bias.assign(bias)
            captured = self.captured(layer)
            assert [gate for gate in self.spec.columns if captured[gate][:, 0].min() > 0.99] == [column]

    def test_each_signal_loses_its_range_with_its_activation_function(self) -> None:
        """ReLU has no bound."""
        for key in ("activation", "recurrent_activation"):
            if key in self.spec.config:
                ranges = instrument(self.layer(**{key: "relu"}).cell, "rnn").ranges
                for signal in self.spec.signals:
                    if signal.activation:
                        assert (ranges[signal.name] is None) == (signal.activation == key)
