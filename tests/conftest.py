"""TensorFlow's settings for all tests, and the fixtures that several packages share."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest

from tests.forks import Forks
from tests.forks import forks as started_forks

# TensorFlow reads these when it is first imported. Tests compare floating-point numbers, so they run on the CPU.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")


class Reading(NamedTuple):
    """One read of an array from a file of a log: all of it (`row` is None), or one row."""

    file: str
    array: str
    row: int | None


@pytest.fixture
def readings(monkeypatch: pytest.MonkeyPatch) -> list[Reading]:
    """Record every array that is read from files of logs from here on, in order."""
    from tb_rnn_plugin.log.arrays import ArrayFile  # After the settings above, and only for tests that need it.

    recorded: list[Reading] = []
    read = ArrayFile.read

    def record(file: ArrayFile, name: str, row: int | None = None) -> Any:
        recorded.append(Reading(file.path.name, name, row))
        return read(file, name, row)

    monkeypatch.setattr(ArrayFile, "read", record)
    return recorded


@pytest.fixture(scope="session")
def forks() -> Iterator[Forks]:
    """Run functions in processes forked from one that has imported Keras and computed nothing."""
    with started_forks() as forks:
        yield forks
