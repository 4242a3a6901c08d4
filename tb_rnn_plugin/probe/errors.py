"""What can be wrong with what the user gave us; always raised before training starts."""

from __future__ import annotations


class ProbeError(ValueError):
    """The probe batch, the choice of layers or the initial states do not fit the model."""

    # Keras hands on an error with this mark as it is; any other it rewrites into a paragraph about the call.
    _keras_call_info_injected = True
