"""Numbers to compare: from the files and from the screen."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from playwright.sync_api import Locator
from safetensors import safe_open

from tb_rnn_plugin.log import layout

MINUS = "\u2212"
"""The minus sign of the tab."""

NONE = "\u2013"
"""What the tab writes where there is no number."""


def stored(logs: Path, run: str, step: int, signal: str, layer: str = "lstm") -> NDArray[np.float64]:
    """Read one signal with safetensors alone: `[sample, time, unit]`."""
    path = layout.trace_directory(logs / run) / layout.step_file(step)
    with safe_open(path, framework="numpy") as file:
        return np.asarray(file.get_tensor(f"signals/{layer}/{signal}")).astype(np.float64)


def number(output: Locator) -> float:
    """Return the exact value behind a shown number."""
    return float(output.get_attribute("value") or "missing")
