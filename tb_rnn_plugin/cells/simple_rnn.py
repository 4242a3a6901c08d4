"""The simple recurrent network: Elman 1990."""

from __future__ import annotations

from collections.abc import Mapping

from tb_rnn_plugin.cells.activations import ACTIVATIONS, Floats
from tb_rnn_plugin.cells.backpropagation import Reading, pre_activation
from tb_rnn_plugin.cells.expression import Application, Expression, affine
from tb_rnn_plugin.cells.spec import CellSpec, Config, Signal, activation_name, register
from tb_rnn_plugin.cells.weights import GateWeights, as_floats

_HIDDEN_STATE = Signal(
    name="hidden_state",
    letter="h",
    meaning="the memory and the output, which the next timestep and the layers above read",
    activation="activation",
)


def _equations(config: Config) -> dict[str, Expression]:
    activation = activation_name(config, "activation")
    return {"hidden_state": Application(activation, affine("hidden_state", None, _HIDDEN_STATE.before()))}


def _backward(
    config: Config, weights: Mapping[str, GateWeights], reading: Reading, gradients: Mapping[str, Floats]
) -> dict[str, Floats]:
    own, dh = weights["hidden_state"], gradients["hidden_state"]
    slope = ACTIVATIONS[activation_name(config, "activation")].derivative(pre_activation(reading, own))
    u = as_floats(own.U)
    for t in range(len(dh) - 1, 0, -1):
        dh[t - 1] = u @ (slope[t] * dh[t])
    return {"hidden_state": dh}


SIMPLE_RNN = register(
    CellSpec(
        name="SimpleRNN",
        signals=(_HIDDEN_STATE,),
        states=("hidden_state",),
        columns=("hidden_state",),
        config=("activation",),
        equations=_equations,
        backward=_backward,
    )
)
