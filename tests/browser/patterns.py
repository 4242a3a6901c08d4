"""What the Match panel must find: the pattern of a range, and where else it occurs."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tests.browser.logdir import TIMESTEPS, UNITS
from tests.browser.tab import Tab

STEP = 7
THRESHOLD = 0.1


def around(start: int, end: int) -> list[int]:
    return [t for t in (start - 1, end) if 0 <= t < TIMESTEPS]


def pattern(values: NDArray[np.float64], start: int, end: int) -> list[int]:
    """Return the units that are on throughout a range of `[time, unit]` and off beside it, the strongest first."""
    on = values > THRESHOLD
    inside = np.isin(np.arange(TIMESTEPS), range(start, end))
    found = [unit for unit in range(UNITS) if on[start:end, unit].all() and not on[around(start, end), unit].any()]
    return sorted(found, key=lambda unit: values[~inside, unit].mean() - values[inside, unit].mean())


def held(values: NDArray[np.float64], chosen: list[int], start: int, end: int) -> float:
    """Return the share of a pattern that holds at a range of `[time, unit]`."""
    on = values[:, chosen] > THRESHOLD
    overall = np.concatenate([on[start:end], ~on[around(start, end)]]).mean()
    return float(on[start:end].mean() * overall)


def a_place(values: NDArray[np.float64]) -> tuple[int, int]:
    """Return a range of at least two timesteps whose pattern has at least two units."""
    return next(
        (start, start + length)
        for length in (3, 2)
        for start in range(1, TIMESTEPS - length)
        if len(pattern(values, start, start + length)) > 1
    )


def open_at(tab: Tab, start: int, end: int, run: str = "lstm/rnn", **more: str | int) -> None:
    """Open the Match panel at a range."""
    tab.open(
        run=run,
        step=STEP,
        panel="match",
        signal="hidden_state",
        threshold=THRESHOLD,
        start=start,
        end=end,
        **more,
    )
