"""A run as the server reads it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Protocol

from tb_rnn_plugin.log import layout
from tb_rnn_plugin.log.arrays import ArrayFile
from tb_rnn_plugin.log.errors import NotInLogError
from tb_rnn_plugin.log.schema import ProbeBatch
from tb_rnn_plugin.run import Run
from tb_rnn_plugin.server.runs import inside


class Listing(Protocol):
    """Knows what is in trace directories, and looks again only where something has changed."""

    def steps(self, trace_directory: Path) -> list[int]:
        """Return the captured steps, ascending."""

    def unit(self, trace_directory: Path, read: Callable[[], str]) -> str:
        """Return what a step counts; `read` reads it."""


class ServedRun(Run):
    """A run that is read by its trace directory, without following a link out of it.

    Args:
        traces: Its trace directory, which exists.
        listing: Asked at each reading of `steps` and `unit`.
    """

    def __init__(self, traces: Path, listing: Listing) -> None:
        super().__init__(traces.parents[1])  # As `layout.trace_directory` nests the one in the other.
        self._listing = listing

    @property
    def steps(self) -> list[int]:
        """The captured steps, ascending."""
        return self._listing.steps(self._traces)

    @property
    def unit(self) -> str:
        """What a step counts, `"epoch"` or `"batch"`."""
        return self._listing.unit(self._traces, lambda: super(ServedRun, self).unit)

    def identities(self, steps: Sequence[int]) -> Iterator[tuple[str, tuple[int, int, int]]]:
        """Yield name and identity of the probe's file and of those steps' files; of those that are there."""
        for name in (layout.PROBE_FILE, *map(layout.step_file, steps)):
            try:
                identity = layout.identity((self._traces / name).stat())
            except OSError:
                continue  # It has none, and comes with one when it is back.
            yield name, identity

    def _file(self, name: str) -> ArrayFile:
        return ArrayFile(inside(self._traces, name))


def check_sample(probe: ProbeBatch, sample: int) -> None:
    """Raise unless the probe batch has such a sample.

    Raises:
        NotInLogError: it has not.
    """
    if sample >= len(probe.sample_names):
        raise NotInLogError(f"Samples of this run are 0 to {len(probe.sample_names) - 1}, got {sample}.")
