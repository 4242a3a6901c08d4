"""Validates values of an untrusted JSON document, and returns copies of the required type.

A checksum reveals damage, but not who wrote the file.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from tb_rnn_plugin.log.schema import OVER_TIME, Array, Axes, Interval, LayerInfo, SignalInfo

_LARGEST = 2**63 - 1


def whole(value: Any) -> int:
    """Return an integer from 0 to 2^63 - 1, or raise a TypeError or ValueError."""
    if type(value) is not int:
        raise TypeError("not an integer")
    if not 0 <= value <= _LARGEST:
        raise ValueError("an integer that is negative or too large")
    return value


def text(value: Any) -> str:
    """Return a string, or raise a TypeError."""
    if not isinstance(value, str):
        raise TypeError("not a string")
    return value


def texts(value: Any) -> list[str]:
    """Return a list of strings, or raise a TypeError."""
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise TypeError("not a list of strings")
    return list(value)


def text_array(value: Any) -> Array:
    """Return nested lists of strings, of equal length at each depth, as an array of dtype object.

    NumPy's string dtype is not used: every element would take as much memory as the longest.

    Raises:
        TypeError, ValueError: the value is anything else.
    """
    shape, row = [], value
    while isinstance(row, list):
        shape.append(len(row))
        row = row[0] if row else ""
    rows: list[Any] = [value]
    for length in shape:
        if not all(isinstance(row, list) and len(row) == length for row in rows):
            raise ValueError("strings that do not form an array")
        rows = [item for row in rows for item in row]
    if not all(isinstance(item, str) for item in rows):
        raise TypeError("not strings")
    array = np.empty(len(rows), object)
    array[:] = rows
    return array.reshape(shape)


def interval(value: Any) -> Interval | None:
    """Return an interval of finite numbers, or None for None. Raise a TypeError or ValueError for anything else."""
    if value is None:
        return None
    low, high = value
    if type(low) not in (int, float) or type(high) not in (int, float):
        raise TypeError("an interval whose ends are not numbers")
    if not (math.isfinite(low) and math.isfinite(high) and low <= high):
        raise ValueError("an interval whose ends are infinite, NaN or in the wrong order")
    return float(low), float(high)


def layer(value: Mapping[str, Any]) -> LayerInfo:
    """Return the layer of a value made by `LayerInfo.to_json`. Unknown fields are ignored.

    Raises:
        KeyError, TypeError, ValueError, OverflowError: the value is not a valid layer.
    """
    config = _config(value["config"])
    # Logs of earlier versions do not name axes. A layer that has a direction is recurrent.
    unnamed = OVER_TIME if "go_backwards" in config else (None, "unit")
    signals = tuple(
        SignalInfo(
            text(s["name"]),
            interval(s["range"]),
            interval(s["extremes"]),
            whole(s["units"]),
            _axes(s["axes"]) if "axes" in s else unnamed,
        )
        for s in value["signals"]
    )
    if not signals or type(value["masked"]) is not bool:
        raise ValueError("no signals, or `masked` is not a boolean")
    return LayerInfo(
        key=text(value["key"]),
        cell=text(value["cell"]),
        units=whole(value["units"]),
        timesteps=whole(value["timesteps"]),
        masked=value["masked"],
        signals=signals,
        config=config,
        row_samples=_row_samples(value.get("row_samples")),
        reads=tuple(texts(value["reads"])) if "reads" in value else None,
        fingerprint=None if value.get("fingerprint") is None else text(value["fingerprint"]),
    )


def _row_samples(value: Any) -> tuple[int | None, ...] | None:
    if value is None:
        return None
    if not isinstance(value, list):
        raise TypeError("samples of rows that are not a list")
    return tuple(None if sample is None else whole(sample) for sample in value)


def _axes(value: Any) -> Axes:
    second, third = value
    return None if second is None else text(second), text(third)


def _config(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise TypeError("a config that is not a JSON object")
    for setting in value.values():
        if setting is not None and not isinstance(setting, (str, bool, int, float)):
            raise TypeError("a config value that is not a string, a number, a boolean or null")
    return dict(value)
