"""Builds the record of the probe batch, and validates what the user passed with it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from tb_rnn_plugin.log.probe_file import check_texts
from tb_rnn_plugin.log.schema import Array, ProbeBatch
from tb_rnn_plugin.log.texts import decoded


def probe_batch(
    inputs: Mapping[str, Array],
    timesteps: Mapping[str, int],
    *,
    targets: Mapping[str, Array],
    tokens: Sequence[Sequence[str]] | None,
    annotations: Mapping[str, Any],
    sample_names: Sequence[str] | None,
) -> ProbeBatch:
    """Return the record of a probe batch.

    Args:
        inputs: By name, samples on the first axis.
        timesteps: The number of timesteps of each captured layer, by key. Tokens and annotations must match one of
            them.
        targets: By name, samples on the first axis.
        tokens: Per sample, one string per timestep.
        annotations: By name, `[sample, time]` of bools or numbers.
        sample_names: One per sample. None makes names from the tokens, or from the samples' indices.

    Raises:
        ValueError: an argument does not fit the batch; the message states the rule and the value.
    """
    samples = next(iter(inputs.values())).shape[0]
    if not isinstance(annotations, Mapping):
        raise ValueError(
            f"annotations must be a dict of arrays [sample, time] by name, got {type(annotations).__name__}."
        )
    for name, array in targets.items():
        if not array.ndim or array.shape[0] != samples:
            raise ValueError(f"targets must hold {samples} samples like probe, got shape {array.shape} ({name}).")
    checked_tokens = _tokens(tokens, samples, timesteps)
    batch = ProbeBatch(
        inputs=inputs,
        targets=targets,
        tokens=checked_tokens,
        annotations={name: _annotation(name, values, samples, timesteps) for name, values in annotations.items()},
        sample_names=_names(sample_names, samples, checked_tokens),
    )
    check_texts(batch)
    return batch


def _tokens(
    tokens: Sequence[Sequence[str]] | None, samples: int, timesteps: Mapping[str, int]
) -> list[list[str]] | None:
    if tokens is None:
        return None
    try:
        listed = [_texts(sample) for sample in tokens]
    except TypeError as error:
        raise ValueError(
            f"tokens must hold for each sample one string per timestep, [sample, time], got {_spell(tokens)} ({error})."
        ) from error
    if len(listed) != samples:
        raise ValueError(f"tokens must hold one sequence per sample of probe, {samples}, got {len(listed)}.")
    for sample, sequence in enumerate(listed):
        if len(sequence) not in timesteps.values():
            raise ValueError(
                f"tokens must hold one string per timestep ({_lengths(timesteps)}), got {len(sequence)} for sample "
                f'{sample}: pad shorter samples with "".'
            )
    return listed


def _annotation(name: str, values: Any, samples: int, timesteps: Mapping[str, int]) -> Array:
    try:
        array = np.asarray(values)
        if array.dtype.kind in "SUMmc" or (
            array.dtype.kind == "O" and any(isinstance(v, (str, bytes)) for v in array.flat)
        ):
            raise TypeError(f"got {array.dtype}")
        array = array if array.dtype.kind == "b" else array.astype(np.float32)
    except (TypeError, ValueError) as error:
        raise ValueError(f"Annotation {name!r} must be an array of bools or numbers ({error}).") from error
    if array.ndim != 2 or array.shape[0] != samples or array.shape[1] not in timesteps.values():
        raise ValueError(
            f"Annotation {name!r} must have the shape [sample, time], {samples} samples of {_lengths(timesteps)}, "
            f"got {array.shape}."
        )
    return array


def _names(names: Sequence[str] | None, samples: int, tokens: list[list[str]] | None) -> list[str]:
    if names is None:
        starts = [_start(sequence) for sequence in tokens] if tokens else [""] * samples
        return [start or f"sample {i}" for i, start in enumerate(starts)]
    try:
        listed = [decoded(name) for name in names]
    except TypeError as error:
        raise ValueError(f"sample_names must be one string per sample, got {_spell(names)} ({error}).") from error
    if len(listed) != samples:
        raise ValueError(f"sample_names must hold one name per sample of probe, {samples}, got {len(listed)}.")
    return listed


def _texts(sequence: Any) -> list[str]:
    """Return the tokens of a sample; a string or bytes counts as a sequence of characters."""
    is_text = isinstance(sequence, bytes) or (isinstance(sequence, np.ndarray) and not sequence.ndim)
    return [decoded(token) for token in (decoded(sequence) if is_text else sequence)]


def _spell(value: Any) -> str:
    shape = getattr(value, "shape", None)
    return f"a {type(value).__name__}" + ("" if shape is None else f" of shape {tuple(shape)}")


def _start(tokens: Sequence[str]) -> str:
    """Return a sample's first characters, as its name."""
    joined = ("" if all(len(token) <= 1 for token in tokens) else " ").join(tokens)
    text = " ".join(joined.split())
    return text if len(text) <= 32 else text[:31] + "…"


def _lengths(timesteps: Mapping[str, int]) -> str:
    lengths = sorted(set(timesteps.values()))
    return " or ".join(map(str, lengths)) + " timesteps"
