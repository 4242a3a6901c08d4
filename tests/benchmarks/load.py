"""The latency and memory of the server with fifty users at once."""

from __future__ import annotations

import statistics
from dataclasses import replace
from typing import Any

from tests.benchmarks.measure import Figure
from tests.benchmarks.scale import LONG, written
from tests.clients import at_once, resident
from tests.tensorboard_process import tensorboard

CLIENTS, STEPS, ROUNDS = 50, 40, 4
PATIENCE_MS = 1000.0


def fifty_clients_vs_1s() -> Figure:
    """Fifty clients that scrub through 40 epochs of LSTM(256), 0.3 MB each, all at once: p99, against one second.

    Each requests the next picture as soon as it has one, faster than any person, from the measuring process, whose own
    work is part of the latency. The memory is TensorBoard's after the last round, relative to the first.
    """
    [run] = LONG.names()
    asked: dict[str, Any] = {"run": run, "layer": "lstm_0"}
    clients = [
        [("trace", {**asked, "sample": client % LONG.samples, "step": (client + i) % STEPS}) for i in range(STEPS)]
        for client in range(CLIENTS)
    ]
    with written(replace(LONG, epochs=STEPS)) as log_dir, tensorboard("--logdir", log_dir) as board:
        board.wait_for_runs(run)
        taken, memory = [], []
        for _ in range(ROUNDS):
            answers = at_once(board, clients)
            assert {answer.status for answer in answers} == {200}
            taken += [1e3 * answer.seconds for answer in answers]
            memory.append(resident(board.process.pid))
    p99 = statistics.quantiles(taken, n=100)[-1]
    parts = {"p99_ms": p99, "median_ms": statistics.median(taken), "requests": len(taken)}
    return Figure(p99 / PATIENCE_MS, {**parts, "memory_last_vs_first": memory[-1] / memory[0]})
