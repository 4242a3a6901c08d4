"""`Probe`: a model and a batch, compiled once, called at every captured step."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

import numpy as np

from tb_rnn_plugin.log.schema import Array, Interval, LayerTrace
from tb_rnn_plugin.probe.backend import keras, to_numpy
from tb_rnn_plugin.probe.compilation import Compiled, JitCompile
from tb_rnn_plugin.probe.errors import ProbeError
from tb_rnn_plugin.probe.inputs import check_stateful, checked_probe, named_arrays
from tb_rnn_plugin.probe.naming import recurrent_layers
from tb_rnn_plugin.probe.recorder import LayerCall, Recorder

ops = keras.ops


@dataclass(frozen=True)
class Capture:
    """What one pass gave.

    Attributes:
        layers: A trace per layer and call, in the order of the calls.
        predictions: The model's outputs by name, samples first.
    """

    layers: list[LayerTrace]
    predictions: dict[str, Array]


@dataclass(frozen=True)
class _Described:
    """What is known of a call once it is traced, and is no tensor."""

    kind: str
    ranges: dict[str, Interval | None]


class Probe:
    """Calls a model on one fixed batch and returns every signal of its recurrent layers; the model stays as it was.

    Building a Probe checks everything and computes nothing; the first call compiles.

    Args:
        model: The Keras model, built.
        inputs: The batch: an array, or a list, tuple or dict of arrays, samples on the first axis.
        layers: Keys of the layers to capture, or patterns (`"encoder/*"`); None for all recurrent ones.
        initial_states: What stateful layers start from: `"zeros"`, `"current"` for what they hold, or by key a list
            of arrays `[sample, unit]`, for layers of any kind (stateful ones given none start from zeros).
        training: Whether dropout and the like are applied.
        weights: Whether a capture holds the cells' weights.
        jit_compile: True for XLA, False for a plain graph, `"auto"` for XLA where it compiles.

    Raises:
        ProbeError: the batch, the layers or the states do not fit the model.
    """

    def __init__(
        self,
        model: Any,
        inputs: Any,
        *,
        layers: str | Iterable[str] | None = None,
        initial_states: str | Mapping[str, Any] = "zeros",
        training: bool = False,
        weights: bool = False,
        jit_compile: JitCompile = "auto",
    ) -> None:
        self.inputs = checked_probe(model, inputs)
        self.model = model
        self._training = training
        self._weights = weights
        self._all_layers = _built_layers(model, self.inputs)
        self._layers = _choose(self._all_layers, layers)
        self.samples = keras.tree.flatten(self.inputs)[0].shape[0]
        check_stateful(self._all_layers, self.samples)
        # Layers that are given no states start from zeros, too, so that epochs are comparable.
        self._start_from_zeros = not isinstance(initial_states, str) or initial_states == "zeros"
        self._initial_states = self._checked_states(initial_states)
        self._described: dict[str, _Described] = {}
        self._compiled = Compiled(self._forward, jit_compile)
        self._arguments = keras.tree.map_structure(ops.convert_to_tensor, self.inputs)

    @property
    def traces(self) -> int:
        """How often the pass has been traced: once, or twice where XLA had to be given up; calls never add to it."""
        return self._compiled.traces

    def __call__(self) -> Capture:
        """Run one pass and return its arrays."""
        calls, outputs = keras.tree.map_structure(to_numpy, self._compiled(self._arguments))
        layers = [self._trace(key, calls[key]) for key in self._described]
        return Capture(layers, named_arrays(outputs, "output"))

    def _forward(self, inputs: Any) -> tuple[dict[str, Any], Any]:
        """Call the model once and return what its layers did; this is what gets compiled."""
        recorder = Recorder(self._layers, self._initial_states)
        with keras.StatelessScope(state_mapping=self._state_mapping()), recorder.listening():
            outputs = self.model(inputs, training=self._training)
        self._described = {key: _Described(call.cell.kind, call.cell.ranges) for key, call in recorder.calls.items()}
        return {key: _finished(call) for key, call in recorder.calls.items()}, outputs

    def _state_mapping(self) -> list[tuple[Any, Any]]:
        if not self._start_from_zeros:
            return []
        stateful = [layer for layer in self._all_layers.values() if layer.stateful]
        return [(v, ops.zeros(v.shape, v.dtype)) for layer in stateful for v in keras.tree.flatten(layer.states)]

    def _trace(self, key: str, call: Mapping[str, Any]) -> LayerTrace:
        described = self._described[key]
        cell = self._layers[key.split("#")[0]].cell
        return LayerTrace(
            key=key,
            cell=described.kind,
            signals={name: np.swapaxes(call["signals"][name], 0, 1) for name in described.ranges},
            ranges=_ranges(described.ranges, call["states"]),
            inputs=call["inputs"],
            initial_states=call["states"],
            mask=call.get("mask"),
            weights=_weights(cell) if self._weights else {},
        )

    def _checked_states(self, states: str | Mapping[str, Any]) -> dict[str, Any]:
        if isinstance(states, str):
            if states not in ("zeros", "current"):
                raise ProbeError(f'initial_states must be "zeros", "current" or arrays by layer, got {states!r}.')
            return {}
        if not isinstance(states, Mapping):
            raise ProbeError(f'initial_states must be "zeros", "current" or arrays by layer, got {_short(states)}.')
        unknown = [key for key in states if key not in self._layers]
        if unknown:
            raise ProbeError(f"initial_states names {unknown[0]!r}; captured layers are {_listed(self._layers)}.")
        return {key: self._checked_state(key, value) for key, value in states.items()}

    def _checked_state(self, key: str, value: Any) -> list[Any]:
        cell = self._layers[key].cell
        sizes = keras.tree.flatten(cell.state_size)
        try:
            arrays = [np.asarray(a, np.float64) for a in (value if isinstance(value, (list, tuple)) else [value])]
        except (TypeError, ValueError) as error:
            raise ProbeError(f"initial_states of layer {key!r} must be arrays of numbers ({error}).") from error
        wanted, got = [(self.samples, size) for size in sizes], [array.shape for array in arrays]
        if wanted != got:
            raise ProbeError(f"initial_states of layer {key!r} must have the shapes {wanted}, got {got}.")
        return [ops.convert_to_tensor(array, dtype=cell.compute_dtype) for array in arrays]


def _built_layers(model: Any, inputs: Any) -> dict[str, Any]:
    if not model.built:
        # Builds the weights from shapes alone, and computes nothing.
        model(keras.tree.map_structure(lambda a: keras.KerasTensor(a.shape, str(a.dtype)), inputs))
    layers = recurrent_layers(model)
    if not layers:
        names = ", ".join(repr(layer.name) for layer in model.layers) or "none"
        raise ProbeError(f"The model must have at least one recurrent layer (a keras.layers.RNN), got layers {names}.")
    return layers


def _choose(layers: Mapping[str, Any], wanted: str | Iterable[str] | None) -> dict[str, Any]:
    if wanted is None:
        return dict(layers)
    patterns = [wanted] if isinstance(wanted, str) else list(wanted) if isinstance(wanted, Iterable) else []
    if not patterns or not all(isinstance(pattern, str) for pattern in patterns):
        raise ProbeError(f"layers must be keys or patterns, some of {_listed(layers)}, got {wanted!r}.")
    for pattern in patterns:
        if not any(_matches(key, pattern) for key in layers):
            raise ProbeError(f"layers names {pattern!r}; the recurrent layers of this model are {_listed(layers)}.")
    return {key: layer for key, layer in layers.items() if any(_matches(key, p) for p in patterns)}


def _matches(key: str, pattern: str) -> bool:
    return key == pattern or fnmatchcase(key, pattern)


def _finished(call: LayerCall) -> dict[str, Any]:
    """Return a call's tensors as they leave the graph: at least float32, and NaN where masked."""
    mask = None if call.mask is None else ops.cast(ops.reshape(call.mask, ops.shape(call.mask)[:2]), "bool")
    signals = {name: _widened(signal) for name, signal in call.signals.items()}
    if mask is not None:
        present = ops.expand_dims(ops.transpose(mask), -1)
        signals = {name: ops.where(present, signal, np.nan) for name, signal in signals.items()}
    finished = {
        "signals": signals,
        "inputs": _widened(call.inputs),
        "states": {name: _widened(state) for name, state in call.states.items()},
    }
    return finished if mask is None else {**finished, "mask": mask}


def _widened(tensor: Any) -> Any:
    dtype = keras.backend.standardize_dtype(tensor.dtype)
    return tensor if dtype == "float64" else ops.cast(tensor, "float32")


def _ranges(ranges: Mapping[str, Interval | None], states: Mapping[str, Array]) -> dict[str, Interval | None]:
    """Return the ranges that hold for this run: a state that starts beyond its range may lie there later, too."""
    held = dict(ranges)
    for name, state in states.items():
        low, high = held.get(name) or (-np.inf, np.inf)
        if not np.all((state >= low) & (state <= high)):
            held[name] = None
    return held


def _weights(cell: Any) -> dict[str, Array]:
    return {variable.name: to_numpy(variable) for variable in getattr(cell, "weights", ())}


def _short(value: Any) -> str:
    return repr(value) if len(repr(value)) <= 60 else f"{type(value).__name__} of {len(value)}"


def _listed(layers: Iterable[str]) -> str:
    return ", ".join(map(repr, layers))
