"""The errors of reading a log.

LogError
├── UnreadableFileError     truncated, damaged, or of another format
├── NewerFormatError        written by a later version of this package
└── NotInLogError           a step, layer, signal or sample that the run does not have
"""

from __future__ import annotations


class LogError(Exception):
    """Base class. The message is one sentence, written to be shown to users."""


class UnreadableFileError(LogError):
    """A file is truncated, damaged, or not of this format."""


class NewerFormatError(LogError):
    """A file was written by a later version of this package."""


class NotInLogError(LogError, LookupError):
    """The run does not have the requested step, layer, signal or sample."""
