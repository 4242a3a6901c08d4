"""What looks wrong in a run, in plain language: each finding names the units and timesteps that show it.

Importing the package imports all of its modules, so that every module registers its checks.
"""

from importlib import import_module
from pkgutil import iter_modules

from tb_rnn_plugin.analysis.findings.check import kinds
from tb_rnn_plugin.analysis.findings.find import find
from tb_rnn_plugin.analysis.findings.finding import HIGH, Finding
from tb_rnn_plugin.analysis.findings.groups import Group, group

__all__ = ["HIGH", "KINDS", "Finding", "Group", "find", "group"]

for _module in iter_modules(__path__):
    import_module(f"{__name__}.{_module.name}")

KINDS = kinds()
"""Every kind of finding; findings of equal severity are listed in this order."""
