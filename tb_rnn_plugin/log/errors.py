"""What can be wrong with a log.

LogError
├── UnreadableFileError     truncated, damaged, or not one of ours
├── NewerFormatError        written by a later version of this package
└── NotInLogError           a step, layer, signal or sample that the run does not hold
"""

from __future__ import annotations


class LogError(Exception):
    """Base of all errors of reading a log; its text is one sentence fit to be shown to a user."""


class UnreadableFileError(LogError):
    """A file is truncated, damaged, or not of this format."""


class NewerFormatError(LogError):
    """A file was written by a later version of this package."""


class NotInLogError(LogError, LookupError):
    """The run does not hold what was asked for."""
