"""`Probe`: a model and a batch, compiled once, called at every captured step."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, Sequence
from copy import deepcopy
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np

from tb_rnn_plugin.analysis.feeds import Decided, with_feeds
from tb_rnn_plugin.log.fingerprint import fingerprint
from tb_rnn_plugin.log.rows import RowSamples, unknown_rows
from tb_rnn_plugin.log.schema import Array, Interval, LayerTrace
from tb_rnn_plugin.probe.activations import Activations
from tb_rnn_plugin.probe.backend import backend, keras
from tb_rnn_plugin.probe.backends.base import JitCompile, MakeZeros, Tensor
from tb_rnn_plugin.probe.errors import ProbeError
from tb_rnn_plugin.probe.finishing import finished, finished_gradients
from tb_rnn_plugin.probe.inputs import as_array, check_callable, check_model, checked_probe, named_arrays, symbolic
from tb_rnn_plugin.probe.layers import LayerChoice, choose, find_layers, listed
from tb_rnn_plugin.probe.loss import Loss
from tb_rnn_plugin.probe.model_state import ModelState
from tb_rnn_plugin.probe.one_pass import CaptureSession, LayerCall, patched
from tb_rnn_plugin.probe.rows import samples_of_rows
from tb_rnn_plugin.probe.states import check_stateful, checked_states
from tb_rnn_plugin.probe.weights import cell_weights

ops = keras.ops

_log = logging.getLogger("tb_rnn_plugin")


class Probe:
    """Calls a model on a batch and returns every signal of its recurrent layers; the model stays as it was.

    The constructor checks the arguments and computes nothing. The first call compiles. Later calls compile again only
    if the model itself has changed: it was compiled with another loss, a layer was replaced, …. A Python attribute that
    a layer of the user's own class reads stays, as in Keras' train step, until the model is compiled again.

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
            the states of recurrent layers is captured in the same pass. `loss_weights` count in it, as compiled; what
            `fit` got as `sample_weight` or `class_weight` does not.
        jit_compile: True for XLA, False for a plain graph; `"auto"` for XLA where it compiles, and for a plain graph
            with gradients, where a plain graph takes less than half the time.

    Attributes:
        model: The model.
        inputs: The batch as arrays.
        arguments: What the probe was made with, but for the model, by parameter.
        samples: Number of samples in the batch.
        has_sought_rows: Whether `find_rows` was called since the model was checked last.
        checks: How often the arguments were checked against the model: once, and again for each change of it.
        compilations: How often the pass was traced: once, twice if XLA could not compile it, and again for each change
            of the model.
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
        check_model(model)
        check_callable(model)
        if jit_compile not in (True, False, "auto"):
            raise ValueError(f'jit_compile must be True, False or "auto", got {jit_compile!r}.')
        # Copies, so that the batch stays the same if the user writes to the arrays.
        self.inputs = keras.tree.map_structure(np.array, checked_probe(model, inputs))
        self.samples = keras.tree.flatten(self.inputs)[0].shape[0]
        self.model = model
        self._choice = listed(layers)
        self._training = training
        self._weights = weights
        self._targets = keras.tree.map_structure(
            lambda part: None if part is None else np.array(as_array(part, "targets")), targets
        )
        self._given_states = deepcopy(initial_states)
        self.arguments: Mapping[str, Any] = {
            "inputs": self.inputs,
            "layers": self._choice,
            "initial_states": self._given_states,
            "training": training,
            "weights": weights,
            "targets": self._targets,
            "jit_compile": jit_compile,
        }
        # Layers without an entry also start from zeros, so that epochs are comparable.
        self._start_from_zeros = not isinstance(initial_states, str) or initial_states == "zeros"
        self._jit_compile: JitCompile = False if targets is not None and jit_compile == "auto" else jit_compile
        self._calls: dict[str, LayerCall] = {}
        self._row_samples: dict[str, tuple[int | None, ...]] = {}
        self._reads: Decided = {}
        self.has_sought_rows = False
        self.checks = 0
        self.compilations = 0
        self.unreachable: dict[str, str] = {}
        self._tensors = keras.tree.map_structure(ops.convert_to_tensor, self.inputs)
        self._prepare()

    def __call__(self, inputs: Any = None, *, states: Sequence[Tensor] | None = None) -> Activations:
        """Run one pass and return what was captured.

        Args:
            inputs: Another batch of the same shapes and dtypes; None for the probe's own.
            states: What `held_states` returned earlier, to start from with `initial_states="current"`; None for the
                states that the layers hold now.

        Example:
            >>> probe = Probe(model, x_val[:8])                                  # doctest: +SKIP
            >>> probe(x_val[8:16])["lstm"]["forget_gate"]                        # doctest: +SKIP

            A stateful model keeps its states; to advance it between two calls of the probe, call `predict`.

        Raises:
            ProbeError: the batch has other shapes or dtypes.
        """
        is_changed = self.refresh()
        tensors = self._tensors if inputs is None else self._checked_batch(inputs)
        start = self.held_states() if states is None or is_changed else list(states)
        calls, outputs = keras.tree.map_structure(backend.to_numpy, self._compiled(tensors, start))
        layers = [self._trace(key, call, calls[key]) for key, call in self._calls.items()]
        # The compiled pass connects the layers alike in every call.
        return Activations(with_feeds(layers, self._reads), named_arrays(outputs, "output"))

    def fingerprints(self) -> dict[str, str]:
        """Return the fingerprint of the weights of each layer that has one, by key, after the first call."""
        ran = {key: call.layer if call.cell is None else call.cell for key, call in self._calls.items()}
        found = {key: fingerprint(cell_weights(layer)) for key, layer in ran.items()}
        return {key: known for key, known in found.items() if known is not None}

    def without_gradients(self) -> list[str]:
        """Return sentences that say which of the captured recurrent layers have no gradients, and why."""
        calls = {} if self._loss is None else self._calls
        return [
            f"Layer {key!r} has no gradients: what its cell {call.kind} returns is computed from its new states and is "
            "none of them, so that a part of the gradient would be missing. Return the state itself as the output."
            for key, call in calls.items()
            if call.cell is not None and not call.zeros
        ]

    def find_rows(self, captured: Activations, *, contract_seconds: float | None) -> Activations:
        """Find whose the rows of each layer are, and return what was captured with it, as later calls do.

        Args:
            captured: What a call of the probe returned.
            contract_seconds: As in `samples_of_rows`.
        """

        def rows(traces: Sequence[LayerTrace]) -> dict[str, list[Array]]:
            return {trace.key: [*trace.signals.values(), *_given([trace.inputs, trace.mask])] for trace in traces}

        self.has_sought_rows = True  # Also if it fails: it would fail again at every step.
        if self._training:
            contract_seconds = None  # In training, layers such as BatchNormalization read the whole batch.
        before = rows(captured.traces)
        self._row_samples = samples_of_rows(
            lambda inputs: rows(self(inputs).traces), self.inputs, before, contract_seconds=contract_seconds
        )
        traces = [replace(trace, row_samples=self._samples_of(trace.key, trace.signals)) for trace in captured.traces]
        return Activations(traces, captured.predictions)

    def _samples_of(self, key: str, signals: Mapping[str, Array]) -> RowSamples:
        known = self._row_samples.get(key)
        count = len(next(iter(signals.values())))
        # The number of rows may depend on the values.
        return known if known is not None and len(known) == count else unknown_rows(count, self.samples)

    def __reduce__(self) -> tuple[Any, ...]:
        """Return what a copy or a pickle is made of: the model and the arguments. It compiles at its own first call."""
        return _made, (self.model, self.arguments)

    def held_states(self) -> list[Tensor]:
        """Return copies of the states of all stateful layers; none unless `initial_states` is `"current"`."""
        return [] if self._start_from_zeros else [ops.copy(state) for state in self._held()]

    def _held(self) -> list[Any]:
        """Return the variables that hold the states of stateful layers."""
        return [state for layer in self._layers.stateful for state in keras.tree.flatten(layer.states or [])]

    def refresh(self) -> bool:
        """Return whether the model has changed since the last trace; if so, check the arguments against it again.

        The next call then compiles again.

        Raises:
            ProbeError: the arguments do not fit the changed model.
        """
        change = self._state.change_to(ModelState(self.model))
        if change is None:
            return False
        _log.info("The probe traces the model again: it %s.", change)
        self._prepare()
        return True

    def _prepare(self) -> None:
        """Check the arguments against the model, and let the next call compile."""
        checked_probe(self.model, self.inputs)
        self._layers = choose(self.model, find_layers(_built(self.model, self.inputs)), self._choice)
        check_stateful(self._layers.stateful, self.samples)
        self._initial_states = checked_states(self._layers.recurrent, self._given_states, self.samples)
        self._loss = None if self._targets is None else Loss(self.model, self.inputs, self._targets)
        self._compiled = backend.compile(self._forward, self._jit_compile)
        self._state = ModelState(self.model)
        self.checks += 1
        # A changed model may lay out its rows and connect its layers otherwise. Rows that were not the samples are of
        # unknown samples until they are found again.
        self._row_samples = {key: (None,) * len(rows) for key, rows in self._row_samples.items()}
        self._reads, self.has_sought_rows = {}, False

    def _checked_batch(self, inputs: Any) -> Any:
        batch = checked_probe(self.model, inputs)
        wanted, got = (keras.tree.map_structure(lambda a: (a.shape, str(a.dtype)), b) for b in (self.inputs, batch))
        if wanted != got:
            raise ProbeError(f"A probe is compiled for one shape and dtype, {wanted}, got {got}: make another Probe.")
        return keras.tree.map_structure(ops.convert_to_tensor, batch)

    def _forward(self, inputs: Any, states: Sequence[Tensor]) -> tuple[dict[str, Any], Any]:
        """Return the tensors of the layers' calls by key, and the model's outputs; the function that is compiled."""
        self.compilations += 1
        if self._loss is None:
            _, returned = self._pass(inputs, states)
            return returned
        (made, outputs), gradients = backend.gradients(partial(self._pass, inputs, states), self._loss.scales)
        for key, call in self._calls.items():
            if call.zeros:
                made[key]["gradients"] = finished_gradients(call, made[key].get("mask"), gradients)
        return made, outputs

    def _pass(
        self, inputs: Any, states: Sequence[Tensor], make_zeros: MakeZeros | None = None
    ) -> tuple[Tensor | None, tuple[dict[str, Any], Any]]:
        """Call the model once, and return its loss, the tensors of the layers' calls by key, and the model's outputs.

        Args:
            inputs: The batch.
            states: What stateful layers start from; none for zeros.
            make_zeros: Makes the perturbations; None without gradients, and then there is no loss.
        """
        session = CaptureSession(self._layers, self._initial_states, make_zeros)
        scope = keras.StatelessScope(state_mapping=self._state_mapping(states), collect_losses=self._loss is not None)
        with scope, patched(session), backend.nested_functions_inlined():
            outputs = self.model(inputs, training=self._training)
            loss = self._loss and self._loss(inputs, outputs, self._training)
        self._calls, self.unreachable = session.calls(), session.unreachable
        self._check_captured()
        return loss, ({key: finished(call) for key, call in self._calls.items()}, outputs)

    def _check_captured(self) -> None:
        """Raise if a layer that `layers` names by its key was not captured, or none was."""
        missing = [key for key in sorted(self._layers.required) if key not in self._calls]
        if missing or not self._calls:
            why = [
                sentence
                for layer, sentence in self.unreachable.items()
                if not missing or any(key == layer or key.startswith(f"{layer}/") for key in missing)
            ]
            chosen = [*self._layers.recurrent, *self._layers.cells, *self._layers.others]
            keys = ", ".join(map(repr, missing or chosen))
            raise ProbeError(" ".join(why) or f"The model does not call {keys}, so that nothing can be captured of it.")

    def _state_mapping(self, states: Sequence[Tensor]) -> list[tuple[Any, Any]]:
        """Return the variables whose values differ in the pass from those they hold, with the values in the pass."""
        counts = backend.own_parts(self.model.metrics_variables)
        held = self._held()
        start = [ops.zeros(v.shape, v.dtype) for v in held] if self._start_from_zeros else states
        return [*counts, *zip(held, start, strict=True)]

    def _trace(self, key: str, call: LayerCall, arrays: Mapping[str, Any]) -> LayerTrace:
        signals = {name: np.swapaxes(arrays["signals"][name], 0, 1) for name in call.signals}
        return LayerTrace(
            key=key,
            cell=call.kind,
            signals=signals,
            ranges=_ranges(call.ranges, arrays["states"]),
            inputs=np.swapaxes(arrays["inputs"], 0, 1) if "inputs" in arrays else None,
            initial_states=arrays["states"],
            mask=arrays.get("mask"),
            weights=cell_weights(call.cell) if self._weights else {},
            gradients={name: np.swapaxes(array, 0, 1) for name, array in arrays.get("gradients", {}).items()},
            config=call.config,
            row_samples=self._samples_of(key, signals),
            axes=call.axes,
        )


def _given(arrays: Iterable[Array | None]) -> list[Array]:
    return [array for array in arrays if array is not None]


def _made(model: Any, arguments: Mapping[str, Any]) -> Probe:
    return Probe(model, **arguments)


def _built(model: Any, inputs: Any) -> Any:
    if not model.built:
        # A symbolic call builds the weights from shapes and computes nothing.
        model(symbolic(inputs))
    return model


def _ranges(ranges: Mapping[str, Interval | None], states: Mapping[str, Array]) -> dict[str, Interval | None]:
    """Return the ranges that hold for this pass: a state that starts outside its range may stay outside."""
    held = dict(ranges)
    for name, state in states.items():
        known = held.get(name)
        if known is not None and not np.all((state >= known[0]) & (state <= known[1])):
            held[name] = None
    return held
