"""Reads one quantity at many steps."""

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
"""Steps in a history; a longer run is represented by its first step, its last and evenly spaced ones between."""


def spread(steps: Sequence[int], most: int = MAX_STEPS) -> list[int]:
    """Return at most `most` of the steps: the first, the last, and evenly spaced ones between."""
    if len(steps) <= most:
        return list(steps)
    return [steps[round(i * (len(steps) - 1) / (most - 1))] for i in range(most)]


@dataclass(frozen=True)
class History(Generic[T]):
    """A quantity at several steps.

    Attributes:
        steps: The steps at which it could be read, ascending.
        found: Its value at each of them.
        unreadable: The steps whose files are damaged, ascending.
    """

    steps: list[int]
    found: list[T]
    unreadable: list[int]

    @property
    def arrays(self) -> dict[str, Array]:
        """The arrays `steps` and `unreadable` of an answer."""
        return step_arrays(self.steps, self.unreadable)


def history(run: Run, read: Callable[[int], T], most: int = MAX_STEPS) -> History[T]:
    """Read a quantity at `most` steps of a run, leaving out those that lack it, as where a layer had another shape.

    Raises:
        LogError, AnalysisError: no step has it; the error comes from the last step that is not damaged.
    """
    kept: list[int] = []
    found: list[T] = []
    unreadable: list[int] = []
    failure: Exception = no_step()
    for step in spread(run.steps, most):
        try:
            value = read(step)
        except (NotInLogError, AnalysisError) as error:
            failure = error  # The step may also have been deleted since the steps were listed.
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
    """Return the error of a run without a readable step."""
    return NotInLogError("This run has no step that can be read (any more).")


def step_arrays(steps: Sequence[int], unreadable: Sequence[int]) -> dict[str, Array]:
    """Return the arrays `steps` and `unreadable` of an answer."""
    return {"steps": np.array(steps, np.int64), "unreadable": np.array(unreadable, np.int64)}
