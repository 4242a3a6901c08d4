"""Fingerprints of a layer's weights, by which the units of two runs are known to correspond.

Unit 3 of one run has nothing to do with unit 3 of another, unless both runs started from the same weights.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from hashlib import blake2b
from pathlib import Path

import google_crc32c
import numpy as np

from tb_rnn_plugin.log import layout
from tb_rnn_plugin.log.arrays import ArrayFile
from tb_rnn_plugin.log.errors import LogError
from tb_rnn_plugin.log.probe_file import read_fingerprints
from tb_rnn_plugin.log.schema import Array
from tb_rnn_plugin.log.step_file import last_step, list_steps, read_layers

_PART = 1 << 18
"""Bytes that are copied at a time, few enough to stay in the processor's cache."""

_MAX_STEPS = 2000
"""How many steps of earlier runs are searched for the weights that a fit starts from. Ours: it takes seconds."""


def fingerprint(weights: Mapping[str, Array]) -> str | None:
    """Return a hash of a layer's variables, by name; None for a layer without any, or of constants alone.

    Layers that start from constants, as those that normalize do, have the same weights in all runs. It says nothing.
    """
    if all(_is_constant(array) for array in weights.values()):
        return None
    parts = [f"{name} {array.dtype.str} {array.shape} {_checksum(array)}" for name, array in weights.items()]
    return blake2b("; ".join(parts).encode(), digest_size=16).hexdigest()


def _is_constant(array: Array) -> bool:
    """Return whether all values are equal. Of a single one only 0 and 1 count: any other was drawn."""
    values = array.reshape(-1)
    if values.size == 1:
        return bool(values[0] in (0, 1))
    return all((values[start : start + _PART] == values[:1]).all() for start in range(0, values.size, _PART))


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

    A run that has steps keeps what it says. A new run whose fit starts from weights that an earlier run began with,
    had at a captured step or ended with has that run's: its training goes on from there, and the units are the same.
    Of a layer that starts from other weights it is then not known: an earlier run may have had them between two steps.

    Args:
        directory: The run's directory.
        earlier: The directories of runs that it may go on from.
        started_from: By layer, the fingerprint of the weights that the fit starts from.
    """
    if last_step(layout.trace_directory(directory)) is not None:
        return _logged(directory)
    if not earlier:
        return dict(started_from)
    found: dict[str, str] = {}
    steps_left = _MAX_STEPS
    for run in reversed(earlier):
        origins = _logged(run) or {}
        sought = {key: started for key, started in started_from.items() if key in origins and key not in found}
        steps = list_steps(layout.trace_directory(run))[::-1][:steps_left]
        for fingerprints in _held(run, origins, steps):
            if not sought:
                break
            met = {key for key, started in sought.items() if fingerprints.get(key) == started}
            found.update({key: origins[key] for key in met})
            sought = {key: started for key, started in sought.items() if key not in met}
        steps_left -= len(steps)
    return found


def _held(directory: Path, origins: Mapping[str, str], steps: Sequence[int]) -> Iterator[Mapping[str, str | None]]:
    """Yield the fingerprints of the weights that a run ended and began with and had at these steps, by layer."""
    traces = layout.trace_directory(directory)
    with contextlib.suppress(LogError, OSError):  # What cannot be read is no origin.
        yield read_fingerprints(ArrayFile(traces / layout.PROBE_FILE), "ended_with") or {}
    yield origins
    for step in steps:
        with contextlib.suppress(LogError, OSError):
            layers = read_layers(ArrayFile(traces / layout.step_file(step)))
            yield {key: layer.fingerprint for key, layer in layers.items()}


def _logged(directory: Path) -> Mapping[str, str] | None:
    try:
        return read_fingerprints(ArrayFile(layout.trace_directory(directory) / layout.PROBE_FILE))
    except (LogError, OSError):
        return None
