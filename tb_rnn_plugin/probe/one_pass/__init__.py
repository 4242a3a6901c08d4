"""Captures what the layers of a model do while it is called once."""

from tb_rnn_plugin.probe.one_pass.calls import LayerCall
from tb_rnn_plugin.probe.one_pass.patching import patched
from tb_rnn_plugin.probe.one_pass.session import CaptureSession

__all__ = ["CaptureSession", "LayerCall", "patched"]
