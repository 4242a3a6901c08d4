"""Something that can be read at a step, at many of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from tb_rnn_plugin.log.errors import LogError, NotInLogError
from tb_rnn_plugin.run import Run

T = TypeVar("T")

MOST_STEPS = 64
"""How many steps a history is made of at most; of a longer run the first, the last and a fair spread between."""


def spread(steps: Sequence[int], most: int = MOST_STEPS) -> list[int]:
    """Return at most so many of the steps: the first, the last, and a fair spread between."""
    if len(steps) <= most:
        return list(steps)
    return [steps[round(i * (len(steps) - 1) / (most - 1))] for i in range(most)]


def history(run: Run, read: Callable[[int], T]) -> tuple[list[int], list[T]]:
    """Return the steps at which something can be read, and what; a layer may have had another shape at others.

    Raises:
        LogError, IndexError, ValueError: it can be at none; what was wrong at the last that is not damaged.
    """
    kept: list[int] = []
    found: list[T] = []
    failure: Exception = NotInLogError("This run has no step that can be read (any more).")
    for step in spread(run.steps):
        try:
            value = read(step)
        except (NotInLogError, IndexError, ValueError) as error:
            failure = error
            continue
        except (LogError, OSError):
            continue  # Damaged, or gone since the steps were listed.
        found.append(value)
        kept.append(step)
    if not kept:
        raise failure
    return kept, found
