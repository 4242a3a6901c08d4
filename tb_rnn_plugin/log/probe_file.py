"""The file of the probe batch: written once per run, and read back."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tb_rnn_plugin.log import parsing
from tb_rnn_plugin.log.array_writer import write
from tb_rnn_plugin.log.arrays import ArrayFile
from tb_rnn_plugin.log.encoding import MAX_HEADER_BYTES
from tb_rnn_plugin.log.errors import UnreadableFileError
from tb_rnn_plugin.log.schema import Array, ProbeBatch


def write_probe(path: Path, probe: ProbeBatch, unit: str) -> None:
    """Write the probe batch, numbers as they are.

    Args:
        path: The file.
        probe: The batch.
        unit: What the run's steps count, `"epoch"` or `"batch"`.

    Raises:
        OSError: the file cannot be written.
    """
    document = _document(probe, unit)
    write(path, {name: array for name, array in _named(probe).items() if name not in document["texts"]}, document)


def check_texts(probe: ProbeBatch) -> None:
    """Raise if a probe has more texts than its file may hold.

    Raises:
        ValueError: it has.
    """
    size = len(json.dumps(json.dumps(_document(probe, "epoch"))))
    most = MAX_HEADER_BYTES * 9 // 10  # The rest is for what the file says of its arrays.
    if size > most:
        raise ValueError(
            f"Tokens, names and texts of the probe must take at most {most} bytes in its file, got {size}: "
            "probe fewer samples, or leave tokens out."
        )


def read_probe(file: ArrayFile) -> ProbeBatch:
    """Return the probe batch from its file.

    Raises:
        UnreadableFileError: it holds something else.
    """
    groups: dict[str, dict[str, Array]] = {"inputs": {}, "targets": {}, "annotations": {}}
    try:
        names = parsing.texts(file.field("sample_names"))
        texts = {name: parsing.text_array(values) for name, values in file.field("texts").items()}
        for name, array in {**{name: file.read(name) for name in file.names}, **texts}.items():
            group, _, rest = name.partition("/")
            if array.shape[:1] != (len(names),) or (group == "annotations" and not _annotates(array)):
                raise ValueError(f"{name!r:.60} of the shape {list(array.shape)} for {len(names)} samples")
            groups[group][rest] = array
        return ProbeBatch(**groups, sample_names=names, tokens=_tokens(file.field("tokens"), len(names)))
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise UnreadableFileError(f"{file.path} is no probe batch that can be shown ({error!r:.200}).") from error


def read_unit(file: ArrayFile) -> str:
    """Return what the run's steps count.

    Raises:
        UnreadableFileError: it is neither epochs nor batches.
    """
    unit = file.field("unit")
    if unit not in ("epoch", "batch"):
        raise UnreadableFileError(f"{file.path} must count epochs or batches, got {unit!r:.40}.")
    return str(unit)


def _named(probe: ProbeBatch) -> dict[str, Array]:
    groups = {"inputs": probe.inputs, "targets": probe.targets, "annotations": probe.annotations}
    return {f"{group}/{name}": array for group, members in groups.items() for name, array in members.items()}


def _document(probe: ProbeBatch, unit: str) -> dict[str, Any]:
    return {
        "kind": "probe",
        "unit": unit,
        "sample_names": list(probe.sample_names),
        # safetensors knows numbers alone; a model that tokenizes by itself is probed with strings.
        "texts": {n: array.astype(str).tolist() for n, array in _named(probe).items() if array.dtype.kind in "SUO"},
        "tokens": None if probe.tokens is None else [list(tokens) for tokens in probe.tokens],
    }


def _annotates(array: Array) -> bool:
    return array.ndim == 2 and array.dtype.kind in "biuf"


def _tokens(value: Any, samples: int) -> list[list[str]] | None:
    if value is None:
        return None
    if not isinstance(value, list) or len(value) != samples:
        raise ValueError("tokens of other samples")
    return [parsing.texts(tokens) for tokens in value]
