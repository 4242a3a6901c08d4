"""Which outputs of layers have time on their second axis: known of some, and not guessed for the others."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tb_rnn_plugin.probe.backend import keras
from tb_rnn_plugin.probe.instrumented import Tensor
from tb_rnn_plugin.probe.keras_internals import mask_of

L = keras.layers

# By exact class: a subclass may compute anything.
_ELEMENT_BY_ELEMENT = {
    L.Activation, L.ActivityRegularization, L.AlphaDropout, L.BatchNormalization, L.Dropout, L.ELU, L.Embedding,
    L.GaussianDropout, L.GaussianNoise, L.Identity, L.LayerNormalization, L.LeakyReLU, L.Masking, L.PReLU, L.ReLU,
    L.Rescaling, L.Softmax, L.SpatialDropout1D, L.TimeDistributed, L.UnitNormalization,
}  # fmt: skip
_MERGES = {L.Add, L.Average, L.Concatenate, L.Maximum, L.Minimum, L.Multiply, L.Subtract}
_CONVOLUTIONS = {L.Conv1D, L.DepthwiseConv1D, L.SeparableConv1D}
_MULTI_HEAD = {L.GroupQueryAttention, L.MultiHeadAttention}
_ATTENTION = {L.AdditiveAttention, L.Attention, *_MULTI_HEAD}


def keeps_positions(layer: Any) -> bool:
    """Return whether the class of a layer may give its input's second axis to its output, position by position."""
    kinds = _ELEMENT_BY_ELEMENT | _MERGES | _CONVOLUTIONS | _ATTENTION | {L.Dense, L.Bidirectional}
    return type(layer) in kinds


def same_positions(layer: Any, given: Any, output: Tensor) -> list[Tensor]:
    """Return the tensors among a layer's inputs and its output that have the same second axis.

    Args:
        layer: A layer that `keeps_positions`.
        given: The first argument of its call.
        output: Its output, or the first of several.
    """
    kind, inputs = type(layer), keras.tree.flatten(given)
    if kind in _MERGES:
        rank = len(output.shape)
        joins_positions = kind is L.Concatenate and layer.axis % rank == 1
        alike = [] if joins_positions else [tensor for tensor in inputs if len(tensor.shape) == rank]
    elif kind is L.Bidirectional:
        alike = inputs[:1] if layer.return_sequences else []
    elif kind is L.Dense or kind in _CONVOLUTIONS:
        is_kept = len(output.shape) > 2
        if kind in _CONVOLUTIONS:
            is_kept = layer.padding in ("same", "causal") and layer.data_format == "channels_last"
        alike = inputs if is_kept else []
    else:
        alike = inputs[:1]  # Of attention, the query.
    return [*alike, output]


def is_scores(layer: Any, position: int, output: Tensor) -> bool:
    """Return whether one of a layer's outputs is its attention scores, `[sample, query, key]` or with heads before."""
    return position == 1 and type(layer) in _ATTENTION and len(output.shape) == 3 + (type(layer) in _MULTI_HEAD)


class TimeAxes:
    """The tensors of one pass that have time on their second axis.

    What a recurrent layer reads and returns has; so has what a layer that keeps positions makes of such a tensor, or
    makes such a tensor of; and so has what has a mask, which is by timestep. None of this holds for what runs through
    time backwards, as a recurrent layer that goes backwards returns it: Keras gives it the mask of the layer's input.
    """

    def __init__(self) -> None:
        self._groups: list[list[Tensor]] = []
        self._marked: list[Tensor] = []
        self._backwards: list[Tensor] = []

    def mark(self, tensor: Tensor) -> None:
        """Note that a tensor has time on its second axis."""
        self._marked.append(tensor)

    def mark_backwards(self, tensor: Tensor) -> None:
        """Note that a tensor may have time backwards on its second axis, before layers read it."""
        self._backwards.append(tensor)

    def may_be_backwards(self, tensor: Tensor) -> bool:
        """Return whether a tensor may have time backwards on its second axis."""
        return _is_in(tensor, self._backwards)

    def relate(self, tensors: Sequence[Tensor]) -> None:
        """Note that tensors, of which the last is made of the others, have the same second axis.

        Those in which it has another length are left out.
        """
        length = _positions(tensors[-1])
        alike = [tensor for tensor in tensors if length is not None and _positions(tensor) == length]
        if any(map(self.may_be_backwards, alike)):
            self.mark_backwards(tensors[-1])
            return
        joined = [group for group in self._groups if any(_is_in(tensor, group) for tensor in alike)]
        self._groups = [group for group in self._groups if not any(group is other for other in joined)]
        self._groups.append([*alike, *(tensor for group in joined for tensor in group)])

    def is_time(self, tensor: Tensor) -> bool:
        """Return whether a tensor is known to have time on its second axis."""
        if self.may_be_backwards(tensor):
            return False
        mask = mask_of(tensor)
        if mask is not None and len(mask.shape) == 2 < len(tensor.shape) and mask.shape[1] == tensor.shape[1]:
            return True
        own = next((group for group in self._groups if _is_in(tensor, group)), [tensor])
        return any(_is_in(marked, own) for marked in self._marked)


def _is_in(tensor: Tensor, group: Sequence[Tensor]) -> bool:
    return any(tensor is other for other in group)


def _positions(tensor: Tensor) -> int | None:
    return tensor.shape[1] if len(tensor.shape) > 1 else None  # None also where it is not known.
