"""Zeros added to states: what the loss' gradient by a state at one timestep is taken by.

A state inside a loop cannot be differentiated by, because it does not leave the loop. A zero that is added to it can:
it comes from outside, one for each timestep, and the gradient by it is the gradient by the state, with all that
follows.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from math import prod
from typing import Any

from tb_rnn_plugin.probe.backend import keras
from tb_rnn_plugin.probe.instrumented import InstrumentedCell, Perturb, Tensor

ops = keras.ops

Watch = Callable[[Tensor], None]
"""Tells whoever differentiates that a gradient by this tensor will be asked for."""


@dataclass(frozen=True)
class Zeros:
    """The zeros of one cell.

    Attributes:
        tensor: `[sample, time, all units of all states]`.
        shapes: By state, the shape of what is added at one timestep, without the samples.
    """

    tensor: Tensor
    shapes: Mapping[str, tuple[int, ...]]

    @property
    def width(self) -> int:
        """How many numbers there are per timestep."""
        return sum(map(prod, self.shapes.values()))

    def split(self, values: Tensor) -> dict[str, Tensor]:
        """Return values laid out as the zeros are, by state, `[…, unit]`."""
        ends, parts = 0, {}
        for name, shape in self.shapes.items():
            parts[name] = values[..., ends : ends + prod(shape)]
            ends += prod(shape)
        return parts

    def perturb(self, timestep: Tensor) -> Perturb:
        """Return what adds the zeros of one timestep, `[sample, all units]`, to the states."""
        parts = self.split(timestep)

        def add(name: str, state: Tensor) -> Tensor:
            return state + ops.cast(ops.reshape(parts[name], (-1, *self.shapes[name])), state.dtype)

        return add


def zeros_for(cell: InstrumentedCell, states: Any, timesteps: int, watch: Watch) -> Zeros:
    """Return zeros for each of a cell's states, nested as the cell nests them, at each timestep."""
    named = cell.name_states(states)
    shapes = {name: tuple(state.shape[1:]) for name, state in named.items()}
    first = next(iter(named.values()))
    tensor = ops.zeros((ops.shape(first)[0], timesteps, sum(map(prod, shapes.values()))), dtype=first.dtype)
    watch(tensor)
    return Zeros(tensor, shapes)


@dataclass(frozen=True)
class PackedPerturbations:
    """Zeros of the cells of a loop that ride beside its input, and how a step takes them off again.

    Attributes:
        zeros: By cell.
    """

    zeros: Mapping[str, Zeros] = field(default_factory=dict)

    def joined(self, sequences: Tensor) -> Tensor:
        """Return the layer's input, `[sample, time, …]`, as `[sample, time, feature + zeros]`."""
        if not self.zeros:
            return sequences
        flat = ops.reshape(sequences, (*ops.shape(sequences)[:2], -1))
        # Of one dtype, which must hold the input exactly and have gradients: whole numbers have none.
        is_float = "float" in keras.backend.standardize_dtype(flat.dtype)
        dtypes = [z.tensor.dtype for z in self.zeros.values()]
        joint = keras.backend.result_type(*dtypes, flat.dtype if is_float else "float64")
        return ops.concatenate(
            [ops.cast(part, joint) for part in (flat, *(z.tensor for z in self.zeros.values()))], axis=-1
        )

    def taken(self, inputs: Tensor, shape: Sequence[int], dtype: Any) -> tuple[Tensor, dict[str, Perturb]]:
        """Return the cells' input at one timestep, and the perturb of each cell.

        Args:
            inputs: `[sample, feature + zeros]`, one timestep of what `joined` returned.
            shape: Of the input, without the samples.
            dtype: Of the input.
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
