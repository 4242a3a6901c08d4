"""Units of two runs: subtracted where they correspond, and matched where they do not."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import expect

from tests.browser.logdir import SHUFFLED
from tests.browser.numbers import MINUS, number, stored
from tests.browser.tab import Tab

pytestmark = pytest.mark.alone


def test_units_that_do_not_correspond_are_matched_instead_of_subtracted(tab: Tab) -> None:
    tab.open(run="lstm/rnn", step=7, compare="difference", other_run="seed/rnn", signal="cell_state", panel="unit")
    tab.expect_step(7)
    notice = tab.frame.locator(".notice li")
    expect(notice).to_contain_text("started from different weights")
    expect(tab.lane("cell_state")).to_contain_text("not subtracted")
    panel = tab.frame.locator("rnn-unit-panel")
    expect(panel.get_by_role("note")).to_contain_text(f"Not ranked by A {MINUS} B")
    expect(panel.locator("th", has_text="A to B")).to_have_count(0)
    notice.get_by_role("button", name="Match units by what they do").click()
    rows = tab.frame.locator("rnn-pairs-panel tbody tr")
    expect(rows).to_have_count(len(SHUFFLED))
    found = {int(row.get_attribute("data-a") or -1): int(row.get_attribute("data-b") or -1) for row in rows.all()}
    assert found == dict(enumerate(SHUFFLED))
    for row in rows.all():
        assert number(row.locator("data")) == pytest.approx(1.0)
    rows.nth(0).get_by_role("button").click()
    tab.expect_in_url(f"unit={rows.nth(0).get_attribute('data-a')}")
    expect(tab.frame.locator("rnn-pairs-panel rnn-line-chart svg")).to_be_visible()


def test_runs_that_started_from_the_same_weights_are_subtracted(tab: Tab, logs: Path) -> None:
    """Of runs whose logs do not say what they started from, that is said."""
    tab.open(run="lstm/rnn", step=3, compare="difference", other_run="masked/rnn", timestep=2, unit=4)
    tab.expect_step(3)
    a, b = (stored(logs, f"{run}/rnn", 3, "forget_gate")[0, 2, 4] for run in ("lstm", "masked"))
    assert number(tab.value("forget_gate")) == np.float32(a - b)
    expect(tab.frame.locator(".notice")).to_have_count(0)
    tab.picker("other-run").select_option("gru/rnn")
    expect(tab.frame.locator(".notice li")).to_contain_text("Not known whether the two runs started")
