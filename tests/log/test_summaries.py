"""The checksums that each event carries."""

from __future__ import annotations

import numpy as np
import pytest
from tensorboard.util import tensor_util

from tb_rnn_plugin.log.schema import Array
from tb_rnn_plugin.log.summaries import CHECKSUMS_TAG, drop_corrupt, log_tag, signal_tag, step_event
from tests.runs import lstm_trace

TAG = signal_tag("lstm", "candidate")


def written(steps: int) -> dict[str, list[tuple[int, Array]]]:
    """Return step and tensor of each event by tag, as a reader returns them."""
    found: dict[str, list[tuple[int, Array]]] = {}
    for step in range(steps):
        for value in step_event(step, 0.0, [lstm_trace(step)], {"loss": 1.5}).summary.value:
            found.setdefault(value.tag, []).append((step, tensor_util.make_ndarray(value.tensor)))
    return found


def test_intact_events_are_kept() -> None:
    events = written(3)
    for tag in (TAG, log_tag("loss")):
        assert drop_corrupt(tag, events[tag], events[CHECKSUMS_TAG]) == events[tag]


@pytest.mark.parametrize("bit", [0, 3, 7])
@pytest.mark.parametrize("byte", [0, 10, 200])
def test_an_event_with_a_flipped_bit_is_dropped(byte: int, bit: int) -> None:
    events = written(3)
    values = events[TAG][1][1].copy()
    values.view(np.uint8).reshape(-1)[byte] ^= 1 << bit
    events[TAG][1] = (1, values)
    assert [step for step, _ in drop_corrupt(TAG, events[TAG], events[CHECKSUMS_TAG])] == [0, 2]
    assert len(drop_corrupt(log_tag("loss"), events[log_tag("loss")], events[CHECKSUMS_TAG])) == 3


def test_an_event_moved_to_another_step_is_dropped() -> None:
    events = written(3)
    moved = [(9, events[tag][1][1]) for tag in (TAG, CHECKSUMS_TAG)]
    assert drop_corrupt(TAG, [moved[0]], [moved[1]]) == []


@pytest.mark.parametrize(
    "checksums", [[], [(0, np.zeros((0, 2), np.int64))], [(0, np.float32(1))], [(0, np.zeros((3, 3), np.int64))]]
)
def test_events_without_a_checksum_are_kept(checksums: list[tuple[int, Array]]) -> None:
    events = written(1)
    assert drop_corrupt(TAG, events[TAG], checksums) == events[TAG]
