"""Measures the budgets, prints them as a table and writes them to `bench.json`."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

from tests.benchmarks import analyses, browser, capture, load, long_runs, playing, serving
from tests.benchmarks.measure import Figure

OUTPUT = Path("bench.json")


@dataclass(frozen=True)
class Budget:
    """A figure and its upper limit; None where it is for information only."""

    measure: Callable[[], Figure]
    budget: float | None


OTHERS: dict[str, dict[str, Any]] = {
    "gru": {"layer": "GRU"},
    "batch_32": {"samples": 32},
    "lstm_512_200": {"units": 512, "timesteps": 200},
}
"""What differs from two LSTM(128) over 100 steps and a batch of 8, by name."""

BUDGETS = {
    "capture_vs_predict": Budget(capture.capture_vs_predict, 0.8),
    "capture_vs_floor": Budget(capture.capture_vs_floor, 1.3),
    **{
        f"capture_vs_{against}_{name}": Budget(partial(measure, **options), budget)
        for name, options in OTHERS.items()
        for against, measure, budget in (
            # Without a budget: where arithmetic dominates, no complete forward pass takes 0.8 of another.
            ("predict", capture.capture_vs_predict, None),
            ("floor", capture.capture_vs_floor, 1.3),
        )
    },
    "capture_vs_keract": Budget(capture.capture_vs_keract, None),
    "gradients_vs_train_step": Budget(capture.gradients_vs_train_step, None),
    "callback_vs_train_step": Budget(capture.callback_vs_train_step, 2.0),
    "bytes_per_value": Budget(capture.bytes_per_value, 2.05),
    "trace_vs_static": Budget(serving.trace_vs_static, 1.5),
    "memory_vs_summaries": Budget(serving.memory_vs_summaries, 3.0),
    "evolution_vs_1s": Budget(long_runs.evolution_vs_1s, 1.0),
    "list_of_runs_vs_200ms": Budget(long_runs.list_of_runs_vs_200ms, 1.0),
    "analyses_vs_5s": Budget(analyses.analyses_vs_5s, 1.0),
    "fifty_clients_vs_1s": Budget(load.fifty_clients_vs_1s, 1.0),
    "first_picture_1000_vs_10": Budget(browser.first_picture_1000_vs_10, 1.5),
    "paint_vs_frame": Budget(browser.paint_vs_frame, 1.0),
    "scrub_vs_50ms": Budget(browser.scrub_vs_50ms, 1.0),
    "play_vs_100ms": Budget(playing.play_vs_100ms, 1.0),
    "memory_of_play": Budget(playing.memory_of_play, 1.1),
}


def main(only: list[str]) -> None:
    """Measure the budgets named, or all."""
    unknown = [name for name in only if name not in BUDGETS]
    if unknown:
        raise SystemExit(f"ONLY must name one of {', '.join(BUDGETS)}, got {unknown[0]!r}.")
    results = {}
    print(f"{'':32} {'ratio':>7} {'budget':>7}")
    for name in only or BUDGETS:
        figure, budget = BUDGETS[name].measure(), BUDGETS[name].budget
        results[name] = {"ratio": figure.ratio, "budget": budget, "parts": dict(figure.parts)}
        verdict = "" if budget is None or figure.ratio <= budget else "  over"
        parts = ", ".join(f"{part} {value:.4g}" for part, value in figure.parts.items())
        print(f"{name:32} {figure.ratio:7.3f} {_spell(budget):>7}{verdict}   ({parts})", flush=True)
    OUTPUT.write_text(json.dumps(results, indent=2) + "\n")


def _spell(budget: float | None) -> str:
    return "-" if budget is None else f"{budget:.2f}"


if __name__ == "__main__":
    main(sys.argv[1:])
