"""Cuts a cell's variables into the weights of each gate."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from tb_rnn_plugin.analysis.errors import AnalysisError
from tb_rnn_plugin.cells import cell_specs, find_spec
from tb_rnn_plugin.cells.weights import GateWeights
from tb_rnn_plugin.log.schema import Array


def gate_weights(cell: str, weights: Mapping[str, Array]) -> dict[str, GateWeights]:
    """Return a cell's weights by gate, in Keras' order of columns.

    Args:
        cell: As in the log, `"LSTM"`, `"GRU"`, `"ConvLSTM2D"`.
        weights: The cell's variables by Keras' names: `kernel` `[feature, gate * unit]`, `recurrent_kernel`
            `[unit, gate * unit]`; `bias` `[gate * unit]`, or `[2, gate * unit]` of a GRU with `reset_after`; a layer
            without bias has none of that name.

    Returns:
        `input_gate`, `forget_gate`, `candidate`, `output_gate` of an LSTM or ConvLSTM; `update_gate`, `reset_gate`,
        `candidate` of a GRU; `hidden_state` of a SimpleRNN.

    Raises:
        AnalysisError: the cell's gates are not known, the weights were not stored, or do not fit the cell.
    """
    spec = find_spec(cell)
    if spec is None:
        raise AnalysisError(
            f"Weights by gate are known for the cells {', '.join(spec.name for spec in cell_specs())}, got {cell}: "
            f"use its variables as they are, {_listed(weights)}."
        )
    if not weights:
        raise AnalysisError(f"The weights of this {cell} must be stored, got none: write the log with weights=True.")
    gates = spec.columns
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
    """Return the weights by gate of an old cell, which stores W above U in one matrix.

    TensorFlow 1 did so: `BasicRNNCell` has one gate, and `BasicLSTMCell` has, in this order, `input_gate`,
    `candidate`, `forget_gate`, `output_gate`. Its `forget_bias`, 1 by default, was added to the forget gate's sum at
    every call and is not part of the stored bias: add it to that gate's `b`.

    Args:
        kernel: `[feature + unit, gate * unit]`: the rows of the inputs, then those of the units; columns gate by gate.
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
