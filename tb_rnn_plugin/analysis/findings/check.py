"""What a check reads, and the checks that are registered."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias, TypeVar, cast

import numpy as np

from tb_rnn_plugin.analysis.findings.finding import Finding, Kind
from tb_rnn_plugin.log.schema import LayerTrace, ProbeBatch

_TREND_STEPS = 4
"""How many earlier steps a trend is made of: the first, and up to three spread between it and the step."""

PATIENCE = 16
"""How many steps are read back one by one. Ours: each is a file, and a run may be broken for a thousand steps."""


T = TypeVar("T")
Peek: TypeAlias = Callable[[int, str, str | None], LayerTrace | None]


class RunAtStep:
    """A run at one captured step, with the steps before it.

    Args:
        step: The captured step.
        steps: All captured steps, ascending.
        read: Returns every layer's trace at a captured step, all samples, in the model's order. It is called once per
            step at most. It may return no layers for an earlier step that cannot be read.
        unit: What steps count, `"epoch"` or `"batch"`, for messages.
        batch: The probe batch; None if it cannot be read.
        peek: Returns one layer at an earlier step with one of its signals, or with its weights and none, and its mask;
            None where it cannot be read. Without it, `read` is called.
    """

    def __init__(
        self,
        step: int,
        steps: Sequence[int],
        read: Callable[[int], Sequence[LayerTrace]],
        unit: str = "epoch",
        batch: ProbeBatch | None = None,
        peek: Peek | None = None,
    ) -> None:
        self.step = step
        self.steps = steps
        self.unit = unit
        self.batch = batch
        self._read = read
        self._peek = peek
        self._layers: dict[int, dict[str, LayerTrace]] = {}
        self._results: dict[object, object] = {}

    @property
    def layers(self) -> tuple[LayerTrace, ...]:
        """The layers at the step, in the model's order."""
        return self.layers_at(self.step)

    @property
    def before(self) -> tuple[int, ...]:
        """The captured steps before the step, ascending."""
        return tuple(earlier for earlier in self.steps if earlier < self.step)

    def layers_at(self, step: int) -> tuple[LayerTrace, ...]:
        """Return the layers at a captured step."""
        return tuple(self._by_key(step).values())

    def layer_at(self, step: int, key: str, signal: str | None = None) -> LayerTrace | None:
        """Return one layer at a captured step; None where it cannot be read.

        Only what is named is sure to be there: the signal, or the weights if none is named, and the mask. A step is a
        file, of which the rest need not be read.
        """
        if step in self._layers or self._peek is None:
            return self._by_key(step).get(key)
        return self._peek(step, key, signal)

    def once(self, function: Callable[[LayerTrace, str], T], trace: LayerTrace, signal: str) -> T:
        """Return what a function of a layer's signal or state gives at the run's step, computed once for all checks."""
        key = (function, trace.key, signal)
        if key not in self._results:
            self._results[key] = function(trace, signal)
        return cast("T", self._results[key])

    def trend(self, key: str, signal: str) -> Mapping[int, LayerTrace]:
        """Return a layer's signal at a few earlier steps, ascending: the first, and up to three spread after it."""
        before = self.before
        if not before:
            return {}
        places = np.linspace(0, len(before), _TREND_STEPS + 1)[:-1].astype(np.int64)
        layers = {before[place]: self.layer_at(before[place], key, signal) for place in sorted(set(places.tolist()))}
        return {step: layer for step, layer in layers.items() if layer is not None}

    def _by_key(self, step: int) -> dict[str, LayerTrace]:
        if step not in self._layers:
            self._layers[step] = {trace.key: trace for trace in self._read(step)}
        return self._layers[step]


class Episode(NamedTuple):
    """The steps over which a run is broken.

    Attributes:
        start: The first broken step.
        held: The broken steps that were read, ascending.
        before: The last step before `start` that was read and is not broken; None if there is none.
    """

    start: int
    held: tuple[int, ...]
    before: int | None


def episode_start(step: int, steps: Sequence[int], broken: Callable[[int], bool | None]) -> Episode:
    """Return since when a run is broken that is broken at `step`.

    Goes back one by one for `PATIENCE` steps. If the run is still broken there, the steps before are searched by
    bisection: weights that are NaN stay NaN, so a gap that this misses is rare, and each step is a file to read. A step
    of which it is not known tells nothing.

    Args:
        step: One of the steps, broken.
        steps: All captured steps, ascending.
        broken: Returns whether the run is broken at a step; None where the step cannot be read or does not say. It is
            called once per step at most.
    """
    earlier = list(steps)[: list(steps).index(step)]
    held = [step]
    for at in reversed(earlier[-PATIENCE:]):
        verdict = broken(at)
        if verdict:
            held.append(at)
        elif verdict is not None:
            return Episode(held[-1], tuple(reversed(held)), at)
    before, unknown = None, earlier[:-PATIENCE]
    while unknown:
        middle = len(unknown) // 2
        at = unknown[middle]
        verdict = broken(at)
        if verdict is None:
            del unknown[middle]
        elif verdict:
            held.append(at)
            unknown = unknown[:middle]
        else:
            before, unknown = at, unknown[middle + 1 :]
    return Episode(min(held), tuple(sorted(held)), before)


Check: TypeAlias = Callable[[RunAtStep], Iterator[Finding]]
"""Yields what it finds in a run, layer by layer in the model's order."""


@dataclass(frozen=True)
class _Registered:
    kinds: tuple[Kind, ...]
    check: Check

    @property
    def rank(self) -> int:
        return min(kind.rank for kind in self.kinds)


_REGISTERED: list[_Registered] = []


def check(*kinds: Kind) -> Callable[[Check], Check]:
    """Return a decorator that registers a check, which yields findings of these kinds."""

    def register(function: Check) -> Check:
        _REGISTERED.append(_Registered(kinds, function))
        return function

    return register


def checks() -> tuple[Check, ...]:
    """Return every check, in the order of the kinds that they yield."""
    return tuple(registered.check for registered in sorted(_REGISTERED, key=lambda registered: registered.rank))


def kinds() -> tuple[str, ...]:
    """Return the name of every kind of finding, in the order of their ranks."""
    every = {kind for registered in _REGISTERED for kind in registered.kinds}
    return tuple(kind.name for kind in sorted(every, key=lambda kind: (kind.rank, kind.name)))
