"""Locks a run's directory, so that one process at a time writes to it."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

try:
    import fcntl
except ImportError:  # Windows has no fcntl. There, a run counts as another process's only once it holds steps.
    fcntl = None  # type: ignore[assignment]

_held: dict[Path, int] = {}
"""The file descriptor that holds the lock, by directory. A claim belongs to the process, not to a writer: in a
notebook, an interrupted fit leaves its callback behind, and the next fit resumes the same run."""


def claim(directory: Path) -> bool:
    """Claim a directory for this process until it releases the directory or ends, even by a crash.

    Args:
        directory: The directory, which exists.

    Returns:
        False if another process holds the claim. True if the file system does not support locks.

    Raises:
        OSError: the directory cannot be opened.
    """
    path = directory.resolve()
    if fcntl is None or is_held(path):
        return True
    release(path)  # A stale claim: the directory was deleted and created again.
    descriptor = os.open(path, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return False
    except OSError:  # Some file systems, NFS among them, may not lock directories.
        os.close(descriptor)
        return True
    _held[path] = descriptor
    return True


def is_held(directory: Path) -> bool:
    """Return whether this process holds the claim to a directory that still exists."""
    return directory.resolve() in _held and not is_lost(directory)


def is_lost(directory: Path) -> bool:
    """Return whether a directory that this process claimed was deleted, or deleted and created again."""
    path = directory.resolve()
    if path not in _held:
        return False
    try:
        return not os.path.samestat(os.fstat(_held[path]), path.stat())
    except OSError:
        return True


def release(directory: Path) -> None:
    """Release this process's claim to a directory, if it holds one."""
    descriptor = _held.pop(directory.resolve(), None)
    if descriptor is not None:
        with contextlib.suppress(OSError):
            os.close(descriptor)
