"""From one state value back through the timesteps that were read before it, by the cell's own equations.

Backpropagation through time: Werbos 1990, "Backpropagation Through Time: What It Does and How to Do It". Gates and
states are those recorded; the sums that activation functions are applied to are computed again from inputs and
states. A gate stored as float16 does not tell its own derivative where it saturates: 0.9998 and 1 are one number.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from tb_rnn_plugin.analysis.derivatives import activate, derivative
from tb_rnn_plugin.analysis.equations import SUMS, activation_of
from tb_rnn_plugin.analysis.weights import GateWeights

Floats: TypeAlias = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Reading:
    """What a cell read and did in a row, in the order of reading, without masked timesteps.

    Attributes:
        x: `[read, feature]`, what it read.
        before: By state, `[read, unit]`, what it came with each time; the first counts for nothing, and may be 0.
        now: By signal, `[read, unit]`, what it did.
    """

    x: Floats
    before: Mapping[str, Floats]
    now: Mapping[str, Floats]


def backpropagate(
    cell: str,
    config: Mapping[str, Any],
    weights: Mapping[str, GateWeights],
    reading: Reading,
    state: str,
    unit: int,
) -> dict[str, Floats]:
    """Return the derivatives of the last value of a state by all states up to it.

    Args:
        cell: `"LSTM"`, `"GRU"` or `"SimpleRNN"`.
        config: As in `LayerTrace`; activation functions are among those of `DERIVATIVES`.
        weights: By gate, from `gate_weights`.
        reading: What the cell read and did.
        state: `"hidden_state"` or `"cell_state"`.
        unit: Index of the unit.

    Returns:
        By state, `[read, unit]`, total derivatives: that of an LSTM's cell state includes what goes by way of the
        hidden state it makes.
    """
    sums = {gate: _sum(reading, weights[gate]) for gate in SUMS[cell]}
    slopes = {gate: derivative(activation_of(config, gate), z) for gate, z in sums.items() if gate != "candidate"}
    start = np.zeros_like(reading.now[state])
    start[-1, unit] = 1.0
    if cell == "SimpleRNN":
        return {"hidden_state": _simple_rnn(weights, slopes["hidden_state"], start)}
    name = activation_of(config, "candidate")
    if cell == "GRU":
        return {"hidden_state": _gru(bool(config["reset_after"]), name, weights, reading, slopes, start)}
    slopes["candidate"] = derivative(name, sums["candidate"])
    dh, dc = _lstm(name, weights, reading, slopes, start, state)
    return {"cell_state": dc, "hidden_state": dh}


def _simple_rnn(weights: Mapping[str, GateWeights], slope: Floats, dh: Floats) -> Floats:
    u = _matrix(weights["hidden_state"].U)
    for t in range(len(dh) - 1, 0, -1):
        dh[t - 1] = u @ (slope[t] * dh[t])
    return dh


def _lstm(
    activation: str,
    weights: Mapping[str, GateWeights],
    reading: Reading,
    slopes: Mapping[str, Floats],
    start: Floats,
    state: str,
) -> tuple[Floats, Floats]:
    dh, dc = (start, np.zeros_like(start)) if state == "hidden_state" else (np.zeros_like(start), start)
    i, f, g, o, c = (reading.now[name] for name in (*_LSTM, "cell_state"))
    to_cell = o * derivative(activation, c)
    to_sums = {
        "input_gate": g * slopes["input_gate"],
        "forget_gate": reading.before["cell_state"] * slopes["forget_gate"],
        "candidate": i * slopes["candidate"],
        "output_gate": activate(activation, c) * slopes["output_gate"],
    }
    u = np.concatenate([_matrix(weights[gate].U) for gate in _LSTM], axis=1)
    for t in range(len(dh) - 1, -1, -1):
        dc[t] += dh[t] * to_cell[t]
        if t:
            through = [(dh if gate == "output_gate" else dc)[t] * to_sums[gate][t] for gate in _LSTM]
            dh[t - 1] = u @ np.concatenate(through)
            dc[t - 1] = f[t] * dc[t]
    return dh, dc


_LSTM = ("input_gate", "forget_gate", "candidate", "output_gate")


def _gru(
    reset_after: bool,
    activation: str,
    weights: Mapping[str, GateWeights],
    reading: Reading,
    slopes: Mapping[str, Floats],
    dh: Floats,
) -> Floats:
    h = reading.before["hidden_state"]
    z, r, g = (reading.now[name] for name in ("update_gate", "reset_gate", "candidate"))
    u_z, u_r, u_g = (_matrix(weights[name].U) for name in ("update_gate", "reset_gate", "candidate"))
    own = weights["candidate"]
    from_x = reading.x @ _matrix(own.W) + _bias(own.b)
    # What the reset gate multiplies: the product with U, or the state that goes into it.
    reset = h @ u_g + _bias(own.recurrent_b) if reset_after else h
    to_candidate = (1 - z) * derivative(activation, from_x + (r * reset if reset_after else (r * h) @ u_g))
    to_update, to_reset = (h - g) * slopes["update_gate"], reset * slopes["reset_gate"]
    for t in range(len(dh) - 1, 0, -1):
        through_g = dh[t] * to_candidate[t]
        back = through_g if reset_after else u_g @ through_g
        through_g = u_g @ (r[t] * back) if reset_after else r[t] * back
        dh[t - 1] = z[t] * dh[t] + u_z @ (to_update[t] * dh[t]) + u_r @ (to_reset[t] * back) + through_g
    return dh


def _sum(reading: Reading, gate: GateWeights) -> Floats:
    recurrent = reading.before["hidden_state"] @ _matrix(gate.U)
    return reading.x @ _matrix(gate.W) + recurrent + _bias(gate.b) + _bias(gate.recurrent_b)


def _matrix(weights: Any) -> Floats:
    return np.asarray(weights, np.float64)


def _bias(bias: Any) -> Floats:
    return np.zeros(()) if bias is None else np.asarray(bias, np.float64)
