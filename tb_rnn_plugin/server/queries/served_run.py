"""A run as the server reads it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Protocol

from tb_rnn_plugin.log import layout
from tb_rnn_plugin.log.arrays import ArrayFile
from tb_rnn_plugin.log.errors import NotInLogError
from tb_rnn_plugin.log.schema import Array, ProbeBatch
from tb_rnn_plugin.run import Run
from tb_rnn_plugin.server.runs import inside


class Listing(Protocol):
    """Caches the contents of trace directories."""

    def steps(self, trace_directory: Path) -> list[int]:
        """Return the captured steps, ascending."""

    def unit(self, trace_directory: Path, read: Callable[[], str]) -> str:
        """Return what a step counts; `read` reads it."""


class Events(Protocol):
    """Reads the event files of one run."""

    def summaries(self, layer: str, signal: str) -> list[tuple[int, Array]]:
        """Return step and `[time, statistic]` of each summary of a signal, in the order of the events."""

    def logs(self) -> tuple[Mapping[str, Mapping[int, float]], Sequence[str]]:
        """Return Keras' logs by name and step, and one sentence for each log that cannot be read."""


class ServedRun(Run):
    """A run as the server reads it: files are cached, links out of the run are not followed, event data is at hand.

    Args:
        name: The run's name in TensorBoard.
        traces: Its trace directory, which exists.
        listing: The source of `steps` and `unit`.
        events: The source of summaries and logs.
    """

    def __init__(self, name: str, traces: Path, listing: Listing, events: Events) -> None:
        super().__init__(traces.parents[1])  # `layout.trace_directory` nests the one in the other.
        self.name = name
        self.events = events
        self._listing = listing

    @property
    def steps(self) -> list[int]:
        """The captured steps, ascending."""
        return self._listing.steps(self._traces)

    @property
    def unit(self) -> str:
        """What a step counts, `"epoch"` or `"batch"`."""
        return self._listing.unit(self._traces, lambda: super(ServedRun, self).unit)

    def identities(self, files: Sequence[str]) -> Iterator[tuple[str, tuple[int, int, int]]]:
        """Yield name and identity of each of these files that exists."""
        for name in files:
            try:
                identity = layout.identity((self._traces / name).stat())
            except OSError:
                continue  # When the file is back, its identity changes the result.
            yield name, identity

    def _file(self, name: str) -> ArrayFile:
        return ArrayFile(inside(self._traces, name))


def check_sample(probe: ProbeBatch, sample: int) -> None:
    """Raise unless the probe batch has this sample.

    Raises:
        NotInLogError: it does not.
    """
    if sample >= len(probe.sample_names):
        raise NotInLogError(f"Samples of this run are 0 to {len(probe.sample_names) - 1}, got {sample}.")
