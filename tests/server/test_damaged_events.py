"""Event files that are truncated or damaged, or written while a clock went back, under both event readers."""

from __future__ import annotations

import struct
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
import safetensors.numpy

from tb_rnn_plugin.log.schema import Array
from tb_rnn_plugin.log.statistics import summarize
from tb_rnn_plugin.log.writer import RunWriter
from tests.runs import RANGES, lstm_trace, probe
from tests.tensorboard_process import PATIENCE, TensorBoard, tensorboard

pytestmark = pytest.mark.slow

STEPS = 6
DAMAGED = 3
"""The step whose record is damaged."""


def write(run_directory: Path, first: int, end: int) -> Path:
    """Write steps of a run, as one process would, and return the event file."""
    writer = RunWriter(run_directory)
    writer.write_probe(probe())
    for step in range(first, end):
        writer.write_step(step, [lstm_trace(step)], logs={"loss": loss(step)})
    return max(run_directory.glob("*tfevents*"))


def loss(step: int) -> float:
    return 1 + step / 8


def expected(step: int) -> Array:
    return summarize(lstm_trace(step).signals["candidate"], None, RANGES["candidate"])


def records(data: bytes) -> list[int]:
    """Return the start of each record. A record is a length, its checksum, the data, and their checksum."""
    starts = [0]
    while starts[-1] < len(data):
        starts.append(starts[-1] + 16 + int(struct.unpack_from("<Q", data, starts[-1])[0]))
    return starts


def flip(data: bytes, position: int) -> bytes:
    return data[:position] + bytes([data[position] ^ 0x10]) + data[position + 1 :]


def a_number(data: bytes, start: int) -> int:
    """Return the position of a number of the candidate's summary in the record of the damaged step."""
    return data.index(expected(DAMAGED).astype("<f4").tobytes(), start) + 10


Damage = Callable[[bytes, int], bytes]

DAMAGES: dict[str, Damage] = {
    "cut in the length": lambda data, start: data[: start + 5],
    "cut in the data": lambda data, start: data[: start + 500],
    "a number": lambda data, start: flip(data, a_number(data, start)),
    "the loss": lambda data, start: flip(data, data.index(struct.pack("<f", loss(DAMAGED)), start) + 2),
    "the length": lambda data, start: flip(data, start + 1),
    "the length's checksum": lambda data, start: flip(data, start + 9),
    "nothing left": lambda data, start: b"",
    "cut in the first record": lambda data, start: data[:11],
}
"""Functions that damage an event file; the second argument is the start of the damaged step's record."""


@pytest.fixture(params=["true", "false"], ids=["fast-reader", "python-reader"])
def fast(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def board(tmp_path: Path, fast: str) -> Iterator[TensorBoard]:
    write(tmp_path / "sound" / "rnn", 0, STEPS)
    for name, damage in DAMAGES.items():
        path = write(tmp_path / name / "rnn", 0, STEPS)
        data = path.read_bytes()
        # The records before the first step are those of the file's version and of the start.
        path.write_bytes(damage(data, records(data)[2 + DAMAGED]))
    with tensorboard("--logdir", tmp_path, f"--load_fast={fast}") as board:
        board.wait_for_runs("sound/rnn")
        yield board


def summarized(board: TensorBoard, run: str) -> list[int]:
    """Check the numbers of the candidate's summary and return its steps, none if there is no summary."""
    answer = board.get("summary", run=run, layer="lstm", signal="candidate")
    assert answer.status in (200, 404), answer.body
    if answer.status == 404:
        return []
    served = safetensors.numpy.load(answer.body)
    steps: list[int] = served["steps"].tolist()
    np.testing.assert_array_equal(served["summary"], np.stack([expected(step) for step in steps]))
    return steps


def wait_for_summaries(board: TensorBoard, run: str, steps: list[int]) -> None:
    deadline = time.monotonic() + PATIENCE
    while (found := summarized(board, run)) != steps:
        assert time.monotonic() < deadline, (run, found)


def left(damage: str, fast: str) -> tuple[list[int], list[int]]:
    """Return the steps that keep the candidate's summary, and those that keep the loss."""
    if damage in ("nothing left", "cut in the first record"):
        return [], []
    if fast == "true" and damage in ("a number", "the loss"):
        # TensorBoard's fast reader does not check the data; our checksums leave out that one number.
        rest = [step for step in range(STEPS) if step != DAMAGED]
        return (rest, list(range(STEPS))) if damage == "a number" else (list(range(STEPS)), rest)
    return list(range(DAMAGED)), list(range(DAMAGED))


def test_damage_hides_what_follows_and_shows_nothing_wrong(board: TensorBoard, tmp_path: Path, fast: str) -> None:
    for name in DAMAGES:
        run, (summaries, losses) = f"{name}/rnn", left(name, fast)
        wait_for_summaries(board, run, summaries)
        described = board.get("run", run=run)
        assert described.status in (200, 404), described.body
        if described.status == 404:
            assert not losses  # TensorBoard does not list a run if it can read nothing of it.
            continue
        assert described.json()["steps"] == list(range(STEPS))
        served_losses = described.json()["logs"].get("loss", [])
        assert served_losses == ([loss(step) if step in losses else None for step in range(STEPS)] if losses else [])
        assert board.get("trace", run=run, layer="lstm", step=DAMAGED, sample=0).status == 200
    for name in DAMAGES:
        write(tmp_path / name / "rnn", STEPS, STEPS + 2)
    for name in DAMAGES:
        wait_for_summaries(board, f"{name}/rnn", [*left(name, fast)[0], STEPS, STEPS + 1])


def test_a_clock_that_goes_back(tmp_path: Path, fast: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(time, "time", lambda: 3e9)
        write(tmp_path / "run" / "rnn", 0, 3)
    with tensorboard("--logdir", tmp_path, f"--load_fast={fast}") as board:
        board.wait_for_runs("run/rnn")
        wait_for_summaries(board, "run/rnn", [0, 1, 2])
        write(tmp_path / "run" / "rnn", 3, STEPS)
        wait_for_summaries(board, "run/rnn", list(range(STEPS)))
        assert board.get("run", run="run/rnn").json()["logs"]["loss"] == [loss(step) for step in range(STEPS)]
    with tensorboard("--logdir", tmp_path, f"--load_fast={fast}") as board:
        board.wait_for_runs("run/rnn")
        wait_for_summaries(board, "run/rnn", list(range(STEPS)))
