"""Analyses of what a log describes: pure functions of NumPy arrays."""

from tb_rnn_plugin.analysis.explain import explain, explain_value
from tb_rnn_plugin.analysis.explanation import Contribution, Explanation
from tb_rnn_plugin.analysis.weights import gate_weights, split_kernel
from tb_rnn_plugin.cells.weights import GateWeights

__all__ = ["Contribution", "Explanation", "GateWeights", "explain", "explain_value", "gate_weights", "split_kernel"]
