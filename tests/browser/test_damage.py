"""A panel over many steps names the damaged ones and shows the others."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser import computed, logdir, patterns
from tests.browser.growing import Growing
from tests.browser.numbers import stored
from tests.browser.tab import Tab
from tests.server.runs import step_path

pytestmark = pytest.mark.alone


LSTM, MADE = "damaged-lstm/rnn", "damaged-made/rnn"


@pytest.fixture(scope="module")
def address(growing: Growing) -> str:
    logdir.write_lstm(growing.logs / LSTM)
    computed.write_lstm(growing.logs / MADE)
    damaged = [step_path(growing.logs / LSTM, 3), *(step_path(growing.logs / MADE, step) for step in (1, 2))]
    for path in damaged:
        path.write_bytes(path.read_bytes()[:-1])
    growing.wait_for_runs(LSTM, MADE)
    return growing.address


ONE = "Epoch 3 is left out: its file is damaged."
TWO = "Epochs 1 and 2 are left out: their files are damaged."
UNIT: dict[str, Any] = {"signal": "hidden_state", "timestep": 2, "unit": 5}


@pytest.mark.parametrize(
    ("place", "sentence"),
    [
        ({"run": LSTM, "panel": "unit", **UNIT}, ONE),
        ({"run": LSTM, "panel": "unit", "signal": "hidden_state"}, ONE),
        ({"run": LSTM, "panel": "detectors", "pinned": 5, **UNIT}, ONE),
        ({"run": MADE, "panel": "unit", **UNIT}, TWO),
        ({"run": MADE, "panel": "weights"}, TWO),
    ],
    ids=str,
)
def test_damaged_steps_are_named(
    open_tab: Callable[[str], Tab], address: str, place: dict[str, Any], sentence: str
) -> None:
    tab = open_tab(address).open(**place)
    expect_note(tab, sentence)


def test_a_damaged_step_has_no_value(open_tab: Callable[[str], Tab], address: str) -> None:
    tab = open_tab(address).open(run=LSTM, panel="unit", **UNIT)
    chart = tab.frame.locator("rnn-unit-panel rnn-line-chart svg")
    box = chart.bounding_box()
    assert box is not None
    chart.hover(position={"x": 8 + 3 / logdir.STEPS[-1] * (box["width"] - 16), "y": 40})
    value = tab.frame.locator("rnn-unit-panel .figures data")
    expect(value).to_have_attribute("data-epoch", "3")
    expect(value).to_have_text("\N{EN DASH}")


def test_damaged_steps_are_named_under_a_match(open_tab: Callable[[str], Tab], address: str, growing: Growing) -> None:
    values = stored(growing.logs, LSTM, patterns.STEP, "hidden_state")
    tab = open_tab(address)
    patterns.open_at(tab, *patterns.a_place(values[0]), run=LSTM)
    expect_note(tab, ONE)


def expect_note(tab: Tab, sentence: str) -> None:
    note = tab.frame.get_by_role("note")
    expect(note).to_have_count(1)
    expect(note).to_have_text(sentence)
