"""`capture`: every signal of a model on a batch, once, without training and without files."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from tb_rnn_plugin.log.schema import Array, LayerTrace
from tb_rnn_plugin.probe.errors import ProbeError
from tb_rnn_plugin.probe.layers import Wanted
from tb_rnn_plugin.probe.probe import Capture, Probe


def capture(
    model: Any,
    inputs: Any,
    *,
    layers: Wanted = None,
    initial_states: str | Mapping[str, Any] = "current",
    training: bool = False,
) -> Activations:
    """Return every gate and state of a model's recurrent layers for one batch; the model stays as it was.

    Args:
        model: The Keras model.
        inputs: The batch: an array, or a list, tuple or dict of arrays, samples on the first axis.
        layers: Keys of the layers to capture, patterns (`"encoder/*"`, the recurrent layers that match or, where none
            does, the others), or a function of a layer that tells whether to; None for all recurrent ones. Of a layer
            that is not recurrent the output is captured.
        initial_states: What stateful layers start from: `"current"` for what they hold, as a plain call would;
            `"zeros"`; or by key a list of arrays `[sample, unit]`, for layers of any kind (stateful ones that are given
            none then start from zeros).
        training: Whether dropout and the like are applied.

    Example:
        >>> acts = capture(model, x)              # doctest: +SKIP
        >>> acts["encoder/lstm"]["forget_gate"]   # doctest: +SKIP
        array([[[0.73, …

    Raises:
        ProbeError: the batch, the layers or the states do not fit the model.
    """
    probe = Probe(model, inputs, layers=layers, initial_states=initial_states, training=training, jit_compile=False)
    captured = probe()
    for sentence in probe.unreachable.values():
        warnings.warn(sentence, RuntimeWarning, stacklevel=2)
    return Activations(captured)


class LayerActivations(Mapping[str, Array]):
    """The signals of one layer by name, each `[sample, time, unit]`, float32 or wider, NaN where masked.

    Attributes:
        inputs: `[sample, time, feature]`, what the layer read; None for a layer that is not recurrent.
        initial_states: Per state, `[sample, unit]`; `[sample, sequence, unit]` where the time axis is made of several
            sequences (`TimeDistributed`, a cell called step by step), each with its own.
        mask: `[sample, time]` of bool, False where padded; None if the layer got no mask.
    """

    def __init__(self, trace: LayerTrace) -> None:
        # Copies of the compiled pass' own buffers: the user may write to these.
        self._signals = {name: np.array(signal, order="C") for name, signal in trace.signals.items()}
        self.inputs = trace.inputs
        self.initial_states = trace.initial_states
        self.mask = trace.mask

    def __getitem__(self, signal: str) -> Array:
        try:
            return self._signals[signal]
        except KeyError:
            raise KeyError(f"Signals are {', '.join(map(repr, self._signals))}, got {signal!r}.") from None

    def __iter__(self) -> Iterator[str]:
        return iter(self._signals)

    def __len__(self) -> int:
        return len(self._signals)


class Activations(Mapping[str, LayerActivations]):
    """The captured layers by key.

    Attributes:
        predictions: The model's outputs by name, samples first.
    """

    def __init__(self, captured: Capture) -> None:
        self._layers = {trace.key: LayerActivations(trace) for trace in captured.layers}
        self.predictions = captured.predictions

    def __getitem__(self, layer: str) -> LayerActivations:
        try:
            return self._layers[layer]
        except KeyError:
            raise KeyError(f"Layers are {', '.join(map(repr, self._layers))}, got {layer!r}.") from None

    def __iter__(self) -> Iterator[str]:
        return iter(self._layers)

    def __len__(self) -> int:
        return len(self._layers)


__all__ = ["Activations", "LayerActivations", "ProbeError", "capture"]
