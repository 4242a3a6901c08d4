"""Gradients by a state that vanish or explode on their way back through time."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from tb_rnn_plugin.analysis.findings.check import RunAtStep, check
from tb_rnn_plugin.analysis.findings.finding import Finding, Kind, Rule
from tb_rnn_plugin.analysis.findings.values import as_read, finite, input_timesteps, label
from tb_rnn_plugin.log.schema import Array, LayerTrace, gradient_signal

VANISHING = 1e-4
"""Norm of the gradient at the first timesteps, divided by the largest, below which it has vanished. Ours: what happened
there then weighs less than the noise of a training step."""

EXPLODING = 1e3
"""Norm of the gradient at an earlier timestep, divided by the norm at the end, above which it explodes. Ours: a loss at
each timestep adds up to a few hundred over as many timesteps without any growth on the way."""

END = 0.1
"""Share of the timesteps, at least one, that are the end; the largest norm there counts. Ours: the loss of a single
last timestep may be next to nothing."""

_PAPERS = (
    "Bengio, Simard & Frasconi, Learning Long-Term Dependencies with Gradient Descent is Difficult (1994); Pascanu, "
    "Mikolov & Bengio, On the difficulty of training recurrent neural networks (2013). "
)
_VANISHING_KIND = Kind("vanishing_gradient", rank=90, weight=0.8)
_EXPLODING_KIND = Kind("exploding_gradient", rank=100, weight=0.9)
_VANISHING = Rule(
    kind=_VANISHING_KIND,
    rule="The norm over units of the loss's gradient by the state, averaged over samples, is below "
    f"{VANISHING:g} of its largest value at the first timestep; those in a row from there on show it.",
    source=_PAPERS + "Ours: the number.",
    advice="Use an LSTM or GRU, start the forget gate's bias at one or higher, start from orthogonal recurrent "
    "weights, or shorten the way with attention or a loss at more timesteps.",
    not_a_fault="A task that needs no long memory needs no gradient from long ago.",
)
_EXPLODING = Rule(
    kind=_EXPLODING_KIND,
    rule=f"The norm over units of the loss's gradient by the state, averaged over samples, is more than {EXPLODING:g} "
    f"times as large at an earlier timestep as at the last {END * 100:g} % of those that have any.",
    source=_PAPERS + "Ours: the number.",
    advice="Clip the gradients' norm (clipnorm=1), lower the learning rate, or start from smaller or orthogonal "
    "recurrent weights.",
    not_a_fault="With clipping the direction remains; a loss at some timesteps only may make the end small.",
)


def gradient_norms(gradients: Array) -> Array:
    """Return the Euclidean norm over units, averaged over the samples that have it, `[time]` of float64.

    Args:
        gradients: `[sample, time, unit]`, NaN where a value does not count: the sample has no norm there.

    Returns:
        NaN for a timestep that no sample has.
    """
    wide = gradients.astype(np.float64)
    with np.errstate(all="ignore"):
        norms = np.sqrt(np.square(wide).sum(axis=2))
        return np.asarray(np.nansum(norms, axis=0) / (~np.isnan(norms)).sum(axis=0))


def vanished_timesteps(norms: Array) -> Array:
    """Return the first timesteps in a row at which the gradient has vanished, `[time]` of bool, by `VANISHING`.

    Args:
        norms: `[time]` in the order that the layer computed them, NaN for timesteps that no sample has.
    """
    with np.errstate(all="ignore"):
        largest = np.fmax.reduce(norms, initial=0.0)
        if not 0 < largest < np.inf:
            return np.zeros(len(norms), np.bool_)
        # Timesteps that no sample has do not end the row.
        row = np.logical_and.accumulate(np.isnan(norms) | (norms < VANISHING * largest))
    return np.asarray(row & ~np.isnan(norms))


def exploded_timesteps(norms: Array) -> tuple[Array, float]:
    """Return the timesteps at which the gradient has exploded, `[time]` of bool, and the largest growth.

    Args:
        norms: `[time]` in the order that the layer computed them, NaN for timesteps that no sample has.
    """
    some = np.flatnonzero(norms > 0)
    if not len(some):
        return np.zeros(len(norms), np.bool_), 0.0
    end = some[-max(1, int(END * len(some))) :]
    with np.errstate(all="ignore"):
        growth = np.where(np.arange(len(norms)) < end[0], norms, np.nan) / norms[end].max()
    return growth > EXPLODING, float(np.fmax.reduce(growth, initial=0.0))


@check(_VANISHING_KIND, _EXPLODING_KIND)
def gradients(run: RunAtStep) -> Iterator[Finding]:
    """Yield the gradients that vanish or explode, by layer and state.

    Severity: the share of the timesteps. A layer that does not reach the loss, all zeros, shows nothing.
    """
    for trace in run.layers:
        yield from _of_layer(trace, run.step)


def _of_layer(trace: LayerTrace, step: int) -> Iterator[Finding]:
    for state, stored in trace.gradients.items():
        if not stored.size:
            continue
        norms = gradient_norms(as_read(trace, finite(trace, stored)))
        present, timesteps = max(int((~np.isnan(norms)).sum()), 1), stored.shape[1]
        gone = vanished_timesteps(norms)
        if gone.any():
            where = input_timesteps(trace, gone, timesteps)
            yield _VANISHING.finding(
                trace.key,
                gradient_signal(state),
                f"{label(gradient_signal(state))}: {_faded(norms, gone, trace, timesteps)}",
                steps=(step,),
                share=int(gone.sum()) / present,
                timesteps=where,
            )
        blown, growth = exploded_timesteps(norms)
        if blown.any():
            furthest = input_timesteps(trace, np.arange(len(norms)) == np.nanargmax(norms), timesteps)[0]
            yield _EXPLODING.finding(
                trace.key,
                gradient_signal(state),
                f"{label(gradient_signal(state))}: it grows {growth:.1e} times on its way back to timestep {furthest}.",
                steps=(step,),
                share=int(blown.sum()) / present,
                timesteps=input_timesteps(trace, blown, timesteps),
            )


def _faded(norms: Array, gone: Array, trace: LayerTrace, timesteps: int) -> str:
    """Return a sentence on how much of a gradient is left, and where, going back, it falls below the threshold."""
    first = norms[np.flatnonzero(gone)[0]] / np.fmax.reduce(norms)
    falls = input_timesteps(trace, np.arange(len(norms)) == np.flatnonzero(gone)[-1], timesteps)[0]
    start = input_timesteps(trace, np.arange(len(norms)) == np.flatnonzero(gone)[0], timesteps)[0]
    return (
        f"on its way back it falls below {VANISHING:g} of its largest norm at timestep {falls}; "
        f"at timestep {start}, where the sequence begins, {first:.1e} of it is left."
    )
