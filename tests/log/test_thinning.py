"""Which steps of a long run are left."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tb_rnn_plugin.log.layout import trace_directory
from tb_rnn_plugin.log.step_file import list_steps
from tb_rnn_plugin.log.thinning import steps_to_drop
from tb_rnn_plugin.log.writer import RunWriter
from tests.runs import logged, lstm_trace


def left(steps: list[int], keep: int) -> list[int]:
    dropped = steps_to_drop(steps, keep)
    return [step for step in steps if step not in dropped]


@pytest.mark.parametrize(
    ("steps", "keep", "wanted"),
    [
        ([], 2, []),
        ([7], 2, [7]),
        ([0, 1, 2], 3, [0, 1, 2]),
        ([0, 1, 2, 3], 3, [0, 2, 3]),
        (list(range(11)), 2, [0, 10]),
        (list(range(100)), 8, [0, 16, 32, 48, 64, 80, 96, 99]),
        (list(range(5, 105)), 8, [5, 21, 37, 53, 69, 85, 101, 104]),
        # Every third epoch: those left are every twelfth.
        (list(range(0, 48, 3)), 5, [0, 12, 24, 36, 45]),
        # Batches as several steps per execution report them.
        ([1, 3, 4, 6, 8, 9, 11, 13, 14], 4, [1, 9, 14]),
    ],
)
def test_a_run_thinned_at_once(steps: list[int], keep: int, wanted: list[int]) -> None:
    assert left(steps, keep) == wanted


@pytest.mark.parametrize("keep", [2, 3, 4, 5, 10, 64])
@pytest.mark.parametrize("every", [1, 7])
def test_a_run_thinned_at_each_of_its_steps(keep: int, every: int) -> None:
    steps: list[int] = []
    for step in range(0, 500 * every, every):
        steps = left([*steps, step], keep)
        assert (steps[0], steps[-1]) == (0, step)
        assert min(keep, step // every + 1) >= len(steps)
        if step >= keep * every:
            assert len(steps) > keep / 2
            assert np.diff(steps).max() <= 2 * step / (keep - 1)


def test_the_files_go_and_the_summaries_stay(tmp_path: Path) -> None:
    writer = RunWriter(tmp_path)
    for step in range(10):
        writer.write_step(step, [lstm_trace(step, samples=1, timesteps=2, units=1)])
        writer.thin(4)
    assert list_steps(trace_directory(tmp_path)) == [0, 4, 8, 9]
    assert sorted(logged(tmp_path, "signals/lstm/cell_state")) == list(range(10))
