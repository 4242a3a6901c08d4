"""Prints the table of budgets, filled in, and writes it to `bench.json`."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")

from tests.benchmarks import browser, capture, serving
from tests.benchmarks.measure import Figure

OUTPUT = Path("bench.json")


@dataclass(frozen=True)
class Budget:
    """A figure, and what it may be at most."""

    measure: Callable[[], Figure]
    budget: float


BUDGETS = {
    "capture_vs_predict": Budget(capture.capture_vs_predict, 0.8),
    "capture_vs_floor": Budget(capture.capture_vs_floor, 1.3),
    "callback_vs_train_step": Budget(capture.callback_vs_train_step, 2.0),
    "bytes_per_value": Budget(capture.bytes_per_value, 2.05),
    "trace_vs_static": Budget(serving.trace_vs_static, 1.5),
    "memory_vs_summaries": Budget(serving.memory_vs_summaries, 3.0),
    "first_picture_1000_vs_10": Budget(browser.first_picture_1000_vs_10, 1.5),
    "paint_vs_frame": Budget(browser.paint_vs_frame, 1.0),
    "scrub_vs_50ms": Budget(browser.scrub_vs_50ms, 1.0),
}


def main(only: list[str]) -> None:
    """Measure the budgets named, or all."""
    unknown = [name for name in only if name not in BUDGETS]
    if unknown:
        raise SystemExit(f"ONLY must name one of {', '.join(BUDGETS)}, got {unknown[0]!r}.")
    results = {}
    print(f"{'':24} {'ratio':>7} {'budget':>7}")
    for name in only or BUDGETS:
        figure, budget = BUDGETS[name].measure(), BUDGETS[name].budget
        results[name] = {"ratio": figure.ratio, "budget": budget, "parts": dict(figure.parts)}
        verdict = "" if figure.ratio <= budget else "  over"
        parts = ", ".join(f"{part} {value:.4g}" for part, value in figure.parts.items())
        print(f"{name:24} {figure.ratio:7.3f} {budget:7.2f}{verdict}   ({parts})", flush=True)
    OUTPUT.write_text(json.dumps(results, indent=2) + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])
