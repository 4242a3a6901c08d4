"""Cells that give their gates and states, and what a cell of the user's own says about itself."""

from tb_rnn_plugin.probe.cells.cell import InstrumentedCell, Nudge, OtherCell, Tensor, as_it_is
from tb_rnn_plugin.probe.cells.instruments import instrument, parts
from tb_rnn_plugin.probe.cells.taps import record

__all__ = ["InstrumentedCell", "Nudge", "OtherCell", "Tensor", "as_it_is", "instrument", "parts", "record"]
