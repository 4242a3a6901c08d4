"""What the backward steps of the cells have in common.

Backpropagation through time: Werbos 1990, "Backpropagation Through Time: What It Does and How to Do It". Gates and
states are those recorded; the sums that activation functions are applied to are computed again from inputs and states.
A gate stored as float16 does not determine its own derivative where it saturates: 0.9998 and 1 are one number.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from tb_rnn_plugin.cells.activations import Floats
from tb_rnn_plugin.cells.weights import GateWeights, as_floats


@dataclass(frozen=True, eq=False)
class Reading:
    """What a cell read and did in a row, in the order of reading, without masked timesteps.

    Attributes:
        x: `[read, feature]`, what it read.
        before: By state, `[read, unit]`, the states it started each step from; the first is not used, and may be 0.
        now: By signal, `[read, unit]`, what it computed.
    """

    x: Floats
    before: Mapping[str, Floats]
    now: Mapping[str, Floats]


Backward: TypeAlias = Callable[
    [Mapping[str, Any], Mapping[str, GateWeights], Reading, Mapping[str, Floats]], dict[str, Floats]
]
"""Takes derivatives of a value back through time.

Its arguments are a layer's config; the weights by gate; what the cell read and did; and, by state, `[read, unit]`, the
derivatives of a value by the states of the last step, with zeros for all steps before it. It may write to these. It
returns, by state, `[read, unit]`, the total derivatives by the states of every step: by all ways from that state to the
value."""


def pre_activation(reading: Reading, gate: GateWeights) -> Floats:
    """Return `W x + U h + b`, `[read, unit]`, what a gate's activation function was applied to."""
    recurrent = reading.before["hidden_state"] @ as_floats(gate.U)
    return reading.x @ as_floats(gate.W) + recurrent + as_floats(gate.b) + as_floats(gate.recurrent_b)
