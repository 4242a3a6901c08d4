"""The latency of the server with many epochs and many runs: one unit over 1,000 epochs, and the list of 100 runs."""

from __future__ import annotations

import os
import statistics
import time
from typing import Any

from tb_rnn_plugin.log.layout import PROBE_FILE, trace_directory
from tests.benchmarks.measure import Figure
from tests.benchmarks.scale import LONG, MANY, written
from tests.tensorboard_process import TensorBoard, tensorboard

EVOLUTION_MS, LIST_MS = 1000.0, 200.0
REPEATS = 9


def evolution_vs_1s() -> Figure:
    """The first request of one unit of LSTM(256) over 1,000 epochs of 100 timesteps, against one second.

    Every request is for another unit, so that none is cached. The change of all units is measured, too.
    """
    [run] = LONG.names()
    asked: dict[str, Any] = {"run": run, "layer": "lstm_0", "sample": 1}
    with written(LONG) as log_dir, tensorboard("--logdir", log_dir) as board:
        board.wait_for_runs(run)
        evolution = [_milliseconds(board, "evolution", **asked, signal="cell_state", unit=u) for u in range(REPEATS)]
        signals = ("input_gate", "forget_gate", "candidate", "output_gate", "cell_state")
        change = [_milliseconds(board, "change", **asked, signal=signal) for signal in signals]
        again = [_milliseconds(board, "evolution", **asked, signal="cell_state", unit=u) for u in range(REPEATS)]
    parts = {name: statistics.median(of) for name, of in (("change_ms", change), ("asked_again_ms", again))}
    median = statistics.median(evolution)
    return Figure(median / EVOLUTION_MS, {"evolution_ms": median, "worst_ms": max(evolution), **parts})


def list_of_runs_vs_200ms() -> Figure:
    """The list of 100 runs, all changed since the last request, against 200 milliseconds."""
    changed, same = [], []
    with written(MANY) as log_dir, tensorboard("--logdir", log_dir) as board:
        board.wait_for_runs(*MANY.names())
        for _ in range(REPEATS):
            for name in MANY.names():
                traces = trace_directory(log_dir / name)
                os.utime(traces)
                os.utime(traces / PROBE_FILE)
            changed.append(_milliseconds(board, "runs"))
            same.append(_milliseconds(board, "runs"))
    parts = {"all_changed_ms": statistics.median(changed), "none_changed_ms": statistics.median(same)}
    return Figure(statistics.median(changed) / LIST_MS, parts)


def _milliseconds(board: TensorBoard, route: str, **parameters: Any) -> float:
    start = time.perf_counter()
    answer = board.get(route, **parameters)
    assert answer.status == 200, answer.body
    return 1e3 * (time.perf_counter() - start)
