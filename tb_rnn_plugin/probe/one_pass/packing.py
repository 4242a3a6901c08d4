"""Packs all tensors that a step of a loop writes into one."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate

from tb_rnn_plugin.probe.backend import keras
from tb_rnn_plugin.probe.instrumented import Tensor

ops = keras.ops


class Packing:
    """Packs the tensors of one step, `[sample, width]` each, into one, `[sample, row, unit]`.

    Each tensor that a loop writes costs one more kernel per timestep. XLA's CPU runtime runs a loop of more than eight
    kernels on several threads, and each thread loads the weights into its own cache: on two cores that took twice the
    time.

    Args:
        tensors: What a step writes. They are packed if they have one dtype and their widths are multiples of the
            smallest, else left as they are.
    """

    def __init__(self, tensors: Sequence[Tensor]) -> None:
        is_alike = all(len(t.shape) == 2 and t.shape[-1] and t.dtype == tensors[0].dtype for t in tensors)
        widths = [tensor.shape[-1] for tensor in tensors] if is_alike else [1]
        self._unit = min(widths)
        self._rows = [width // self._unit for width in widths]
        self._packs = len(widths) > 1 and not any(width % self._unit for width in widths)

    def pack(self, tensors: Sequence[Tensor]) -> list[Tensor]:
        """Return the tensors as one, in a list."""
        if not self._packs:
            return list(tensors)
        packed, before, total = 0, 0, sum(self._rows)
        # XLA fuses sums of padded tensors with what computes them; ops.concatenate would be a kernel of its own.
        for tensor, rows in zip(tensors, self._rows, strict=True):
            row_by_row = ops.reshape(tensor, (ops.shape(tensor)[0], rows, self._unit))
            packed = packed + ops.pad(row_by_row, [[0, 0], [before, total - before - rows], [0, 0]])
            before += rows
        return [packed]

    def unpack(self, packed: Sequence[Tensor]) -> list[Tensor]:
        """Return the tensors of one step, `[sample, width]`, or, stacked by time first, `[time, sample, width]`."""
        if not self._packs:
            return list(packed)
        flat = ops.reshape(packed[0], (*ops.shape(packed[0])[:-2], sum(self._rows) * self._unit))
        ends = [self._unit * row for row in accumulate(self._rows)]
        return list(ops.split(flat, ends[:-1], axis=-1))

    def unpack_stacked(self, stacked: Sequence[Tensor]) -> list[Tensor]:
        """Return the tensors of all steps, `[sample, time, width]`."""
        if not self._packs:
            return list(stacked)
        # Split in the order in which the loop wrote them, else XLA transposes each tensor separately.
        return [swapped(tensor) for tensor in self.unpack([swapped(stacked[0])])]


def swapped(tensor: Tensor) -> Tensor:
    """Return a tensor with its first two axes, samples and time, swapped."""
    return ops.transpose(tensor, (1, 0, *range(2, len(tensor.shape))))
