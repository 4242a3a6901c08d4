"""Runs a recurrent layer's loop over time with an instrumented cell."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

from tb_rnn_plugin.probe.backend import keras
from tb_rnn_plugin.probe.cells import InstrumentedCell, Tensor

ops = keras.ops


@dataclass(frozen=True)
class LoopResult:
    """What one run over time gave.

    Attributes:
        output: Keras' triple of `inner_loop`: last output, outputs of all timesteps, final states.
        signals: By name, `[sample, time, unit]`, on the input's time axis; the units of an image are flattened.
    """

    output: tuple[Tensor, Tensor, Any]
    signals: dict[str, Tensor]


def run(
    layer: Any, cell: InstrumentedCell, sequences: Tensor, states: Any, mask: Tensor | None, training: bool
) -> LoopResult:
    """Run the base class' own loop, so that Keras' handling of masks, direction and unrolling stays Keras'.

    Args:
        layer: The `keras.layers.RNN`, which is only read.
        cell: The instrumented form of its cell.
        sequences: `[sample, time, feature]`, the layer's input.
        states: The initial states.
        mask: `[sample, time]` of bool, or None.
        training: Whether dropout is applied.
    """
    packed = _PackedStep(cell, training)
    loop = _Loop(packed, layer.go_backwards, layer.unroll, layer.zero_output_for_mask)
    projected = cell.project(sequences, training)
    last, steps, final = keras.layers.RNN.inner_loop(loop, projected, states, mask, training)
    output, *signals = packed.unpack(steps)
    if layer.go_backwards:
        # Keras returns the steps in the order in which they were taken; ours are on the input's time axis.
        signals = [ops.flip(signal, axis=1) for signal in signals]
    signals = [ops.reshape(s, (ops.shape(s)[0], s.shape[1], -1)) for s in signals]
    named = dict(zip(cell.ranges, signals, strict=True))
    return LoopResult((packed.unpack_output(last), output, final), named)


class _PackedStep:
    """A cell for Keras' loop, whose output is the real output and all signals side by side in one tensor.

    One tensor, because Keras' unrolled loop cannot stack nested outputs, and because one write per timestep is
    cheaper than seven.
    """

    def __init__(self, cell: InstrumentedCell, training: bool) -> None:
        self._cell = cell
        self._training = training
        self._shapes: list[tuple[int, ...]] = []
        self._dtypes: list[str] = []
        self._output_position = 0

    def __call__(self, inputs: Tensor, states: Any) -> tuple[Tensor, Any]:
        signals, states, output = self._cell.step(inputs, states, self._training)
        # The output of a cell is as a rule one of its states, and then needs no room of its own.
        tensors = list(signals)
        positions = [i for i, signal in enumerate(signals) if signal is output]
        if positions:
            self._output_position = positions[0]
        else:
            self._output_position = len(tensors)
            tensors.append(output)
        self._shapes = [tuple(t.shape[1:]) for t in tensors]
        self._dtypes = [keras.backend.standardize_dtype(t.dtype) for t in tensors]
        self._signals = len(signals)
        common = keras.backend.result_type(*self._dtypes)
        flat = [ops.reshape(ops.cast(t, common), (ops.shape(t)[0], math.prod(t.shape[1:]))) for t in tensors]
        return ops.concatenate(flat, axis=-1), states

    def unpack(self, packed: Tensor) -> list[Tensor]:
        """Return the output and the signals from `[sample, time, everything]`."""
        tensors = [self._part(packed, position) for position in range(len(self._shapes))]
        return [tensors[self._output_position], *tensors[: self._signals]]

    def unpack_output(self, packed: Tensor) -> Tensor:
        """Return the output from `[sample, everything]`."""
        return self._part(packed, self._output_position)

    def _part(self, packed: Tensor, position: int) -> Tensor:
        widths = [math.prod(shape) for shape in self._shapes]
        start = sum(widths[:position])
        part = packed[..., start : start + widths[position]]
        leading = [ops.shape(packed)[i] if n is None else n for i, n in enumerate(packed.shape[:-1])]
        return ops.cast(ops.reshape(part, (*leading, *self._shapes[position])), self._dtypes[position])


@dataclass(frozen=True)
class _Loop:
    """What `RNN.inner_loop` reads of a layer; it gets this in the layer's place, so that the layer is never changed."""

    cell: _PackedStep
    go_backwards: bool
    unroll: bool
    zero_output_for_mask: bool
    return_sequences: bool = True
    stateful: bool = False
