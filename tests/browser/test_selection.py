"""Scrubber, player, pickers and the URL."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Route, expect

from tests.browser.logdir import STEPS
from tests.browser.tab import Tab

LAST = STEPS[-1]


def test_opens_at_the_last_step_of_the_first_run(tab: Tab) -> None:
    tab.open()
    expect(tab.picker("run")).to_have_value("gru/rnn")
    tab.expect_step(8)


@pytest.mark.alone
def test_clicks_on_the_scrubber_choose_steps(tab: Tab) -> None:
    tab.open(run="lstm/rnn")
    tab.expect_step(LAST)
    rail = tab.frame.get_by_role("slider")
    box = rail.bounding_box()
    assert box is not None
    rail.click(position={"x": 10, "y": box["height"] - 12})
    tab.expect_step(0)
    tab.expect_in_url("step=0")
    expect(rail).to_have_attribute("aria-valuetext", "epoch 0")
    expect(tab.frame.locator("rnn-scrubber .where span")).to_have_text("loss 3.0000")


@pytest.mark.alone
def test_dragging_the_scrubber_ends_where_the_mouse_ends(tab: Tab) -> None:
    tab.open(run="lstm/rnn", step=0)
    tab.expect_step(0)
    box = tab.frame.get_by_role("slider").bounding_box()
    assert box is not None
    y = box["y"] + box["height"] - 12
    tab.page.mouse.move(box["x"] + 10, y)
    tab.page.mouse.down()
    tab.page.mouse.move(box["x"] + box["width"] - 10, y, steps=15)
    tab.page.mouse.up()
    tab.expect_step(LAST)


@pytest.mark.alone
def test_arrow_keys_home_and_end(tab: Tab) -> None:
    tab.open(run="lstm/rnn")
    tab.expect_step(LAST)
    tab.focus()
    for key, step in [("ArrowLeft", 10), ("Home", 0), ("ArrowRight", 1), ("Shift+ArrowRight", 11), ("Home", 0)]:
        tab.page.keyboard.press(key)
        tab.expect_step(step)
    tab.page.keyboard.press("End")
    tab.expect_step(LAST)


@pytest.mark.alone
def test_steps_that_are_not_consecutive(tab: Tab) -> None:
    tab.open(run="masked/rnn", step=0)
    tab.expect_step(0)
    tab.focus()
    tab.page.keyboard.press("ArrowRight")
    tab.expect_step(3)


@pytest.mark.alone
def test_play_goes_through_all_steps_and_stops(tab: Tab) -> None:
    tab.open(run="lstm/rnn", step=8)
    tab.expect_step(8)
    tab.frame.get_by_role("button", name="Play").click()
    expect(tab.frame.get_by_role("button", name="Pause")).to_be_visible()
    tab.expect_step(LAST)
    expect(tab.frame.get_by_role("button", name="Play")).to_be_visible()


@pytest.mark.alone
def test_space_plays_from_the_start_and_pauses(tab: Tab) -> None:
    tab.open(run="lstm/rnn")
    tab.expect_step(LAST)
    tab.frame.get_by_label("Speed of playing").select_option("2")
    tab.focus()
    tab.page.keyboard.press(" ")
    expect(tab.timeline).to_have_attribute("data-shown-step", re.compile("^[0-9]$"))
    tab.page.keyboard.press(" ")
    expect(tab.frame.get_by_role("button", name="Play")).to_be_visible()
    tab.page.keyboard.press("ArrowLeft")
    tab.page.keyboard.press("Home")
    tab.expect_step(0)


@pytest.mark.alone
def test_pickers_change_run_layer_and_sample(tab: Tab) -> None:
    tab.open(run="lstm/rnn", step=5)
    tab.expect_step(5)
    tab.picker("layer").select_option("encoder/lstm")
    expect(tab.frame.locator(".readout")).to_contain_text("LSTM, 3 units")
    tab.picker("sample").select_option("1")
    tab.expect_in_url("sample=1")
    tab.expect_step(5)
    tab.picker("run").select_option("masked/rnn")
    tab.expect_step(4)
    expect(tab.picker("layer")).to_have_value("lstm")


@pytest.mark.quick
def test_a_deep_link_restores_everything(tab: Tab) -> None:
    tab.open(run="lstm/rnn", layer="encoder/lstm", sample=1, step=6, timestep=9, unit=2)
    tab.expect_step(6)
    expect(tab.picker("run")).to_have_value("lstm/rnn")
    expect(tab.picker("layer")).to_have_value("encoder/lstm")
    expect(tab.picker("sample")).to_have_value("1")
    expect(tab.value("cell_state")).to_have_attribute("data-timestep", "9")
    tab.focus()
    tab.page.keyboard.press("ArrowRight")
    tab.expect_in_url("step=7")
    tab.page.reload()
    tab.expect_step(7)
    expect(tab.value("cell_state")).to_have_attribute("data-unit", "2")


@pytest.mark.alone
def test_a_zoom_survives_the_url(tab: Tab) -> None:
    tab.open(run="long/rnn", **{"from": 100, "to": 400})
    tab.expect_step(0)
    box = tab.lane("candidate").locator("canvas").bounding_box()
    assert box is not None
    tab.page.mouse.move(box["x"] + 1, box["y"] + 5)
    expect(tab.value("candidate")).to_have_attribute("data-timestep", "100")


@pytest.mark.alone
def test_a_late_response_is_never_painted_as_a_newer_step(tab: Tab) -> None:
    """The response for step 3 is held back until step 5 is on the screen."""
    held: list[Route] = []

    def hold(route: Route) -> None:
        if route.request.url.endswith("step=3"):
            held.append(route)
        else:
            route.continue_()

    tab.page.route("**/data/plugin/rnn_timeline/trace*", hold)
    tab.open(run="lstm/rnn", step=2)
    tab.expect_step(2)
    tab.focus()
    with tab.page.expect_request(lambda request: request.url.endswith("step=3")):
        tab.page.keyboard.press("ArrowRight")
    # The picture keeps its label until the response arrives.
    tab.expect_step(2)
    expect(tab.frame.locator("rnn-scrubber .where span")).to_have_text("loading 3…")
    tab.page.keyboard.press("ArrowRight")
    tab.expect_step(4)
    tab.page.keyboard.press("ArrowRight")
    tab.expect_step(5)
    for route in held:
        route.continue_()
    tab.page.keyboard.press("[")
    tab.expect_step(5)


def test_other_tabs_of_tensorboard_keep_their_url(tab: Tab) -> None:
    tab.open(run="lstm/rnn", step=3)
    tab.expect_step(3)
    tab.expect_in_url("step=3")
    tab.page.evaluate("location.hash = '#timeseries'")
    expect(tab.page.locator('iframe[src$="name=rnn_timeline"]')).to_be_hidden()
    assert "rnn_timeline" not in tab.page.evaluate("location.hash")
    tab.page.evaluate("location.hash = '#rnn_timeline'")
    expect(tab.timeline).to_be_visible()
    tab.expect_in_url("step=3")
