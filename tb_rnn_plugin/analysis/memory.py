"""How far back a unit remembers: estimated from its gate, and measured by the gradient of one value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from tb_rnn_plugin.analysis.errors import AnalysisError
from tb_rnn_plugin.analysis.explain import explained_signal
from tb_rnn_plugin.analysis.sequences import timesteps_before
from tb_rnn_plugin.analysis.timestep_inputs import check_place, checked_index, fitting_weights
from tb_rnn_plugin.cells import CellSpec, cell_specs, find_spec
from tb_rnn_plugin.cells.activations import ACTIVATIONS, Floats
from tb_rnn_plugin.cells.backpropagation import Backward, Reading
from tb_rnn_plugin.cells.spec import activation_name
from tb_rnn_plugin.log.schema import Array, LayerTrace

KEPT = 0.01
"""The share of the gradient one timestep back from which a gradient counts as memory."""


@dataclass(frozen=True, eq=False)
class Reach:
    """How far one state value looks back.

    Attributes:
        norms: By state, `[time]` of float64: the L2 norm over units of the value's derivative by that state at each
            timestep. 0 at timesteps read after the value's, and in other sequences; NaN where masked.
        steps: How many timesteps the value looks back: of those read before it, from the last one on, how many there
            are until the norm, over the units of all states, falls below `KEPT` of that at the last one. All that were
            read of the sequence, if it never does; 0 if none was, or nothing is carried from one timestep to the next.
        end: The farthest timestep within the reach; the value's own where `steps` is 0.
        is_all: Whether all that was read before the value is within its reach.
    """

    norms: Mapping[str, Array]
    steps: int
    end: int
    is_all: bool


def horizon(trace: LayerTrace) -> Array:
    """Return how many timesteps each unit's gate lets it remember: `1 / (1 - mean gate)`.

    A state that is multiplied by a gate f each timestep fades as `f**t`, in the characteristic time `1 / (1 - f)`:
    Tallec & Ollivier 2018, "Can recurrent neural networks warp time?" (arXiv:1804.11188). Gates are stored as float16,
    whose steps near 1 are 1/2048: horizons beyond some hundred timesteps are rough.

    Args:
        trace: What an LSTM, ConvLSTM or GRU did.

    Returns:
        `[unit]` of float64, timesteps, from the mean of the gate that multiplies the old state over all timesteps read
        of all samples: the forget gate of an LSTM, the update gate of Keras' GRU. Infinite where the mean is 1 or, for
        a gate without a bound, above; NaN where a gate is, and where no timestep was read.

    Raises:
        AnalysisError: the cell has no such gate.
    """
    name = keeping_gate(trace.cell)
    gate = trace.signals.get(name)
    if gate is None:
        raise AnalysisError(f"The trace of layer {trace.key!r} must hold its {name}, got one without.")
    read = gate.reshape(-1, gate.shape[2]) if trace.mask is None else gate[trace.mask]
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = read.sum(axis=0, dtype=np.float64) / len(read)
        return np.asarray(np.where(mean >= 1, np.inf, 1 / (1 - mean)))


def keeping_gate(cell: str) -> str:
    """Return the gate of a cell that multiplies the old state.

    Raises:
        AnalysisError: the cell has no such gate.
    """
    spec = find_spec(cell)
    if spec is None or spec.keeps is None:
        keeping = ", ".join(spec.name for spec in cell_specs() if spec.keeps)
        raise AnalysisError(
            f"A horizon needs a gate that multiplies the old state, as in the cells {keeping}, got {cell}."
        )
    return spec.keeps


def reach(trace: LayerTrace, *, sample: int, timestep: int, unit: int, signal: str = "hidden_state") -> Reach:
    """Measure how far back one value of a state depends on earlier states, by its gradient.

    The gradient is backpropagated in float64 through the cell's equations, with weights, gates and states as stored.
    Each derivative is a total one, by all ways from that state to the value: the derivative by an LSTM's cell state
    includes the hidden state made from it. A masked timestep carries the states on, so the gradient passes through it.
    A layer that goes backwards read the later timesteps before. Nothing passes from one sequence on the time axis to
    another, nor to a call of a cell by hand that was given other states.

    Args:
        trace: What an LSTM, GRU or SimpleRNN did, with its weights.
        sample: Index in the batch.
        timestep: Index on the input's time axis.
        unit: Index of the unit.
        signal: `"hidden_state"`, or `"cell_state"` of an LSTM.

    Returns:
        The norms of the gradient and how far they reach; not finite where a network has diverged.

    Raises:
        AnalysisError: the cell's derivatives are not known, the signal is no state, the derivative of an activation
            function is not known, the weights were not stored, dropout was applied, or the timestep is masked.
        OutOfRangeError: there is no such sample, timestep or unit; a negative index is out of range.
    """
    spec, backward = _checked(trace, signal)
    check_place(trace, spec, sample, timestep)
    weights = fitting_weights(trace)
    unit = checked_index(f"Units of {signal}", unit, trace.signals[signal].shape[2])
    before = timesteps_before(trace, sample, timestep)
    read = np.append(before[::-1], timestep)
    reading = _reading(trace, spec, sample, read)
    start = {state: np.zeros_like(reading.now[state]) for state in spec.states}
    start[signal][-1, unit] = 1.0
    with np.errstate(all="ignore"):  # A network that has diverged is measured, too.
        gradients = backward(trace.config, weights, reading, start)
        lengths = {state: np.linalg.norm(gradient, axis=1) for state, gradient in gradients.items()}
        together = np.linalg.norm(np.stack([*lengths.values()]), axis=0)
    norms = {}
    for state, length in lengths.items():
        row = np.zeros(trace.signals[state].shape[1])
        row[read] = length
        norms[state] = row if trace.mask is None else np.where(trace.mask[sample], row, np.nan)
    steps = _steps(together[-2::-1])
    return Reach(norms, steps, end=int(before[steps - 1]) if steps else timestep, is_all=steps == len(before))


def _steps(back: Floats) -> int:
    """Return how many norms, the value's neighbour first, come before one that is too small."""
    if not len(back) or not back[0] > 0:
        return 0
    small = ~(back >= KEPT * back[0])
    return int(np.argmax(small)) if small.any() else len(back)


def _reading(trace: LayerTrace, spec: CellSpec, sample: int, read: Array) -> Reading:
    now = {name: values[sample, read].astype(np.float64) for name, values in trace.signals.items()}
    # The states before the first timestep precede all states that derivatives are taken by: none depends on them.
    before = {state: np.pad(now[state][:-1], ((1, 0), (0, 0))) for state in spec.states}
    return Reading(np.asarray(trace.inputs)[sample, read].astype(np.float64), before, now)


def _checked(trace: LayerTrace, signal: str) -> tuple[CellSpec, Backward]:
    """Return a layer's cell and its derivatives, or raise if the reach of this signal cannot be measured."""
    spec = find_spec(trace.cell)
    if spec is None or spec.backward is None:
        measured = ", ".join(spec.name for spec in cell_specs() if spec.backward)
        raise AnalysisError(f"The reach is known for the cells {measured}, got {trace.cell}.")
    if signal not in spec.states:
        raise AnalysisError(
            f"The reach is measured for a value of a state, {' or '.join(map(repr, spec.states))}, got {signal!r}."
        )
    explained_signal(trace.cell, trace.config, signal)
    for own in spec.signals:
        if own.activation and activation_name(trace.config, own.activation) not in ACTIVATIONS:
            raise AnalysisError(
                "Measuring a reach needs activation functions of Keras whose derivative is known, "
                f"got {activation_name(trace.config, own.activation)!r}."
            )
    return spec, spec.backward
