"""Many concurrent clients, like browsers in which people scrub through a run."""

from __future__ import annotations

import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from threading import Barrier
from typing import Any

from tests.tensorboard_process import TensorBoard


@dataclass(frozen=True)
class Answered:
    """One answered request: route and parameters, seconds, status and body."""

    asked: tuple[str, dict[str, Any]]
    seconds: float
    status: int
    body: bytes


def at_once(board: TensorBoard, clients: Sequence[Sequence[tuple[str, dict[str, Any]]]]) -> list[Answered]:
    """Send the requests of each client, route and parameters, one after the other, all clients at the same time."""
    ready = Barrier(len(clients))

    def ask_all(asks: Sequence[tuple[str, dict[str, Any]]]) -> list[Answered]:
        ready.wait()
        answered = []
        for route, parameters in asks:
            start = time.perf_counter()
            answer = board.get(route, **parameters)
            answered.append(Answered((route, parameters), time.perf_counter() - start, answer.status, answer.body))
        return answered

    with ThreadPoolExecutor(len(clients)) as pool:
        return [one for client in pool.map(ask_all, clients) for one in client]


def resident(pid: int) -> int:
    """Return the bytes that a process and its children (TensorBoard's data server) hold in memory."""
    status = Path(f"/proc/{pid}/status").read_text()
    own = 1024 * next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS"))
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return own + sum(resident(int(child)) for child in children)
