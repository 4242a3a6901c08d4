"""`capture`: every signal of a model on a batch, once, without training and without files."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from typing import Any

from tb_rnn_plugin.probe.activations import Activations
from tb_rnn_plugin.probe.layers import Wanted
from tb_rnn_plugin.probe.probe import Probe


def capture(
    model: Any,
    inputs: Any,
    *,
    targets: Any = None,
    layers: Wanted = None,
    initial_states: str | Mapping[str, Any] = "current",
    training: bool = False,
) -> Activations:
    """Return every gate and state of a model's recurrent layers for one batch; the model stays as it was.

    Args:
        model: The Keras model.
        inputs: The batch: an array, or a list, tuple or dict of arrays, samples on the first axis.
        targets: The batch's targets, nested as `fit` takes them; given, `gradients` of each recurrent layer holds the
            gradient of the model's own loss by its states.
        layers: Which layers to capture: keys, layers, patterns (`"encoder/*"`, the recurrent layers that match or,
            where none does, the others), or a function of a layer that tells whether to; None for all recurrent ones.
            Of a layer that is not recurrent the output is captured.
        initial_states: What stateful layers start from: `"current"` for what they hold, as a plain call would;
            `"zeros"`; or by key a list of arrays `[sample, unit]`, for layers of any kind (stateful ones that are given
            none then start from zeros).
        training: Whether dropout and the like are applied.

    Example:
        >>> acts = capture(model, x)              # doctest: +SKIP
        >>> acts["encoder/lstm"]["forget_gate"]   # doctest: +SKIP
        array([[[0.73, …

    Raises:
        ProbeError: the batch, the targets, the layers or the states do not fit the model.
    """
    probe = Probe(
        model,
        inputs,
        targets=targets,
        layers=layers,
        initial_states=initial_states,
        training=training,
        jit_compile=False,
    )
    captured = probe()
    for sentence in probe.unreachable.values():
        warnings.warn(sentence, RuntimeWarning, stacklevel=2)
    return captured
