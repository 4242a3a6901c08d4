"""Padding that is not masked, and in which the last states of all samples become the same; masks that mask nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from tb_rnn_plugin.analysis.feeds import proven_feeds
from tb_rnn_plugin.analysis.findings.check import RunAtStep, check, episode_start
from tb_rnn_plugin.analysis.findings.finding import Finding, Kind, Rule
from tb_rnn_plugin.analysis.findings.values import as_read, finite, input_timesteps, is_recurrent, label, main_signal
from tb_rnn_plugin.analysis.sequences import called_by_hand, sequence_count
from tb_rnn_plugin.log.schema import Array, LayerTrace

MIN_PADDING = 4
"""How many timesteps in a row, up to the last, must have the same input to look like padding. Ours: equal tokens follow
each other in texts, too, but rarely four of them at the end of two samples."""

DROWNED = 0.03
"""Differences between samples in the last state, divided by those where the padding begins, up to which the padding has
drowned them. Ours: above what rounding to float16 adds, and far below what a network that remembers keeps."""

MIN_DIFFERENCE = 1e-4
"""Differences between samples where the padding begins, below which there is nothing to drown. Ours: a hundredth of
the states of a small LSTM at the start of training."""

_PADDING_KIND = Kind("drowned_by_padding", rank=65, weight=0.9)
_MASK_KIND = Kind("mask_without_effect", rank=66, weight=0.8)
_PADDING = Rule(
    kind=_PADDING_KIND,
    rule=f"A sample counts when its input, in the order in which the layer reads it, ends with {MIN_PADDING} or more "
    "equal timesteps that are not masked, and another sample's ends with the same; together they count when the root "
    f"mean square difference of their last states from their mean is at most {DROWNED:g} of what it is where the "
    "padding begins. A layer whose states are read at all timesteps does not count.",
    source="Ours: what the layer hands on is the same for these samples, so nothing behind it can tell them apart.",
    advice="Mask the padding (mask_zero=True in Embedding, or a Masking layer), or put it in front of the sequences "
    "(padding='pre' in pad_sequences).",
    not_a_fault="The layers above read the states at all timesteps, by pooling or attention, not only the last one.",
)
_PADDING_OF_BOTH_SIDES = replace(
    _PADDING,
    advice="Mask the padding (mask_zero=True in Embedding, or a Masking layer). A model that reads both ways has "
    "no side to pad.",
)
_MASK = Rule(
    kind=_MASK_KIND,
    rule="A layer counts when it has a mask that masks no timestep of the probe, and either masked some at the first "
    f"captured step, or two or more samples end, in the order in which the layer reads them, with the same "
    f"{MIN_PADDING} or more equal timesteps.",
    source="Ours: a mask that masks nothing lets the layer read the padding.",
    advice="Put Masking first, before a layer that changes the padded value: BatchNormalization or Dense does, once "
    "it has a bias or a mean. Compare mask_value with what the sequences are padded with; Embedding masks the index 0 "
    "only.",
    not_a_fault="No sample of the probe is padded, and the end that they have in common is part of the data.",
)


@dataclass(frozen=True, eq=False)
class Padding:
    """What looks like padding at the end of several sequences.

    Attributes:
        starts: By sequence, in the order of `as_read`, the first timestep of the padding; -1 for one without.
        ends: By sequence, its last timestep that is not masked.
    """

    starts: Array
    ends: Array

    @property
    def sequences(self) -> Array:
        """Indices of the sequences that end with it."""
        return np.flatnonzero(self.starts >= 0)


def find_padding(inputs: Array) -> Padding | None:
    """Return what looks like padding at the end of two or more sequences, by `MIN_PADDING`; None if there is none.

    Args:
        inputs: `[sequence, time, feature]` in the order that the layer read them, NaN where masked.
    """
    there = np.asarray(~np.isnan(inputs).all(axis=2))
    sequences, timesteps = there.shape
    if sequences < 2 or timesteps <= MIN_PADDING:
        return None
    ends = timesteps - 1 - there[:, ::-1].argmax(axis=1)
    last = inputs[np.arange(sequences), ends]
    # A timestep that is masked does not end the row.
    same = np.asarray(inputs == last[:, None]).all(axis=2) | ~there
    row: Array = np.asarray(np.logical_and.accumulate(same[:, ::-1], axis=1))[:, ::-1] & there
    lengths = row.sum(axis=1)
    long = (lengths >= MIN_PADDING) & (lengths < there.sum(axis=1))
    if long.sum() < 2:
        return None
    longest = int(np.where(long, lengths, 0).argmax())
    padded = long & (last == last[longest]).all(axis=1)
    return Padding(np.where(padded, row.argmax(axis=1), -1), ends) if padded.sum() >= 2 else None


def differences(states: Array) -> float:
    """Return the root mean square difference of states from their mean over samples; `states` is `[sample, unit]`."""
    wide = states.astype(np.float64)
    with np.errstate(all="ignore"):
        return float(np.sqrt(np.mean(np.square(wide - wide.mean(axis=0)))))


@check(_PADDING_KIND)
def drowned(run: RunAtStep) -> Iterator[Finding]:
    """Yield the layers whose last states padding has made the same, at the end of each chain of layers.

    Severity: the share of the samples, half of it where it is not known whether all timesteps are read.
    """
    found = {trace.key: own for trace in run.layers if (own := _padding_of(trace))}
    if not found:
        return  # Before connections are searched, which takes longer.
    feeds = proven_feeds(run.layers)
    inherited: dict[str, tuple[LayerTrace, Padding]] = {}
    for trace in run.layers:
        own = found.get(trace.key)
        known = (trace, own) if own else next((inherited[key] for key in feeds[trace.key] if key in inherited), None)
        if known is None:
            continue
        inherited[trace.key] = known
        if not _all_timesteps_are_read(trace, run.layers, feeds):
            yield from _of_layer(run, trace, *known)


def _padding_of(trace: LayerTrace) -> Padding | None:
    signal = main_signal(trace)
    if signal is None or trace.inputs is None or not is_recurrent(trace) or not trace.inputs.size:
        return None
    shape = trace.signals[signal].shape[:2]
    if trace.inputs.shape[:2] != shape or called_by_hand(trace, shape[1]):
        return None
    return find_padding(as_read(trace, finite(trace, trace.inputs)))


def _all_timesteps_are_read(
    trace: LayerTrace, layers: Sequence[LayerTrace], feeds: Mapping[str, Sequence[str]]
) -> bool:
    """Return whether a layer's states are read at all timesteps: it returns them, and no captured layer reads those.

    If a captured layer reads them, that one has the last states that count.
    """
    return bool(trace.config.get("return_sequences")) or any(trace.key in feeds[other.key] for other in layers)


def _of_layer(run: RunAtStep, trace: LayerTrace, lowest: LayerTrace, padding: Padding) -> Iterator[Finding]:
    signal = main_signal(trace)
    if signal is None:
        return
    stored = trace.signals[signal]
    states = as_read(trace, finite(trace, stored))
    if states.shape[:2] != (len(padding.starts), as_read(lowest, np.asarray(lowest.inputs)).shape[1]):
        return
    rows = padding.sequences
    starts, ends = padding.starts[rows], padding.ends[rows]
    before, after = differences(states[rows, starts - 1]), differences(states[rows, ends])
    if not (before >= MIN_DIFFERENCE and after <= DROWNED * before):
        return
    timesteps = lowest.inputs.shape[1] if lowest.inputs is not None else 0
    shown = np.zeros(states.shape[1], np.bool_)
    shown[starts.min() :] = True
    samples = len(stored)
    concerned = len(np.unique(rows // sequence_count(trace, timesteps)))
    first, latest = sorted(_timestep(lowest, int(at), states.shape[1]) for at in (starts.min(), starts.max()))
    where = f"timestep {first}" if first == latest else f"timesteps {first} to {latest}"
    where = f"up to {where}" if _is_backward(lowest) else f"from {where} on"
    masked = ", which has a mask that masks nothing there," if lowest.mask is not None else ""
    what = "samples" if trace.row_samples is None else "rows"
    differ = f"differ by {after:.1e}" if after else "do not differ"
    message = (
        f"{label(signal)}: {where} the input of {lowest.key}{masked} is the same in {concerned} of {samples} "
        f"{what} and not masked; their last states {differ} between {what}, by {before:.1e} where the "
        "padding begins."
    )
    rule = _PADDING_OF_BOTH_SIDES if any(map(_is_backward, run.layers)) else _PADDING
    yield rule.finding(
        trace.key,
        signal,
        message,
        steps=(run.step,),
        # An older log does not say whether all timesteps are read.
        share=concerned / samples * (1.0 if "return_sequences" in trace.config else 0.5),
        timesteps=input_timesteps(trace, shown, timesteps),
    )


def _timestep(trace: LayerTrace, place: int, length: int) -> int:
    """Return the input's timestep of a place in the order of `as_read`."""
    return length - 1 - place if _is_backward(trace) else place


def _is_backward(trace: LayerTrace) -> bool:
    return bool(trace.config.get("go_backwards"))


@check(_MASK_KIND)
def mask_without_effect(run: RunAtStep) -> Iterator[Finding]:
    """Yield the layers whose mask masks nothing any more, or nothing of what looks like padding.

    Severity: 1 where it did, else the share of the samples with padding.

    The first captured step is read if a mask masks nothing, and those in between if it masked something then.
    """
    for trace in run.layers:
        if not _masks_nothing(trace):
            continue
        first = run.layer_at(run.steps[0], trace.key)
        if first is not None and first.mask is not None and not first.mask.all():
            start, held, _ = episode_start(run.step, run.steps, partial(_nothing_at, run, trace.key))
            message = (
                f"The mask masks nothing since {run.unit} {start}: at {run.unit} {run.steps[0]} it masked "
                f"{int((~first.mask).sum())} of {first.mask.size} timesteps."
            )
            yield _finding(run, trace, message, held, 1.0)
        elif padding := _padding_of(trace):
            count, total = len(padding.sequences), len(padding.starts)
            what = "samples" if trace.row_samples is None else "rows"
            end = "begin" if _is_backward(trace) else "end"
            message = (
                f"The mask masks nothing, though the inputs of {count} of {total} {what} {end} with the same "
                f"{int((padding.ends - padding.starts + 1)[padding.sequences].min())} or more timesteps, as padding "
                "does."
            )
            yield _finding(run, trace, message, (run.step,), count / total)


def _finding(run: RunAtStep, trace: LayerTrace, message: str, steps: tuple[int, ...], share: float) -> Finding:
    signal = main_signal(trace) or next(iter(trace.signals))
    return _MASK.finding(trace.key, signal, message, steps=steps, share=share)


def _masks_nothing(trace: LayerTrace) -> bool:
    return trace.mask is not None and trace.mask.size > 0 and bool(trace.mask.all())


def _nothing_at(run: RunAtStep, key: str, step: int) -> bool | None:
    trace = run.layer_at(step, key)
    return None if trace is None else _masks_nothing(trace)
