"""Writes and reads the file of the probe batch, one per run."""

from __future__ import annotations

import json
from collections.abc import Mapping
from hashlib import blake2b
from pathlib import Path
from typing import Any

from tb_rnn_plugin.log import parsing
from tb_rnn_plugin.log.array_writer import write
from tb_rnn_plugin.log.arrays import ArrayFile
from tb_rnn_plugin.log.encoding import MAX_HEADER_BYTES
from tb_rnn_plugin.log.errors import UnreadableFileError
from tb_rnn_plugin.log.schema import Array, ProbeBatch
from tb_rnn_plugin.log.texts import decoded_array


def write_probe(
    path: Path,
    probe: ProbeBatch,
    unit: str,
    fingerprints: Mapping[str, str] | None = None,
    ended_with: Mapping[str, str] | None = None,
) -> None:
    """Write the probe batch. Numbers keep their dtype.

    Args:
        path: The file.
        probe: The batch.
        unit: What the run's steps count, `"epoch"` or `"batch"`.
        fingerprints: By layer, the fingerprint of the weights at the start of training; None if they are not known.
        ended_with: By layer, the fingerprint of the weights at the end of the last fit; None if they are not known.

    Raises:
        OSError: the file cannot be written.
    """
    document = _document(probe, unit)
    for field, known in (("fingerprints", fingerprints), ("ended_with", ended_with)):
        if known is not None:
            document[field] = dict(known)
    write(path, {name: array for name, array in _named(probe).items() if name not in document["texts"]}, document)


def check_texts(probe: ProbeBatch) -> None:
    """Raise if the texts of a probe exceed the limit of its file's header.

    Raises:
        ValueError: they do.
    """
    size = len(json.dumps(json.dumps(_document(probe, "epoch"))))
    limit = MAX_HEADER_BYTES * 9 // 10  # The rest is for the description of the arrays.
    if size > limit:
        raise ValueError(
            f"Tokens, names and texts of the probe must take at most {limit} bytes in its file, got {size}: "
            "probe fewer samples, or leave tokens out."
        )


def read_probe(file: ArrayFile) -> ProbeBatch:
    """Return the probe batch stored in a file.

    Raises:
        UnreadableFileError: the file does not hold a valid probe batch.
    """
    groups: dict[str, dict[str, Array]] = {"inputs": {}, "targets": {}, "annotations": {}}
    try:
        names = parsing.texts(file.field("sample_names"))
        texts = {name: parsing.text_array(values) for name, values in file.field("texts").items()}
        for name, array in {**{name: file.read(name) for name in file.names}, **texts}.items():
            group, _, rest = name.partition("/")
            if array.shape[:1] != (len(names),) or (group == "annotations" and not _is_annotation(array)):
                raise ValueError(f"{name!r:.60} of shape {list(array.shape)} for {len(names)} samples")
            groups[group][rest] = array
        return ProbeBatch(**groups, sample_names=names, tokens=_tokens(file.field("tokens"), len(names)))
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise UnreadableFileError(f"{file.path} does not hold a valid probe batch ({error!r:.200}).") from error


def read_unit(file: ArrayFile) -> str:
    """Return what the run's steps count, `"epoch"` or `"batch"`.

    Raises:
        UnreadableFileError: the file states neither.
    """
    unit = file.field("unit")
    if unit not in ("epoch", "batch"):
        raise UnreadableFileError(f"{file.path} must count epochs or batches, got {unit!r:.40}.")
    return str(unit)


def read_fingerprints(file: ArrayFile, field: str = "fingerprints") -> dict[str, str] | None:
    """Return by layer the fingerprint of the weights that training began with; None if the file does not say it.

    Args:
        file: The probe's file.
        field: `"ended_with"` for the weights that the last fit ended with.

    Raises:
        UnreadableFileError: the file says something else.
    """
    value = file.optional_field(field)
    if value is None:
        return None
    if not isinstance(value, dict) or not all(isinstance(text, str) for text in value.values()):
        raise UnreadableFileError(f"{file.path} does not hold valid fingerprints, got {value!r:.60}.")
    return dict(value)


def inputs_fingerprint(file: ArrayFile) -> str:
    """Return a hash of the probe's inputs: two runs with the same have the same probe.

    Raises:
        UnreadableFileError: the file does not describe its texts correctly.
    """
    arrays = {name: block for name, block in file.blocks.items() if name.startswith("inputs/")}
    described = {name: [block.dtype.str, block.shape, file.checksums(name)] for name, block in arrays.items()}
    texts = file.field("texts")
    if not isinstance(texts, dict):
        raise UnreadableFileError(f"{file.path} does not hold a valid probe batch, got texts {texts!r:.60}.")
    texts = {name: values for name, values in texts.items() if name.startswith("inputs/")}
    return blake2b(json.dumps([described, texts], sort_keys=True).encode(), digest_size=16).hexdigest()


def _named(probe: ProbeBatch) -> dict[str, Array]:
    groups = {"inputs": probe.inputs, "targets": probe.targets, "annotations": probe.annotations}
    return {f"{group}/{name}": array for group, members in groups.items() for name, array in members.items()}


def _document(probe: ProbeBatch, unit: str) -> dict[str, Any]:
    return {
        "kind": "probe",
        "unit": unit,
        "sample_names": list(probe.sample_names),
        # safetensors stores only numbers and bools, but a model with its own tokenizer takes strings.
        "texts": {n: decoded_array(array).tolist() for n, array in _named(probe).items() if array.dtype.kind in "SUO"},
        "tokens": None if probe.tokens is None else [list(tokens) for tokens in probe.tokens],
    }


def _is_annotation(array: Array) -> bool:
    return array.ndim == 2 and array.dtype.kind in "biuf"


def _tokens(value: Any, samples: int) -> list[list[str]] | None:
    if value is None:
        return None
    if not isinstance(value, list) or len(value) != samples:
        raise ValueError("not one list of tokens per sample")
    return [parsing.texts(tokens) for tokens in value]
