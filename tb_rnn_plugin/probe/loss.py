"""The model's own loss on the probe batch."""

from __future__ import annotations

from typing import Any

from tb_rnn_plugin.probe.backend import keras
from tb_rnn_plugin.probe.errors import ProbeError
from tb_rnn_plugin.probe.inputs import symbolic
from tb_rnn_plugin.probe.keras_internals import compile_loss, flatten_layers

ops = keras.ops

_HALF_PRECISION_SCALES = (2.0**15, 2.0**7, 1.0)
"""Scales of the loss where layers compute in float16, in which small gradients become zero and large ones infinite.

The gradients are divided by the scale. The first is the initial scale of Keras' `LossScaleOptimizer` (after
Micikevicius et al., "Mixed Precision Training", 2018); a gradient that overflows is computed at the next."""


class Loss:
    """The loss of a compiled model, with its loss weights and the losses that its layers add.

    The samples all have the same weight: `fit`'s `sample_weight` and `class_weight` weight its own batches, not this.

    Args:
        model: The model, built and compiled with a loss, or with a `compute_loss` of its own.
        inputs: The probe batch.
        targets: Its targets, nested as `fit` takes them, as arrays; None for an output without a loss.

    Attributes:
        scales: What the loss is multiplied by when it is differentiated, see `Backend.gradients`.

    Raises:
        ProbeError: the model has no loss, or the targets do not fit it.
    """

    def __init__(self, model: Any, inputs: Any, targets: Any) -> None:
        if not getattr(model, "compiled", False):
            raise ProbeError("Gradients need the model's loss, and it has none: call model.compile(loss=…) before.")
        samples = keras.tree.flatten(inputs)[0].shape[0]
        for array in keras.tree.flatten(targets):
            if array is not None and (not array.ndim or array.shape[0] != samples):
                raise ProbeError(
                    f"targets must hold {samples} samples like probe, got the shape {array.shape}: pass them as to fit."
                )
        self._model = model
        self._targets = keras.tree.map_structure(lambda a: None if a is None else ops.convert_to_tensor(a), targets)
        is_half = any(layer.compute_dtype == "float16" for layer in flatten_layers(model))
        self.scales = _HALF_PRECISION_SCALES if is_half else (1.0,)
        self._build(inputs)

    def __call__(self, inputs: Any, outputs: Any, training: bool) -> Any:
        """Return the loss, a scalar."""
        try:
            return self._model.compute_loss(x=inputs, y=self._targets, y_pred=outputs, training=training)
        except (ValueError, TypeError, KeyError) as error:
            raise ProbeError(f"The model's loss cannot be computed with these targets: {error}") from error

    def _build(self, inputs: Any) -> None:
        """Build the loss: over several outputs, Keras makes metrics for it, which it cannot while a graph is traced."""
        loss = compile_loss(self._model)
        if loss is None or loss.built:
            return
        outputs = self._model.compute_output_spec(symbolic(inputs))
        try:
            specs = keras.tree.map_structure(
                lambda t: None if t is None else keras.KerasTensor(t.shape, t.dtype), self._targets
            )
            loss.build(specs, outputs)
        except (ValueError, TypeError, KeyError) as error:
            raise ProbeError(f"The model's loss does not take these targets: {error}") from error
