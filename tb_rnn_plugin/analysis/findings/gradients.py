"""Gradients by a state that vanish or explode on their way back, through time or through the layers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from tb_rnn_plugin.analysis.feeds import path, proven_feeds
from tb_rnn_plugin.analysis.findings.check import RunAtStep, check
from tb_rnn_plugin.analysis.findings.finding import DEPTH, Finding, Kind, Rule
from tb_rnn_plugin.analysis.findings.values import as_read, finite, input_timesteps, label
from tb_rnn_plugin.log.schema import Array, LayerTrace, gradient_signal

VANISHING = 1e-4
"""Norm of the gradient at the first timesteps, divided by the largest, or largest norm in a layer, divided by that in
any layer, below which it has vanished. Ours: what happened there then weighs less than the noise of a training step."""

EXPLODING = 1e3
"""Norm of the gradient at an earlier timestep, divided by the norm at the end, or largest norm in a layer, divided by
that in the layer that the loss reaches first, above which it explodes. Ours: a loss at each timestep adds up to a few
hundred over as many timesteps without any growth on the way."""

MAX_LEAP = 10.0
"""Growth of the norm from one timestep to the one before that a recurrence can cause. Ours: trained ones that explode
grow by less than 3; a loss at a timestep that is not learned, where later ones are, adds a thousand times at once."""

END = 0.1
"""Share of the timesteps, at least one, that are the end; the largest norm there counts. Ours: the loss of a single
last timestep may be next to nothing."""

MIN_NORM = 1e-7
"""Largest norm, added up over samples, below which a gradient is not judged. Ours: the epsilon of Keras' Adam, below
which its steps become small, too."""

MIN_EXPLODED = 1e-2
"""Norm, added up over samples, below which a gradient has not exploded. Ours: a hundredth of where clipnorm=1 begins to
clip."""

_PAPERS = (
    "Bengio, Simard & Frasconi, Learning Long-Term Dependencies with Gradient Descent is Difficult (1994); Pascanu, "
    "Mikolov & Bengio, On the difficulty of training recurrent neural networks (2013). "
)
_DEPTH_PAPERS = (
    "Glorot & Bengio, Understanding the difficulty of training deep feedforward neural networks (2010). Ours: the "
    "number."
)
_VANISHING_KIND = Kind("vanishing_gradient", rank=90, weight=0.8, title="vanishing through time")
_EXPLODING_KIND = Kind("exploding_gradient", rank=100, weight=0.9, title="exploding through time")
_VANISHING_DEPTH_KIND = Kind("vanishing_depth", rank=85, weight=0.9, title=DEPTH)
_EXPLODING_DEPTH_KIND = Kind("exploding_depth", rank=95, weight=0.9, title="exploding through depth")
_UNEVEN_KIND = Kind("uneven_gradient", rank=105, weight=0.6, title="uneven gradient")
_VANISHING = Rule(
    kind=_VANISHING_KIND,
    rule="The norm over units of the loss's gradient by the state, averaged over samples, is below "
    f"{VANISHING:g} of its largest value at the first timestep; those in a row from there on show it. A layer counts "
    f"if its largest norm is at least {MIN_NORM:g} and {VANISHING:g} of that in any layer.",
    source=_PAPERS + "Ours: the number.",
    advice="Use an LSTM or GRU, start the forget gate's bias at one or higher, start from orthogonal recurrent "
    "weights, or shorten the way with attention or a loss at more timesteps.",
    not_a_fault="A task that needs no long memory needs no gradient from long ago.",
)
_EXPLODING = Rule(
    kind=_EXPLODING_KIND,
    rule=f"The norm over units of the loss's gradient by the state, averaged over samples, is more than {EXPLODING:g} "
    f"times as large at an earlier timestep as at the last {END * 100:g} % of those that have any, in this layer and "
    f"in every other, and at least {MIN_EXPLODED:g} in sum over samples; a leap from one timestep to the one before "
    f"counts as a growth by {MAX_LEAP:g} at most.",
    source=_PAPERS + "Ours: the numbers.",
    advice="Clip the gradients' norm (clipnorm=1), lower the learning rate, or start from smaller or orthogonal "
    "recurrent weights.",
    not_a_fault="With clipping the direction remains; a loss at some timesteps only may make the end small.",
)
_VANISHING_DEPTH = Rule(
    kind=_VANISHING_DEPTH_KIND,
    rule=f"A layer counts when the largest norm of its gradients is below {VANISHING:g} of that in any layer, and a "
    "chain of layers, each of which reads the output of the one before, leads from it to the layer with the largest.",
    source=_DEPTH_PAPERS,
    advice="Use fewer layers, add residual connections, normalize between the layers (LayerNormalization), or give "
    "lower layers a loss of their own.",
    not_a_fault="Lower layers that were trained before, and are meant to stay as they are, need no gradient.",
)
_EXPLODING_DEPTH = Rule(
    kind=_EXPLODING_DEPTH_KIND,
    rule=f"A layer counts when the largest norm of its gradients is more than {EXPLODING:g} times that in a layer to "
    "which a chain of layers leads, each of which reads the output of the one before, and at least "
    f"{MIN_EXPLODED:g} in sum over samples.",
    source=_DEPTH_PAPERS,
    advice="Start from smaller weights, normalize between the layers (LayerNormalization), clip the gradients' norm "
    "(clipnorm=1), or use fewer layers.",
    not_a_fault="With clipping the direction remains.",
)
_UNEVEN = Rule(
    kind=_UNEVEN_KIND,
    rule=f"A layer counts when the largest norm of its gradients is below {VANISHING:g} of that in any layer, and the "
    "log does not show that one leads to the other.",
    source="Ours: such a layer learns nothing next to the other.",
    advice="If one leads to the other, the gradient changes on the way: normalize between them, or add residual "
    "connections. If they run beside each other, compare their losses, and what scales their outputs.",
    not_a_fault="A branch that the loss needs little, or an auxiliary loss with a small weight, gets a small gradient.",
)


@dataclass(frozen=True, eq=False)
class Course:
    """The norm of the loss' gradient by one state of a layer, over time.

    Attributes:
        trace: The layer.
        state: The state.
        norms: `[time]` in the order that the layer computed them, averaged over samples; NaN where no sample is.
        size: The largest of them; 0 if there is none.
        end: The largest of the last `END` of those that are not 0; 0 if there is none.
    """

    trace: LayerTrace
    state: str
    norms: Array
    size: float
    end: float

    @property
    def total(self) -> float:
        """The largest norm, added up over samples."""
        return self.size * len(self.trace.gradients[self.state])


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


def end_norm(norms: Array) -> tuple[int, float]:
    """Return where the end of the timesteps with a gradient begins, see `END`, and the largest norm there; 0 if none.

    Args:
        norms: `[time]` in the order that the layer computed them, NaN for timesteps that no sample has.
    """
    some = np.flatnonzero(norms > 0)
    if not len(some):
        return len(norms), 0.0
    end = some[-max(1, int(END * len(some))) :]
    return int(end[0]), float(norms[end].max())


def exploded_timesteps(norms: Array, elsewhere: float = 0.0) -> tuple[Array, float]:
    """Return the timesteps at which the gradient has exploded, `[time]` of bool, and the largest growth.

    Args:
        norms: `[time]` in the order that the layer computed them, NaN for timesteps that no sample has.
        elsewhere: The largest norm at the end of other layers.
    """
    begins, largest = end_norm(norms)
    if not largest:
        return np.zeros(len(norms), np.bool_), 0.0
    with np.errstate(all="ignore"):
        growth = np.where(np.arange(len(norms)) < begins, norms, np.nan) / max(largest, elsewhere)
        blown = (growth > EXPLODING) & (_gradual_growth(norms, begins, largest) > EXPLODING)
    return np.asarray(blown), float(np.fmax.reduce(np.where(blown, growth, 0.0), initial=0.0))


def _gradual_growth(norms: Array, begins: int, end: float) -> Array:
    """Return how much of the growth from the end back to each timestep came little by little, `[time]`; NaN after it.

    A leap by more than `MAX_LEAP` from one timestep to the one before counts as that much: it is a loss at the earlier
    one, not the recurrence.
    """
    gradual = np.full(len(norms), np.nan)
    before = np.flatnonzero(norms[:begins] > 0)[::-1]
    steps = np.diff(np.log(norms[before]), prepend=np.log(end))
    gradual[before] = np.exp(np.cumsum(np.minimum(steps, np.log(MAX_LEAP))))
    return gradual


def gradient_courses(run: RunAtStep) -> list[Course]:
    """Return the course of every gradient at the run's step, layer by layer."""
    return [
        run.once(_course, trace, state)
        for trace in run.layers
        for state, stored in trace.gradients.items()
        if stored.size
    ]


def _course(trace: LayerTrace, state: str) -> Course:
    norms = gradient_norms(as_read(trace, finite(trace, trace.gradients[state])))
    return Course(trace, state, norms, float(np.fmax.reduce(norms, initial=0.0)), end_norm(norms)[1])


@check(_VANISHING_KIND, _EXPLODING_KIND)
def through_time(run: RunAtStep) -> Iterator[Finding]:
    """Yield the gradients that vanish or explode on their way back through time, by layer and state.

    A layer that the gradient hardly reaches shows neither: what it lost, it lost in other layers, see `through_depth`.
    Severity: the share of the timesteps.
    """
    courses = gradient_courses(run)
    largest = max((course.size for course in courses), default=0.0)
    end = max((course.end for course in courses), default=0.0)
    for course in courses:
        if course.size >= VANISHING * largest and course.total >= MIN_NORM:
            yield from _vanishing(course, run.step)
        if course.total >= MIN_EXPLODED:
            yield from _exploding(course, end, run.step)


def _vanishing(course: Course, step: int) -> Iterator[Finding]:
    gone, timesteps = vanished_timesteps(course.norms), _timesteps(course)
    if gone.any():
        signal = gradient_signal(course.state)
        yield _VANISHING.finding(
            course.trace.key,
            signal,
            f"{label(signal)}: {_faded(course.norms, gone, course.trace, timesteps)}",
            steps=(step,),
            share=int(gone.sum()) / _present(course),
            timesteps=input_timesteps(course.trace, gone, timesteps),
        )


def _exploding(course: Course, end: float, step: int) -> Iterator[Finding]:
    blown, growth = exploded_timesteps(course.norms, end)
    if blown.any():
        signal, timesteps, norms = gradient_signal(course.state), _timesteps(course), course.norms
        furthest = input_timesteps(course.trace, np.arange(len(norms)) == np.nanargmax(norms), timesteps)[0]
        yield _EXPLODING.finding(
            course.trace.key,
            signal,
            f"{label(signal)}: it grows {growth:.1e} times on its way back to timestep {furthest}.",
            steps=(step,),
            share=int(blown.sum()) / _present(course),
            timesteps=input_timesteps(course.trace, blown, timesteps),
        )


def _timesteps(course: Course) -> int:
    return int(course.trace.gradients[course.state].shape[1])


def _present(course: Course) -> int:
    return max(int((~np.isnan(course.norms)).sum()), 1)


@check(_VANISHING_DEPTH_KIND, _EXPLODING_DEPTH_KIND, _UNEVEN_KIND)
def through_depth(run: RunAtStep) -> Iterator[Finding]:
    """Yield at most one finding of each kind: gradients that become too small, or too large, from layer to layer.

    Severity: the share of the layers that are concerned, and 1 where they explode: one that does ends training for all.
    """
    layers = largest_courses(run)
    largest = max(layers.values(), key=lambda course: course.size, default=None)
    smallest = min((course.size for course in layers.values()), default=0.0)
    if largest is None or largest.total < MIN_NORM or smallest * EXPLODING >= largest.size:
        return  # Before connections are searched, which takes longer.
    feeds, top = proven_feeds(run.layers), largest.trace.key
    small = [course for course in layers.values() if course.size < VANISHING * largest.size]
    below = [course for course in small if path(feeds, course.trace.key, top)]
    above = [
        course for key, course in layers.items() if course.size * EXPLODING < largest.size and path(feeds, top, key)
    ]
    beside = [course for course in small if course not in below and course not in above]
    if below:
        worst = min(below, key=lambda course: course.size)
        yield _between(
            _VANISHING_DEPTH,
            run.step,
            worst,
            f"it falls by {_factor(largest, worst)} from {top} to {worst.trace.key}"
            f"{_each(layers, path(feeds, worst.trace.key, top))}. {_how_many(below, layers)}",
            len(below) / len(layers),
        )
    if above and largest.total >= MIN_EXPLODED:
        least = min(above, key=lambda course: course.size)
        yield _between(
            _EXPLODING_DEPTH,
            run.step,
            largest,
            f"it grows by {_factor(largest, least)} from {least.trace.key} to {top}"
            f"{_each(layers, path(feeds, top, least.trace.key))}.",
            1.0,
        )
    if beside:
        worst = min(beside, key=lambda course: course.size)
        yield _between(
            _UNEVEN,
            run.step,
            worst,
            f"it is {_factor(largest, worst)} times smaller in {worst.trace.key} than in {top}. "
            f"{_how_many(beside, layers)} The log does not show whether one of the two leads to the other.",
            len(beside) / len(layers),
        )


def largest_courses(run: RunAtStep) -> dict[str, Course]:
    """Return each layer's gradient by the state that has the largest norm, by key; none of a layer without gradient."""
    found: dict[str, Course] = {}
    for course in gradient_courses(run):
        key = course.trace.key
        if course.size > 0 and (key not in found or course.size > found[key].size):
            found[key] = course
    return found


def _between(rule: Rule, step: int, course: Course, message: str, share: float) -> Finding:
    signal = gradient_signal(course.state)
    return rule.finding(course.trace.key, signal, f"{label(signal)}: {message}", steps=(step,), share=share)


def _factor(larger: Course, smaller: Course) -> str:
    mantissa, exponent = f"{larger.size / smaller.size:.0e}".split("e")
    return f"{mantissa}e{int(exponent)}"


def _how_many(small: Sequence[Course], layers: Mapping[str, Course]) -> str:
    return f"{len(small)} of {len(layers)} layers {'gets' if len(small) == 1 else 'get'} less than {VANISHING:g} of it."


def _each(layers: Mapping[str, Course], chain: Sequence[str]) -> str:
    """Return the median factor from layer to layer along a chain of three or more, in brackets."""
    sizes = [layers[key].size for key in chain if key in layers]
    if len(sizes) < 3:
        return ""
    factor = np.exp(abs(np.median(np.diff(np.log(sizes)))))
    return f" (median {factor:.2g} times a layer)"


def _faded(norms: Array, gone: Array, trace: LayerTrace, timesteps: int) -> str:
    """Return a sentence on how much of a gradient is left, and where, going back, it falls below the threshold."""
    first = norms[np.flatnonzero(gone)[0]] / np.fmax.reduce(norms)
    falls = input_timesteps(trace, np.arange(len(norms)) == np.flatnonzero(gone)[-1], timesteps)[0]
    start = input_timesteps(trace, np.arange(len(norms)) == np.flatnonzero(gone)[0], timesteps)[0]
    return (
        f"on its way back it falls below {VANISHING:g} of its largest norm at timestep {falls}; "
        f"at timestep {start}, where the sequence begins, {first:.1e} of it is left."
    )
