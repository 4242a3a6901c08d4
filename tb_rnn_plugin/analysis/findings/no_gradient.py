"""Layers to which no gradient comes at all."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from tb_rnn_plugin.analysis.feeds import proven_feeds
from tb_rnn_plugin.analysis.findings.check import RunAtStep, check, episode_start
from tb_rnn_plugin.analysis.findings.finding import Finding, Kind, Rule
from tb_rnn_plugin.analysis.findings.gradients import VANISHING, largest_courses
from tb_rnn_plugin.analysis.findings.values import finite
from tb_rnn_plugin.log.schema import LayerTrace, gradient_signal

_NONE_KIND = Kind("no_gradient", rank=82, weight=0.9)
_UNREACHED_KIND = Kind("unreached_by_loss", rank=84, weight=0.6, title="not reached by the loss")
_NONE = Rule(
    kind=_NONE_KIND,
    rule="The gradient of the loss by every state of every layer is exactly 0 in all samples, at this captured step "
    "and at the first.",
    source="Ours: without a gradient no weight below the loss moves, whatever the optimizer.",
    advice="Look at the loss and its targets first: categorical crossentropy needs one-hot targets of two classes or "
    "more, and is constant for a Dense(1) or for targets that are all 0; a Dense(1) wants binary_crossentropy. Then "
    "look for argmax, round, a comparison, stop_gradient or NumPy between the layers and the loss, and for a sigmoid "
    "or softmax at its end.",
    not_a_fault="The loss is flat at the probe's own samples, as a hinge loss that is met or probabilities that are "
    "clipped, and not at others.",
)
_UNREACHED = Rule(
    kind=_UNREACHED_KIND,
    rule="The gradient of the loss by every state of the layer is exactly 0 in all samples, though other layers have "
    "one, and no layer that reads it has one that has vanished.",
    source="Ours: nothing that the layer does changes the loss.",
    advice="Look for argmax, round, a comparison, stop_gradient or NumPy behind the layer, for a ReLU that is dead, "
    "and whether the model's loss includes the output that it leads to.",
    not_a_fault="The layer leads only to outputs that have no loss, or is meant to stay as it is.",
)


def has_no_gradient(trace: LayerTrace) -> bool:
    """Return whether all finite gradients of a layer are 0; False if none was captured, or none is finite."""
    kept = [finite(trace, stored) for stored in trace.gradients.values()]
    return any((~np.isnan(values)).any() for values in kept) and not any((np.abs(values) > 0).any() for values in kept)


@check(_NONE_KIND, _UNREACHED_KIND)
def no_gradient(run: RunAtStep) -> Iterator[Finding]:
    """Yield one finding if no layer has a gradient, or one for each layer that has none beside others that do.

    Severity: 1 if it has been so since the first captured step, else 0: a loss that has been met has no gradient, too.
    Earlier steps are read only if no layer has a gradient.
    """
    without = [trace for trace in run.layers if has_no_gradient(trace)]
    if not without:
        return
    if _none_has(run.layers):
        start, held, before = episode_start(run.step, run.steps, lambda step: _none_has(run.layers_at(step)))
        first = start == run.steps[0]
        since = f"since {run.unit} {start}"
        if first:
            since += ", the first that was captured"
        elif before is None:
            since += f"; no gradients of an earlier {run.unit} can be read"
        message = f"The gradient of the loss is 0 in {_named(without)}, in all samples at all timesteps, {since}."
        if before is not None:
            message += f" It was not at {run.unit} {before}: the loss may be met, or the way to it blocked."
        yield _NONE.finding(without[-1].key, _signal(without[-1]), message, steps=held, share=1.0 if first else 0.0)
        return
    largest, feeds = largest_courses(run), proven_feeds(run.layers)
    top = max(largest.values(), key=lambda course: course.size, default=None)
    if top is None:
        return
    for trace in without:
        readers = [largest[key] for key, read in feeds.items() if trace.key in read and key in largest]
        if all(course.size >= VANISHING * top.size for course in readers):
            message = (
                f"The gradient of the loss by its states is 0 in all samples at all timesteps, while that in "
                f"{top.trace.key} has a norm of {top.size:.1e}."
            )
            yield _UNREACHED.finding(trace.key, _signal(trace), message, steps=(run.step,), share=1.0)


def _none_has(layers: Sequence[LayerTrace]) -> bool | None:
    """Return whether no layer has a gradient; None if none was captured."""
    with_gradients = [trace for trace in layers if trace.gradients]
    return all(map(has_no_gradient, with_gradients)) if with_gradients else None


def _signal(trace: LayerTrace) -> str:
    return gradient_signal(list(trace.gradients)[-1])


def _named(layers: Sequence[LayerTrace]) -> str:
    return f"layer {layers[0].key!r}" if len(layers) == 1 else f"all {len(layers)} layers"
