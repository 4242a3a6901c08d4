"""What a check reads, and the checks that are registered."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np

from tb_rnn_plugin.analysis.findings.finding import Finding, Kind
from tb_rnn_plugin.log.schema import LayerTrace

_TREND_STEPS = 4
"""How many earlier steps a trend is made of: the first, and up to three spread between it and the step."""


class RunAtStep:
    """A run at one captured step, with the steps before it.

    Args:
        step: The captured step.
        steps: All captured steps, ascending.
        read: Returns every layer's trace at a captured step, all samples, in the model's order. It is called once per
            step at most. It may return no layers for an earlier step that cannot be read.
        unit: What steps count, `"epoch"` or `"batch"`, for messages.
    """

    def __init__(
        self, step: int, steps: Sequence[int], read: Callable[[int], Sequence[LayerTrace]], unit: str = "epoch"
    ) -> None:
        self.step = step
        self.steps = steps
        self.unit = unit
        self._read = read
        self._layers: dict[int, dict[str, LayerTrace]] = {}

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

    def layer_at(self, step: int, key: str) -> LayerTrace | None:
        """Return one layer at a captured step; None where it cannot be read."""
        return self._by_key(step).get(key)

    def trend(self, key: str) -> Mapping[int, LayerTrace]:
        """Return one layer at a few earlier steps, ascending: the first, and up to three spread evenly after it."""
        before = self.before
        if not before:
            return {}
        places = np.linspace(0, len(before), _TREND_STEPS + 1)[:-1].astype(np.int64)
        layers = {before[place]: self.layer_at(before[place], key) for place in sorted(set(places.tolist()))}
        return {step: layer for step, layer in layers.items() if layer is not None}

    def _by_key(self, step: int) -> dict[str, LayerTrace]:
        if step not in self._layers:
            self._layers[step] = {trace.key: trace for trace in self._read(step)}
        return self._layers[step]


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
