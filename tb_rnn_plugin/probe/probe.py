"""`Probe`: a model and a batch, compiled once, called at every captured step."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

import numpy as np

from tb_rnn_plugin.analysis.feeds import with_feeds
from tb_rnn_plugin.log.schema import Array, Interval, LayerTrace
from tb_rnn_plugin.probe.activations import Activations
from tb_rnn_plugin.probe.backend import backend, keras
from tb_rnn_plugin.probe.backends.base import JitCompile, MakeZeros, Tensor
from tb_rnn_plugin.probe.errors import ProbeError
from tb_rnn_plugin.probe.finishing import finished, finished_gradients
from tb_rnn_plugin.probe.inputs import checked_probe, named_arrays
from tb_rnn_plugin.probe.layers import LayerChoice, choose, find_layers
from tb_rnn_plugin.probe.loss import Loss
from tb_rnn_plugin.probe.one_pass import CaptureSession, LayerCall, patched
from tb_rnn_plugin.probe.states import check_stateful, checked_states
from tb_rnn_plugin.probe.weights import cell_weights

ops = keras.ops


class Probe:
    """Calls a model on a batch and returns every signal of its recurrent layers; the model stays as it was.

    The constructor checks the arguments and computes nothing. The first call compiles; later calls never do.

    Args:
        model: The Keras model, built.
        inputs: The batch: an array, or a list, tuple or dict of arrays, samples on the first axis.
        layers: Which layers to capture: keys, layers, patterns (`"encoder/*"`), or a function of a layer; None for all
            recurrent ones. For a layer that is not recurrent, its output is captured.
        initial_states: What stateful layers start from: `"zeros"`; `"current"` for the states they hold; or by key a
            list of arrays `[sample, unit]`, for any recurrent layers (stateful layers without an entry start from
            zeros).
        training: Whether the model is called with `training=True`, which applies dropout, for example.
        weights: Whether the cells' weights are captured.
        targets: The batch's targets, nested as `fit` takes them; with targets, the gradient of the model's own loss by
            the states of recurrent layers is captured in the same pass.
        jit_compile: True for XLA, False for a plain graph; `"auto"` for XLA where it compiles, and for a plain graph
            with gradients, where a plain graph takes less than half the time.

    Attributes:
        model: The model.
        inputs: The batch as arrays.
        samples: Number of samples in the batch.
        compilations: How often the pass was traced: once, twice if XLA could not compile it; later calls never add to
            it.
        unreachable: After the first call, by key a sentence that says why a layer is not captured.

    Raises:
        ProbeError: the batch, the layers or the states do not fit the model.
        ValueError: jit_compile is something else.
    """

    def __init__(
        self,
        model: Any,
        inputs: Any,
        *,
        layers: LayerChoice = None,
        initial_states: str | Mapping[str, Any] = "zeros",
        training: bool = False,
        weights: bool = True,
        targets: Any = None,
        jit_compile: JitCompile = "auto",
    ) -> None:
        if not isinstance(model, keras.Model):
            raise ProbeError(f"model must be a keras.Model, got {type(model).__name__}: wrap a layer in a Sequential.")
        if jit_compile not in (True, False, "auto"):
            raise ValueError(f'jit_compile must be True, False or "auto", got {jit_compile!r}.')
        # Copies, so that the batch stays the same if the user writes to the arrays.
        self.inputs = keras.tree.map_structure(np.array, checked_probe(model, inputs))
        self.model = model
        self._training = training
        self._weights = weights
        self._layers = choose(model, find_layers(_built(model, self.inputs)), layers)
        self.samples = keras.tree.flatten(self.inputs)[0].shape[0]
        check_stateful(self._layers.stateful, self.samples)
        # Layers without an entry also start from zeros, so that epochs are comparable.
        self._start_from_zeros = not isinstance(initial_states, str) or initial_states == "zeros"
        self._initial_states = checked_states(self._layers.recurrent, initial_states, self.samples)
        self._calls: dict[str, LayerCall] = {}
        self.compilations = 0
        self.unreachable: dict[str, str] = {}
        self._loss = None if targets is None else Loss(model, self.inputs, targets)
        jit_compile = False if self._loss and jit_compile == "auto" else jit_compile
        self._compiled = backend.compile(self._forward, jit_compile)
        self._arguments = keras.tree.map_structure(ops.convert_to_tensor, self.inputs)

    def __call__(self, inputs: Any = None) -> Activations:
        """Run one pass and return what was captured.

        Args:
            inputs: Another batch of the same shapes and dtypes; None for the probe's own.

        Example:
            >>> probe = Probe(model, x_val[:8])                                  # doctest: +SKIP
            >>> probe(x_val[8:16])["lstm"]["forget_gate"]                        # doctest: +SKIP

            A stateful model keeps its states; to advance it between two calls of the probe, call `predict`.

        Raises:
            ProbeError: the batch has other shapes or dtypes.
        """
        arguments = self._arguments if inputs is None else self._checked_batch(inputs)
        calls, outputs = keras.tree.map_structure(backend.to_numpy, self._compiled(arguments))
        layers = [self._trace(key, call, calls[key]) for key, call in self._calls.items()]
        return Activations(with_feeds(layers), named_arrays(outputs, "output"))

    def _checked_batch(self, inputs: Any) -> Any:
        batch = checked_probe(self.model, inputs)
        wanted, got = (keras.tree.map_structure(lambda a: (a.shape, str(a.dtype)), b) for b in (self.inputs, batch))
        if wanted != got:
            raise ProbeError(f"A probe is compiled for one shape and dtype, {wanted}, got {got}: make another Probe.")
        return keras.tree.map_structure(ops.convert_to_tensor, batch)

    def _forward(self, inputs: Any) -> tuple[dict[str, Any], Any]:
        """Return the tensors of the layers' calls by key, and the model's outputs; the function that is compiled."""
        self.compilations += 1
        if self._loss is None:
            _, returned = self._pass(inputs)
            return returned
        (made, outputs), gradients = backend.gradients(partial(self._pass, inputs), self._loss.scales)
        for key, call in self._calls.items():
            if call.zeros:
                made[key]["gradients"] = finished_gradients(call, made[key].get("mask"), gradients)
        return made, outputs

    def _pass(
        self, inputs: Any, make_zeros: MakeZeros | None = None
    ) -> tuple[Tensor | None, tuple[dict[str, Any], Any]]:
        """Call the model once, and return its loss, the tensors of the layers' calls by key, and the model's outputs.

        Args:
            inputs: The batch.
            make_zeros: Makes the perturbations; None without gradients, and then there is no loss.
        """
        session = CaptureSession(self._layers, self._initial_states, make_zeros)
        scope = keras.StatelessScope(state_mapping=self._state_mapping(), collect_losses=self._loss is not None)
        with scope, patched(session), backend.nested_functions_inlined():
            outputs = self.model(inputs, training=self._training)
            loss = self._loss and self._loss(inputs, outputs, self._training)
        self._calls, self.unreachable = session.calls(), session.unreachable
        self._check_captured()
        return loss, ({key: finished(call) for key, call in self._calls.items()}, outputs)

    def _check_captured(self) -> None:
        """Raise if a layer that `layers` names was not captured, or none was."""
        missing = [key for key in sorted(self._layers.named or ()) if key not in self._calls]
        if missing or not self._calls:
            why = [
                sentence
                for layer, sentence in self.unreachable.items()
                if not missing or any(key == layer or key.startswith(f"{layer}/") for key in missing)
            ]
            keys = ", ".join(map(repr, missing or [*self._layers.recurrent, *self._layers.cells]))
            raise ProbeError(" ".join(why) or f"The model does not call {keys}, so that nothing can be captured of it.")

    def _state_mapping(self) -> list[tuple[Any, Any]]:
        """Return the variables whose values differ in the pass from those they hold, with the values in the pass."""
        counts = backend.own_parts(self.model.metrics_variables)
        if not self._start_from_zeros:
            return counts
        states = [v for layer in self._layers.stateful for v in keras.tree.flatten(layer.states)]
        return [*counts, *((variable, ops.zeros(variable.shape, variable.dtype)) for variable in states)]

    def _trace(self, key: str, call: LayerCall, arrays: Mapping[str, Any]) -> LayerTrace:
        return LayerTrace(
            key=key,
            cell=call.kind,
            signals={name: np.swapaxes(arrays["signals"][name], 0, 1) for name in call.signals},
            ranges=_ranges(call.ranges, arrays["states"]),
            inputs=np.swapaxes(arrays["inputs"], 0, 1) if "inputs" in arrays else None,
            initial_states=arrays["states"],
            mask=arrays.get("mask"),
            weights=cell_weights(call.cell) if self._weights else {},
            gradients={name: np.swapaxes(array, 0, 1) for name, array in arrays.get("gradients", {}).items()},
            config=call.config,
        )


def _built(model: Any, inputs: Any) -> Any:
    if not model.built:
        # A symbolic call builds the weights from shapes and computes nothing.
        model(keras.tree.map_structure(lambda a: keras.KerasTensor(a.shape, str(a.dtype)), inputs))
    return model


def _ranges(ranges: Mapping[str, Interval | None], states: Mapping[str, Array]) -> dict[str, Interval | None]:
    """Return the ranges that hold for this pass: a state that starts outside its range may stay outside."""
    held = dict(ranges)
    for name, state in states.items():
        known = held.get(name)
        if known is not None and not np.all((state >= known[0]) & (state <= known[1])):
            held[name] = None
    return held
