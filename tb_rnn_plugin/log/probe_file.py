"""The file of the probe batch: written once per run, and read back."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from tb_rnn_plugin.log import arrays
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
    groups = {"inputs": probe.inputs, "targets": probe.targets, "annotations": probe.annotations}
    named = {f"{group}/{name}": array for group, members in groups.items() for name, array in members.items()}
    # safetensors knows numbers alone; a model that tokenizes by itself is probed with strings.
    texts = {name: array.astype(str).tolist() for name, array in named.items() if array.dtype.kind in "SUO"}
    document = {
        "kind": "probe",
        "unit": unit,
        "sample_names": list(probe.sample_names),
        "texts": texts,
        "tokens": None if probe.tokens is None else [list(tokens) for tokens in probe.tokens],
    }
    arrays.write(path, {name: array for name, array in named.items() if name not in texts}, document)


def read_probe(file: arrays.ArrayFile) -> ProbeBatch:
    """Return the probe batch from its file."""
    groups: dict[str, dict[str, Array]] = {"inputs": {}, "targets": {}, "annotations": {}}
    texts = {name: np.array(values) for name, values in file.field("texts").items()}
    for name, array in {**{name: file.read(name) for name in file.names}, **texts}.items():
        group, _, rest = name.partition("/")
        groups[group][rest] = array
    return ProbeBatch(**groups, sample_names=file.field("sample_names"), tokens=file.field("tokens"))
