"""Keeps what was answered."""

from __future__ import annotations

import threading
from collections.abc import Callable, Hashable
from concurrent.futures import Future


class Cache:
    """Bodies of answers by key. Each is made once, however many ask for it at a time; the oldest make room for newer.

    Ours, and not one of the libraries: the one that also makes everybody wait for who asked first is pinned to old
    versions by packages that stand beside TensorFlow.

    Args:
        capacity: How many bytes are kept.
    """

    def __init__(self, capacity: int) -> None:
        self._capacity = capacity
        self._lock = threading.Lock()
        self._held = 0
        self._bodies: dict[Hashable, Future[bytes]] = {}
        """In the order in which they were last asked for."""

    def get(self, key: Hashable, make: Callable[[], bytes]) -> bytes:
        """Return what is kept under a key, or make it. What raises is not kept; all who wait for it get the error."""
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
