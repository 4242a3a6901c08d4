"""Listens to the layers of a model while it is called once, and collects what they did."""

from tb_rnn_plugin.probe.listening.calls import LayerCall
from tb_rnn_plugin.probe.listening.hearing import Hearing
from tb_rnn_plugin.probe.listening.recorder import listening

__all__ = ["Hearing", "LayerCall", "listening"]
