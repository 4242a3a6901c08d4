"""Explains one value: evaluates the equation behind it, and computes what each number in it adds."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Literal

import numpy as np

from tb_rnn_plugin.analysis.errors import AnalysisError
from tb_rnn_plugin.analysis.evaluation import LinearTerm, Numbers
from tb_rnn_plugin.analysis.explanation import Contribution, Explanation, Part
from tb_rnn_plugin.analysis.timestep_inputs import checked_index, fitting_weights, timestep_inputs
from tb_rnn_plugin.cells import CellSpec, Signal, cell_specs, find_spec
from tb_rnn_plugin.cells.activations import ACTIVATIONS, LINEAR
from tb_rnn_plugin.cells.expression import Application, Expression, Input, Sum, Value, walk, without
from tb_rnn_plugin.cells.pieces import text_of
from tb_rnn_plugin.cells.weights import GateWeights
from tb_rnn_plugin.log.schema import Array, LayerTrace


def explain(
    trace: LayerTrace, signal: str, *, sample: int, timestep: int, unit: int, step: int | None = None
) -> Explanation:
    """Explain one value of a layer. All arithmetic is in float64, on the numbers as they are stored.

    The previous state is the state at the timestep that the layer read before this one: masked timesteps do not count,
    a layer that goes backwards read the later one, and the first of a sequence starts from the initial state. A cell
    that was called by hand has the states that the model passed to it.

    Args:
        trace: What a layer did, with its weights; its cell's equations must be known.
        signal: `"forget_gate"`, …
        sample: Index in the batch.
        timestep: Index on the input's time axis.
        unit: Index of the unit.
        step: The captured step, noted in the result.

    Raises:
        AnalysisError: the cell's equations are not known, it has no such signal, the weights were not stored, dropout
            was applied, or the timestep is masked.
        OutOfRangeError: there is no such sample, timestep or unit; a negative index is out of range.
    """
    spec, _, _ = explained_signal(trace.cell, trace.config, signal)
    at = timestep_inputs(trace, spec, sample, timestep)
    weights = fitting_weights(trace)
    value = explain_value(trace.cell, trace.config, weights, at.x, at.previous, at.now, signal, unit)
    return replace(
        value,
        layer=trace.key,
        sample=int(sample),
        row_samples=trace.row_samples,
        timestep=int(timestep),
        step=step,
        read_before=at.read_before,
    )


def explain_value(
    cell: str,
    config: Mapping[str, Any],
    weights: Mapping[str, GateWeights],
    x: Array,
    previous: Mapping[str, Array],
    now: Mapping[str, Array],
    signal: str,
    unit: int,
) -> Explanation:
    """Explain one value of a cell, given all numbers that it is computed from.

    Args:
        cell: Name of the cell, `"LSTM"`.
        config: `activation`, `recurrent_activation`, `reset_after`: Keras' names, as in `LayerTrace`.
        weights: By gate, from `gate_weights` or `split_kernel`.
        x: `[feature]`, what the cell read.
        previous: By state, `[unit]`, the states before this timestep.
        now: By signal, `[unit]`, what the cell computed: the signal itself, and those that its equation is made of.
        signal: `"forget_gate"`, …
        unit: Index of the unit.

    Returns:
        The explanation, of sample 0 and timestep 0 of a layer without a name.

    Raises:
        AnalysisError: the cell's equations are not known, it has no such signal, dropout was applied, or shapes do not
            fit the weights.
        OutOfRangeError: there is no such unit.
        KeyError: `weights`, `previous` or `now` lacks what the equation is made of.
    """
    spec, known, equation = explained_signal(cell, config, signal)
    units = np.size(now[signal])
    unit = checked_index(f"Units of {signal}", unit, units)
    numbers = Numbers(weights, x, previous, now, unit, units)
    right, captured = without(equation, numbers.is_absent), float(now[signal][unit])
    with np.errstate(all="ignore"):  # A network that has diverged is explained, too.
        if signal in spec.columns:
            return _explain_sum(known, right, numbers, captured)
        return _explain_state(known, right, numbers, captured)


def explained_signal(cell: str, config: Mapping[str, Any], signal: str) -> tuple[CellSpec, Signal, Expression]:
    """Return a cell, one of its signals and the right side of the signal's equation.

    Raises:
        AnalysisError: the cell's equations or configuration are not known, it has no such signal, or dropout was
            applied.
    """
    spec = find_spec(cell)
    if spec is None or spec.equations is None:
        explained = ", ".join(spec.name for spec in cell_specs() if spec.equations)
        raise AnalysisError(f"Values can be explained of the cells {explained}, whose equations are known, got {cell}.")
    known = spec.signal(signal)
    if known is None:
        signals = ", ".join(repr(signal.name) for signal in spec.signals)
        raise AnalysisError(f"Signals of {cell} are {signals}, got {signal!r}.")
    missing = [name for name in spec.config if name not in config]
    if missing:
        raise AnalysisError(
            f"Explaining a value of {cell} needs {' and '.join(map(repr, missing))} in the layer's config, "
            f"got {', '.join(map(repr, config)) or 'an empty one'}: capture the layer again."
        )
    if config.get("dropout"):
        raise AnalysisError(
            "A value can be explained only where no dropout was applied, because the masks drawn are not stored, "
            "got a capture with dropout: capture with training=False."
        )
    return spec, known, spec.equations(config)[signal]


def _explain_sum(signal: Signal, right: Expression, numbers: Numbers, captured: float) -> Explanation:
    """Explain a value that is an activation function of a sum over inputs and states."""
    name, argument = (right.function, right.argument) if isinstance(right, Application) else (LINEAR, right)
    parts, contributions = {"input": 0.0, "recurrent": 0.0, "bias": 0.0}, []
    for term in numbers.linear_terms(argument):
        parts[_source(term)] += float(np.sum(term.weights * term.activity))
        contributions += _contributions(term)
    total, function = sum(parts.values()), ACTIVATIONS.get(name)
    return Explanation(
        signal=signal.name,
        unit=numbers.unit,
        left=signal.now,
        right=right,
        activation=name,
        recomputed=function is not None,
        value=function.value(total) if function else captured,
        captured=captured,
        pre_activation=total,
        terms=tuple(Part(name, value) for name, value in parts.items()),
        contributions=tuple(sorted(contributions, key=_strongest_first)),
    )


def _explain_state(signal: Signal, right: Expression, numbers: Numbers, captured: float) -> Explanation:
    """Explain a state that is made of gates."""
    nodes = list(walk(right))
    functions = [node.function for node in nodes if isinstance(node, Application)]
    recomputed = ACTIVATIONS.keys() >= set(functions)
    terms = right.terms if isinstance(right, Sum) and recomputed else (right,)
    values = [numbers.scalar(term) for term in terms] if recomputed else [captured]
    return Explanation(
        signal=signal.name,
        unit=numbers.unit,
        left=signal.now,
        right=right,
        activation=functions[0] if functions else None,
        recomputed=recomputed,
        value=sum(values),
        captured=captured,
        terms=tuple(Part(text_of(term), value, term) for term, value in zip(terms, values, strict=True)),
        letters={node: numbers.scalar(node) for node in nodes if isinstance(node, Value)},
    )


def _source(term: LinearTerm) -> Literal["input", "recurrent", "bias"]:
    if term.vector is None:
        return "bias"
    return "input" if isinstance(term.vector, Input) else "recurrent"


def _contributions(term: LinearTerm) -> list[Contribution]:
    source = _source(term)
    if source == "bias":
        return []
    pairs = zip(term.weights.tolist(), term.activity.tolist(), strict=True)
    return [Contribution(source, k, weight, number, weight * number) for k, (weight, number) in enumerate(pairs)]


def _strongest_first(contribution: Contribution) -> tuple[bool, float]:
    """Return the key to sort by. A contribution of NaN makes the whole sum NaN, so it comes before all others."""
    is_nan = math.isnan(contribution.value)
    return not is_nan, 0.0 if is_nan else -abs(contribution.value)
