"""A cache of answers."""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable
from concurrent.futures import Future


class Cache:
    """Bodies of answers by key, least recently used ones dropped first.

    Single-flight: concurrent requests for one key share one computation.

    No library does both in a version that can be installed beside TensorFlow: its dependencies pin old ones.

    Args:
        capacity: The number of bytes to keep.
    """

    def __init__(self, capacity: int) -> None:
        self._capacity = capacity
        self._lock = threading.Lock()
        self._held = 0
        self._bodies: dict[Hashable, Future[bytes]] = {}
        """Least recently used first."""

    def get(self, key: Hashable, make: Callable[[], bytes]) -> bytes:
        """Return the body of a key, made if necessary. An error is raised to all who wait for it, and is not kept."""
        with self._lock:
            known = self._bodies.pop(key, None)
            future: Future[bytes] = Future() if known is None else known
            self._bodies[key] = future
        if known is not None:
            return known.result()
        try:
            body = make()
        except BaseException as error:
            with self._lock:
                del self._bodies[key]
            future.set_exception(error)
            # The error refers to this frame, and the frame to the error through the future: without this, what `make`
            # had read stays in memory until the garbage collector happens to run.
            del future
            raise
        with self._lock:
            future.set_result(body)
            self._held += len(body)
            self._make_room()
        return body

    def _make_room(self) -> None:
        finished = [key for key, future in self._bodies.items() if future.done()]
        for key in finished:
            if self._held <= self._capacity:
                return
            self._held -= len(self._bodies.pop(key).result())
