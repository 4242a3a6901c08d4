"""The steps that remain of a long run."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tb_rnn_plugin.log.layout import trace_directory
from tb_rnn_plugin.log.step_file import list_steps
from tb_rnn_plugin.log.thinning import steps_to_drop
from tb_rnn_plugin.log.writer import RunWriter
from tests.runs import logged, lstm_trace


def remaining(steps: list[int], keep: int) -> list[int]:
    dropped = steps_to_drop(steps, keep)
    return [step for step in steps if step not in dropped]


@pytest.mark.parametrize(
    ("steps", "keep", "expected"),
    [
        ([], 2, []),
        ([7], 2, [7]),
        ([0, 1, 2], 3, [0, 1, 2]),
        ([0, 1, 2, 3], 3, [0, 2, 3]),
        (list(range(11)), 2, [0, 10]),
        (list(range(100)), 8, [0, 16, 32, 48, 64, 80, 96, 99]),
        (list(range(5, 105)), 8, [5, 21, 37, 53, 69, 85, 101, 104]),
        # Of every third epoch, every twelfth remains.
        (list(range(0, 48, 3)), 5, [0, 12, 24, 36, 45]),
        # Batches as reported with several steps per execution.
        ([1, 3, 4, 6, 8, 9, 11, 13, 14], 4, [1, 9, 14]),
    ],
)
def test_thinning_a_finished_run(steps: list[int], keep: int, expected: list[int]) -> None:
    assert remaining(steps, keep) == expected


@pytest.mark.parametrize("keep", [2, 3, 4, 5, 10, 64])
@pytest.mark.parametrize("every", [1, 7])
def test_thinning_after_every_step(keep: int, every: int) -> None:
    steps: list[int] = []
    for step in range(0, 500 * every, every):
        steps = remaining([*steps, step], keep)
        assert (steps[0], steps[-1]) == (0, step)
        assert min(keep, step // every + 1) >= len(steps)
        if step >= keep * every:
            assert len(steps) > keep / 2
            assert np.diff(steps).max() <= 2 * step / (keep - 1)


def test_summaries_of_dropped_steps_remain(tmp_path: Path) -> None:
    writer = RunWriter(tmp_path)
    for step in range(10):
        writer.write_step(step, [lstm_trace(step, samples=1, timesteps=2, units=1)])
        writer.thin(4)
    assert list_steps(trace_directory(tmp_path)) == [0, 4, 8, 9]
    assert sorted(logged(tmp_path, "signals/lstm/cell_state")) == list(range(10))
