"""Fingerprints of a layer's weights, by which the units of two runs are known to correspond.

Unit 3 of one run has nothing to do with unit 3 of another, unless both runs started from the same weights.
"""

from __future__ import annotations

import contextlib
from collections.abc import Mapping, Sequence
from hashlib import blake2b
from pathlib import Path

import google_crc32c
import numpy as np

from tb_rnn_plugin.log import layout
from tb_rnn_plugin.log.arrays import ArrayFile
from tb_rnn_plugin.log.errors import LogError
from tb_rnn_plugin.log.probe_file import read_fingerprints
from tb_rnn_plugin.log.schema import Array
from tb_rnn_plugin.log.step_file import last_step, read_layers

_PART = 1 << 18
"""Bytes that are copied at a time, few enough to stay in the processor's cache."""


def fingerprint(weights: Mapping[str, Array]) -> str | None:
    """Return a hash of a layer's variables, by name; None for a layer without any."""
    if not weights:
        return None
    parts = [f"{name} {array.dtype.str} {array.shape} {_checksum(array)}" for name, array in weights.items()]
    return blake2b("; ".join(parts).encode(), digest_size=16).hexdigest()


def _checksum(array: Array) -> int:
    """Return the CRC-32C of an array's bytes: taken at every step, it must cost less than a strong hash does."""
    numbers = np.ascontiguousarray(array).reshape(-1).view(np.uint8)
    checksum = 0
    for start in range(0, len(numbers), _PART):
        checksum = google_crc32c.extend(checksum, numbers[start : start + _PART].tobytes())
    return checksum


def first_fingerprints(
    directory: Path, earlier: Sequence[Path], started_from: Mapping[str, str]
) -> Mapping[str, str] | None:
    """Return what a run's probe file says of the weights that its training began with; None if that is not known.

    A run that has steps keeps what it says. A new run whose fit starts from the weights that an earlier run ended with
    has that run's: its training goes on from there, and the units are the same.

    Args:
        directory: The run's directory.
        earlier: The directories of runs that it may go on from.
        started_from: By layer, the fingerprint of the weights that the fit starts from.
    """
    if last_step(layout.trace_directory(directory)) is not None:
        return _logged(directory)
    found = dict(started_from)
    for run in earlier:
        last = last_step(layout.trace_directory(run))
        if last is None:
            continue
        with contextlib.suppress(LogError, OSError):  # What cannot be read is no origin.
            layers = read_layers(ArrayFile(layout.trace_directory(run) / layout.step_file(last)))
            ended_with = {key: layer.fingerprint for key, layer in layers.items()}
            origins = _logged(run) or {}
            found.update(
                {
                    key: origins[key]
                    for key, started in started_from.items()
                    if ended_with.get(key) == started and key in origins
                }
            )
    return found


def _logged(directory: Path) -> Mapping[str, str] | None:
    try:
        return read_fingerprints(ArrayFile(layout.trace_directory(directory) / layout.PROBE_FILE))
    except (LogError, OSError):
        return None
