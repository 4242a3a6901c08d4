"""The probe: from a model and a batch to arrays. Only this package and the callback import Keras."""

from tb_rnn_plugin.probe.activations import Activations, LayerActivations
from tb_rnn_plugin.probe.capture import capture
from tb_rnn_plugin.probe.errors import ProbeError
from tb_rnn_plugin.probe.instrumented import record
from tb_rnn_plugin.probe.probe import Probe
from tb_rnn_plugin.probe.weights import weights

__all__ = ["Activations", "LayerActivations", "Probe", "ProbeError", "capture", "record", "weights"]
