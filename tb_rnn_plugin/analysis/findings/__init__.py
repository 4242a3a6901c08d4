"""What looks wrong in a run, in plain words: from each finding to the units and timesteps that show it."""

from tb_rnn_plugin.analysis.findings.find import find
from tb_rnn_plugin.analysis.findings.finding import KINDS, Finding, Kind

__all__ = ["KINDS", "Finding", "Kind", "find"]
