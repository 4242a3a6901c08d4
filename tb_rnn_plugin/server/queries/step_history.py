"""Something that can be read at a step, at many of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

import numpy as np

from tb_rnn_plugin.analysis.errors import AnalysisError
from tb_rnn_plugin.log.errors import LogError, NotInLogError
from tb_rnn_plugin.log.schema import Array
from tb_rnn_plugin.run import Run

T = TypeVar("T")

MAX_STEPS = 64
"""How many steps a history is made of at most; of a longer run the first, the last and a fair spread between."""


def spread(steps: Sequence[int], most: int = MAX_STEPS) -> list[int]:
    """Return at most so many of the steps: the first, the last, and a fair spread between."""
    if len(steps) <= most:
        return list(steps)
    return [steps[round(i * (len(steps) - 1) / (most - 1))] for i in range(most)]


@dataclass(frozen=True)
class History(Generic[T]):
    """What was read, step by step.

    Attributes:
        steps: Those at which it can be read, ascending.
        found: What, at each.
        unreadable: Those whose files are damaged, ascending.
    """

    steps: list[int]
    found: list[T]
    unreadable: list[int]

    @property
    def arrays(self) -> dict[str, Array]:
        """What every answer over steps says of them."""
        return step_arrays(self.steps, self.unreadable)


def history(run: Run, read: Callable[[int], T]) -> History[T]:
    """Read something at each step at which it can be; a layer may have had another shape at others.

    Raises:
        LogError, AnalysisError: it can be at none; what was wrong at the last that is not damaged.
    """
    kept: list[int] = []
    found: list[T] = []
    unreadable: list[int] = []
    failure: Exception = no_step()
    for step in spread(run.steps):
        try:
            value = read(step)
        except (NotInLogError, AnalysisError) as error:
            failure = error  # Or it is gone since the steps were listed.
            continue
        except (LogError, OSError):
            unreadable.append(step)
            continue
        found.append(value)
        kept.append(step)
    if not kept:
        raise failure
    return History(kept, found, unreadable)


def no_step() -> NotInLogError:
    """Return the error of a run of which nothing can be read."""
    return NotInLogError("This run has no step that can be read (any more).")


def step_arrays(steps: Sequence[int], unreadable: Sequence[int]) -> dict[str, Array]:
    """Return an answer's steps, and those left out of it because their files are damaged."""
    return {"steps": np.array(steps, np.int64), "unreadable": np.array(unreadable, np.int64)}
