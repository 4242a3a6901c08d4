"""The dropout masks that a cell multiplies its inputs and states with, and products under them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tb_rnn_plugin.probe.backend import keras
from tb_rnn_plugin.probe.instrumented.base import Tensor

ops = keras.ops


def product(x: Tensor, kernel: Tensor, masks: Sequence[Tensor | None]) -> Tensor:
    """Return `x @ kernel`, where each mask multiplies the `x` of its own share of the kernel's columns."""
    kernel, first = ops.convert_to_tensor(kernel), masks[0]
    if all(mask is first for mask in masks):
        return ops.matmul(x if first is None else x * first, kernel)
    kernels = ops.split(kernel, len(masks), axis=-1)
    return ops.concatenate([ops.matmul(x * m, k) for m, k in zip(masks, kernels, strict=True)], axis=-1)


def dropout_masks(cell: Any, x: Tensor, gates: int, training: bool) -> list[Tensor | None]:
    """Return the mask by which each gate multiplies the input: the cell's own, drawn by the layer for this batch."""
    applies = training and 0.0 < cell.dropout < 1.0
    return _one_per_gate(cell.get_dropout_mask(x) if applies else None, gates)


def recurrent_dropout_masks(cell: Any, h: Tensor, gates: int, training: bool) -> list[Tensor | None]:
    """Return the mask by which each gate multiplies the hidden state, likewise."""
    applies = training and 0.0 < cell.recurrent_dropout < 1.0
    return _one_per_gate(cell.get_recurrent_dropout_mask(h) if applies else None, gates)


def _one_per_gate(masks: Any, gates: int) -> list[Tensor | None]:
    return list(masks) if isinstance(masks, list) else [masks] * gates
