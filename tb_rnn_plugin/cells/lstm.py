"""The LSTM: Hochreiter & Schmidhuber 1997 with the forget gate of Gers et al. 2000, without peepholes."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from tb_rnn_plugin.cells.activations import ACTIVATIONS, SYMMETRIC, UNIT, Floats, Interval
from tb_rnn_plugin.cells.backpropagation import Reading, pre_activation
from tb_rnn_plugin.cells.expression import Application, Expression, affine
from tb_rnn_plugin.cells.spec import CellSpec, Config, Ranges, Signal, activation_name, register
from tb_rnn_plugin.cells.weights import GateWeights, as_floats

_INPUT_GATE = Signal(
    name="input_gate",
    letter="i",
    meaning="how much of the candidate is added to the cell state",
    activation="recurrent_activation",
    harmless_low="With a forget gate near one, an input gate that is nearly always shut is a memory cell.",
)
_FORGET_GATE = Signal(
    name="forget_gate",
    letter="f",
    meaning="how much of the old cell state is kept",
    activation="recurrent_activation",
    harmless_low="A unit that answers to the current timestep alone needs no memory.",
    harmless_high="Long memory needs a forget gate near one (Gu et al., Improving the Gating Mechanism of Recurrent "
    "Neural Networks, 2019, arXiv 1910.09890); with an input gate that is nearly always shut the unit is a memory "
    "cell.",
)
_CANDIDATE = Signal(
    name="candidate",
    letter="g",
    meaning="what the input gate lets into the cell state",
    activation="activation",
)
_OUTPUT_GATE = Signal(
    name="output_gate",
    letter="o",
    meaning="how much of the cell state the hidden state shows",
    activation="recurrent_activation",
)
_CELL_STATE = Signal(
    name="cell_state",
    letter="c",
    meaning="the memory that the gates write, keep and read",
    state="cell_state",
)
_HIDDEN_STATE = Signal(
    name="hidden_state",
    letter="h",
    meaning="the output, which the next timestep and the layers above read",
)


def _equations(config: Config) -> dict[str, Expression]:
    sigma, activation = (activation_name(config, key) for key in ("recurrent_activation", "activation"))
    i, f, g, o, c = (s.now for s in (_INPUT_GATE, _FORGET_GATE, _CANDIDATE, _OUTPUT_GATE, _CELL_STATE))
    h = _HIDDEN_STATE.before(None)
    return {
        "input_gate": Application(sigma, affine("input_gate", "i", h)),
        "forget_gate": Application(sigma, affine("forget_gate", "f", h)),
        "candidate": Application(activation, affine("candidate", "g", h)),
        "output_gate": Application(sigma, affine("output_gate", "o", h)),
        "cell_state": f * _CELL_STATE.before() + i * g,
        "hidden_state": o * Application(activation, c),
    }


def _state_range(state: str, ranges: Ranges) -> Interval | None:
    is_bounded = ranges["output_gate"] == UNIT and ranges["candidate"] == SYMMETRIC
    return ranges["candidate"] if state == "hidden_state" and is_bounded else None


def _backward(
    config: Config, weights: Mapping[str, GateWeights], reading: Reading, gradients: Mapping[str, Floats]
) -> dict[str, Floats]:
    sigma, activation = (ACTIVATIONS[activation_name(config, k)] for k in ("recurrent_activation", "activation"))
    sums = {gate: pre_activation(reading, weights[gate]) for gate in LSTM.columns}
    i, f, g, o, c = (reading.now[signal] for signal in (*LSTM.columns, "cell_state"))
    to_cell = o * activation.derivative(c)
    to_sums = {
        "input_gate": g * sigma.derivative(sums["input_gate"]),
        "forget_gate": reading.before["cell_state"] * sigma.derivative(sums["forget_gate"]),
        "candidate": i * activation.derivative(sums["candidate"]),
        "output_gate": activation.value(c) * sigma.derivative(sums["output_gate"]),
    }
    u = np.concatenate([as_floats(weights[gate].U) for gate in LSTM.columns], axis=1)
    dh, dc = gradients["hidden_state"], gradients["cell_state"]
    for t in range(len(dh) - 1, -1, -1):
        dc[t] += dh[t] * to_cell[t]
        if t:
            through = [(dh if gate == "output_gate" else dc)[t] * to_sums[gate][t] for gate in LSTM.columns]
            dh[t - 1] = u @ np.concatenate(through)
            dc[t - 1] = f[t] * dc[t]
    return {"cell_state": dc, "hidden_state": dh}


LSTM = register(
    CellSpec(
        name="LSTM",
        signals=(_INPUT_GATE, _FORGET_GATE, _CANDIDATE, _OUTPUT_GATE, _CELL_STATE, _HIDDEN_STATE),
        states=("hidden_state", "cell_state"),
        columns=("input_gate", "forget_gate", "candidate", "output_gate"),
        config=("activation", "recurrent_activation"),
        keeps="forget_gate",
        state_range=_state_range,
        equations=_equations,
        backward=_backward,
    )
)
