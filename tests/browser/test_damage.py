"""What is made of many steps says which of them are damaged, and shows the others."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser import computed, logdir, test_match
from tests.browser.numbers import stored
from tests.browser.tab import Tab
from tests.server.runs import step_path
from tests.tensorboard_process import tensorboard

pytestmark = pytest.mark.alone


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    logs = tmp_path_factory.mktemp("damaged")
    logdir.write_lstm(logs / "lstm" / "rnn")
    computed.write_all(logs)
    for path in [
        step_path(logs / "lstm" / "rnn", 3),
        *(step_path(logs / "made-lstm" / "rnn", step) for step in (1, 2)),
    ]:
        path.write_bytes(path.read_bytes()[:-1])
    with tensorboard("--logdir", logs) as board:
        board.wait_for_runs("lstm/rnn", "made-lstm/rnn")
        yield board.address


ONE = "Epoch 3 is left out: its file is damaged."
TWO = "Epochs 1 and 2 are left out: their files are damaged."
UNIT = {"signal": "hidden_state", "timestep": 2, "unit": 5}


@pytest.mark.parametrize(
    ("place", "sentence"),
    [
        ({"run": "lstm/rnn", "panel": "unit", **UNIT}, ONE),
        ({"run": "lstm/rnn", "panel": "unit", "signal": "hidden_state"}, ONE),
        ({"run": "lstm/rnn", "panel": "detectors", "pinned": 5, **UNIT}, ONE),
        ({"run": "made-lstm/rnn", "panel": "unit", **UNIT}, TWO),
        ({"run": "made-lstm/rnn", "panel": "weights"}, TWO),
    ],
    ids=str,
)
def test_damaged_steps_are_named(
    open_tab: Callable[[str], Tab], address: str, place: dict[str, Any], sentence: str
) -> None:
    tab = open_tab(address).open(**place)
    expect_note(tab, sentence)


def test_damaged_steps_are_named_under_a_match(open_tab: Callable[[str], Tab], address: str, logs: Path) -> None:
    values = stored(logs, "lstm/rnn", test_match.STEP, "hidden_state")
    tab = open_tab(address)
    test_match.open_at(tab, *test_match.a_place(values[0]))
    expect_note(tab, ONE)


def expect_note(tab: Tab, sentence: str) -> None:
    note = tab.frame.get_by_role("note")
    expect(note).to_have_count(1)
    expect(note).to_have_text(sentence)
