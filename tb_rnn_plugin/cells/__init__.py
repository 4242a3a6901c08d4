"""What a cell is: its signals, equations, weights and derivatives, in NumPy only, one module per cell.

Importing the package imports all of its modules, so that every cell's module registers its `CellSpec`.
"""

from importlib import import_module
from pkgutil import iter_modules

from tb_rnn_plugin.cells.spec import CellSpec, Signal, cell_specs, find_spec

__all__ = ["CellSpec", "Signal", "cell_specs", "find_spec"]

for _module in iter_modules(__path__):
    import_module(f"{__name__}.{_module.name}")
