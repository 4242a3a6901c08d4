"""The time of every analysis over HTTP, of three LSTM(512) with 64 samples of 200 timesteps: the slowest counts."""

from __future__ import annotations

import time
from typing import Any

from tests.benchmarks.measure import Figure
from tests.benchmarks.scale import LARGE, written
from tests.tensorboard_process import TensorBoard, tensorboard

LIMIT_MS = 5000.0

LAST = LARGE.epochs - 1
_SIGNAL: dict[str, Any] = {"layer": "lstm_1", "sample": 3, "signal": "hidden_state"}
_RANGE: dict[str, Any] = {**_SIGNAL, "start": 20, "end": 22, "threshold": 0.3}

QUESTIONS: dict[str, dict[str, Any]] = {
    "findings": {"step": LAST},
    "saturation": {"step": LAST, "layer": "lstm_1"},
    "detectors": {"step": LAST, "annotation": "vowel"},
    "detector_history": {"annotation": "vowel", "layer": "lstm_1", "signal": "cell_state", "unit": 3},
    "match": {**_RANGE, "step": LAST},
    "match_history": {**_RANGE, "units": "1,2,3"},
    "similarity": {**_SIGNAL, "step": LAST},
    "evolution": {**_SIGNAL, "unit": 5},
    "change": _SIGNAL,
    "horizon": {"step": LAST, "layer": "lstm_1"},
    "weights": {"step": LAST, "layer": "lstm_1"},
    "weight_history": {"layer": "lstm_1"},
}
"""What is asked of each route; `explain` and `reach` need weights that the signals follow from, and read one sample."""


def analyses_vs_5s() -> Figure:
    """The first answer of each route, none of which is cached, against five seconds."""
    [run] = LARGE.names()
    with written(LARGE) as log_dir, tensorboard("--logdir", log_dir) as board:
        board.wait_for_runs(run)
        taken = {route: _milliseconds(board, route, run=run, **asked) for route, asked in QUESTIONS.items()}
    return Figure(max(taken.values()) / LIMIT_MS, {f"{route}_ms": value for route, value in taken.items()})


def _milliseconds(board: TensorBoard, route: str, **parameters: Any) -> float:
    start = time.perf_counter()
    answer = board.get(route, **parameters)
    assert answer.status == 200, answer.body
    return 1e3 * (time.perf_counter() - start)
