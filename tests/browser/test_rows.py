"""The rows: their order, the units at the top, and text found in the tokens."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from playwright.sync_api import Route, expect

from tb_rnn_plugin.analysis.ordering import spectral_order
from tests.browser.logdir import STEPS, TEXT, TIMESTEPS, UNITS
from tests.browser.numbers import number, stored
from tests.browser.tab import Tab

pytestmark = pytest.mark.alone

LAST = STEPS[-1]


def rows(tab: Tab, signal: str, count: int = UNITS, pane: int = 0) -> list[int]:
    """Return the units from the top, read by moving the mouse down a lane."""
    found = []
    for row in range(count):
        tab.hover(signal, 3, row, TIMESTEPS, count, pane)
        value = tab.value(signal).first
        expect(value).to_have_attribute("data-timestep", "3")
        found.append(int(value.get_attribute("data-unit") or -1))
    return found


def by(scores: NDArray[np.float64]) -> list[int]:
    """Return the units, the largest score first."""
    return [int(unit) for unit in np.argsort(-scores, kind="stable")]


def test_orders_by_what_the_units_do(tab: Tab, logs: Path) -> None:
    tab.open(run="lstm/rnn", signal="forget_gate", panel="unit")
    tab.expect_step(LAST)
    gate = stored(logs, "lstm/rnn", LAST, "forget_gate")[0]
    expected = {
        "mean": by(gate.mean(axis=0)),
        "variance": by(gate.var(axis=0)),
        "saturation": by(((gate < 0.1) | (gate > 0.9)).mean(axis=0)),
        "similarity": [int(unit) for unit in spectral_order(gate)],
    }
    assert rows(tab, "forget_gate") == list(range(UNITS))
    for name, order in expected.items():
        tab.picker("order").select_option(name)
        tab.expect_in_url(f"order={name}")
        assert rows(tab, "forget_gate") == order, name
        # All lanes have one order, and each row still shows the unit that it names.
        assert rows(tab, "cell_state") == order
        assert number(tab.value("cell_state")) == stored(logs, "lstm/rnn", LAST, "cell_state")[0, 3, order[-1]]
    tab.picker("order").select_option("index")
    assert rows(tab, "forget_gate") == list(range(UNITS))


def test_an_order_by_change_from_a_to_b(tab: Tab, logs: Path) -> None:
    tab.open(run="lstm/rnn", compare="side", other_step=2, signal="candidate", panel="unit")
    expect(tab.timeline).to_have_attribute("data-other-step", "2")
    tab.picker("order").select_option("change")
    a, b = (stored(logs, "lstm/rnn", step, "candidate")[0] for step in (LAST, 2))
    order = by(np.abs(a - b).mean(axis=0))
    assert rows(tab, "candidate") == order
    assert rows(tab, "candidate", pane=1) == order
    # The Inspector lists the same order with the numbers.
    listed = tab.frame.locator("rnn-unit-panel tbody tr")
    assert [int(row.get_attribute("data-unit") or -1) for row in listed.all()] == order
    first = float(listed.first.locator("data").first.get_attribute("value") or "missing")
    assert first == pytest.approx(np.abs(a - b).mean(axis=0).max(), rel=1e-6)


def test_scrubbing_does_not_shuffle_the_rows_unless_asked_to(tab: Tab, logs: Path) -> None:
    tab.open(run="lstm/rnn", step=4, order="mean", order_signal="output_gate", order_step=4)
    tab.expect_step(4)
    before = by(stored(logs, "lstm/rnn", 4, "output_gate")[0].mean(axis=0))
    assert rows(tab, "output_gate") == before
    tab.focus()
    tab.page.keyboard.press("ArrowRight")
    tab.expect_step(5)
    assert rows(tab, "output_gate") == before
    tab.frame.get_by_role("button", name="as of 4, renew").click()
    assert rows(tab, "output_gate") == by(stored(logs, "lstm/rnn", 5, "output_gate")[0].mean(axis=0))


def test_an_order_is_kept_in_a_run_without_its_step_and_signal(tab: Tab, logs: Path) -> None:
    tab.open(run="lstm/rnn", order="mean", order_signal="forget_gate", order_step=LAST)
    tab.expect_step(LAST)
    tab.picker("run").select_option("gru/rnn")
    tab.expect_step(8)
    expect(tab.picker("order-signal")).to_have_value("hidden_state")
    assert rows(tab, "hidden_state") == by(stored(logs, "gru/rnn", 8, "hidden_state", "gru")[0].mean(axis=0))


def test_an_order_that_cannot_be_made_leaves_the_picture(tab: Tab) -> None:
    def refuse(route: Route) -> None:
        route.fulfill(status=404, content_type="text/plain", body="Step 11 is damaged.")

    tab.page.route("**/data/plugin/rnn_timeline/similarity*", refuse)
    tab.open(run="lstm/rnn", order="similarity", order_signal="forget_gate", order_step=LAST)
    expect(tab.frame.get_by_role("alert")).to_have_text("Step 11 is damaged.")
    assert rows(tab, "forget_gate") == list(range(UNITS))
    tab.ignore_errors("404")


def test_units_at_the_top_and_the_others_hidden(tab: Tab, logs: Path) -> None:
    tab.open(run="lstm/rnn", step=3)
    tab.expect_step(3)
    field = tab.frame.locator('input[name="units"]')
    field.fill("4, 1-2")
    field.press("Enter")
    assert rows(tab, "input_gate") == [4, 1, 2, 0, 3, 5]
    tab.button("only these").click()
    assert rows(tab, "input_gate", 3) == [4, 1, 2]
    assert number(tab.value("input_gate")) == stored(logs, "lstm/rnn", 3, "input_gate")[0, 3, 2]
    tab.expect_in_url("only=1")
    tab.page.reload()
    tab.expect_step(3)
    assert rows(tab, "input_gate", 3) == [4, 1, 2]
    field.fill("0, 99")
    field.press("Enter")
    expect(tab.frame.get_by_role("alert")).to_have_text("Units are 0 to 5, got 99.")
    assert rows(tab, "input_gate", 1) == [0]


def test_keys_pin_units_and_walk_the_rows_as_they_stand(tab: Tab) -> None:
    tab.open(run="lstm/rnn", step=3, pinned="5", timestep=2, unit=3)
    tab.expect_step(3)
    tab.focus()
    tab.page.keyboard.press("p")
    expect(tab.frame.locator('input[name="units"]')).to_have_value("5, 3")
    tab.page.keyboard.press("Alt+ArrowUp")
    expect(tab.value("input_gate")).to_have_attribute("data-unit", "5")
    tab.page.keyboard.press("h")
    assert rows(tab, "input_gate", 2) == [5, 3]
    tab.page.keyboard.press("p")
    expect(tab.frame.locator('input[name="units"]')).to_have_value("3")


def test_text_is_found_in_every_sample(tab: Tab) -> None:
    tab.open(run="lstm/rnn", step=3)
    tab.expect_step(3)
    tab.focus()
    tab.page.keyboard.press("/")
    field = tab.frame.locator('input[name="find"]')
    expect(field).to_be_focused()
    field.fill("it")
    place = TEXT.index("it")
    status = tab.frame.locator("rnn-find-box .count")
    expect(status).to_have_text("2")
    field.press("Enter")
    expect(status).to_have_text("1 of 2")
    expect(tab.value("input_gate")).to_have_attribute("data-timestep", str(place))
    expect(tab.picker("sample")).to_have_value("0")
    field.press("Enter")
    expect(tab.picker("sample")).to_have_value("1")
    field.press("Shift+Enter")
    expect(tab.picker("sample")).to_have_value("0")
    field.fill("IT")
    expect(status).to_have_text("nowhere")
    tab.expect_in_url("find=IT")


def test_a_found_place_is_brought_into_view(tab: Tab) -> None:
    tab.open(run="long/rnn", find="#", **{"from": 0, "to": 12})
    tab.expect_step(0)
    tab.focus()
    tab.page.keyboard.press("N")  # Backwards without a current place leads to the last one.
    reached = tab.value("candidate")
    place = [at for at in range(3000) if TEXT[at % len(TEXT)] == "#"][-1]
    expect(reached).to_have_attribute("data-timestep", str(place))
    box = tab.lane("candidate").locator("canvas").bounding_box()
    line = tab.frame.locator(".crosshair.pin").bounding_box()
    assert box is not None
    assert line is not None
    assert box["x"] <= line["x"] <= box["x"] + box["width"]
