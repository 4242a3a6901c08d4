"""The error for arguments that do not fit the model; always raised before training starts."""

from __future__ import annotations


class ProbeError(ValueError):
    """The probe batch, the choice of layers or the initial states do not fit the model."""
