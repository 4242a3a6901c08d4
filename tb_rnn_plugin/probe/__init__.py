"""The probe: a model and a batch to arrays. The only rooms that import Keras."""

from tb_rnn_plugin.probe.capture import Activations, LayerActivations, capture
from tb_rnn_plugin.probe.errors import ProbeError
from tb_rnn_plugin.probe.probe import Capture, Probe
from tb_rnn_plugin.probe.taps import record

__all__ = ["Activations", "Capture", "LayerActivations", "Probe", "ProbeError", "capture", "record"]
