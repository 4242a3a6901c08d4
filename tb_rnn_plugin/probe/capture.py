"""`capture`: every signal of a model on a batch, once, without training and without files."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from typing import Any

from tb_rnn_plugin.probe.activations import Activations
from tb_rnn_plugin.probe.layers import LayerChoice
from tb_rnn_plugin.probe.probe import Probe


def capture(
    model: Any,
    inputs: Any,
    *,
    targets: Any = None,
    layers: LayerChoice = None,
    initial_states: str | Mapping[str, Any] = "current",
    training: bool = False,
) -> Activations:
    """Return every gate and state of a model's recurrent layers on one batch; the model stays as it was.

    Row i of a layer with as many rows as samples is taken to be sample i, as is Keras' contract. That is not tested,
    which takes further passes: `Probe.find_rows` makes them. A layer that is not captured, or has no gradients where
    `targets` ask for them, is a warning.

    Args:
        model: The Keras model.
        inputs: The batch: an array, or a list, tuple or dict of arrays, samples on the first axis.
        targets: The batch's targets, nested as `fit` takes them; with targets, each recurrent layer's `gradients` hold
            the gradient of the model's own loss by its states.
        layers: Which layers to capture: keys, layers, patterns (`"encoder/*"`, which match recurrent layers or, if they
            match none, other layers), or a function that returns whether to capture a layer; None for all recurrent
            layers. For a layer that is not recurrent, its output is captured.
        initial_states: What stateful layers start from: `"current"` for the states they hold, as in a plain call;
            `"zeros"`; or by key a list of arrays `[sample, unit]`, for any recurrent layers (stateful layers without an
            entry start from zeros).
        training: Whether the model is called with `training=True`, which applies dropout, for example.

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
    for sentence in [*probe.unreachable.values(), *probe.without_gradients()]:
        warnings.warn(sentence, RuntimeWarning, stacklevel=2)
    return captured
