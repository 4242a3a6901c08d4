"""Values of a document that anyone may have written, as the type that they must have, and made anew.

A checksum tells a damaged file from a sound one, but not who wrote it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from tb_rnn_plugin.log.schema import Array, Interval, LayerInfo, SignalInfo

_LARGEST = 2**63 - 1


def whole(value: Any) -> int:
    """Return a whole number from 0 that an int64 holds, or raise a TypeError or ValueError."""
    if type(value) is not int:
        raise TypeError("something else than a whole number")
    if not 0 <= value <= _LARGEST:
        raise ValueError("a whole number that is negative or too large")
    return value


def text(value: Any) -> str:
    """Return a string, or raise a TypeError."""
    if not isinstance(value, str):
        raise TypeError("something else than a text")
    return value


def texts(value: Any) -> list[str]:
    """Return a list of strings, or raise a TypeError."""
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise TypeError("something else than a list of texts")
    return list(value)


def text_array(value: Any) -> Array:
    """Return nested lists of strings, all of one length at each depth, as an array of objects.

    Not of NumPy's own strings: there, each takes as much room as the longest.

    Raises:
        TypeError, ValueError: they are something else.
    """
    shape, row = [], value
    while isinstance(row, list):
        shape.append(len(row))
        row = row[0] if row else ""
    rows: list[Any] = [value]
    for length in shape:
        if not all(isinstance(row, list) and len(row) == length for row in rows):
            raise ValueError("texts that form no array")
        rows = [item for row in rows for item in row]
    if not all(isinstance(item, str) for item in rows):
        raise TypeError("something else than texts")
    array = np.empty(len(rows), object)
    array[:] = rows
    return array.reshape(shape)


def interval(value: Any) -> Interval | None:
    """Return an interval of finite numbers, or None for None; raise a TypeError or ValueError for all else."""
    if value is None:
        return None
    low, high = value
    if type(low) not in (int, float) or type(high) not in (int, float):
        raise TypeError("an interval of something else than numbers")
    if not (math.isfinite(low) and math.isfinite(high) and low <= high):
        raise ValueError("an interval without ends")
    return float(low), float(high)


def layer(value: Mapping[str, Any]) -> LayerInfo:
    """Read what `LayerInfo.to_json` returned, ignoring fields that later minor versions may add.

    Raises:
        KeyError, TypeError, ValueError, OverflowError: it is something else.
    """
    signals = tuple(
        SignalInfo(text(s["name"]), interval(s["range"]), interval(s["extremes"]), whole(s["units"]))
        for s in value["signals"]
    )
    if not signals or type(value["masked"]) is not bool:
        raise ValueError("no signals, or a mask that is neither there nor not")
    return LayerInfo(
        key=text(value["key"]),
        cell=text(value["cell"]),
        units=whole(value["units"]),
        timesteps=whole(value["timesteps"]),
        masked=value["masked"],
        signals=signals,
        config=_config(value["config"]),
    )


def _config(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise TypeError("a config that is no object")
    for setting in value.values():
        if setting is not None and not isinstance(setting, (str, bool, int, float)):
            raise TypeError("a config of something else than names, numbers and flags")
    return dict(value)
