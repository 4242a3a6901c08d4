"""Listens to the layers of a model while it is called once, and collects what they did."""

from tb_rnn_plugin.probe.one_pass.calls import LayerCall
from tb_rnn_plugin.probe.one_pass.patching import patched
from tb_rnn_plugin.probe.one_pass.session import CaptureSession

__all__ = ["CaptureSession", "LayerCall", "patched"]
