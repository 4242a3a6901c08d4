"""A against B: epochs and runs, side by side and as a difference."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Route, expect

from tests.browser.logdir import STEPS, TIMESTEPS, UNITS
from tests.browser.numbers import MINUS, number, stored
from tests.browser.tab import Tab

pytestmark = pytest.mark.alone

LAST = STEPS[-1]


def heads(tab: Tab) -> list[str]:
    """Return the heading of each pane."""
    return [" ".join(text.split()) for text in tab.frame.locator(".heads .panes > div").all_inner_texts()]


def test_one_run_is_compared_with_its_own_beginning_by_one_click(tab: Tab, logs: Path) -> None:
    tab.open(run="lstm/rnn", step=7)
    tab.expect_step(7)
    tab.button("A | B").click()
    expect(tab.timeline).to_have_attribute("data-other-step", "0")
    assert heads(tab) == ["A epoch 7", "B epoch 0"]
    for pane in (0, 1):
        tab.hover("cell_state", 9, 4, TIMESTEPS, UNITS, pane)
        expect(tab.value("cell_state", "B")).to_have_attribute("data-timestep", "9")
        assert number(tab.value("cell_state", "A")) == stored(logs, "lstm/rnn", 7, "cell_state")[0, 9, 4]
        assert number(tab.value("cell_state", "B")) == stored(logs, "lstm/rnn", 0, "cell_state")[0, 9, 4]
    tab.expect_in_url("compare=side")
    tab.expect_in_url("other_step=0")


def test_a_difference_is_a_minus_b_on_a_scale_about_zero(tab: Tab, logs: Path) -> None:
    tab.open(run="lstm/rnn", step=LAST, compare="difference", other_step=2)
    expect(tab.timeline).to_have_attribute("data-other-step", "2")
    assert heads(tab) == [f"A epoch 11 {MINUS} B epoch 2"]
    for signal, reach in [("forget_gate", 1), ("hidden_state", 2)]:
        tab.hover(signal, 3, 5, TIMESTEPS, UNITS)
        a, b = (stored(logs, "lstm/rnn", step, signal)[0, 3, 5] for step in (LAST, 2))
        assert number(tab.value(signal)) == np.float32(a - b)
        assert tab.lane(signal).locator(".ends span").all_inner_texts() == [f"{MINUS}{reach}", str(reach)]
    tab.picker("contrast").select_option("10")
    expect(tab.lane("forget_gate").locator(".ends span").first).to_have_text(f"≤ {MINUS}0.1")
    tab.expect_in_url("contrast=10")


def test_stronger_colours_are_only_for_what_has_no_range(tab: Tab) -> None:
    tab.open(run="lstm/rnn", step=LAST)
    ends = tab.lane("cell_state").locator(".ends span")
    before = float(ends.nth(1).inner_text())
    tab.picker("contrast").select_option("5")
    expect(ends.nth(1)).to_contain_text("≥")
    assert float(ends.nth(1).inner_text().removeprefix("≥ ")) == pytest.approx(before / 5, rel=1e-2)
    expect(tab.lane("forget_gate").locator(".ends span").nth(1)).to_have_text("1")


def test_an_lstm_beside_a_gru(tab: Tab, logs: Path) -> None:
    """Common signals share a lane, a missing one is named, and B shows the nearest captured epoch."""
    tab.page.set_viewport_size({"width": 1280, "height": 1200})  # All lanes of both, without scrolling.
    tab.open(run="lstm/rnn", step=7)
    tab.expect_step(7)
    tab.button("A | B").click()
    tab.picker("other-run").select_option("gru/rnn")
    expect(tab.timeline).to_have_attribute("data-other-step", "6")
    assert heads(tab) == ["A lstm/rnn · epoch 7 · lstm", "B gru/rnn · epoch 6 · gru"]
    expect(tab.lanes).to_have_count(8)
    expect(tab.lane("forget_gate")).to_contain_text("GRU has no forget gate")
    expect(tab.lane("update_gate")).to_contain_text("LSTM has no update gate")
    tab.hover("hidden_state", 2, 1, TIMESTEPS, UNITS, pane=1)
    assert number(tab.value("hidden_state", "A")) == stored(logs, "lstm/rnn", 7, "hidden_state")[0, 2, 1]
    assert number(tab.value("hidden_state", "B")) == stored(logs, "gru/rnn", 6, "hidden_state", "gru")[0, 2, 1]
    tab.hover("update_gate", 2, 1, TIMESTEPS, UNITS)  # The only canvas of this lane is B's.
    expect(tab.value("update_gate", "B")).to_have_attribute("data-unit", "1")
    tab.button(f"A {MINUS} B").click()
    expect(tab.lane("forget_gate")).to_contain_text("GRU has no forget gate: nothing to subtract")
    # The units of a GRU are not those of an LSTM.
    expect(tab.lane("candidate")).to_contain_text("not subtracted")


def test_both_panes_have_one_colour_scale(tab: Tab) -> None:
    """Cell states have no range: both panes have one scale, up to the extremes of both runs."""
    tab.open(run="lstm/rnn")
    own = tab.lane("cell_state").locator(".ends span").nth(1).inner_text()
    tab.open(run="wide/rnn")
    wide = tab.lane("cell_state").locator(".ends span").nth(1).inner_text()
    tab.open(run="lstm/rnn", compare="side", other_run="wide/rnn")
    expect(tab.lane("cell_state").locator("canvas")).to_have_count(2)
    both = tab.lane("cell_state").locator(".ends span").nth(1).inner_text()
    assert float(both) == max(float(own), float(wide))


def test_a_difference_of_shape_is_named(tab: Tab, logs: Path) -> None:
    tab.open(run="lstm/rnn", step=5, compare="difference", other_run="wide/rnn")
    expect(tab.lane("input_gate")).to_contain_text(
        "A has 17 timesteps of 6 units, B 8 timesteps of 12 units: only like shapes can be subtracted."
    )
    tab.button("A | B").click()
    # B's eight timesteps are aligned with A's first eight, and its twelve units fill its lane.
    tab.hover("input_gate", 7, 11, TIMESTEPS, 2 * UNITS, pane=1)
    expect(tab.value("input_gate", "B")).to_have_attribute("data-unit", "11")
    assert number(tab.value("input_gate", "B")) == stored(logs, "wide/rnn", 5, "input_gate")[0, 7, 11]
    expect(tab.value("input_gate", "A")).to_have_count(0)


def test_layers_of_other_names_are_matched_by_hand(tab: Tab, logs: Path) -> None:
    tab.open(run="gru/rnn", step=4, compare="side", other_run="lstm/rnn")
    expect(tab.frame.locator(".heads .fault")).to_have_text(
        "The run “lstm/rnn” has no layer “gru”: choose one of its layers for B."
    )
    tab.picker("other-layer").select_option("encoder/lstm")
    expect(tab.timeline).to_have_attribute("data-other-step", "4")
    tab.hover("hidden_state", 3, 2, TIMESTEPS, 3, pane=1)
    value = stored(logs, "lstm/rnn", 4, "hidden_state", "encoder/lstm")[0, 3, 2]
    assert number(tab.value("hidden_state", "B")) == value
    tab.expect_in_url("other_layer=encoder/lstm")


def test_keys_compare_move_b_and_swap(tab: Tab) -> None:
    tab.open(run="lstm/rnn", step=7)
    tab.expect_step(7)
    tab.focus()
    tab.page.keyboard.press("c")
    expect(tab.timeline).to_have_attribute("data-other-step", "0")
    tab.page.keyboard.press(".")
    expect(tab.timeline).to_have_attribute("data-other-step", "1")
    tab.page.keyboard.press("x")
    tab.expect_step(1)
    expect(tab.timeline).to_have_attribute("data-other-step", "7")
    tab.page.keyboard.press(",")
    expect(tab.timeline).to_have_attribute("data-other-step", "6")
    tab.page.keyboard.press("c")
    expect(tab.button(f"A {MINUS} B")).to_have_attribute("aria-pressed", "true")
    tab.page.keyboard.press("c")
    expect(tab.frame.locator(".heads")).to_have_count(0)


def test_b_follows_a_or_stays(tab: Tab) -> None:
    tab.open(run="lstm/rnn", step=7, compare="side", other_run="series/rnn")
    expect(tab.timeline).to_have_attribute("data-other-step", "2")
    tab.focus()
    tab.page.keyboard.press("Home")
    tab.expect_step(0)
    expect(tab.timeline).to_have_attribute("data-other-step", "0")
    tab.picker("other-step").select_option("1")
    expect(tab.timeline).to_have_attribute("data-other-step", "1")
    tab.page.keyboard.press("ArrowRight")
    tab.focus()
    tab.page.keyboard.press("End")
    tab.expect_step(LAST)
    expect(tab.timeline).to_have_attribute("data-other-step", "1")


def test_the_mouse_moves_b_on_the_scrubber(tab: Tab) -> None:
    tab.open(run="lstm/rnn", step=7, compare="side", other_step=0)
    expect(tab.timeline).to_have_attribute("data-other-step", "0")
    box = tab.frame.get_by_role("slider").bounding_box()
    assert box is not None
    y = box["y"] + box["height"] - 12
    tab.page.mouse.move(box["x"] + 8, y)
    tab.page.mouse.down()
    tab.page.mouse.move(box["x"] + box["width"] - 8, y, steps=6)
    tab.page.mouse.up()
    expect(tab.timeline).to_have_attribute("data-other-step", str(LAST))
    tab.expect_step(7)


def test_one_zoom_and_one_crosshair_for_both(tab: Tab) -> None:
    tab.open(run="lstm/rnn", step=7, compare="side", other_step=0, timestep=8, unit=2, **{"from": 4, "to": 12})
    expect(tab.frame.locator(".crosshair.pin")).to_have_count(2)
    lines = tab.frame.locator(".crosshair.pin").all()
    plots = tab.lane("candidate").locator("canvas").all()
    for line, plot in zip(lines, plots, strict=True):
        at, box = line.bounding_box(), plot.bounding_box()
        assert at is not None
        assert box is not None
        assert at["x"] - box["x"] == pytest.approx(box["width"] * (8.5 - 4) / 8, abs=1.5)


def test_b_that_cannot_be_read_leaves_a_on_the_screen(tab: Tab) -> None:
    def refuse(route: Route) -> None:
        if route.request.url.endswith("step=3"):
            route.fulfill(status=404, content_type="text/plain", body="Step 3 is damaged.")
        else:
            route.continue_()

    tab.page.route("**/data/plugin/rnn_timeline/trace*", refuse)
    tab.open(run="lstm/rnn", step=7, compare="side", other_step=3)
    expect(tab.frame.locator(".heads .fault")).to_have_text("Step 3 is damaged.")
    tab.hover("candidate", 1, 1, TIMESTEPS, UNITS)
    expect(tab.value("candidate", "A")).to_have_attribute("data-unit", "1")
    tab.ignore_errors("404")


def test_a_missing_run_for_b_is_named(tab: Tab) -> None:
    tab.open(run="lstm/rnn", step=7, compare="side", other_run="gone/rnn")
    expect(tab.frame.locator(".heads .fault")).to_contain_text("The run “gone/rnn” is not here (any more)")
    tab.expect_step(7)
    tab.ignore_errors("404")
