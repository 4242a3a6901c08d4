"""The brush on the timeline, and the Match panel: a pattern's units, its other places, and its course over training."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Locator, expect

from tb_rnn_plugin.run import open_run
from tests.browser.logdir import STEPS, TEXT, TIMESTEPS, UNITS
from tests.browser.numbers import number, stored
from tests.browser.patterns import STEP, THRESHOLD, a_place, held, open_at, pattern
from tests.browser.tab import Tab

pytestmark = pytest.mark.alone

LAST = STEPS[-1]


def panel(tab: Tab) -> Locator:
    return tab.frame.locator("rnn-match-panel")


def matches(tab: Tab) -> Locator:
    return panel(tab).locator("li")


def units(tab: Tab) -> Locator:
    return panel(tab).locator(".units button")


def drag(tab: Tab, signal: str, timesteps: tuple[int, int]) -> None:
    """Shift-drag from the middle of one timestep to the middle of another."""
    tab.page.keyboard.down("Shift")
    tab.hover(signal, timesteps[0], 1, TIMESTEPS, UNITS)
    tab.page.mouse.down()
    tab.hover(signal, timesteps[1], 1, TIMESTEPS, UNITS)
    tab.page.mouse.up()
    tab.page.keyboard.up("Shift")


def expect_band(tab: Tab, start: int, end: int) -> None:
    """Wait until the band covers exactly these timesteps of axis and lanes."""
    bands = tab.timeline.locator(".band")
    expect(bands).to_have_count(2)
    plot = tab.lane("hidden_state").locator("canvas").bounding_box()
    assert plot is not None
    cell = plot["width"] / TIMESTEPS
    for band in bands.all():
        box = band.bounding_box()
        assert box is not None
        assert box["x"] == pytest.approx(plot["x"] + start * cell, abs=1)
        assert box["width"] == pytest.approx((end - start) * cell, abs=1)


def test_a_shift_drag_brushes_and_finds_the_pattern(tab: Tab, logs: Path) -> None:
    values = stored(logs, "lstm/rnn", STEP, "hidden_state")
    start, end = a_place(values[0])
    tab.open(run="lstm/rnn", step=STEP, panel="match", threshold=THRESHOLD)
    expect(panel(tab)).to_contain_text("Shift-drag over a lane")
    drag(tab, "cell_state", (end - 1, start))
    tab.expect_in_url(f"start={start}")
    tab.expect_in_url(f"end={end}")
    expect_band(tab, start, end)
    assert "from=" not in tab.page.url
    chosen = pattern(values[0], start, end)
    expect(units(tab)).to_have_text([str(unit) for unit in chosen])
    expect(panel(tab).locator(".context b").first).to_have_text(TEXT[start:end].replace(" ", "·").replace("\n", "↵"))
    expected = open_run(logs / "lstm" / "rnn").match(
        "lstm", "hidden_state", STEP, sample=0, start=start, end=end, threshold=THRESHOLD
    )
    expect(matches(tab)).to_have_count(len(expected.matches))
    scores = []
    for item, match in zip(matches(tab).all(), expected.matches, strict=True):
        place = [int(item.get_attribute(f"data-{name}") or "") for name in ("sample", "start", "end")]
        assert place == [match.sample, match.start, match.end]
        scores.append(number(item.locator("data")))
        assert scores[-1] == pytest.approx(held(values[place[0]], chosen, *place[1:]))
        assert item.locator("data").inner_text() == f"{int(100 * scores[-1] + 0.5)} %"
    assert scores == sorted(scores, reverse=True)


def test_a_drag_beyond_the_plot_ends_at_its_edge_and_without_shift_nothing_is_brushed(tab: Tab) -> None:
    tab.open(run="long/rnn", **{"from": 100, "to": 200})
    tab.expect_step(0)
    canvas = tab.lane("candidate").locator("canvas").bounding_box()
    assert canvas is not None
    y = canvas["y"] + 5
    tab.page.mouse.move(canvas["x"] + canvas["width"] / 2, y)
    tab.page.keyboard.down("Shift")
    tab.page.mouse.down()
    tab.page.mouse.move(canvas["x"] + canvas["width"] + 60, y, steps=3)
    tab.page.mouse.up()
    tab.page.keyboard.up("Shift")
    tab.expect_in_url("start=150")
    tab.expect_in_url("end=200")
    tab.expect_in_url("from=100&")
    tab.page.mouse.move(canvas["x"] + canvas["width"] / 2, y)
    tab.page.mouse.down()
    tab.page.mouse.move(canvas["x"] + canvas["width"] / 4, y, steps=3)
    tab.page.mouse.up()
    tab.expect_in_url("from=125&")
    tab.expect_in_url("start=150&")


def test_the_axis_is_brushed_in_every_pane(tab: Tab) -> None:
    tab.open(run="lstm/rnn", step=STEP, compare="side", other_step=2)
    axis = tab.timeline.locator(".axis canvas")
    expect(axis).to_have_count(2)
    box = axis.nth(1).bounding_box()
    assert box is not None
    cell = box["width"] / TIMESTEPS
    tab.page.keyboard.down("Shift")
    tab.page.mouse.move(box["x"] + 3.5 * cell, box["y"] + 6)
    tab.page.mouse.down()
    tab.page.mouse.move(box["x"] + 6.5 * cell, box["y"] + 6, steps=3)
    expect(tab.timeline.locator(".crosshair").first).to_be_visible()
    tab.page.mouse.up()
    tab.page.keyboard.up("Shift")
    tab.expect_in_url("start=3")
    tab.expect_in_url("end=7")
    lefts = {round((band.bounding_box() or {"x": -1})["x"]) for band in tab.timeline.locator(".band").all()}
    first = axis.first.bounding_box()
    assert first is not None
    assert lefts == {round(first["x"] + 3 * cell), round(box["x"] + 3 * cell)}


def test_parentheses_brush_from_and_to_the_crosshair(tab: Tab) -> None:
    tab.open(run="lstm/rnn", step=STEP, timestep=5, unit=2)
    tab.expect_step(STEP)
    tab.focus()
    tab.page.keyboard.press("(")
    expect_band(tab, 5, 6)
    for _ in range(3):
        tab.page.keyboard.press("]")
    tab.page.keyboard.press(")")
    tab.expect_in_url("end=9")
    expect_band(tab, 5, 9)
    tab.page.keyboard.press("[")
    tab.page.keyboard.press("(")
    expect_band(tab, 7, 9)
    tab.picker("sample").select_option("1")
    expect(tab.timeline.locator(".band")).to_have_count(0)
    tab.focus()
    for key in "]])":
        tab.page.keyboard.press(key)
    tab.expect_in_url("start=9")
    expect_band(tab, 9, 10)


def test_a_match_is_gone_to_and_the_pattern_stays(tab: Tab, logs: Path) -> None:
    values = stored(logs, "lstm/rnn", STEP, "hidden_state")
    start, end = a_place(values[0])
    view: dict[str, str | int] = {"from": 0, "to": TIMESTEPS - 2}
    open_at(tab, start, end, "lstm/rnn", **view)
    expected = [str(unit) for unit in pattern(values[0], start, end)]
    expect(units(tab)).to_have_text(expected)
    other = panel(tab).locator('li[data-sample="1"]').first
    there = int(other.get_attribute("data-start") or "")
    expect(other.locator(".context b")).to_have_text(
        TEXT[there : there + end - start].replace(" ", "·").replace("\n", "↵")
    )
    other.get_by_role("button").click()
    for text in ("sample=1", "brush_sample=0", f"timestep={there}", f"start={start}"):
        tab.expect_in_url(text)
    expect(tab.value("hidden_state")).to_have_attribute("data-timestep", str(there))
    expect(tab.timeline.locator(".band")).to_have_count(0)
    expect(units(tab)).to_have_text(expected)
    tab.page.reload()
    expect(units(tab)).to_have_text(expected)
    panel(tab).locator("section[aria-label=Brushed] .place").click()
    tab.expect_in_url("sample=0")
    expect(tab.timeline.locator(".band")).to_have_count(2)


def test_units_are_put_on_top(tab: Tab, logs: Path) -> None:
    values = stored(logs, "lstm/rnn", STEP, "hidden_state")
    start, end = a_place(values[0])
    chosen = pattern(values[0], start, end)
    open_at(tab, start, end)
    panel(tab).get_by_role("button", name="Put on top").click()
    expect(panel(tab).locator(".units [aria-pressed=true]")).to_have_count(len(chosen))
    tab.hover("hidden_state", 3, 0, TIMESTEPS, UNITS)
    expect(tab.value("hidden_state")).to_have_attribute("data-unit", str(chosen[0]))
    units(tab).nth(1).click()
    expect(panel(tab).locator(".units [aria-pressed=true]")).to_have_text(str(chosen[1]))
    tab.expect_in_url(f"pinned={chosen[1]}")


def test_the_pattern_over_training(tab: Tab, logs: Path) -> None:
    values = stored(logs, "lstm/rnn", STEP, "hidden_state")
    start, end = a_place(values[0])
    chosen = pattern(values[0], start, end)
    open_at(tab, start, end)
    chart = panel(tab).locator("rnn-history-chart")
    value = chart.locator(".figures data")
    expect(value).to_have_attribute("value", "1")
    svg = chart.locator("rnn-line-chart svg")
    box = svg.bounding_box()
    assert box is not None
    for step in (0, 5, LAST):
        svg.hover(position={"x": 8 + step / LAST * (box["width"] - 16), "y": 40})
        expect(value).to_have_attribute("data-step", str(step))
        share = held(stored(logs, "lstm/rnn", step, "hidden_state")[0], chosen, start, end)
        assert number(value) == pytest.approx(share)
    expect(chart.locator(".axis.x")).to_have_text(re.compile(f"epoch 0\\s*{LAST}"))
    svg.click(position={"x": 8, "y": 40})
    tab.expect_step(0)


def test_threshold_signal_and_clear(tab: Tab, logs: Path) -> None:
    values = stored(logs, "lstm/rnn", STEP, "hidden_state")
    start, end = a_place(values[0])
    open_at(tab, start, end)
    expect(units(tab)).to_have_text([str(unit) for unit in pattern(values[0], start, end)])
    threshold = panel(tab).get_by_label("Above")
    threshold.fill("2")
    threshold.press("Enter")
    expect(panel(tab)).to_contain_text("No unit is above 2 throughout")
    tab.expect_in_url("threshold=2")
    threshold.fill(str(THRESHOLD))
    threshold.press("Enter")
    panel(tab).locator("select").select_option("candidate")
    candidate = stored(logs, "lstm/rnn", STEP, "candidate")[0]
    tab.expect_in_url("signal=candidate")
    expected = [str(unit) for unit in pattern(candidate, start, end)]
    if expected:
        expect(units(tab)).to_have_text(expected)
    else:
        expect(panel(tab)).to_contain_text(f"No unit is above {THRESHOLD} throughout")
    panel(tab).get_by_role("button", name="Clear").click()
    expect(panel(tab)).to_contain_text("Shift-drag over a lane")
    expect(tab.timeline.locator(".band")).to_have_count(0)
    expect(tab.page).not_to_have_url(re.compile(r"\.start="))
