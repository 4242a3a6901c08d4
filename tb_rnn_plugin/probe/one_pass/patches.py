"""What replaces a layer's methods during a pass: each does what the original does, and captures it."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from threading import get_ident
from typing import Any

from tb_rnn_plugin.log.schema import Axes
from tb_rnn_plugin.probe.backend import keras
from tb_rnn_plugin.probe.instrumented import InstrumentedCell, OtherCell, Tensor, identity, instrument, parts
from tb_rnn_plugin.probe.keras_internals import mask_of
from tb_rnn_plugin.probe.layers import keys_of
from tb_rnn_plugin.probe.one_pass import axes, loop
from tb_rnn_plugin.probe.one_pass.calls import LayerCall, as_sequence, joined
from tb_rnn_plugin.probe.one_pass.perturbations import PackedPerturbations, Zeros
from tb_rnn_plugin.probe.one_pass.session import CaptureSession

ops = keras.ops

_ABSENT = object()
_KERAS_LOOPS = tuple(layer.inner_loop for layer in (keras.layers.RNN, keras.layers.LSTM, keras.layers.GRU))


def recurrent_loop(session: CaptureSession, key: str, layer: Any) -> Callable[..., Any]:
    """Return an `inner_loop` for a recurrent layer: Keras' loop over instrumented cells."""
    original = layer.inner_loop

    def inner_loop(sequences: Tensor, initial_state: Any, mask: Any, training: bool = False) -> Any:
        session.looped.add(key)
        if type(layer).inner_loop not in _KERAS_LOOPS:
            session.mark_unreachable(
                key, "its class has an inner_loop of its own, which may do anything. Put it in its cell"
            )
            return original(sequences, initial_state, mask, training)
        if not session.reaches(key):
            return original(sequences, initial_state, mask, training)
        cells, keys = parts(layer.cell, key), keys_of(key, layer)
        is_stack = keys != [key]
        mask = mask[0] if keras.tree.is_nested(mask) else mask
        # Keras passes a stateful layer's variables; they are read here, where the StatelessScope gives their values.
        states = keras.tree.map_structure(lambda s: s.value if isinstance(s, keras.Variable) else s, initial_state)
        states = list(states) if keras.tree.is_nested(states) else [states]
        by_cell = states if is_stack else [states]
        for i, cell_key in enumerate(keys):
            if cell_key in session.initial_states:
                by_cell[i] = keras.tree.pack_sequence_as(by_cell[i], session.initial_states[cell_key])
        timesteps, zeros = ops.shape(sequences)[1], {}
        for (name, cell), cell_states in zip(cells.items(), by_cell, strict=True):
            made = session.zeros_for(key, cell, _listed(cell_states), timesteps)
            zeros.update({} if made is None else {name: made})
        start = by_cell if is_stack else by_cell[0]
        result = loop.run(layer, cells, sequences, start, mask, bool(training), PackedPerturbations(zeros))
        read = loop.time_major(sequences)
        for cell_key, (name, cell), cell_states in zip(keys, cells.items(), by_cell, strict=True):
            ran = result.cells[name]
            inputs = read if ran.inputs is None else ran.inputs
            config = {
                "go_backwards": bool(layer.go_backwards),
                "return_sequences": bool(layer.return_sequences),
                "dropout": _drops(cell.cell, training),
            }
            own_zeros = (zeros[name],) if name in zeros and _has_whole_gradient(cell) else ()
            session.scope.add(cell_key, _cell_call(cell, ran.signals, inputs, cell_states, mask, own_zeros, **config))
        return result.output

    return inner_loop


def recurrent_call(session: CaptureSession, key: str | None, layer: Any) -> Callable[..., Any]:
    """Return a `call` for a recurrent layer, in which calls of cells do not count as made by hand.

    Args:
        session: The session.
        key: The layer's, or None if it is not to be captured.
        layer: The layer.
    """
    original = layer.call

    def call(*args: Any, **kwargs: Any) -> Any:
        with session.in_layer():
            output = original(*args, **kwargs)
        read = _first(_first_argument(layer, args, kwargs))
        session.time_axes.mark(read)
        if layer.return_sequences:
            is_backwards = layer.go_backwards or session.time_axes.may_be_backwards(read)
            mark = session.time_axes.mark_backwards if is_backwards else session.time_axes.mark
            mark(_first(output))
        if key is not None and key not in session.looped:
            session.mark_unreachable(
                key, "the call of its class does not run Keras' loop over time. Loop in a layer of your own"
            )
        return output

    return call


def cell_call(session: CaptureSession, key: str, cell: Any) -> Callable[..., Any]:
    """Return a `call` for a cell that a model may call by hand: each call is one timestep."""
    original, instrumented = cell.call, instrument(cell, key)
    signature = inspect.signature(original)

    def call(*args: Any, **kwargs: Any) -> Any:
        if not session.captures_cells() or not session.reaches(key):
            return original(*args, **kwargs)
        given = signature.bind(*args, **kwargs).arguments
        if given.get("states") is None:
            session.mark_unreachable(
                key, "it is called without states, so that those it starts from are not known. Pass them"
            )
            return original(*args, **kwargs)
        inputs, states, training = next(iter(given.values())), given["states"], bool(given.get("training", False))
        is_nested = keras.tree.is_nested(states)
        before = list(states) if is_nested else [states]
        zeros = session.zeros_for(key, instrumented, before, 1)
        perturb = identity if zeros is None else zeros.perturb(zeros.tensor[:, 0])
        if isinstance(instrumented, OtherCell):
            signals, returned = instrumented.collect(
                lambda: original(*args, **kwargs), before, inputs.shape[0], perturb
            )
        else:
            parts, after, output = instrumented.step(inputs, before, training, perturb)
            signals = instrumented.signals(parts)
            # An LSTM returns a list of states; another cell returns a list only if it was given one.
            returned = output, after if is_nested or len(after) > 1 else after[0]
        own_zeros = () if zeros is None or not _has_whole_gradient(instrumented) else (zeros,)
        timestep = {name: _one_timestep(signal) for name, signal in signals.items()}
        config = {"go_backwards": False, "dropout": _drops(cell, training)}
        made = _cell_call(instrumented, timestep, _one_timestep(inputs), before, None, own_zeros, **config)
        session.scope.add_step(key, made)
        return returned

    return call


def other_call(session: CaptureSession, key: str, layer: Any) -> Callable[..., Any]:
    """Return a `call` for a layer that is not recurrent: its outputs are its signals."""
    original = layer.call

    def call(*args: Any, **kwargs: Any) -> Any:
        outputs = original(*args, **kwargs)
        if session.reaches(key):
            # Keras sets the mask of an output after `call` returns, and a later layer may show that its axis is time.
            session.scope.add(key, lambda: _output_call(session, key, layer, outputs))
        return outputs

    return call


def position_keeping_call(session: CaptureSession, layer: Any) -> Callable[..., Any]:
    """Return a `call` for a layer that `keeps_positions`, which notes the tensors that have the same second axis."""
    original = layer.call

    def call(*args: Any, **kwargs: Any) -> Any:
        outputs = original(*args, **kwargs)
        given = _first_argument(layer, args, kwargs)
        session.time_axes.relate(axes.same_positions(layer, given, _first(outputs)))
        return outputs

    return call


def time_distributed_call(session: CaptureSession, layer: Any) -> Callable[..., Any]:
    """Return a `call` for a `TimeDistributed`: its calls of the layer inside are joined along time into one."""
    original = layer.call

    def call(*args: Any, **kwargs: Any) -> Any:
        steps: list[dict[str, LayerCall]] = []
        inner_call = layer.layer.call

        def one_step(*args: Any, **kwargs: Any) -> Any:
            with session.nested_scope() as scope:
                outputs = inner_call(*args, **kwargs)
            steps.append(scope.finished())
            return outputs

        with replaced_method(layer.layer, "call", one_step):
            outputs = original(*args, **kwargs)
        sequences = _first(_first_argument(layer, args, kwargs))
        for key in steps[0]:
            made = joined(key, [as_sequence(step[key]) for step in steps])
            session.scope.add(key, partial(_over_steps, session, made, sequences))
        return outputs

    return call


@contextmanager
def replaced_method(owner: Any, name: str, value: Callable[..., Any]) -> Iterator[None]:
    """Replace a method of an object for the calls of this thread, and restore it afterwards."""
    original, thread = getattr(owner, name), get_ident()

    def call(*args: Any, **kwargs: Any) -> Any:
        return (value if get_ident() == thread else original)(*args, **kwargs)

    with replaced(owner, name, call):
        yield


@contextmanager
def replaced(owner: Any, name: str, value: Any) -> Iterator[None]:
    """Replace an attribute of an object, and restore it afterwards."""
    before = owner.__dict__.get(name, _ABSENT)
    owner.__dict__[name] = value  # With setattr, Keras would track it as part of the layer.
    try:
        yield
    finally:
        if before is _ABSENT:
            del owner.__dict__[name]
        else:
            owner.__dict__[name] = before


def _cell_call(
    cell: InstrumentedCell,
    signals: dict[str, Tensor],
    inputs: Tensor,
    states: Any,
    mask: Any,
    zeros: tuple[Zeros, ...],
    **config: Any,
) -> LayerCall:
    """Return the call of a cell; `config` is added to the cell's own by the layer around it."""
    flat = {name: ops.reshape(s, (ops.shape(s)[0], -1)) for name, s in cell.name_states(states).items()}
    ranges = {name: cell.ranges.get(name) for name in signals}
    return LayerCall(cell.kind, signals, ranges, {**cell.config, **config}, inputs, flat, mask, zeros, cell.cell)


def _output_call(session: CaptureSession, key: str, layer: Any, nested: Any) -> LayerCall | None:
    """Return the call of a layer that is not recurrent; None if its output is not numbers by sample."""
    outputs = [output for output in keras.tree.flatten(nested) if len(getattr(output, "shape", ()))]
    if not outputs or any(output.dtype == "string" for output in outputs):
        session.mark_unreachable(key, "it gives no numbers with samples on the first axis")
        return None
    names = ["output"] if len(outputs) == 1 else [f"output_{i}" for i in range(len(outputs))]
    signals: dict[str, Tensor] = {}
    found: dict[str, Axes] = {}
    for i, (name, output) in enumerate(zip(names, outputs, strict=True)):
        if axes.is_scores(layer, i, output):
            has_heads = len(output.shape) == 4
            is_time = session.time_axes.is_time(outputs[0])  # Its second axis is the query's, too.
            found[name] = "time" if is_time else "query", "head·key" if has_heads else "key"
            signals[name] = loop.time_major(ops.transpose(output, (0, 2, 1, 3)) if has_heads else output)
        elif len(output.shape) > 2:
            found[name] = "time" if session.time_axes.is_time(output) else None, "unit"
            signals[name] = loop.time_major(output)
        else:
            found[name] = "none", "unit"
            signals[name] = _one_timestep(output)
    mask = None if session.time_axes.may_be_backwards(outputs[0]) else mask_of(outputs[0])
    if mask is None or len(mask.shape) != 2 or len(outputs[0].shape) < 3 or mask.shape[1] != outputs[0].shape[1]:
        return LayerCall(type(layer).__name__, signals, axes=found, layer=layer)
    # The mask is the first output's: another has it if its second axis is the same.
    others = frozenset(name for name in names[1:] if found[name][0] != "time" or found[names[0]][0] != "time")
    return LayerCall(type(layer).__name__, signals, mask=mask, axes=found, unmasked=others, layer=layer)


def _over_steps(session: CaptureSession, call: LayerCall, sequences: Tensor) -> LayerCall:
    """Return the call of a layer that was called for each step of sequences, `[sample, time, …]`."""
    steps = "time" if session.time_axes.is_time(sequences) else None
    # If the layer has an axis of its own at each step, the joined one is neither.
    seconds = {name: steps if second == "none" else None for name, (second, _) in call.axes.items()}
    return replace(call, axes={name: (seconds[name], third) for name, (_, third) in call.axes.items()})


def _first_argument(layer: Any, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> Any:
    """Return the first argument of a layer's `call` in the order of its signature, however it is passed."""
    # Of the class: the layer's own may be a patch, which takes any arguments.
    given = inspect.signature(type(layer).call).bind(layer, *args, **kwargs).arguments
    return list(given.values())[1]


def _first(nested: Any) -> Tensor:
    return keras.tree.flatten(nested)[0]


def _has_whole_gradient(cell: InstrumentedCell) -> bool:
    """Return whether the gradient by a perturbation includes everything computed from the state."""
    return not isinstance(cell, OtherCell) or cell.output_is_a_state


def _listed(states: Any) -> Any:
    return states if keras.tree.is_nested(states) else [states]


def _one_timestep(tensor: Tensor) -> Tensor:
    return loop.time_major(ops.expand_dims(tensor, 1))


def _drops(cell: Any, training: bool) -> bool:
    """Return whether dropout was applied; the masks are not stored, so that the values cannot be recomputed."""
    return bool(training) and (getattr(cell, "dropout", 0) or getattr(cell, "recurrent_dropout", 0)) > 0
