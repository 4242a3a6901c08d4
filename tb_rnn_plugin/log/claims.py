"""Who writes a run: one process at a time."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

try:
    import fcntl
except ImportError:  # Windows has another kind of lock; runs are told apart by their steps alone there.
    fcntl = None  # type: ignore[assignment]

_held: dict[Path, int] = {}
"""By directory, the descriptor that holds the claim. Of the process, not of a writer: in a notebook, a fit that was
interrupted leaves its callback behind, and the next one goes on where it stopped."""


def claim(directory: Path) -> bool:
    """Claim a directory for this process, until it is released or the process ends, however it ends.

    Args:
        directory: The directory, which exists.

    Returns:
        False if another process has it. True, too, where the file system knows no locks.

    Raises:
        OSError: the directory cannot be opened.
    """
    path = directory.resolve()
    if fcntl is None or is_held(path):
        return True
    release(path)  # Of one that was deleted, and another made in its place.
    descriptor = os.open(path, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return False
    except OSError:  # NFS, for one, may lock no directories.
        os.close(descriptor)
        return True
    _held[path] = descriptor
    return True


def is_held(directory: Path) -> bool:
    """Tell whether this process has claimed a directory, and it is still there."""
    return directory.resolve() in _held and not is_lost(directory)


def is_lost(directory: Path) -> bool:
    """Tell whether a directory that this process claimed was deleted, or another made in its place."""
    path = directory.resolve()
    if path not in _held:
        return False
    try:
        return not os.path.samestat(os.fstat(_held[path]), path.stat())
    except OSError:
        return True


def release(directory: Path) -> None:
    """Let other processes have a directory; nothing if this one has not claimed it."""
    descriptor = _held.pop(directory.resolve(), None)
    if descriptor is not None:
        with contextlib.suppress(OSError):
            os.close(descriptor)
