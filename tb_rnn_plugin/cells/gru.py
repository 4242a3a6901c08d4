"""The GRU: Cho et al. 2014, or with `reset_after` cuDNN's variant, which has a second bias inside the product."""

from __future__ import annotations

from collections.abc import Mapping

from tb_rnn_plugin.cells.activations import ACTIVATIONS, UNIT, Floats, Interval
from tb_rnn_plugin.cells.backpropagation import Reading, pre_activation
from tb_rnn_plugin.cells.expression import Application, Expression, Input, affine, weight_symbols
from tb_rnn_plugin.cells.spec import CellSpec, Config, Ranges, Signal, activation_name, register
from tb_rnn_plugin.cells.weights import GateWeights, as_floats

_UPDATE_GATE = Signal(
    name="update_gate",
    letter="z",
    meaning="how much of the old hidden state is kept; the rest is the candidate",
    activation="recurrent_activation",
    harmless_low="A unit that answers to the current timestep alone needs no memory.",
    harmless_high="Long memory needs an update gate near one, which in Keras' GRU keeps the state (Gu et al., "
    "Improving the Gating Mechanism of Recurrent Neural Networks, 2019, arXiv 1910.09890).",
)
_RESET_GATE = Signal(
    name="reset_gate",
    letter="r",
    meaning="how much of the old hidden state the candidate reads",
    activation="recurrent_activation",
)
_CANDIDATE = Signal(
    name="candidate",
    letter="g",
    meaning="what the hidden state moves towards",
    activation="activation",
)
_HIDDEN_STATE = Signal(
    name="hidden_state",
    letter="h",
    meaning="the memory and the output, which the next timestep and the layers above read",
)


def _equations(config: Config) -> dict[str, Expression]:
    sigma, activation = (activation_name(config, key) for key in ("recurrent_activation", "activation"))
    z, r, g, h = _UPDATE_GATE.now, _RESET_GATE.now, _CANDIDATE.now, _HIDDEN_STATE.before(None)
    w, u, b, recurrent_b = weight_symbols("candidate", "g")
    reset_after = w @ Input("x") + b + r * (u @ h + recurrent_b)
    reset_before = w @ Input("x") + u @ (r * h) + b
    return {
        "update_gate": Application(sigma, affine("update_gate", "z", h)),
        "reset_gate": Application(sigma, affine("reset_gate", "r", h)),
        "candidate": Application(activation, reset_after if config["reset_after"] else reset_before),
        "hidden_state": z * _HIDDEN_STATE.before() + (1 - z) * g,
    }


def _state_range(state: str, ranges: Ranges) -> Interval | None:
    """Return the range of the hidden state, a weighted mean of candidates and of the initial state."""
    return ranges["candidate"] if ranges["update_gate"] == UNIT else None


def _backward(
    config: Config, weights: Mapping[str, GateWeights], reading: Reading, gradients: Mapping[str, Floats]
) -> dict[str, Floats]:
    reset_after, h, dh = bool(config["reset_after"]), reading.before["hidden_state"], gradients["hidden_state"]
    sigma, activation = (ACTIVATIONS[activation_name(config, k)] for k in ("recurrent_activation", "activation"))
    z, r, g = (reading.now[gate] for gate in GRU.columns)
    u_z, u_r, u_g = (as_floats(weights[gate].U) for gate in GRU.columns)
    slope_z, slope_r = (sigma.derivative(pre_activation(reading, weights[gate])) for gate in GRU.columns[:2])
    own = weights["candidate"]
    from_x = reading.x @ as_floats(own.W) + as_floats(own.b)
    # What the reset gate multiplies: the product with U, or the state before it.
    reset = h @ u_g + as_floats(own.recurrent_b) if reset_after else h
    to_candidate = (1 - z) * activation.derivative(from_x + (r * reset if reset_after else (r * h) @ u_g))
    to_update, to_reset = (h - g) * slope_z, reset * slope_r
    for t in range(len(dh) - 1, 0, -1):
        through_g = dh[t] * to_candidate[t]
        back = through_g if reset_after else u_g @ through_g
        through_g = u_g @ (r[t] * back) if reset_after else r[t] * back
        dh[t - 1] = z[t] * dh[t] + u_z @ (to_update[t] * dh[t]) + u_r @ (to_reset[t] * back) + through_g
    return {"hidden_state": dh}


GRU = register(
    CellSpec(
        name="GRU",
        signals=(_UPDATE_GATE, _RESET_GATE, _CANDIDATE, _HIDDEN_STATE),
        states=("hidden_state",),
        columns=("update_gate", "reset_gate", "candidate"),
        config=("activation", "recurrent_activation", "reset_after"),
        keeps="update_gate",  # z multiplies the old state in Keras and in Cho et al. 2014; in cuDNN, 1 - z does.
        state_range=_state_range,
        equations=_equations,
        backward=_backward,
    )
)
