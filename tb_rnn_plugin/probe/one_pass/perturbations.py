"""Zeros that are added to states, so that the loss can be differentiated by a state at one timestep.

The loss cannot be differentiated by a state inside a loop, because the state does not leave the loop. It can be
differentiated by a zero that is added to the state: the zero comes from outside, one for each timestep, and the
gradient by it is the gradient by the state, through everything computed from the state.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import prod
from typing import Any

from tb_rnn_plugin.probe.backend import keras
from tb_rnn_plugin.probe.backends.base import MakeZeros
from tb_rnn_plugin.probe.instrumented import InstrumentedCell, Perturb, Tensor

ops = keras.ops


@dataclass(frozen=True)
class Zeros:
    """The zeros of one cell.

    Attributes:
        key: The key of the gradient by them.
        tensor: `[sample, time, all units of all states]`.
        shapes: By state, the shape of what is added at one timestep, without the samples.
    """

    key: str
    tensor: Tensor
    shapes: Mapping[str, tuple[int, ...]]

    @property
    def width(self) -> int:
        """Numbers per timestep."""
        return sum(map(prod, self.shapes.values()))

    def split(self, values: Tensor) -> dict[str, Tensor]:
        """Return values laid out as the zeros are, by state, `[…, unit]`."""
        ends, parts = 0, {}
        for name, shape in self.shapes.items():
            parts[name] = values[..., ends : ends + prod(shape)]
            ends += prod(shape)
        return parts

    def perturb(self, timestep: Tensor) -> Perturb:
        """Return the function that adds the zeros of one timestep, `[sample, all units]`, to the states."""
        parts = self.split(timestep)

        def add(name: str, state: Tensor) -> Tensor:
            return state + ops.cast(ops.reshape(parts[name], (-1, *self.shapes[name])), state.dtype)

        return add


def zeros_for(key: str, cell: InstrumentedCell, states: Any, timesteps: int, make_zeros: MakeZeros) -> Zeros:
    """Return zeros for each state of a cell, nested as the cell nests them, at each timestep."""
    named = cell.name_states(states)
    shapes = {name: tuple(state.shape[1:]) for name, state in named.items()}
    first = next(iter(named.values()))
    shape = (ops.shape(first)[0], timesteps, sum(map(prod, shapes.values())))
    return Zeros(key, make_zeros(key, shape, first.dtype), shapes)


@dataclass(frozen=True)
class PackedPerturbations:
    """The zeros of a loop's cells, packed with the loop's input and unpacked at each step.

    Attributes:
        zeros: By cell.
    """

    zeros: Mapping[str, Zeros] = field(default_factory=dict)

    def pack(self, sequences: Tensor) -> Tensor:
        """Return the layer's input, `[sample, time, …]`, with the zeros, as `[sample, time, feature + zeros]`."""
        if not self.zeros:
            return sequences
        flat = ops.reshape(sequences, (*ops.shape(sequences)[:2], -1))
        # The packed dtype must hold the input exactly and be differentiable, which integers are not.
        is_float = "float" in keras.backend.standardize_dtype(flat.dtype)
        dtypes = [z.tensor.dtype for z in self.zeros.values()]
        joint = keras.backend.result_type(*dtypes, flat.dtype if is_float else "float64")
        return ops.concatenate(
            [ops.cast(part, joint) for part in (flat, *(z.tensor for z in self.zeros.values()))], axis=-1
        )

    def unpack(self, inputs: Tensor, shape: Sequence[int], dtype: Any) -> tuple[Tensor, dict[str, Perturb]]:
        """Return the cells' input at one timestep, and the perturbation of each cell.

        Args:
            inputs: `[sample, feature + zeros]`, one timestep of what `pack` returned.
            shape: The input's, without the samples.
            dtype: The input's.
        """
        if not self.zeros:
            return inputs, {}
        ends = prod(shape)
        perturbations = {}
        for name, zeros in self.zeros.items():
            perturbations[name] = zeros.perturb(inputs[:, ends : ends + zeros.width])
            ends += zeros.width
        return ops.cast(ops.reshape(inputs[:, : prod(shape)], (-1, *shape)), dtype), perturbations


NO_PERTURBATIONS = PackedPerturbations()
