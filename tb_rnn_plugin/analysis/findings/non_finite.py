"""NaN and infinity that are not padding, and where in the run they began."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from tb_rnn_plugin.analysis.findings.check import RunAtStep, check
from tb_rnn_plugin.analysis.findings.finding import Finding, Kind, Rule
from tb_rnn_plugin.analysis.findings.values import label, named
from tb_rnn_plugin.analysis.sequences import present
from tb_rnn_plugin.log.schema import Array, LayerTrace, gradient_signal

PATIENCE = 16
"""How many steps are read back one by one. Ours: each is a file, and a run may be broken for a thousand steps."""

_KIND = Kind("non_finite", rank=80, weight=1.0)
_RULE = Rule(
    kind=_KIND,
    rule="A layer counts when one value that is not masked is NaN or infinite, in its inputs, signals or gradients.",
    source="Ours: no sum or product with such a number is a number again, so it spreads to all that follows.",
    advice="Go back to the step before it began: look for a state that explodes, a loss of log(0) or a division by 0, "
    "NaN in the data; then clip gradients or lower the learning rate. keras.callbacks.TerminateOnNaN stops in time.",
    not_a_fault="Never, where training is to go on.",
)


@dataclass(frozen=True, eq=False)
class Place:
    """Where a layer first is not finite.

    Attributes:
        layer: The layer's key.
        signal: `"inputs"`, a signal, or `"gradient:cell_state"`, as in a log.
        sample: Index of the first sample that is not finite at `timestep`.
        timestep: The first such timestep in the order that the layer computed them.
        units: Indices of all units of this signal (of inputs, features) that are not finite at some timestep,
            earliest first.
        timesteps: All timesteps at which this signal is not finite, ascending; empty where it is so at all of them.
        total: How many units, or features, this signal has.
    """

    layer: str
    signal: str
    sample: int
    timestep: int
    units: tuple[int, ...]
    timesteps: tuple[int, ...]
    total: int

    def __str__(self) -> str:
        return f"{named(self.signal)} at timestep {self.timestep}"


def first_place(trace: LayerTrace) -> Place | None:
    """Return where in a layer the first value that is not masked is NaN or infinite, or None.

    The order is the order of computation: by timestep as the layer read them, and at each the inputs, then the signals
    in the order of the trace. Gradients come after all signals, the last timestep first.
    """
    backwards = bool(trace.config.get("go_backwards"))
    forward = {**({} if trace.inputs is None else {"inputs": trace.inputs}), **trace.signals}
    gradients = {gradient_signal(state): values for state, values in trace.gradients.items()}
    return _earliest(trace, forward, backwards) or _earliest(trace, gradients, not backwards)


def episode_start(step: int, steps: Sequence[int], broken: Callable[[int], bool]) -> tuple[int, tuple[int, ...]]:
    """Return the step at which a run broke that is broken at `step`, and the broken steps that were read, ascending.

    Goes back one by one for `PATIENCE` steps. If the run is still broken there, the steps before are searched by
    bisection: weights that are NaN stay NaN, so a gap that this misses is rare, and each step is a file to read.

    Args:
        step: One of the steps, broken.
        steps: All captured steps, ascending.
        broken: Returns whether the run is broken at a step. It is called once per step at most.
    """
    at = list(steps).index(step)
    held, healthy = [step], -1
    for place in range(at - 1, max(at - 1 - PATIENCE, -1), -1):
        if not broken(steps[place]):
            return held[-1], tuple(reversed(held))
        held.append(steps[place])
    first = at - len(held) + 1
    while first - healthy > 1:
        middle = (first + healthy) // 2
        if broken(steps[middle]):
            first = middle
            held.append(steps[middle])
        else:
            healthy = middle
    return steps[first], tuple(sorted(held))


@check(_KIND)
def non_finite(run: RunAtStep) -> Iterator[Finding]:
    """Yield one finding per layer that is not finite, first the one in which it began. Severity: 1.

    Earlier steps are read only if something is not finite.
    """
    places = [place for place in map(first_place, run.layers) if place]
    if not places:
        return
    origins = {run.step: places[0]}

    def broken(at: int) -> bool:
        place = next((place for place in map(first_place, run.layers_at(at)) if place), None)
        if place:
            origins[at] = place
        return place is not None

    start, held = episode_start(run.step, run.steps, broken)
    origin = origins[start]
    weights = {trace.key: _broken_weights(trace) for trace in run.layers}
    for place in sorted(places, key=lambda place: place.layer != origin.layer):
        since = f"It began at {run.unit} {start} in layer {origin.layer!r}: {origin}."
        what = "features" if place.signal == "inputs" else "units"
        message = (
            f"{label(place.signal)}: NaN or infinite in {len(place.units)} of {place.total} {what}, "
            f"from timestep {place.timestep} on{weights[place.layer]}. {since}"
        )
        yield _RULE.finding(
            place.layer,
            place.signal,
            message,
            steps=held,
            share=1.0,
            units=() if place.signal == "inputs" else place.units,
            timesteps=place.timesteps,
            sample=place.sample,
        )


def _earliest(trace: LayerTrace, arrays: Mapping[str, Array], last_first: bool) -> Place | None:
    found: Place | None = None
    rank = 0
    for signal, values in arrays.items():
        there = present(trace, values)
        broken = ~np.isfinite(values) & there[..., None]
        shown = broken.any(axis=(0, 2))
        if not shown.any():
            continue
        timesteps = np.flatnonzero(shown)
        timestep = int(timesteps[-1 if last_first else 0])
        if found is not None and (timestep <= rank if last_first else timestep >= rank):
            continue
        # Per unit the place of its first one, so that those which broke first come first.
        places = (broken[:, ::-1] if last_first else broken).any(axis=0)
        units = np.flatnonzero(places.any(axis=0))
        order = np.argsort(places.argmax(axis=0)[units], kind="stable")
        everywhere = (shown == there.any(axis=0)).all()
        rank = timestep
        found = Place(
            layer=trace.key,
            signal=signal,
            sample=int(broken[:, timestep].any(axis=1).argmax()),
            timestep=timestep,
            units=tuple(units[order].tolist()),
            timesteps=() if everywhere else tuple(timesteps.tolist()),
            total=values.shape[2],
        )
    return found


def _broken_weights(trace: LayerTrace) -> str:
    names = [name for name, values in trace.weights.items() if not np.isfinite(values).all()]
    return f", and so in its {' and '.join(names)}" if names else ""
