"""Runs a recurrent layer's loop over time with instrumented cells."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tb_rnn_plugin.probe.backend import keras
from tb_rnn_plugin.probe.instrumented import InstrumentedCell, Tensor, identity
from tb_rnn_plugin.probe.one_pass.packing import Packing, swapped
from tb_rnn_plugin.probe.one_pass.perturbations import NO_PERTURBATIONS, PackedPerturbations

ops = keras.ops


@dataclass(frozen=True)
class CellRun:
    """What one cell did over time, on the input's time axis.

    Attributes:
        inputs: `[time, sample, feature]`; None for the first cell, which reads the layer's own input.
        signals: By name, `[time, sample, unit]`; the units of an image are flattened.
    """

    inputs: Tensor | None
    signals: dict[str, Tensor]


@dataclass(frozen=True)
class LoopResult:
    """The result of one run over time.

    Attributes:
        output: What Keras' `inner_loop` returns: last output, outputs of all timesteps, final states.
        cells: The runs of the cells by name.
    """

    output: tuple[Tensor, Tensor, Any]
    cells: dict[str, CellRun]


def run(
    layer: Any,
    cells: Mapping[str, InstrumentedCell],
    sequences: Tensor,
    states: Any,
    mask: Any,
    training: bool,
    perturbations: PackedPerturbations = NO_PERTURBATIONS,
) -> LoopResult:
    """Run `keras.layers.RNN`'s own loop, which handles masks and direction, over instrumented cells.

    Args:
        layer: The `keras.layers.RNN`, which is only read.
        cells: Its cell under `""`, or the cells of its stack by name.
        sequences: `[sample, time, feature]`, the layer's input.
        states: The initial states.
        mask: `[sample, time]` of bool, or None.
        training: Whether dropout is applied.
        perturbations: Zeros to add to the cells' states.
    """
    step = _Step(cells, training, perturbations, sequences.shape[2:], sequences.dtype)
    # Keras' unrolled loop does not reverse the mask with the outputs: backwards, it zeroes the wrong timesteps. What
    # it does is repeated after the loop, so that the layer's output stays the same.
    zeroes_in_input_order = layer.unroll and layer.go_backwards and layer.zero_output_for_mask and mask is not None
    loop = _Loop(step, layer.go_backwards, layer.zero_output_for_mask and not zeroes_in_input_order)
    last, stacked, final = keras.layers.RNN.inner_loop(loop, perturbations.pack(sequences), states, mask, training)
    tensors = step.packing.unpack_stacked(stacked)

    def over_time(position: int) -> Tensor:
        # Keras returns timesteps in the order in which the loop took them; signals are on the input's time axis.
        signal = time_major(tensors[position])
        return ops.flip(signal, axis=0) if layer.go_backwards else signal

    runs = {
        name: CellRun(
            None if places.inputs is None else over_time(places.inputs),
            cells[name].signals({part: over_time(position) for part, position in places.parts.items()}),
        )
        for name, places in step.places.items()
    }
    last_output, output = step.packing.unpack(last)[step.output_place], tensors[step.output_place]
    if zeroes_in_input_order:
        last_output, output = _zeroed(last_output, mask[:, 0]), _zeroed(output, mask)
    return LoopResult((last_output, output, final), runs)


def time_major(tensor: Tensor) -> Tensor:
    """Return `[time, sample, unit]`, as the loop wrote it: XLA then drops both transpositions."""
    by_time = swapped(tensor)
    return ops.reshape(by_time, (*ops.shape(by_time)[:2], -1))


def _zeroed(output: Tensor, mask: Tensor) -> Tensor:
    """Return the output with zeros where the mask, `[sample]` or `[sample, time]`, is False."""
    shape = (*ops.shape(mask), *[1] * (len(output.shape) - len(mask.shape)))
    return ops.where(ops.reshape(ops.cast(mask, "bool"), shape), output, 0)


@dataclass(frozen=True)
class _Places:
    """Positions of a cell's tensors in the list that a step makes.

    Attributes:
        inputs: Of the cell's input; None for the first cell.
        parts: Of what its signals are made of, by name.
    """

    inputs: int | None
    parts: dict[str, int]


class _Step:
    """The cell for Keras' loop: the cells, each reading the last one's output. It outputs each tensor once, packed."""

    packing: Packing

    def __init__(
        self,
        cells: Mapping[str, InstrumentedCell],
        training: bool,
        perturbations: PackedPerturbations,
        shape: Sequence[int],
        dtype: Any,
    ) -> None:
        self._cells = cells
        self._training = training
        self._perturbations = perturbations
        self._shape = shape
        self._dtype = dtype
        self.places: dict[str, _Places] = {}
        self.output_place = 0

    def __call__(self, inputs: Tensor, states: Any) -> tuple[Sequence[Tensor], Any]:
        tensors: list[Tensor] = []

        def place(tensor: Tensor) -> int:
            known = [i for i, other in enumerate(tensors) if other is tensor]
            if not known:
                tensors.append(tensor)
            return known[0] if known else len(tensors) - 1

        # Copies differ in identity, even where a cell returns a state unchanged or starts from one tensor twice.
        states = keras.tree.map_structure(ops.copy, states)
        new_states: list[Any] = []
        output, perturbations = self._perturbations.unpack(inputs, self._shape, self._dtype)
        is_stack = list(self._cells) != [""]
        for (name, cell), before in zip(self._cells.items(), states if is_stack else [states], strict=True):
            read = place(output) if new_states else None
            is_nested = keras.tree.is_nested(before)
            perturb = perturbations.get(name, identity)
            parts, after, output = cell.step(output, list(before) if is_nested else [before], self._training, perturb)
            new_states.append(after if is_nested else after[0])
            self.places[name] = _Places(read, {part: place(tensor) for part, tensor in parts.items()})
        self.output_place = place(output)
        self.packing = Packing(tensors)
        return self.packing.pack(tensors), new_states if is_stack else new_states[0]


@dataclass(frozen=True)
class _Loop:
    """The attributes that `RNN.inner_loop` reads, passed as its `self` so that the layer is not changed.

    Never unrolled, even where the layer is: Keras' unrolled loop cannot stack lists of outputs, and a loop compiles
    faster.
    """

    cell: _Step
    go_backwards: bool
    zero_output_for_mask: bool
    unroll: bool = False
    return_sequences: bool = True
    stateful: bool = False
