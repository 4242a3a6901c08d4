"""Runs a recurrent layer's loop over time with an instrumented cell."""

from __future__ import annotations

from collections.abc import Sequence
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
        signals: By name, `[time, sample, unit]`, on the input's time axis; the units of an image are flattened.
    """

    output: tuple[Tensor, Tensor, Any]
    signals: dict[str, Tensor]


def run(
    layer: Any, cell: InstrumentedCell, sequences: Tensor, states: Any, mask: Tensor | None, training: bool
) -> LoopResult:
    """Run the base class' own loop, so that Keras' handling of masks and direction stays Keras'.

    Args:
        layer: The `keras.layers.RNN`, which is only read.
        cell: The instrumented form of its cell.
        sequences: `[sample, time, feature]`, the layer's input.
        states: The initial states.
        mask: `[sample, time]` of bool, or None.
        training: Whether dropout is applied.
    """
    step = _Step(cell, training)
    loop = _Loop(step, layer.go_backwards, layer.zero_output_for_mask)
    last, tensors, final = keras.layers.RNN.inner_loop(loop, sequences, states, mask, training)
    signals = [_time_major(tensor) for tensor in tensors[: len(cell.ranges)]]
    if layer.go_backwards:
        # Keras returns the steps in the order in which they were taken; ours are on the input's time axis.
        signals = [ops.flip(signal, axis=0) for signal in signals]
    output = last[step.output_position], tensors[step.output_position], final
    return LoopResult(output, dict(zip(cell.ranges, signals, strict=True)))


def _time_major(tensor: Tensor) -> Tensor:
    """Return `[time, sample, unit]`, the order in which the loop wrote it: XLA then drops both transpositions."""
    swapped = ops.transpose(tensor, (1, 0, *range(2, len(tensor.shape))))
    return ops.reshape(swapped, (tensor.shape[1], ops.shape(tensor)[0], -1))


class _Step:
    """A cell for Keras' loop, whose output is a list: all signals, and the cell's output where it is none of them."""

    def __init__(self, cell: InstrumentedCell, training: bool) -> None:
        self._cell = cell
        self._training = training
        self.output_position = 0

    def __call__(self, inputs: Tensor, states: Any) -> tuple[Sequence[Tensor], Any]:
        signals, states, output = self._cell.step(inputs, states, self._training)
        positions = [i for i, signal in enumerate(signals) if signal is output]
        self.output_position = positions[0] if positions else len(signals)
        return [*signals, *([] if positions else [output])], states


@dataclass(frozen=True)
class _Loop:
    """What `RNN.inner_loop` reads of a layer; it gets this in the layer's place, so that the layer is never changed.

    Never unrolled, even where the layer is: Keras' unrolled loop cannot stack lists of outputs, and a loop compiles
    faster.
    """

    cell: _Step
    go_backwards: bool
    zero_output_for_mask: bool
    unroll: bool = False
    return_sequences: bool = True
    stateful: bool = False
