"""What a capture returns: the signals by layer and name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from tb_rnn_plugin.analysis import Explanation, GateWeights, explain, gate_weights
from tb_rnn_plugin.log.schema import OVER_TIME, Array, LayerTrace


class LayerActivations(Mapping[str, Array]):
    """The signals of one layer by name, each `[sample, time, unit]`, float32 or wider, NaN where masked.

    Attributes:
        inputs: `[sample, time, feature]`, what the layer read; None for a layer that is not recurrent.
        initial_states: By state, `[sample, unit]`; `[sample, sequence, unit]` if the time axis joins several sequences
            (`TimeDistributed`, a cell called step by step), each with its own initial states.
        mask: `[sample, time]` of bool, False where padded; None if the layer got no mask.
        gradients: By state, `[sample, time, unit]`, the gradient of the model's loss by the state at that timestep,
            through everything computed from it, in units of loss per unit of state; empty unless targets were given.
            For a custom cell, by the states that it returns, and only if its output is one of them.
        axes: By signal, what its second and third axis are: `("time", "unit")` for a recurrent layer; for any other,
            `"time"` only where that is known, `"query"` of attention, `"none"` for an output without such an axis,
            which is one timestep, or None; and `"key"` or `"head·key"` in place of `"unit"` for attention scores.
    """

    def __init__(self, trace: LayerTrace) -> None:
        # Copies, which the user may write to; the arrays of the trace share memory with the compiled pass.
        self._signals = {name: np.array(signal, order="C") for name, signal in trace.signals.items()}
        self.inputs = trace.inputs
        self.initial_states = trace.initial_states
        self.mask = trace.mask
        self.gradients = trace.gradients
        self.axes = {name: trace.axes.get(name, OVER_TIME) for name in trace.signals}

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
        traces: Each layer's trace, as the log stores it, in the order of the calls.
        predictions: The model's outputs by name, samples first.
    """

    def __init__(self, traces: Sequence[LayerTrace], predictions: Mapping[str, Array]) -> None:
        self.traces = traces
        self.predictions = predictions
        self._by_key = {trace.key: trace for trace in traces}
        self._layers: dict[str, LayerActivations] = {}

    def weights(self, layer: str) -> dict[str, GateWeights]:
        """Return a layer's weights by gate, `W`, `U` and the biases of each.

        Raises:
            KeyError: there is no such layer.
            ValueError: the cell's gates are not known.
        """
        trace = self._trace(layer)
        return gate_weights(trace.cell, trace.weights)

    def explain(self, layer: str, signal: str, *, sample: int, timestep: int, unit: int) -> Explanation:
        """Return the explanation of one value: its equation, the parts of its sum, and the largest contributions.

        Example:
            >>> print(acts.explain("lstm", "forget_gate", sample=0, timestep=40, unit=3))   # doctest: +SKIP

        Raises:
            KeyError: there is no such layer.
            IndexError: there is no such sample, timestep or unit.
            ValueError: there is no such signal, or the value cannot be explained: another cell than an LSTM, GRU or
                SimpleRNN, a masked timestep, a capture with dropout.
        """
        return explain(self._trace(layer), signal, sample=sample, timestep=timestep, unit=unit)

    def _trace(self, layer: str) -> LayerTrace:
        try:
            return self._by_key[layer]
        except KeyError:
            raise KeyError(f"Layers are {', '.join(map(repr, self._by_key))}, got {layer!r}.") from None

    def __getitem__(self, layer: str) -> LayerActivations:
        if layer not in self._layers:
            self._layers[layer] = LayerActivations(self._trace(layer))
        return self._layers[layer]

    def __iter__(self) -> Iterator[str]:
        return iter(self._by_key)

    def __len__(self) -> int:
        return len(self._by_key)
