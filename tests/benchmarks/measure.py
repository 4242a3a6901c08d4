"""Times actions in turn, so that their ratio holds on a machine whose speed drifts."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Figure:
    """One row of the table.

    Attributes:
        ratio: What was measured, divided by its reference.
        parts: The figures behind it, units in their names.
    """

    ratio: float
    parts: Mapping[str, float] = field(default_factory=dict)


def milliseconds(*actions: Callable[[], object], rounds: int = 30, warm_up: int = 3) -> list[float]:
    """Return the median time of each action, run in turn, in milliseconds."""
    for _ in range(warm_up):
        for action in actions:
            action()
    taken: list[list[float]] = [[] for _ in actions]
    for _ in range(rounds):
        for times, action in zip(taken, actions, strict=True):
            start = time.perf_counter()
            action()
            times.append(1e3 * (time.perf_counter() - start))
    return [statistics.median(times) for times in taken]
