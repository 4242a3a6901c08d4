"""One value taken apart: the equation behind it, and what each number in it adds."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from tb_rnn_plugin.analysis import equations
from tb_rnn_plugin.analysis.activations import activation_function, applied
from tb_rnn_plugin.analysis.errors import AnalysisError
from tb_rnn_plugin.analysis.explanation import Contribution, Explanation
from tb_rnn_plugin.analysis.timestep_inputs import checked_index, timestep_inputs
from tb_rnn_plugin.analysis.weights import GateWeights, gate_weights
from tb_rnn_plugin.log.schema import Array, LayerTrace

Floats: TypeAlias = NDArray[np.float64]


def explain(
    trace: LayerTrace, signal: str, *, sample: int, timestep: int, unit: int, step: int | None = None
) -> Explanation:
    """Take one value of a layer apart. All arithmetic is in float64, on the numbers as they are stored.

    The previous state is that of the timestep which the layer read before this one: masked timesteps do not count, a
    layer that goes backwards read the later one, and the first of a sequence starts from the initial state. A cell that
    was called by hand has the states that the model gave it.

    Args:
        trace: What an LSTM, GRU or SimpleRNN did, with its weights.
        signal: `"forget_gate"`, …
        sample: Index in the batch.
        timestep: Index on the input's time axis.
        unit: Index of the unit.
        step: The captured step, noted in the result.

    Raises:
        AnalysisError: the cell or the signal is another one, the weights were not stored, dropout was applied, or the
            timestep is masked.
        OutOfRangeError: there is no such sample, timestep or unit; none counts from the end.
    """
    equations.check(trace.cell, trace.config, signal)
    weights = gate_weights(trace.cell, trace.weights)
    at = timestep_inputs(trace, sample, timestep)
    value = explain_value(trace.cell, trace.config, weights, at.x, at.previous, at.now, signal, unit)
    return replace(
        value, layer=trace.key, sample=int(sample), timestep=int(timestep), step=step, read_before=at.read_before
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
    """Take one value of a cell apart, given all that the cell knew at that timestep.

    Args:
        cell: `"LSTM"`, `"GRU"` or `"SimpleRNN"`.
        config: `activation`, `recurrent_activation`, `reset_after`: Keras' names, as in `LayerTrace`.
        weights: By gate, from `gate_weights` or `split_kernel`.
        x: `[feature]`, what the cell read.
        previous: By state, `[unit]`, the states that the cell came with.
        now: By signal, `[unit]`, what the cell did: the signal itself, and those that its equation is made of.
        signal: `"forget_gate"`, …
        unit: Index of the unit.

    Returns:
        The explanation, of sample 0 and timestep 0 of a layer without a name.

    Raises:
        AnalysisError: the cell or the signal is another one, dropout was applied, or shapes do not fit the weights.
        OutOfRangeError: there is no such unit.
        KeyError: `weights`, `previous` or `now` lacks what the equation is made of.
    """
    equations.check(cell, config, signal)
    unit = checked_index(f"Units of {signal}", unit, np.size(now[signal]))
    with np.errstate(all="ignore"):  # A network that has diverged is explained, too.
        if signal in equations.SUMS[cell]:
            return _explain_sum(cell, config, weights[signal], x, previous["hidden_state"], now, signal, unit)
        return _explain_state(cell, config, previous, now, signal, unit)


def _explain_sum(
    cell: str,
    config: Mapping[str, Any],
    weights: GateWeights,
    x: Array,
    h: Array,
    now: Mapping[str, Array],
    signal: str,
    unit: int,
) -> Explanation:
    w, u, factor = _column(weights.W, unit), _column(weights.U, unit), 1.0
    x, h = _vector("x", x, len(w)), _vector("The previous hidden state", h, len(u))
    if cell == "GRU" and signal == "candidate":
        r = _vector("The reset gate", now["reset_gate"], len(u))
        if config["reset_after"]:
            factor = float(r[unit])
            u = factor * u
        else:
            h = r * h
    read = _contributions("input", w, x) + _contributions("recurrent", u, h)
    bias = 0.0 if weights.b is None else float(weights.b[unit])
    recurrent_bias = 0.0 if weights.recurrent_b is None else float(weights.recurrent_b[unit])
    parts = {
        "input": float(np.sum(w * x)),
        "recurrent": float(np.sum(u * h)),
        "bias": bias + factor * recurrent_bias,
    }
    pre_activation, captured = sum(parts.values()), float(now[signal][unit])
    name = equations.activation_of(config, signal)
    function = activation_function(name)
    return Explanation(
        signal=signal,
        unit=unit,
        equation=equations.of_sum(cell, config, signal, weights),
        activation=name,
        value=function(pre_activation) if function else captured,
        captured=captured,
        pre_activation=pre_activation,
        parts=parts,
        contributions=tuple(sorted(read, key=_strongest_first)),
    )


def _explain_state(
    cell: str,
    config: Mapping[str, Any],
    previous: Mapping[str, Array],
    now: Mapping[str, Array],
    signal: str,
    unit: int,
) -> Explanation:
    name, captured = None, float(now[signal][unit])
    if cell == "GRU":
        z, g, h_prev = (float(a[unit]) for a in (now["update_gate"], now["candidate"], previous["hidden_state"]))
        equation, numbers = "h = z * h_prev + (1 - z) * g", {"z": z, "h_prev": h_prev, "g": g}
        parts = {"z * h_prev": z * h_prev, "(1 - z) * g": (1 - z) * g}
    elif signal == "cell_state":
        f, i, g = (float(now[gate][unit]) for gate in ("forget_gate", "input_gate", "candidate"))
        c_prev = float(previous["cell_state"][unit])
        equation, numbers = "c = f * c_prev + i * g", {"f": f, "c_prev": c_prev, "i": i, "g": g}
        parts = {"f * c_prev": f * c_prev, "i * g": i * g}
    else:
        name = equations.activation_of(config, signal)
        o, c = (float(now[source][unit]) for source in ("output_gate", "cell_state"))
        function, term = activation_function(name), f"o * {applied(name, 'c')}"
        equation, numbers = f"h = {term}", {"o": o, "c": c}
        parts = {term: o * function(c) if function else captured}
    return Explanation(
        signal=signal,
        unit=unit,
        equation=equation,
        activation=name,
        value=sum(parts.values()),
        captured=captured,
        parts=parts,
        numbers=numbers,
    )


def _column(matrix: Array, unit: int) -> Floats:
    column: Floats = np.asarray(matrix, np.float64)[:, unit]
    return column


def _contributions(source: Literal["input", "recurrent"], weights: Floats, activity: Floats) -> list[Contribution]:
    pairs = zip(weights.tolist(), activity.tolist(), strict=True)
    return [Contribution(source, k, weight, number, weight * number) for k, (weight, number) in enumerate(pairs)]


def _strongest_first(contribution: Contribution) -> tuple[bool, float]:
    """Return what contributions are sorted by; one that is NaN makes the whole sum NaN, so it comes first of all."""
    broken = math.isnan(contribution.value)
    return not broken, 0.0 if broken else -abs(contribution.value)


def _vector(what: str, values: Array, size: int) -> Floats:
    vector: Floats = np.asarray(values, np.float64)
    if vector.shape != (size,):
        raise AnalysisError(f"{what} must have the shape [{size}] to fit the weights, got {list(vector.shape)}.")
    return vector
