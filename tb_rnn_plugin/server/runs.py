"""Maps a run's name to its directory: only runs that TensorBoard lists, and only files inside them."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from tb_rnn_plugin.log import layout
from tb_rnn_plugin.log.errors import NotInLogError
from tb_rnn_plugin.log.local_path import local_path
from tb_rnn_plugin.log.step_file import list_steps

_SETTLED_NS = 2_000_000_000
"""A directory changed more recently than this may change again without a new modification time."""

_MAX_EXPERIMENTS = 16
"""A request may name any experiment: TensorBoard's reader of a log directory has the same runs for all of them."""


class RunDirectories:
    """The directories behind the runs of one TensorBoard process.

    Args:
        data_provider: TensorBoard's data provider; its `list_runs` returns the names that exist.
        logdir: The value of `--logdir`, or None.
        logdir_spec: The value of `--logdir_spec`, or None.
    """

    def __init__(self, data_provider: Any, logdir: str | None, logdir_spec: str | None) -> None:
        self._provider = data_provider
        groups: list[tuple[str | None, str | Path]] = [(None, logdir)] if logdir else []
        groups += parse_logdir_spec(logdir_spec or "")
        self._roots = [(name, local) for name, path in groups if (local := _local(path)) is not None]
        self._known: dict[str, frozenset[str]] = {}
        self._steps: dict[Path, tuple[int, list[int]]] = {}
        self._units: dict[Path, tuple[tuple[int, int, int], str]] = {}

    def names(self, context: Any, experiment: str) -> frozenset[str]:
        """Return the names of all runs, with or without RNN Timeline data."""
        names = frozenset(run.run_name for run in self._provider.list_runs(context, experiment_id=experiment))
        if experiment not in self._known and len(self._known) >= _MAX_EXPERIMENTS:
            self._known.clear()
        self._known[experiment] = names
        return names

    def with_traces(self, names: Iterable[str]) -> dict[str, Path]:
        """Return the trace directories of the runs that have one, by run, sorted."""
        found = ((name, self._locate(name)) for name in sorted(names))
        return {name: directory for name, directory in found if directory is not None}

    def trace_directory(self, context: Any, experiment: str, run: str) -> Path:
        """Return the directory that holds the traces of one run.

        Raises:
            NotInLogError: TensorBoard lists no such run, or it has no traces (any more).
        """
        # A request to the data server costs as much as serving a trace, so runs are listed again only for an unknown
        # name.
        if run not in self._known.get(experiment, ()) and run not in self.names(context, experiment):
            raise NotInLogError(f"There is no run {run!r}: choose one of those that TensorBoard lists.")
        directory = self._locate(run)
        if directory is None:
            raise NotInLogError(
                f"Run {run!r} has no RNN Timeline data on disk: it was deleted or moved, or written without the "
                "RNNTimeline callback."
            )
        return directory

    def steps(self, trace_directory: Path) -> list[int]:
        """Return the steps that have a trace file, ascending. Cached until the directory changes."""
        try:
            changed = trace_directory.stat().st_mtime_ns
        except OSError:
            return []
        cached = self._steps.get(trace_directory)
        if cached and cached[0] == changed:
            return cached[1]
        steps = list_steps(trace_directory)
        if time.time_ns() - changed > _SETTLED_NS:
            self._steps[trace_directory] = (changed, steps)
        return steps

    def unit(self, trace_directory: Path, read: Callable[[], str]) -> str:
        """Return what a run's steps count. Cached until the probe's file, which holds it, is replaced."""
        try:
            identity = layout.identity((trace_directory / layout.PROBE_FILE).stat())
        except OSError:
            return read()
        cached = self._units.get(trace_directory)
        if cached is None or cached[0] != identity:
            cached = self._units[trace_directory] = (identity, read())
        return cached[1]

    def _locate(self, run: str) -> Path | None:
        for name, root in self._roots:
            if name is None:
                candidate = root / run
            elif run == name or run.startswith(f"{name}/"):
                candidate = root / run[len(name) :].lstrip("/")
            else:
                continue
            directory = layout.trace_directory(candidate)
            if directory.is_dir() and not leads_out(candidate, *layout.TRACE_DIRECTORY):
                return directory
        return None


def parse_logdir_spec(spec: str) -> list[tuple[str | None, Path]]:
    """Return the group names and directories of `--logdir_spec`, `name:path,path,…`, parsed as TensorBoard does."""
    groups: list[tuple[str | None, Path]] = []
    for part in filter(None, spec.split(",")):
        name, colon, path = part.partition(":")
        # A colon may also be part of a path: an absolute one, one on a Windows drive, an address like gs://bucket.
        if not colon or part.startswith("/") or os.path.splitdrive(part)[0] or path.startswith("//"):
            groups.append((None, Path(part).expanduser()))
        else:
            groups.append((name, Path(path).expanduser()))
    return groups


def _local(root: str | Path) -> Path | None:
    """Return the directory of a path or a `file://` address; None for an address elsewhere."""
    try:
        return local_path(root, "logdir")
    except ValueError:
        return None


def leads_out(directory: Path, *parts: str) -> bool:
    """Return whether a path below a directory is, or goes through, a link that leads out of the directory."""
    # `realpath` examines every directory from the root down, so it is called only if there is a link.
    if not any(directory.joinpath(*parts[: i + 1]).is_symlink() for i in range(len(parts))):
        return False
    real, root = os.path.realpath(directory.joinpath(*parts)), os.path.realpath(directory)
    return os.path.commonpath([real, root]) != root


def inside(directory: Path, name: str) -> Path:
    """Return a file of a trace directory.

    Raises:
        NotInLogError: the name is a link that leads out of the directory.
    """
    path = directory / name
    if path.is_symlink() and leads_out(directory, name):
        raise NotInLogError(f"{path} is a link that leads out of its run and is not followed.")
    return path
