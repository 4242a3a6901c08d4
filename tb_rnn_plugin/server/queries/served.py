"""A run as the server opens it: by its trace directory, following no link out of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TypeVar

from tb_rnn_plugin.log.arrays import ArrayFile
from tb_rnn_plugin.log.errors import LogError, NotInLogError
from tb_rnn_plugin.run import Run
from tb_rnn_plugin.server.runs import inside

T = TypeVar("T")

MOST_STEPS = 64
"""How many steps a history is made of at most; of a longer run the first, the last and a fair spread between."""


class ServedRun(Run):
    """A run for reading over HTTP.

    Args:
        traces: Its trace directory, which exists.
    """

    def __init__(self, traces: Path) -> None:
        super().__init__(traces.parents[1])

    def _file(self, name: str) -> ArrayFile:
        return ArrayFile(inside(self._traces, name))


def spread(steps: Sequence[int], most: int = MOST_STEPS) -> list[int]:
    """Return at most so many of the steps: the first, the last, and a fair spread between."""
    if len(steps) <= most:
        return list(steps)
    return [steps[round(i * (len(steps) - 1) / (most - 1))] for i in range(most)]


def at_each(run: Run, steps: Sequence[int]) -> Iterator[int]:
    """Yield the steps whose files can be read, ascending.

    Raises:
        NotInLogError: none can.
    """
    found = False
    for step in steps:
        try:
            run.opened(step)
        except (LogError, OSError):
            continue  # Damaged, or gone since the steps were listed.
        found = True
        yield step
    if not found:
        raise NotInLogError("This run has no step that can be read (any more).")


def history(run: Run, read: Callable[[int], T]) -> tuple[list[int], list[T]]:
    """Return the steps at which something can be read, and what; a layer may have had another shape at others.

    Raises:
        LogError, IndexError, ValueError: it can be at none; what was wrong at the last.
    """
    kept: list[int] = []
    found: list[T] = []
    failure: Exception | None = None
    for step in at_each(run, spread(run.steps)):
        try:
            value = read(step)
        except (LogError, IndexError, ValueError) as error:
            failure = error
            continue
        found.append(value)
        kept.append(step)
    if failure is not None and not kept:
        raise failure
    return kept, found
