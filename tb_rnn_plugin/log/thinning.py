"""Which steps of a long run to drop."""

from __future__ import annotations

from collections.abc import Sequence
from math import gcd


def steps_to_drop(steps: Sequence[int], keep: int) -> list[int]:
    """Return the steps to drop so that at most so many are left: the first, the last, and a fair spread between.

    The run is cut into stretches of equal length, and the first step of each is kept. The length is doubled until few
    enough are left. So of a run that is thinned at each of its steps more than half as many as may be are left, none
    twice as far apart as so many would be if they lay evenly.

    Args:
        steps: The captured steps, ascending.
        keep: How many to keep at most, from 2.
    """
    first = steps[0] if steps else 0
    # Steps captured every so often lie on a grid, and stretches that fit it come out even.
    length = gcd(*(step - first for step in steps)) or 1
    while True:
        kept = {(step - first) // length: step for step in reversed(steps)}
        dropped = sorted(set(steps) - {*kept.values(), *steps[-1:]})
        if len(steps) - len(dropped) <= keep:
            return dropped
        length *= 2
