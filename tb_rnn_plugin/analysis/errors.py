"""Errors that a user can cause by what they ask of an analysis.

AnalysisError               the cell, the signal, the weights or the arguments do not allow the analysis
└── OutOfRangeError         no such sample, timestep or unit

Any other exception from an analysis is a defect of this package: the server answers 500 and logs its traceback.
"""

from __future__ import annotations


class AnalysisError(ValueError):
    """The analysis does not apply to the input; the message is one sentence that can be shown to a user."""


class OutOfRangeError(AnalysisError, IndexError):
    """An index or a range lies outside the trace."""
