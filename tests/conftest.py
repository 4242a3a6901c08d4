"""What holds for all tests: TensorFlow keeps quiet and leaves a GPU alone. And what they share: an ear for reading."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest

from tests.forks import Forks
from tests.forks import forks as started_forks

# Read by TensorFlow when it is first imported. Tests compare floating-point numbers, so they run on the CPU.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")


class Reading(NamedTuple):
    """One reading of an array, whole (`row` is None) or of one row, from a file of a log."""

    file: str
    array: str
    row: int | None


@pytest.fixture
def readings(monkeypatch: pytest.MonkeyPatch) -> list[Reading]:
    """What is read from files of logs, in its order, from here on."""
    from tb_rnn_plugin.log.arrays import ArrayFile  # Not before the settings above, nor for tests without it.

    noted: list[Reading] = []
    read = ArrayFile.read

    def heard(file: ArrayFile, name: str, row: int | None = None) -> Any:
        noted.append(Reading(file.path.name, name, row))
        return read(file, name, row)

    monkeypatch.setattr(ArrayFile, "read", heard)
    return noted


@pytest.fixture(scope="session")
def forks() -> Iterator[Forks]:
    """What runs a function in a process that has imported Keras and computed nothing."""
    with started_forks() as forks:
        yield forks
