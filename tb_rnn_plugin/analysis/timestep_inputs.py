"""Selects one timestep of one sample of a layer: what the cell read, its states before, and what it computed."""

from __future__ import annotations

from dataclasses import dataclass
from operator import index

import numpy as np

from tb_rnn_plugin.analysis.errors import AnalysisError, OutOfRangeError
from tb_rnn_plugin.analysis.sequences import called_by_hand, sequence_count, timesteps_before
from tb_rnn_plugin.analysis.weights import gate_weights
from tb_rnn_plugin.cells import CellSpec
from tb_rnn_plugin.cells.weights import GateWeights
from tb_rnn_plugin.log.schema import Array, LayerTrace


@dataclass(frozen=True, eq=False)
class TimestepInputs:
    """One timestep of one sample.

    Attributes:
        x: `[feature]`, what the cell read.
        previous: By state, `[unit]`, the states before this timestep.
        now: By signal, `[unit]`, what the cell computed.
        read_before: The timestep that the previous states are from; None where they are initial states.
    """

    x: Array
    previous: dict[str, Array]
    now: dict[str, Array]
    read_before: int | None


def timestep_inputs(trace: LayerTrace, spec: CellSpec, sample: int, timestep: int) -> TimestepInputs:
    """Return one timestep of one sample of a layer.

    Args:
        trace: What the layer did.
        spec: Its cell.
        sample: Index in the batch.
        timestep: Index on the input's time axis.

    Raises:
        OutOfRangeError: there is no such sample or timestep.
        AnalysisError: the timestep is masked, or the trace lacks what is needed.
    """
    check_place(trace, spec, sample, timestep)
    timesteps = next(iter(trace.signals.values())).shape[1]
    before = timesteps_before(trace, sample, timestep)
    read_before = int(before[0]) if len(before) else None
    sequence = timestep // (timesteps // sequence_count(trace, timesteps))
    by_hand = called_by_hand(trace, timesteps)
    previous = {}
    for state in spec.states:
        initial = trace.initial_states[state]
        if by_hand:  # Whatever the model passed to the cell.
            previous[state] = initial[sample, timestep]
        elif read_before is not None:
            previous[state] = trace.signals[state][sample, read_before]
        else:
            previous[state] = initial[sample, sequence] if initial.ndim == 3 else initial[sample]
    now = {name: values[sample, timestep] for name, values in trace.signals.items()}
    return TimestepInputs(np.asarray(trace.inputs)[sample, timestep], previous, now, read_before)


def check_place(trace: LayerTrace, spec: CellSpec, sample: int, timestep: int) -> None:
    """Raise unless the layer read this timestep of this sample, and the trace holds all that its cell computed with.

    Raises:
        OutOfRangeError: there is no such sample or timestep.
        AnalysisError: the timestep is masked, or the trace lacks what is needed.
    """
    samples, timesteps, units = next(iter(trace.signals.values())).shape
    checked_index(f"Samples of layer {trace.key!r}", sample, samples)
    checked_index(f"Timesteps of layer {trace.key!r}", timestep, timesteps)
    if trace.mask is not None and not trace.mask[sample, timestep]:
        raise AnalysisError(
            f"A value can be explained only at a timestep that layer {trace.key!r} read, got {timestep}, which is "
            "masked in this sample: choose one that the mask keeps."
        )
    for signal in (signal.name for signal in spec.signals):
        # A cell of the user's may have the same name and other signals.
        if signal not in trace.signals or trace.signals[signal].shape != (samples, timesteps, units):
            raise AnalysisError(
                f"The trace of layer {trace.key!r} must hold the {signal} of all units, as Keras' {trace.cell} has it, "
                "got one without."
            )
    absent = [state for state in spec.states if state not in trace.initial_states]
    if trace.inputs is None or absent:
        raise AnalysisError(
            f"The trace of layer {trace.key!r} must hold its inputs and initial states, got one without."
        )
    if trace.inputs.ndim != 3 or trace.inputs.shape[:2] != (samples, timesteps):
        raise AnalysisError(
            f"The inputs of layer {trace.key!r} must have the shape [{samples}, {timesteps}, feature], "
            f"got {list(trace.inputs.shape)}."
        )
    for state in spec.states:
        shape = trace.initial_states[state].shape
        if len(shape) not in (2, 3) or (shape[0], shape[-1]) != (samples, units):
            raise AnalysisError(
                f"The initial {state.replace('_', ' ')} of layer {trace.key!r} must have the shape "
                f"[{samples}, {units}] or [{samples}, sequence, {units}], got {list(shape)}."
            )


def fitting_weights(trace: LayerTrace) -> dict[str, GateWeights]:
    """Return a layer's weights by gate, or raise unless they fit its inputs and signals, which `check_place` checked.

    Raises:
        AnalysisError: the weights were not stored, or do not fit.
    """
    weights = gate_weights(trace.cell, trace.weights)
    features, units = np.asarray(trace.inputs).shape[2], next(iter(trace.signals.values())).shape[2]
    for gate, own in weights.items():
        if (own.W.shape, own.U.shape) != ((features, units), (units, units)):
            raise AnalysisError(
                f"The weights of layer {trace.key!r} must fit its {features} features and {units} units, "
                f"got W {list(own.W.shape)} and U {list(own.U.shape)} for the {gate.replace('_', ' ')}."
            )
    return weights


def checked_index(what: str, value: int, size: int) -> int:
    """Return an index, or raise an OutOfRangeError unless it is from 0 to below `size`."""
    if not 0 <= index(value) < size:
        raise OutOfRangeError(f"{what} are 0 to {size - 1}, got {value}.")
    return index(value)
