"""Cells whose step returns gates beside states: the cells of `tb_rnn_plugin.cells` in keras.ops, and any other cell.

Importing the package imports all of its modules, so that every cell's module registers its form.
"""

from importlib import import_module
from pkgutil import iter_modules

from tb_rnn_plugin.probe.instrumented.base import InstrumentedCell, Perturb, Tensor, identity
from tb_rnn_plugin.probe.instrumented.other import OtherCell
from tb_rnn_plugin.probe.instrumented.record import record
from tb_rnn_plugin.probe.instrumented.registry import instrument, parts

__all__ = ["InstrumentedCell", "OtherCell", "Perturb", "Tensor", "identity", "instrument", "parts", "record"]

for _module in iter_modules(__path__):
    import_module(f"{__name__}.{_module.name}")
