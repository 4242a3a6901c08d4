"""What the numbers of a log say: weights by gate, and one value taken apart. Pure functions of NumPy arrays."""

from tb_rnn_plugin.analysis.explain import explain, explain_value
from tb_rnn_plugin.analysis.explanation import Contribution, Explanation
from tb_rnn_plugin.analysis.weights import GateWeights, gate_weights, split_kernel

__all__ = ["Contribution", "Explanation", "GateWeights", "explain", "explain_value", "gate_weights", "split_kernel"]
