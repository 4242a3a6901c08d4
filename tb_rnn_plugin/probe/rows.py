"""Finds whose the rows of each layer are: changes samples of the probe, and sees which rows change."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from itertools import islice
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from tb_rnn_plugin.log.schema import Array
from tb_rnn_plugin.probe.backend import keras

Rows: TypeAlias = Mapping[str, Sequence[Array]]
"""By layer, arrays with its rows on the first axis."""

Flags: TypeAlias = NDArray[np.bool_]

ROUNDS = 2
"""How often each sample is replaced, each time by another one: the rows of two samples may be equal."""

MAX_SINGLE = 64
"""Samples up to which each is replaced by itself."""

MAINLY = 1.5
"""How much more a row depends on its own sample than on any other, to be that sample's. Ours: normalization over batch
and time gives 4.6 for two samples and more for more, a batch with time as its first axis 1 at most."""

MAX_SECONDS = 20.0
"""Passes that take longer, for all layers together, are given up: training waits for them."""


def samples_of_rows(
    run: Callable[[Any], Rows], inputs: Any, captured: Rows, *, contract_seconds: float | None
) -> dict[str, tuple[int | None, ...]]:
    """Return whose the rows of each layer are in which row i is not sample i: the sample's index, or None.

    Each pass replaces the samples whose index has a certain bit, or lacks it, by other samples, so that the batch stays
    valid whatever its values mean. A row of one sample changes in exactly one of the two passes of each bit, and these
    bits are the sample's index. A row that changes in both depends on several samples. One that changes in neither
    depends on none, or on what the samples have in common. Whose these are is not known.

    Keras' contract for a layer with as many rows as samples is that row i is sample i. It stands unless a row turns out
    to be another sample's, or every row depends on several samples, and not on its own far more than on any other. So
    it stands for a normalization over the batch, and not where a model makes time its first axis.

    Args:
        run: Runs the model on inputs of the same shapes.
        inputs: The probe, nested arrays with samples on the first axis.
        captured: What `run` returns for the probe.
        contract_seconds: How long the contract may be tested, but for one pass at least; None to trust it.
    """
    passes = _Passes(run, inputs, captured)
    reshaped = [key for key, arrays in captured.items() if len(arrays[0]) != passes.samples]
    suspicious = [] if contract_seconds is None else _suspicious(passes, captured, contract_seconds)
    found: dict[str, tuple[int | None, ...]] = {}
    mixed = []
    for key, changes in passes.changes([*reshaped, *suspicious]).items():
        samples, several = _decoded(changes, passes.samples)
        if key in reshaped or any(sample not in (row, None) for row, sample in enumerate(samples)):
            found[key] = samples
        elif several[changes.any(axis=(0, 1))].all():
            mixed.append(key)
    influences = passes.influences(mixed)
    found.update({key: (None,) * passes.samples for key in mixed if not _is_mainly_in_order(influences.get(key))})
    return found


class _Passes:
    """Passes over a batch in which samples are replaced by others.

    Args:
        run: As in `samples_of_rows`.
        inputs: As in `samples_of_rows`.
        captured: As in `samples_of_rows`.

    Attributes:
        inputs: The batch.
        samples: The number of samples.
        bits: The bits of their indices.
    """

    def __init__(self, run: Callable[[Any], Rows], inputs: Any, captured: Rows) -> None:
        self._run = run
        self.inputs = inputs
        self._captured = captured
        self._flat = keras.tree.flatten(inputs)
        self.samples = len(self._flat[0])
        self.bits = range((self.samples - 1).bit_length())
        self._done: dict[tuple[int, int, int], dict[str, Flags]] = {}

    def changes(self, keys: Sequence[str]) -> dict[str, Flags]:
        """Return in which passes the rows of these layers change, `[bit, value, row]`; value 1 replaces set bits.

        If the passes take too long, every row counts as changing in all of them.
        """
        counts = {key: len(self._captured[key][0]) for key in keys}
        seen = {key: np.zeros((len(self.bits), 2, count), np.bool_) for key, count in counts.items()}
        for repeat in range(ROUNDS if keys else 0):
            for bit in self.bits:
                for value in (0, 1):
                    if time.perf_counter() > self._end:
                        return {key: np.ones_like(flags) for key, flags in seen.items()}
                    changed = self.changed(bit, value, repeat)
                    for key in keys:
                        seen[key][bit, value] |= changed[key]
            if all(flags.any(axis=1).all() for flags in seen.values()):
                break
        return seen

    def changed(self, bit: int, value: int, repeat: int) -> dict[str, Flags]:
        """Return by layer which rows change when the samples whose index has this bit are replaced, `[row]`."""
        key = (bit, value, repeat)
        if key not in self._done:
            order = np.arange(self.samples)
            replaced = (order >> bit) & 1 == value
            order[replaced] = np.array(self._others)[replaced, repeat]
            self._done[key] = self.differences(self._reordered(order))
        return self._done[key]

    def _reordered(self, order: NDArray[np.int64]) -> Any:
        return keras.tree.map_structure(lambda array: array[order], self.inputs)

    def influences(self, keys: Sequence[str]) -> dict[str, Array]:
        """Return how far the rows of these layers change when one sample is replaced, `[sample, row]`.

        Distances are means over the values of a row, each in units of its array's largest value. None are returned if
        the passes take too long.
        """
        if self.samples > MAX_SINGLE or not keys:
            return {}
        found: dict[str, list[Array]] = {key: [] for key in keys}
        for sample, (other, *_) in enumerate(self._others):
            if time.perf_counter() > self._end:
                return {}
            order = np.arange(self.samples)
            order[sample] = other
            arrays = self._run(self._reordered(order))
            for key in keys:
                found[key].append(_distances(self._captured[key], arrays[key]))
        return {key: np.array(distances) for key, distances in found.items()}

    def differences(self, inputs: Any) -> dict[str, Flags]:
        """Return by layer which rows differ from those captured when the model runs on these inputs, `[row]`."""
        return {key: _differ(self._captured[key], arrays) for key, arrays in self._run(inputs).items()}

    @cached_property
    def _end(self) -> float:
        """When the passes are given up, counted from the first question for it."""
        return time.perf_counter() + MAX_SECONDS

    @cached_property
    def _others(self) -> list[list[int]]:
        """For each sample the one that replaces it in each round: one that differs from it, if there is one."""
        replacing = []
        for sample in range(self.samples):
            others = (other % self.samples for other in range(sample + 1, sample + self.samples))
            differing = (other for other in others if any(np.any(a[other] != a[sample]) for a in self._flat))
            found = list(islice(differing, ROUNDS)) or [sample]
            replacing.append([found[repeat % len(found)] for repeat in range(ROUNDS)])
        return replacing


def _suspicious(passes: _Passes, captured: Rows, seconds: float) -> list[str]:
    """Return the layers with one row per sample in which a row changes though its sample is not replaced."""
    samples = np.arange(passes.samples)
    kept = [key for key, arrays in captured.items() if len(arrays[0]) == passes.samples]
    found: set[str] = set()
    start = time.perf_counter()
    # The highest bit first: it alone shows that a batch is reversed.
    for number, bit in enumerate(reversed(passes.bits) if kept else (), start=1):
        changed = passes.changed(bit, 1, 0)
        found.update(key for key in kept if changed[key][(samples >> bit) & 1 == 0].any())
        elapsed = time.perf_counter() - start
        if elapsed + elapsed / number > seconds:
            break
    if found:
        # A model that draws random numbers of its own changes everywhere, which proves nothing.
        random = passes.differences(passes.inputs)
        found = {key for key in found if not random[key].any()}
    return [key for key in kept if key in found]


def _decoded(changes: Flags, samples: int) -> tuple[tuple[int | None, ...], Flags]:
    """Return the sample of each row, None where it is not known, and which rows depend on several samples.

    Args:
        changes: `[bit, value, row]`, as `_Passes.changes` returns it.
        samples: The number of samples.
    """
    without, having = changes[:, 0], changes[:, 1]
    weights = 1 << np.arange(len(changes))[:, np.newaxis]
    indices = (having * weights).sum(axis=0)
    proven = (having != without).all(axis=0) & (indices < samples)
    found = tuple(int(index) if is_proven else None for index, is_proven in zip(indices, proven, strict=True))
    return found, np.asarray((having & without).any(axis=0))


def _is_mainly_in_order(influences: Array | None) -> bool:
    """Return whether each row depends on its own sample at least `MAINLY` times as much as on any other."""
    if influences is None:
        return False
    own = np.diagonal(influences)
    others = np.where(np.eye(len(influences), dtype=np.bool_), 0.0, influences).max(axis=0)
    return bool((own >= MAINLY * others).all())


def _distances(before: Sequence[Array], after: Sequence[Array]) -> Array:
    found = np.zeros(len(before[0]))
    for one, other in zip(before, after, strict=True):
        if one.dtype.kind == "f" and one.shape == other.shape:
            changes = np.nan_to_num(np.abs(one.astype(np.float64) - other), posinf=0.0).reshape(len(one), -1)
            found += changes.mean(axis=1) / max(float(np.nan_to_num(np.abs(one), posinf=0.0).max()), 1e-30)
    return found


def _differ(before: Sequence[Array], after: Sequence[Array]) -> Flags:
    differs = np.zeros(len(before[0]), np.bool_)
    for one, other in zip(before, after, strict=True):
        if one.shape != other.shape:
            # The number of rows depends on the values, so that rows of two passes do not correspond.
            return np.ones_like(differs)
        unequal = (one != other) & ~(_is_nan(one) & _is_nan(other))
        differs |= unequal.reshape(len(unequal), -1).any(axis=1)
    return differs


def _is_nan(array: Array) -> Array:
    return np.isnan(array) if array.dtype.kind == "f" else np.zeros(array.shape, np.bool_)
