"""A writer is killed 200 times at random moments: finished steps are intact, and readers never see a partial one."""

from __future__ import annotations

import json
import select
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import safetensors.numpy

from tb_rnn_plugin import open_run
from tb_rnn_plugin.log.statistics import summarize
from tests.log.killed_writer import predicted, written
from tests.runs import RANGES
from tests.tensorboard_process import PATIENCE, TensorBoard, tensorboard

pytestmark = pytest.mark.slow

KILLS = 200


class Writer:
    """The process that forks writers and kills them."""

    def __init__(self, log_dir: Path) -> None:
        command = [sys.executable, "-m", "tests.log.killed_writer", str(log_dir)]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def start(self, first: int) -> None:
        assert self._process.stdin is not None
        print(first, file=self._process.stdin, flush=True)

    def was_killed(self) -> bool:
        assert self._process.stdout is not None
        return bool(select.select([self._process.stdout.fileno()], [], [], 0)[0])

    def reported(self) -> list[int]:
        assert self._process.stdout is not None
        steps: list[int] = json.loads(self._process.stdout.readline())
        return steps

    def end(self) -> None:
        self._process.communicate()


class Reader:
    """Sends one request after another to a TensorBoard, and accepts only correct values or 404."""

    def __init__(self, board: TensorBoard) -> None:
        self._board = board
        self._requests = 0
        self.correct = 0

    def request(self) -> None:
        described = self._board.get("run", run="rnn")
        assert described.status in (200, 404), described.body
        steps = described.json()["steps"] if described.status == 200 else []
        if not steps:
            return
        assert described.json()["problems"] == []
        # Mostly the last step, and the one that may come next.
        step = (steps[-1], steps[-1] + 1, steps[self._requests % len(steps)])[self._requests % 3]
        signal = list(RANGES)[self._requests % len(RANGES)]
        self._requests += 1
        self._check_trace(step, signal)

    def _check_trace(self, step: int, signal: str) -> None:
        query: dict[str, Any] = {"run": "rnn", "layer": "lstm", "step": step, "sample": 1, "signal": signal}
        response = self._board.get("trace", **query)
        assert response.status in (200, 404), response.body
        if response.status == 200:
            served = safetensors.numpy.load(response.body)[f"signals/{signal}"]
            np.testing.assert_array_equal(served, written(step).signals[signal][1])
            self.correct += 1


def assert_intact(run_directory: Path, steps: list[int]) -> None:
    run = open_run(run_directory)
    for step in steps:
        file = run.opened(step)
        np.testing.assert_array_equal(file.read("predictions/output"), predicted(step)["output"])
        for signal, values in written(step).signals.items():
            np.testing.assert_array_equal(file.read(f"signals/lstm/{signal}"), values)


@pytest.fixture
def writer(tmp_path: Path) -> Iterator[Writer]:
    writer = Writer(tmp_path)
    yield writer
    writer.end()


def test_two_hundred_kills(tmp_path: Path, writer: Writer) -> None:
    directory = tmp_path / "rnn"
    traces = directory / "plugins" / "rnn_timeline"
    done: list[int] = []
    half_files = 0
    with tensorboard("--logdir", tmp_path, "--load_fast=false") as board:
        board.wait_for_runs()
        reader = Reader(board)
        for _ in range(KILLS):
            first = len(done)
            writer.start(first)
            while not writer.was_killed():
                reader.request()
            reported = writer.reported()
            assert reported == list(range(first, first + len(reported)))
            done += reported
            # One more step may be finished but not yet reported; it must be intact, too.
            steps = open_run(directory).steps if traces.is_dir() else []
            assert steps in (done, [*done, len(done)])
            assert_intact(directory, steps[first:])
            half_files += bool(list(traces.glob("*.tmp")))
    print(f"{len(done)} steps, {half_files} files cut short, {reader.correct} traces served")
    # Otherwise the test has tried too little.
    assert half_files > 0
    assert reader.correct > KILLS / 4
    assert len(done) > KILLS / 4
    for fast in ("true", "false"):
        with tensorboard("--logdir", tmp_path, f"--load_fast={fast}") as board:
            board.wait_for_runs("rnn")
            assert_summarized(board, done)
    shutil.rmtree(directory)  # A hundred megabytes.


def assert_summarized(board: TensorBoard, steps: list[int]) -> None:
    """Assert that a TensorBoard serves the summaries of each step once."""
    for signal in ("candidate", "cell_state"):
        served = wait_for_step(board, signal, steps[-1])
        assert served["steps"].tolist() in (steps, [*steps, len(steps)])
        for step in steps:
            expected = summarize(written(step).signals[signal], None, RANGES[signal])
            np.testing.assert_array_equal(served["summary"][step], expected)
    assert board.get("run", run="rnn").json()["logs"]["loss"][: len(steps)] == [float(step) for step in steps]


def wait_for_step(board: TensorBoard, signal: str, step: int) -> dict[str, Any]:
    """Return the summaries of a signal as soon as they include a step."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        response = board.get("summary", run="rnn", layer="lstm", signal=signal)
        if response.status == 200:
            served = safetensors.numpy.load(response.body)
            if served["steps"][-1] >= step:
                return served
    raise AssertionError(f"TensorBoard did not get to step {step} within {PATIENCE} seconds")
