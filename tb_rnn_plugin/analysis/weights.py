"""Where W and U are: a cell's variables, cut into the weights of each gate."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from tb_rnn_plugin.analysis.errors import AnalysisError
from tb_rnn_plugin.log.schema import Array

_LSTM = ("input_gate", "forget_gate", "candidate", "output_gate")
_COLUMNS = {
    "LSTM": _LSTM,
    "ConvLSTM1D": _LSTM,
    "ConvLSTM2D": _LSTM,
    "ConvLSTM3D": _LSTM,
    "GRU": ("update_gate", "reset_gate", "candidate"),
    "SimpleRNN": ("hidden_state",),
}
"""By cell, the signals whose weights Keras stores side by side in one kernel, in the order of its columns."""


@dataclass(frozen=True, eq=False)
class GateWeights:
    """The weights of one gate: what it reads goes through `act(W x + U h + b)`.

    As Keras stores them, a row per number read and a column per unit: in NumPy, `x @ W + h @ U + b`. The arrays may be
    views of those they were cut from.

    Attributes:
        W: `[feature, unit]`; of a ConvLSTM `[*kernel, feature, filter]`.
        U: `[unit, unit]`, from the first to the second; of a ConvLSTM `[*kernel, filter, filter]`.
        b: `[unit]`, or None for a layer without bias.
        recurrent_b: `[unit]`, the second bias of a GRU with `reset_after`: added to `U h`, in the candidate before the
            reset gate multiplies it; None for all others.
    """

    W: Array
    U: Array
    b: Array | None = None
    recurrent_b: Array | None = None


def gate_weights(cell: str, weights: Mapping[str, Array]) -> dict[str, GateWeights]:
    """Return a cell's weights by gate.

    The columns are in Keras' order: i, f, c, o of an LSTM and a ConvLSTM; z, r, h of a GRU. The gates' equations are
    those of Hochreiter & Schmidhuber 1997 with Gers et al. 2000, Shi et al. 2015, Cho et al. 2014 and Elman 1990.

    Args:
        cell: As in the log: `"LSTM"`, `"GRU"`, `"SimpleRNN"`, `"ConvLSTM1D"`, `"ConvLSTM2D"` or `"ConvLSTM3D"`.
        weights: The cell's variables by Keras' names: `kernel` `[feature, gate * unit]`, `recurrent_kernel`
            `[unit, gate * unit]`; `bias` `[gate * unit]`, or `[2, gate * unit]` of a GRU with `reset_after`; none of
            that name for a layer without bias.

    Returns:
        `input_gate`, `forget_gate`, `candidate`, `output_gate` of an LSTM or ConvLSTM; `update_gate`, `reset_gate`,
        `candidate` of a GRU; `hidden_state` of a SimpleRNN.

    Raises:
        AnalysisError: the cell is another one, the weights were not stored, or are not those of such a cell.
    """
    if cell not in _COLUMNS:
        raise AnalysisError(
            f"Weights by gate are known for the cells {', '.join(_COLUMNS)}, got {cell}: "
            f"use its variables as they are, {_listed(weights)}."
        )
    if not weights:
        raise AnalysisError(f"The weights of this {cell} must be stored, got none: write the log with weights=True.")
    gates = _COLUMNS[cell]
    if not {"kernel", "recurrent_kernel"} <= weights.keys():
        raise AnalysisError(f"The weights of {cell} must be kernel, recurrent_kernel and bias, got {_listed(weights)}.")
    kernel, recurrent_kernel = np.asarray(weights["kernel"]), np.asarray(weights["recurrent_kernel"])
    bias = None if weights.get("bias") is None else np.asarray(weights["bias"])
    if min(kernel.ndim, recurrent_kernel.ndim) < 2 or not recurrent_kernel.size:
        raise AnalysisError(f"The kernels of {cell} must be matrices, got {_listed(weights)}.")
    columns = len(gates) * recurrent_kernel.shape[-2]
    for name, array in (("kernel", kernel), ("recurrent_kernel", recurrent_kernel), ("bias", bias)):
        if array is not None and array.shape[-1:] != (columns,):
            raise AnalysisError(
                f"The {name} of {cell} must have {columns} columns, {len(gates)} per unit or filter, "
                f"got the shape {array.shape}."
            )
    if bias is not None and bias.shape[:-1] not in ((), (2,)):
        raise AnalysisError(f"The bias of {cell} must be one number per column, or two, got the shape {bias.shape}.")
    return _by_gate(gates, kernel, recurrent_kernel, bias)


def split_kernel(
    kernel: Array, bias: Array | None = None, *, gates: Sequence[str] = ("hidden_state",)
) -> dict[str, GateWeights]:
    """Return the weights by gate of an old cell, which stores W and U in one matrix, the first above the second.

    So did TensorFlow 1: `BasicRNNCell`, one gate; and `BasicLSTMCell`, whose gates are, in this order, `input_gate`,
    `candidate`, `forget_gate`, `output_gate`. Its `forget_bias`, 1 unless set, was added to the forget gate's sum
    whenever the cell ran and is not in the stored bias: add it to that gate's `b`.

    Args:
        kernel: `[feature + unit, gate * unit]`: rows first of the inputs, then of the units; columns gate by gate.
        bias: `[gate * unit]`, or None.
        gates: Names in the order of the columns.

    Raises:
        AnalysisError: the shapes cannot be those of such a cell.
    """
    kernel = np.asarray(kernel)
    count = len(gates)
    if not count or kernel.ndim != 2 or kernel.shape[1] % count or not kernel.size:
        raise AnalysisError(
            f"A kernel [W; U] must be a matrix with as many columns for each of the {count} gates, "
            f"got the shape {kernel.shape}: name the gates in the order of their columns."
        )
    rows, columns = kernel.shape
    inputs = rows - columns // count
    if inputs < 0:
        raise AnalysisError(
            f"A kernel [W; U] must have a row for each of its {columns // count} units beside those of the inputs, "
            f"got {rows} rows: a kernel without U is no recurrent one, and one with several gates needs gates=."
        )
    bias = None if bias is None else np.asarray(bias)
    if bias is not None and bias.shape != (columns,):
        raise AnalysisError(
            f"The bias must have one number per column of the kernel, {columns}, got the shape {bias.shape}."
        )
    return _by_gate(gates, kernel[:inputs], kernel[inputs:], bias)


def _by_gate(gates: Sequence[str], kernel: Array, recurrent: Array, bias: Array | None) -> dict[str, GateWeights]:
    count = len(gates)
    none = [None] * count
    second = none if bias is None or bias.ndim == 1 else np.split(bias[1], count)
    first = none if bias is None else np.split(bias if bias.ndim == 1 else bias[0], count)
    parts = zip(np.split(kernel, count, axis=-1), np.split(recurrent, count, axis=-1), first, second, strict=True)
    return {gate: GateWeights(*part) for gate, part in zip(gates, parts, strict=True)}


def _listed(weights: Mapping[str, Array]) -> str:
    return ", ".join(f"{name!r} {list(np.shape(array))}" for name, array in weights.items()) or "none"
