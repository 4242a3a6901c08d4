"""Cells that give their gates and states, and what a cell of the user's own says about itself."""

from tb_rnn_plugin.probe.instrumented.base import InstrumentedCell, OtherCell, Perturb, Tensor, identity
from tb_rnn_plugin.probe.instrumented.record import record
from tb_rnn_plugin.probe.instrumented.registry import instrument, parts

__all__ = ["InstrumentedCell", "OtherCell", "Perturb", "Tensor", "identity", "instrument", "parts", "record"]
