"""Selects the steps of a long run to drop."""

from __future__ import annotations

from collections.abc import Sequence
from math import gcd


def steps_to_drop(steps: Sequence[int], keep: int) -> list[int]:
    """Return the steps to drop so that at most `keep` remain: the first, the last, and evenly spread ones between.

    The run is divided into intervals of equal length, and the first step of each is kept, with the length doubled until
    few enough steps remain. Applied after every step, this keeps between keep/2 and keep steps, and no gap exceeds
    twice the even spacing.

    Args:
        steps: The captured steps, ascending.
        keep: The largest number of steps to keep, at least 2.
    """
    first = steps[0] if steps else 0
    # Steps captured at a regular interval lie on a grid; a multiple of its spacing gives intervals of equal counts.
    length = gcd(*(step - first for step in steps)) or 1
    while True:
        kept = {(step - first) // length: step for step in reversed(steps)}
        dropped = sorted(set(steps) - {*kept.values(), *steps[-1:]})
        if len(steps) - len(dropped) <= keep:
            return dropped
        length *= 2
